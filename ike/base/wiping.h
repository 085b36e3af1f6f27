// What is read and may hold secrets is overwritten where it was.
#pragma once

#include <algorithm>
#include <span>

#include "ike/base/secret_bytes.h"

namespace xfrmd::base {

// wipe_memory() for text, or octets that are kept as chars.
inline void wipe_text(std::span<char> text) {
    wipe_memory({reinterpret_cast<std::uint8_t*>(text.data()), text.size()});
}

// As insert at the end; but where that moves what is there, nothing stays behind at the old place. Both are of octets
// or chars.
template <typename Container, typename More>
void append_and_wipe(Container& to, const More& more) {
    const std::size_t needed = to.size() + more.size();
    if (needed > to.capacity()) {
        Container grown;
        grown.reserve(std::max(needed, 2 * to.capacity()));
        grown.insert(grown.end(), to.begin(), to.end());
        wipe_memory({reinterpret_cast<std::uint8_t*>(to.data()), to.size()});
        to = std::move(grown);
    }
    to.insert(to.end(), more.begin(), more.end());
}

}  // namespace xfrmd::base
