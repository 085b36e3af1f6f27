// Names of registry numbers: a constexpr table and its lookup. Private to ikev2/wire.
#pragma once

#include <cstddef>
#include <string_view>

namespace xfrmd::ikev2::wire {

template <typename Number>
struct Named {
    Number number;
    std::string_view name;
};

// Empty for a number that is not in the table.
template <typename Number, std::size_t kRows>
constexpr std::string_view name_in(const Named<Number> (&table)[kRows], Number number) {
    for (const Named<Number>& row : table) {
        if (row.number == number) return row.name;
    }
    return {};
}

}  // namespace xfrmd::ikev2::wire
