// The hashes in signatures of CAs that nobody can forge, by Botan's names: not MD5, not SHA-1. Internal to ike/crypto.
#pragma once

#include <set>
#include <string>

namespace xfrmd::crypto {

inline const std::set<std::string>& accepted_hashes() {
    static const std::set<std::string> hashes{"SHA-224",        "SHA-256",       "SHA-384", "SHA-512",
                                              "SHAKE-256(512)", "SHAKE-256(912)"};  // inside of ML-DSA and of Ed448
    return hashes;
}

}  // namespace xfrmd::crypto
