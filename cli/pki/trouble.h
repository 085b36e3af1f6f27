// What keeps a small CA from doing what it was asked: a sentence, and what to do about it.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "ike/base/result.h"

namespace xfrmd::cli::pki {

// Kinds as scripts see them with --json; exit_code.cpp knows them.
inline constexpr std::string_view kUsage = "rpc.invalid_params";
inline constexpr std::string_view kDenied = "permission.denied";
inline constexpr std::string_view kNoAuthority = "pki.no_authority";  // there is none to sign with
inline constexpr std::string_view kExists = "pki.exists";             // a file that would be overwritten
inline constexpr std::string_view kUnusable = "pki.unusable";         // what a file holds, or what was to be made of it
inline constexpr std::string_view kBusy = "pki.busy";                 // somebody else is at work in the same folder
inline constexpr std::string_view kFile = "pki.file";                 // reading and writing

struct Trouble {
    std::string kind;
    std::string message;
    std::string hint;  // may be empty
};

template <typename T>
using Outcome = tl::expected<T, Trouble>;

inline tl::unexpected<Trouble> trouble(std::string_view kind, std::string message, std::string hint) {
    return tl::unexpected<Trouble>(Trouble{std::string(kind), std::move(message), std::move(hint)});
}

// Of the core's error about a file or a value: its sentence's own part, as that says enough.
inline tl::unexpected<Trouble> unusable(const std::string& what, const base::Error& error, std::string hint) {
    const std::string why = error.detail.empty() ? error.sentence() : error.detail;
    return trouble(kUnusable, what + ": " + why, std::move(hint));
}

}  // namespace xfrmd::cli::pki
