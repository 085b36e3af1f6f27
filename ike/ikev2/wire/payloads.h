// The payloads of IKEv2 as values (RFC 7296 3.3-3.16). One source file a payload does the bytes; this header is the list.
// decode_* get a payload's body without its generic header; encode_* write the same. Sizes are bounded before anything is
// allocated: lists by the bytes that are really there, identities by kMaxIdentity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/bytes.h"
#include "ike/base/reader.h"
#include "ike/base/result.h"
#include "ike/base/writer.h"
#include "ike/ikev2/wire/header.h"
#include "ike/ikev2/wire/notify_type.h"
#include "ike/policy/identity.h"
#include "ike/policy/traffic_selector.h"
#include "ike/policy/transform.h"

namespace xfrmd::ikev2::wire {

inline constexpr std::size_t kMaxIdentity = 4096;     // bytes of one ID payload's data
inline constexpr std::size_t kMaxPayloads = 64;       // in one message
inline constexpr std::size_t kMaxProposals = 255;     // RFC 7296 3.3.1: the number is one byte
inline constexpr std::size_t kMinNonce = 16;          // RFC 7296 3.9
inline constexpr std::size_t kMaxNonce = 256;

// RFC 7296 3.3.5. Short attributes (TV) keep their value as two bytes.
struct Attribute {
    std::uint16_t type = 0;
    bool is_short = true;
    base::Bytes value;
    friend bool operator==(const Attribute&, const Attribute&) = default;
};

// RFC 7296 3.3.2. `transform.key_bits` mirrors a well-formed Key Length attribute; every other attribute makes the
// transform one we cannot choose (3.3.6) and stands in `others`.
struct TransformSubstructure {
    policy::Transform transform;
    std::vector<Attribute> others;
    friend bool operator==(const TransformSubstructure&, const TransformSubstructure&) = default;
};

// RFC 7296 3.3.1
struct ProposalSubstructure {
    std::uint8_t number = 1;
    policy::ProtocolId protocol = policy::ProtocolId::ike;
    base::Bytes spi;
    std::vector<TransformSubstructure> transforms;
    friend bool operator==(const ProposalSubstructure&, const ProposalSubstructure&) = default;
};

struct SecurityAssociation {  // 3.3
    std::vector<ProposalSubstructure> proposals;
    friend bool operator==(const SecurityAssociation&, const SecurityAssociation&) = default;
};
struct KeyExchangePayload {  // 3.4
    policy::KeyExchangeId method{};
    base::Bytes data;
    friend bool operator==(const KeyExchangePayload&, const KeyExchangePayload&) = default;
};
struct Identification {  // 3.5
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
    rsa_signature = 1, shared_key_mic = 2, dss_signature = 3, ecdsa_256 = 9, ecdsa_384 = 10, ecdsa_521 = 11, null = 13,
    digital_signature = 14,
};
struct Authentication {  // 3.8
    AuthMethodId method{};
    base::Bytes data;
    friend bool operator==(const Authentication&, const Authentication&) = default;
};
struct Nonce {  // 3.9
    base::Bytes data;
    friend bool operator==(const Nonce&, const Nonce&) = default;
};
struct Notify {  // 3.10
    policy::ProtocolId protocol = policy::ProtocolId::none;
    base::Bytes spi;
    NotifyType type{};
    base::Bytes data;
    friend bool operator==(const Notify&, const Notify&) = default;
};
struct Delete {  // 3.11: no SPIs for an IKE SA, 4-byte ones for AH and ESP
    policy::ProtocolId protocol = policy::ProtocolId::ike;
    std::vector<std::uint32_t> spis;
    friend bool operator==(const Delete&, const Delete&) = default;
};
struct VendorId {  // 3.12
    base::Bytes data;
    friend bool operator==(const VendorId&, const VendorId&) = default;
};
struct TrafficSelectorPayload {  // 3.13; selectors of unknown TS types are skipped and counted
    bool initiator = true;
    policy::TrafficSelectors selectors;
    std::size_t skipped = 0;
    friend bool operator==(const TrafficSelectorPayload&, const TrafficSelectorPayload&) = default;
};
struct Configuration {  // 3.15; attributes are opaque until virtual addresses come
    std::uint8_t type = 0;
    std::vector<std::pair<std::uint16_t, base::Bytes>> attributes;
    friend bool operator==(const Configuration&, const Configuration&) = default;
};
struct Eap {  // 3.16
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

// What is put into a message; the order given is the order on the wire.
using Payload = std::variant<SecurityAssociation, KeyExchangePayload, IdentificationInitiator, IdentificationResponder, Certificate,
                             CertificateRequest, Authentication, Nonce, Notify, Delete, VendorId, TrafficSelectorPayload,
                             Configuration, Eap, UnknownPayload>;

// "SHARED_KEY_MIC"; unknown ones as a number.
std::string to_string(AuthMethodId method);

}  // namespace xfrmd::ikev2::wire
