// What a client hears of a change that was refused, and what the log hears.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "daemon/config/config_error.h"

namespace xfrmd::daemon {

struct Rejection {
    std::string text;          // for the client, in strongSwan's words
    std::string reason = {};   // ours, which names the key and says what is wrong with it; empty: `text` says it all
    bool is_missing = false;   // what was to be unloaded is not there
    ConfigErrors errors = {};  // all that is wrong with the section, where that is why
};

template <typename T = void>
using Answer = tl::expected<T, Rejection>;

inline tl::unexpected<Rejection> refuse(std::string text, std::string reason = {}) {
    return tl::unexpected(Rejection{std::move(text), std::move(reason)});
}

inline tl::unexpected<Rejection> refuse_missing(std::string text) {
    return tl::unexpected(Rejection{std::move(text), {}, true});
}

}  // namespace xfrmd::daemon
