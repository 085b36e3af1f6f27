#include "daemon/config/swanctl_member_setters.h"

#include <algorithm>

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();

// RFC 7296 3.13: their number is one octet.
constexpr std::size_t kMostSelectors = 255;

policy::NumberKind kind_of(std::string_view text) {
    const std::string_view name = text.substr(0, text.find('/'));
    if (name == "%unique") return policy::NumberKind::unique;
    if (name == "%unique-dir") return policy::NumberKind::unique_dir;
    return name == "%same" ? policy::NumberKind::same : policy::NumberKind::given;
}

}  // namespace

Verdict check_range(std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value >= least && value <= most) return {};
    return complain("expected a number from " + std::to_string(least) + " to " + std::to_string(most));
}

Verdict check_seconds(std::uint64_t value) {
    if (value <= kMost32) return {};
    return complain("expected at most " + std::to_string(kMost32) + " seconds");
}

policy::Mark mark_of(const Value& value) {
    return {kind_of(value.text), static_cast<std::uint32_t>(value.number), value.mask};
}

Read<policy::InterfaceId> interface_id_of(const Value& value) {
    const policy::NumberKind kind = kind_of(value.text);
    if (const Verdict fits = check_range(value.number, 0, kMost32); !fits) return complain(fits.error());
    return policy::InterfaceId{kind, static_cast<std::uint32_t>(value.number)};
}

// What Linux takes for a name: dev_valid_name() of net/core/dev.c.
Verdict check_interface(std::string_view name) {
    const bool bad = std::any_of(name.begin(), name.end(), [](char c) { return c <= ' ' || c == '/' || c == ':'; });
    if (!bad && name != "." && name != ".." && name.size() <= policy::kLongestInterfaceName) return {};
    return complain("'" + base::printable(name, 64) + "' is no name of an interface: up to " +
                    std::to_string(policy::kLongestInterfaceName) + " characters without blanks, '/' and ':'");
}

Read<std::vector<policy::ConfiguredSelector>> selectors_of(const Value& value) {
    if (value.items.size() > kMostSelectors) {
        return complain("expected at most " + std::to_string(kMostSelectors) + " selectors");
    }
    std::vector<policy::ConfiguredSelector> selectors;
    for (const std::string_view item : value.items) {
        const auto selector = policy::parse_selector(item);
        if (!selector) return complain(selector.error().detail);
        selectors.push_back(*selector);
    }
    return selectors;
}

}  // namespace xfrmd::daemon
