// PKCS#11's interface as p11-kit has it. Internal to daemon/pkcs11.
#pragma once

#define CK_DISABLE_TRUE_FALSE
#include <p11-kit/p11-kit.h>
#include <p11-kit/pkcs11.h>

#include <tl/expected.hpp>

namespace xfrmd::daemon::pkcs11 {

// What a token says; the error is never CKR_OK.
template <typename T>
using Outcome = tl::expected<T, CK_RV>;

inline Outcome<void> outcome(CK_RV code) {
    if (code != CKR_OK) return tl::unexpected(code);
    return {};
}

// "The password or PIN is incorrect"
inline const char* words_of(CK_RV code) { return p11_kit_strerror(code); }

}  // namespace xfrmd::daemon::pkcs11
