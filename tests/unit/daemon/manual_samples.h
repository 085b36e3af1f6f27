// Manual SAs to begin with: sound, between 192.0.2.1 (here) and 192.0.2.2.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ike/policy/manual_sa.h"

namespace xfrmd::daemon::test {

inline base::Address address(std::string_view text) { return *base::Address::parse(text); }
inline base::SecretBytes key(std::string_view text) { return base::SecretBytes(base::as_bytes(text)); }
inline std::vector<policy::ConfiguredSelector> selectors(std::string_view text) {
    return {*policy::parse_selector(text)};
}

inline constexpr std::string_view kShaKey = "abcdefghijklmnopqrst";
inline constexpr std::string_view kAesKey = "sixteen letters!";

// ESP in tunnel mode, AES-CBC-128 and HMAC-SHA-1-96.
inline policy::ManualSa manual_esp(std::string name = "by-hand", std::uint32_t spi = 256) {
    policy::ManualSa sa;
    sa.name = std::move(name);
    sa.spi = spi;
    sa.authentication = policy::ManualAuthentication{policy::IntegrityId::hmac_sha1_96, key(kShaKey)};
    sa.encryption = policy::ManualEncryption{policy::EncryptionId::aes_cbc, 128, key(kAesKey)};
    sa.local_addrs = address("192.0.2.1");
    sa.remote_addrs = address("192.0.2.2");
    sa.local_ts = selectors("10.1.0.0/16");
    sa.remote_ts = selectors("10.2.0.0/16");
    return sa;
}

inline policy::ManualSa manual_ah() {
    policy::ManualSa sa = manual_esp();
    sa.protocol = policy::ManualProtocol::ah;
    sa.encryption.reset();
    return sa;
}

inline policy::ManualSa manual_bundle() {
    policy::ManualSa sa = manual_esp();
    sa.protocol = policy::ManualProtocol::bundle;
    sa.auxiliary_spi = 257;
    return sa;
}

inline policy::ManualSa in_transport_mode(policy::ManualSa sa, std::string_view selector = "dynamic") {
    sa.mode = policy::Mode::transport;
    sa.local_ts = selectors(selector);
    sa.remote_ts = selectors(selector);
    return sa;
}

}  // namespace xfrmd::daemon::test
