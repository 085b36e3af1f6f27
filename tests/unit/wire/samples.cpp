#include "tests/unit/wire/samples.h"

#include <cctype>

namespace xfrmd::ikev2::wire::test {

namespace {

std::uint8_t digit(char c) { return static_cast<std::uint8_t>(c <= '9' ? c - '0' : c - 'a' + 10); }

}  // namespace

base::Bytes hex(std::string_view text) {
    base::Bytes out;
    bool high = true;
    for (const char c : text) {
        if (std::isspace(static_cast<unsigned char>(c)) != 0) continue;
        if (high) {
            out.push_back(static_cast<std::uint8_t>(digit(c) << 4));
        } else {
            out.back() = static_cast<std::uint8_t>(out.back() | digit(c));
        }
        high = !high;
    }
    return out;
}

const base::Bytes& ike_sa_init_request() {
    static const base::Bytes message =
        hex("0123456789abcdef 0000000000000000 21 20 22 08 00000000 00000116"
            // SA
            "22 00 0054"
            "  02 00 002c 01 01 00 04"             // proposal 1, IKE
            "    03 00 000c 01 00 000c 800e 0100"  // AES-CBC, 256 bits
            "    03 00 0008 02 00 0005"            // PRF_HMAC_SHA2_256
            "    03 00 0008 03 00 000c"            // AUTH_HMAC_SHA2_256_128
            "    00 00 0008 04 00 001f"            // Curve25519
            "  00 00 0024 02 01 00 03"             // proposal 2, IKE
            "    03 00 000c 01 00 0014 800e 0100"  // AES-GCM-16, 256 bits
            "    03 00 0008 02 00 0006"            // PRF_HMAC_SHA2_384
            "    00 00 0008 04 00 0013"            // 256-bit random ECP
            // KE, Curve25519
            "28 00 0028 001f 0000"
            "  000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f"
            // Nonce
            "29 00 0024 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf b0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
            // N(NAT_DETECTION_SOURCE_IP), N(NAT_DETECTION_DESTINATION_IP)
            "29 00 001c 00 00 4004 c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3"
            "29 00 001c 00 00 4005 e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3"
            // N(IKEV2_FRAGMENTATION_SUPPORTED), N(SIGNATURE_HASH_ALGORITHMS)
            "29 00 0008 00 00 402e"
            "2b 00 000e 00 00 402f 0002 0003 0004"
            // V
            "00 00 000c 6f75722076656e64");
    return message;
}

const base::Bytes& ike_auth_inner() {
    static const base::Bytes chain = hex(
        // IDi, FQDN "alice.example"; N(INITIAL_CONTACT)
        "29 00 0015 02 000000 616c6963652e6578616d706c65"
        "24 00 0008 00 00 4000"
        // IDr, 192.0.2.1
        "27 00 000c 01 000000 c0000201"
        // AUTH, shared key
        "21 00 0028 02 000000 5051525354555657 58595a5b5c5d5e5f 6061626364656667 68696a6b6c6d6e6f"
        // SA: ESP, SPI c1c2c3c4, AES-GCM-16 with 128 bits, no ESN
        "2c 00 0024 00 00 0020 01 03 04 02 c1c2c3c4"
        "    03 00 000c 01 00 0014 800e 0080"
        "    00 00 0008 05 00 0000"
        // TSi 10.1.0.0-10.1.0.255
        "2d 00 0018 01 000000 07 00 0010 0000 ffff 0a010000 0a0100ff"
        // TSr 10.2.0.0-10.2.0.255 TCP 443 and 2001:db8::-2001:db8::ffff
        "29 00 0040 02 000000 07 06 0010 01bb 01bb 0a020000 0a0200ff"
        "    08 00 0028 0000 ffff 20010db8000000000000000000000000 20010db800000000000000000000ffff"
        // N(USE_TRANSPORT_MODE)
        "00 00 0008 00 00 4007");
    return chain;
}

base::Bytes with_true_length(base::Bytes datagram) {
    const std::size_t length = datagram.size();
    for (std::size_t i = 0; i < 4; ++i) datagram[24 + i] = static_cast<std::uint8_t>(length >> ((3 - i) * 8));
    return datagram;
}

}  // namespace xfrmd::ikev2::wire::test
