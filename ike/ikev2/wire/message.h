// IKEv2 messages as typed values and as bytes (RFC 7296 3). Decoding is the one door: header, payload chain, and
// grammar once the chain is in the clear. Whoever holds Payloads and their Shape need not look for payloads. Linear in
// the bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "ike/base/result.h"
#include "ike/ikev2/wire/header.h"
#include "ike/ikev2/wire/payloads.h"

namespace xfrmd::ikev2::wire {

// The payloads of one message, clear or decrypted, each kind at its own place. A kind that may not repeat is an
// optional.
struct Payloads {
    std::optional<SecurityAssociation> sa;
    std::optional<KeyExchangePayload> key_exchange;
    std::optional<Nonce> nonce;
    std::optional<Identification> id_i;
    std::optional<Identification> id_r;
    std::optional<Authentication> auth;
    std::optional<TrafficSelectorPayload> ts_i;
    std::optional<TrafficSelectorPayload> ts_r;
    std::optional<Configuration> configuration;
    std::optional<Eap> eap;
    std::vector<Certificate> certificates;
    std::vector<CertificateRequest> certificate_requests;
    std::vector<Notify> notifies;
    std::vector<Delete> deletes;
    std::vector<VendorId> vendor_ids;
    std::vector<UnknownPayload> unknown;  // not critical, skipped by handlers

    // The first notify of this type, nullptr where there is none.
    const Notify* find(NotifyType type) const;
    // The first notify of an error type (RFC 7296 3.10.1: below 16384).
    const Notify* error() const;
    friend bool operator==(const Payloads&, const Payloads&) = default;
};

// Which part of its message an SKF payload is (RFC 7383 2.5): 1 <= number <= total.
struct Fragment {
    std::uint16_t number = 1;
    std::uint16_t total = 1;
    friend bool operator==(const Fragment&, const Fragment&) = default;
};

// The SK or SKF payload before it is opened (RFC 7296 3.14, RFC 7383 2.5). Not even its size is checked: the cipher
// knows the least one.
struct Encrypted {
    PayloadType first_inner = PayloadType::none;  // of SKF: with the first fragment
    base::ByteView associated;                    // message from its first byte to where `sealed` begins
    base::ByteView sealed;                        // IV | ciphertext | ICV
    std::optional<Fragment> fragment = {};        // of SKF
};

// A datagram after its header and clear payload chain were read. Views borrow from the datagram.
struct Received {
    Header header;
    Payloads clear;  // empty where `encrypted` is set
    std::optional<Encrypted> encrypted;
};

// Reads header and clear payloads. SK must be the last payload and must not appear in an IKE SA's first exchange; what
// stands beside it in the clear is not trusted and dropped unread (RFC 7296 3.14). A message without SK gives its clear
// payloads in any exchange (an unprotected INVALID_IKE_SPI answer is one, 1.5): the caller decides whether it may be
// unprotected. Nothing is authentic yet: outside IKE_SA_INIT an error here is no reason to answer or to change an SA.
// Errors: decode_header's, PayloadLengthInvalid, PayloadCountExceeded, PayloadRepeated, PayloadUnexpected (SK in
// an IKE SA's first exchange), PayloadMalformed, NonceLengthInvalid, CriticalPayloadUnsupported,
// EncryptedPayloadMalformed (SK not last), FragmentInvalid (SKF of numbers that cannot be). CriticalPayloadUnsupported
// carries as notify data the type that its answer must name (RFC 7296 2.5).
base::Result<Received> decode(base::ByteView datagram);

// Reads the decrypted inner chain. Errors: as decode(); SK inside SK is PayloadUnexpected.
base::Result<Payloads> decode_inner(PayloadType first, base::ByteView plaintext);

// Which of the messages of RFC 7296 1.2-1.4 and appendix C this is. It tells which places of Payloads are filled;
// notifies and vendor ids may come with all of them. grammar.cpp has the table.
enum class Shape : std::uint8_t {
    initial,         // IKE_SA_INIT: sa, key_exchange, nonce
    resumption,      // IKE_SESSION_RESUME: nonce (RFC 5723)
    authentication,  // IKE_AUTH: id_i (response: id_r), auth, sa, ts_i, ts_r
    childless,       // IKE_AUTH: id_i (response: id_r), auth; the child is not wanted (RFC 6023) or failed (1.2)
    eap_start,       // IKE_AUTH: id_i, sa, ts_i, ts_r, no auth; response: id_r, eap
    eap_round,       // IKE_AUTH: eap
    eap_end,         // IKE_AUTH: auth; response: auth, sa, ts_i, ts_r
    silent,          // IKE_AUTH: nothing; last response: sa, ts_i, ts_r. Only the other side has a round (RFC 4739)
    new_child,       // CREATE_CHILD_SA: sa, nonce, ts_i, ts_r, perhaps key_exchange; with N(REKEY_SA) it replaces one
    rekey_ike,       // CREATE_CHILD_SA: sa, nonce, key_exchange
    next_key_exchange,  // IKE_INTERMEDIATE, IKE_FOLLOWUP_KE: key_exchange (RFC 9370)
    notifies_alone,     // IKE_INTERMEDIATE: nothing else (RFC 9867 3.1)
    informational,      // INFORMATIONAL: anything of deletes, configuration, or nothing
    refusal,  // a response with an error notify (in an IKE SA's first exchange also COOKIE, REDIRECT, TICKET_NACK) that
              // is none of the above; all may be missing
};

// RFC 9242 3.3.2, IntAuth_[i/r]*A: `associated` of a message, or of its first fragment, as it would be if the message
// had come in one piece, with lengths that count the inner payloads and nothing else of SK.
base::Bytes adjusted_prefix(base::ByteView associated, std::size_t inner_size);

// Checks required, optional and forbidden payloads of an exchange against its grammar table.
// Errors: PayloadMissing, PayloadUnexpected, ExchangeTypeUnexpected (an exchange the table does not have).
base::Result<Shape> check_grammar(const Header& header, const Payloads& payloads);

// An unprotected message; next_payload and length are filled in.
base::Bytes encode(Header header, const std::vector<Payload>& payloads);

// The inner chain of a protected message (to be sealed); its first type is what encode_encrypted_prefix wants.
base::Bytes encode_inner(const std::vector<Payload>& payloads);
PayloadType first_type(const std::vector<Payload>& payloads);
// Header plus SK generic header with final lengths: the associated data to seal under; the sealed bytes follow it.
base::Bytes encode_encrypted_prefix(Header header, PayloadType first_inner, std::size_t sealed_size);
// The same for SKF, where only the first fragment tells the first type (RFC 7383 2.5).
base::Bytes encode_fragment_prefix(Header header, PayloadType first_inner, Fragment fragment, std::size_t sealed_size);

}  // namespace xfrmd::ikev2::wire
