#include "ike/ikev2/sa/reassembly.h"

#include <algorithm>
#include <utility>

namespace xfrmd::ikev2::sa {

namespace {

// What stands in the clear between the headers of IKE and SKF: the first fragment's is kept.
std::size_t beside(const wire::Encrypted& fragment) {
    constexpr std::size_t kHeaders = wire::kHeaderSize + 8;
    return std::max(fragment.associated.size(), kHeaders) - kHeaders;
}

base::Result<void> check(const wire::Fragment& place, std::size_t bytes) {
    if (place.total > Reassembly::kMostFragments) {
        return base::fail(base::Reason::FragmentInvalid, "one of " + std::to_string(place.total));
    }
    if (bytes > Reassembly::kMostBytes) return base::fail(base::Reason::FragmentInvalid, "the message is too long");
    return {};
}

}  // namespace

base::Result<std::optional<InnerChain>> Reassembly::add(wire::MessageId id, const wire::Encrypted& fragment,
                                                        base::Bytes inner, base::Instant forget_at) {
    const wire::Fragment& place = *fragment.fragment;
    const bool is_same = total_ != 0 && id == id_;
    if (is_same && place.total < total_) return base::fail(base::Reason::FragmentInvalid, "of an older attempt");
    const bool goes_on = is_same && place.total == total_;
    const std::size_t size = inner.size() + (place.number == 1 ? beside(fragment) : 0);
    if (const auto sound = check(place, (goes_on ? bytes_ : 0) + size); !sound) {
        return tl::unexpected(sound.error());
    }
    if (!goes_on) {
        clear();
        forgotten_at_ = forget_at;
    }
    id_ = id;
    total_ = place.total;
    if (place.number == 1) {
        first_inner_ = fragment.first_inner;
        prefix_ = base::to_bytes(fragment.associated);
    }
    if (pieces_.try_emplace(place.number, std::move(inner)).second) bytes_ += size;
    if (pieces_.size() < total_) return std::optional<InnerChain>();
    return std::optional(join());
}

InnerChain Reassembly::join() {
    InnerChain whole{first_inner_, {}, std::move(prefix_)};
    for (const auto& [number, piece] : pieces_) base::append(whole.bytes, piece);
    clear();
    return whole;
}

}  // namespace xfrmd::ikev2::sa
