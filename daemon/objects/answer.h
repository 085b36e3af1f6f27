// What a client hears of a change that was refused, and what the log hears.
#pragma once

#include <string>

#include <tl/expected.hpp>

namespace xfrmd::daemon {

struct Rejection {
    std::string text;         // for the client, in strongSwan's words
    std::string reason = {};  // ours, which names the key and says what is wrong with it; empty: `text` says it all
};

template <typename T = void>
using Answer = tl::expected<T, Rejection>;

inline tl::unexpected<Rejection> refuse(std::string text, std::string reason = {}) {
    return tl::unexpected(Rejection{std::move(text), std::move(reason)});
}

}  // namespace xfrmd::daemon
