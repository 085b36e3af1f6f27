// Setters for keys that are one member of one struct: set_flag<&Draft::child, &policy::Child::ipcomp>. For the key
// table only.
#pragma once

#include <chrono>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "daemon/config/swanctl_draft.h"

namespace xfrmd::daemon {

// A complaint where the value is not from `least` to `most`.
Verdict check_range(std::uint64_t value, std::uint64_t least, std::uint64_t most);
Verdict check_seconds(std::uint64_t value);
policy::Mark mark_of(const Value& value);
Read<policy::InterfaceId> interface_id_of(const Value& value);
Verdict check_interface(std::string_view name);
Read<std::vector<policy::ConfiguredSelector>> selectors_of(const Value& value);

template <auto part, auto member>
Verdict set_flag(const Draft& draft, const Value& value) {
    draft.*part->*member = value.number != 0;
    return {};
}

template <auto part, auto member>
Verdict set_text(const Draft& draft, const Value& value) {
    draft.*part->*member = value.text;
    return {};
}

template <auto part, auto member>
Verdict set_number(const Draft& draft, const Value& value) {
    using Number = std::remove_reference_t<decltype(draft.*part->*member)>;
    if (const Verdict fits = check_range(value.number, 0, std::numeric_limits<Number>::max()); !fits) return fits;
    draft.*part->*member = static_cast<Number>(value.number);
    return {};
}

template <auto part, auto member>
Verdict set_seconds(const Draft& draft, const Value& value) {
    if (const Verdict fits = check_seconds(value.number); !fits) return fits;
    draft.*part->*member = std::chrono::seconds(value.number);
    return {};
}

template <auto part, auto member>
Verdict set_mark(const Draft& draft, const Value& value) {
    draft.*part->*member = mark_of(value);
    return {};
}

template <auto part, auto member>
Verdict set_if_id(const Draft& draft, const Value& value) {
    const auto id = interface_id_of(value);
    if (!id) return complain(id.error());
    draft.*part->*member = *id;
    return {};
}

template <auto part, auto member>
Verdict set_interface(const Draft& draft, const Value& value) {
    if (const Verdict fits = check_interface(value.text); !fits) return fits;
    draft.*part->*member = value.text;
    return {};
}

template <auto part, auto member>
Verdict set_selectors(const Draft& draft, const Value& value) {
    auto selectors = selectors_of(value);
    if (!selectors) return complain(std::move(selectors.error()));
    draft.*part->*member = std::move(*selectors);
    return {};
}

}  // namespace xfrmd::daemon
