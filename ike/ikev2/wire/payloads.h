// The payloads of IKEv2 as values (RFC 7296 3.3-3.16). One source file a payload does the bytes; this header is the
// list. Unknown numbers are kept and written back. Sizes are bounded before anything is allocated: lists by the bytes
// that are really there and by the limits below. Everything in here is a peer's word: escape it before showing it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "ike/base/bytes.h"
#include "ike/ikev2/wire/header.h"
#include "ike/ikev2/wire/notify_type.h"
#include "ike/ikev2/wire/security_association.h"
#include "ike/policy/identity.h"
#include "ike/policy/traffic_selector.h"
#include "ike/policy/transform.h"

namespace xfrmd::ikev2::wire {

inline constexpr std::size_t kMaxIdentity = 4096;  // bytes of one ID payload's data
inline constexpr std::size_t kMaxPayloads = 64;    // in one chain, clear or inner
inline constexpr std::size_t kMinNonce = 16;       // RFC 7296 3.9
inline constexpr std::size_t kMaxNonce = 256;
inline constexpr std::size_t kMaxSelectors = 255;  // RFC 7296 3.13: the count is one byte
inline constexpr std::size_t kMaxConfigurationAttributes = 256;

struct KeyExchangePayload {  // 3.4
    policy::KeyExchangeId method{};
    base::Bytes data;
    friend bool operator==(const KeyExchangePayload&, const KeyExchangePayload&) = default;
};
struct Identification {  // 3.5; addresses are 4 or 16 bytes, as their type says
    policy::Identity identity;
    std::uint32_t reserved = 0;  // 24 bits, kept because AUTH covers them (2.15)
    friend bool operator==(const Identification&, const Identification&) = default;
};
struct Certificate {  // 3.6
    std::uint8_t encoding = 0;
    base::Bytes data;
    friend bool operator==(const Certificate&, const Certificate&) = default;
};
struct CertificateRequest {  // 3.7
    std::uint8_t encoding = 0;
    base::Bytes authorities;
    friend bool operator==(const CertificateRequest&, const CertificateRequest&) = default;
};
enum class AuthMethodId : std::uint8_t {
    rsa_signature = 1,
    shared_key_mic = 2,
    dss_signature = 3,
    ecdsa_256 = 9,
    ecdsa_384 = 10,
    ecdsa_521 = 11,
    null = 13,
    digital_signature = 14,
};
struct Authentication {  // 3.8
    AuthMethodId method{};
    base::Bytes data;
    friend bool operator==(const Authentication&, const Authentication&) = default;
};
struct Nonce {  // 3.9: kMinNonce to kMaxNonce bytes
    base::Bytes data;
    friend bool operator==(const Nonce&, const Nonce&) = default;
};
struct Notify {  // 3.10; `protocol` says nothing where `spi` is empty
    policy::ProtocolId protocol = policy::ProtocolId::none;
    base::Bytes spi;
    NotifyType type{};
    base::Bytes data;
    friend bool operator==(const Notify&, const Notify&) = default;
};
struct Delete {  // 3.11: no SPIs for an IKE SA, 4-byte ones for AH and ESP, no other protocol
    policy::ProtocolId protocol = policy::ProtocolId::ike;
    std::vector<std::uint32_t> spis;
    friend bool operator==(const Delete&, const Delete&) = default;
};
struct VendorId {  // 3.12
    base::Bytes data;
    friend bool operator==(const VendorId&, const VendorId&) = default;
};
// 3.13.1, as it came: a selector of a TS type we do not know, or one that no packet can match (its end before its
// start).
struct SkippedSelector {
    std::uint8_t type = 0;
    std::uint8_t protocol = 0;
    base::Bytes body;  // what follows the selector length
    friend bool operator==(const SkippedSelector&, const SkippedSelector&) = default;
};
struct TrafficSelectorPayload {  // 3.13; one selector at least, but all may be skipped ones
    bool initiator = true;       // TSi, else TSr
    policy::TrafficSelectors selectors;
    std::vector<SkippedSelector> skipped;
    friend bool operator==(const TrafficSelectorPayload&, const TrafficSelectorPayload&) = default;
};
struct Configuration {  // 3.15; attributes (15-bit type, value) are opaque until virtual addresses come
    std::uint8_t type = 0;
    std::vector<std::pair<std::uint16_t, base::Bytes>> attributes;
    friend bool operator==(const Configuration&, const Configuration&) = default;
};
struct Eap {  // 3.16: code, identifier, length (checked), data
    base::Bytes message;
    friend bool operator==(const Eap&, const Eap&) = default;
};
struct IdentificationInitiator : Identification {};
struct IdentificationResponder : Identification {};
struct UnknownPayload {
    PayloadType type{};
    bool critical = false;
    base::Bytes body;
    friend bool operator==(const UnknownPayload&, const UnknownPayload&) = default;
};

// What is put into a message; the order given is the order on the wire. A value must fit its length fields: the limits
// above, 255 transforms a proposal and 65,531 bytes a payload.
using Payload = std::variant<SecurityAssociation, KeyExchangePayload, IdentificationInitiator, IdentificationResponder,
                             Certificate, CertificateRequest, Authentication, Nonce, Notify, Delete, VendorId,
                             TrafficSelectorPayload, Configuration, Eap, UnknownPayload>;

PayloadType type_of(const Payload& payload);

// "SHARED_KEY_MIC", or "AUTH_METHOD_200" for one not listed.
std::string to_string(AuthMethodId method);

}  // namespace xfrmd::ikev2::wire
