// The words of strongSwan's proposal strings, with the transform each stands for and whether this build can run it. The
// one table that proposal strings, defaults and the crypto folder agree on; for ike/policy and the tests that compare
// the two.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "ike/policy/transform.h"

namespace xfrmd::policy {

enum class Support : std::uint8_t {
    runs,
    in_ike,     // but not in ESP: Linux has it not
    in_esp,     // but not in IKE: it keeps no secret (RFC 7296 3.14), or none worth the name (DES)
    not_yet,    // has a number here, but no implementation
    no_number,  // strongSwan's alone: its transform means nothing here
};

struct Keyword {
    std::string_view word;
    Transform transform;
    Support support = Support::runs;
};

// Sorted by word.
std::span<const Keyword> keywords();

// nullptr for a word that strongSwan does not know either. Exact and in lower case.
const Keyword* find_keyword(std::string_view word);

// "ke1_x25519".."ke7_x25519" (RFC 9370) without the prefix, which may be in any case. nullopt where there is none.
struct AdditionalWord {
    TransformType type{};
    std::string_view method;
};
std::optional<AdditionalWord> additional_word(std::string_view word);

// The keyword with the smallest edit distance to a misspelt `word`, empty where none is close.
std::string_view nearest_keyword(std::string_view word);

}  // namespace xfrmd::policy
