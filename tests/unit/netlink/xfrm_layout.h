// XFRM's messages field by field, on Layout: numbers and structures that several of them have.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include "netlink/xfrm_messages.h"
#include "tests/unit/netlink/layout.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

// linux/xfrm.h, linux/netlink.h and bits/socket.h, by number
inline constexpr unsigned kNewSa = 0x10, kDelSa = 0x11, kGetSa = 0x12, kNewPolicy = 0x13, kDelPolicy = 0x14,
                          kGetPolicy = 0x15;
inline constexpr unsigned kUpdPolicy = 0x19, kUpdSa = 0x1a;
inline constexpr unsigned kCryptAttribute = 2, kEncapAttribute = 4, kTemplateAttribute = 5, kAeadAttribute = 18;
inline constexpr unsigned kAuthTruncAttribute = 20, kReplayEsnAttribute = 23;
inline constexpr unsigned kAdd = 0x0605, kReplaceOnly = 0x0105, kAddOrReplace = 0x0505, kPlain = 0x0005, kDump = 0x0305;
inline constexpr unsigned kInet = 2, kInet6 = 10;
inline constexpr unsigned kAfUnspecFlag = 32, kEsnFlag = 128;
inline constexpr unsigned kAlign4Flag = 64;  // XFRM_STATE_ALIGN4
inline constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

// In hexadecimal, to be read where they differ.
inline std::string sealed(MessageBatch& batch) {
    batch.seal(9);
    REQUIRE(batch.ok());
    return base::to_hex(batch.view());
}

inline std::string encoded(const Change& change) {
    MessageBatch batch(1, kLongestMessage);
    encode(change, batch);
    return sealed(batch);
}

inline std::string expected_message(unsigned type, unsigned flags, const Layout& payload) {
    return base::to_hex(message(type, flags, 9, payload));
}

inline base::Bytes octets(const char* text) { return base::to_bytes(address(text).bytes()); }

// struct xfrm_selector
struct SelectorFields {
    const char* source;
    const char* destination;
    unsigned source_length, destination_length, family;
    unsigned protocol = 0, source_port = 0, source_mask = 0, destination_port = 0, destination_mask = 0;
};
inline Layout& put(Layout& out, const SelectorFields& in) {
    out.address(octets(in.destination)).address(octets(in.source));
    out.net16(in.destination_port).net16(in.destination_mask).net16(in.source_port).net16(in.source_mask);
    out.native16(in.family).u8(in.destination_length).u8(in.source_length).u8(in.protocol).zeros(3);
    return out.native32(0).native32(0);  // interface, user
}

inline constexpr SelectorFields kNetToNet{"10.1.0.0", "10.2.0.0", 24, 24, kInet};

// struct xfrm_lifetime_cfg without limits, struct xfrm_lifetime_cur
inline Layout& put_lifetimes(Layout& out) {
    for (int i = 0; i < 4; ++i) out.native64(kUnlimited);
    return out.zeros(4 * 8).zeros(4 * 8);
}

}  // namespace xfrmd::netlink::test
