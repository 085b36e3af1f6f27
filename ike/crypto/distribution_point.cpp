#include "ike/crypto/distribution_point.h"

#include <iterator>

#include "ike/crypto/der.h"

namespace xfrmd::crypto {

std::optional<std::vector<std::string>> read_point_name(base::ByteView name) {
    DerReader in(name);
    const DerElement choice = in.next();
    std::vector<std::string> uris;
    if (!in.complete()) return std::nullopt;
    if (choice.tag != tag::context(0)) return uris;
    DerReader names(choice.contents);
    while (!names.done()) {
        const DerElement one = names.next();
        if (one.tag == tag::implicit(6)) uris.emplace_back(base::as_text(one.contents));
    }
    return names.complete() ? std::optional(std::move(uris)) : std::nullopt;
}

std::optional<std::vector<std::string>> read_distribution_points(base::ByteView value) {
    DerReader outer(value);
    DerReader points = outer.inside(tag::kSequence);
    std::vector<std::string> uris;
    while (!points.done()) {
        DerReader point = points.inside(tag::kSequence);
        const auto name = point.optional(tag::context(0));
        if (!point.ok()) return std::nullopt;
        auto found = name ? read_point_name(*name) : std::vector<std::string>{};
        if (!found) return std::nullopt;
        uris.insert(uris.end(), std::make_move_iterator(found->begin()), std::make_move_iterator(found->end()));
    }
    return points.complete() && outer.complete() ? std::optional(std::move(uris)) : std::nullopt;
}

}  // namespace xfrmd::crypto
