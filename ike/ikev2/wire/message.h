// IKEv2 messages as typed values and as bytes (RFC 7296 3). Decoding is the one door: header, payload chain, grammar;
// whoever gets a Message need not look for payloads. Unknown numbers survive a round trip.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ike/base/result.h"
#include "ike/ikev2/wire/header.h"
#include "ike/ikev2/wire/payloads.h"

namespace xfrmd::ikev2::wire {

// The payloads of one message, clear or decrypted, each kind at its own place. A kind that may not repeat is an optional.
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

    const Notify* find(NotifyType type) const;
    // The first notify of an error type (RFC 7296 3.10.1: below 16384).
    const Notify* error() const;
};

// The SK payload before it is opened (RFC 7296 3.14).
struct Encrypted {
    PayloadType first_inner = PayloadType::none;
    base::ByteView associated;  // message from its first byte to the end of SK's generic header
    base::ByteView sealed;      // IV | ciphertext | ICV
};

// A datagram after its header and clear payload chain were read. Views borrow from the datagram.
struct Received {
    Header header;
    Payloads clear;
    std::optional<Encrypted> encrypted;
};

// Reads header and clear payloads. In an IKE_SA_INIT message SK must not appear; in every other exchange SK must appear,
// as the last payload, and what stands beside it in the clear is not trusted and dropped (RFC 7296 3.14).
// Errors: DatagramTooShort, HeaderLengthMismatch, MajorVersionUnsupported, Payload*, EncryptedPayloadMalformed.
base::Result<Received> decode(base::ByteView datagram);

// Reads the decrypted inner chain.
base::Result<Payloads> decode_inner(PayloadType first, base::ByteView plaintext);

// Checks required, optional and forbidden payloads of an exchange against its grammar table (RFC 7296 1.2-1.4, appendix C).
// A response or request that carries an error notify may lack everything else.
// Errors: PayloadMissing, PayloadUnexpected.
base::Result<void> check_grammar(const Header& header, const Payloads& payloads);

// An unprotected message, lengths filled in.
base::Bytes encode(Header header, const std::vector<Payload>& payloads);

// The inner chain of a protected message (to be sealed), and the message around it.
base::Bytes encode_inner(const std::vector<Payload>& payloads);
// Header plus SK generic header with final lengths: the associated data to seal under; the sealed bytes follow it.
base::Bytes encode_encrypted_prefix(Header header, PayloadType first_inner, std::size_t sealed_size);

PayloadType type_of(const Payload& payload);

}  // namespace xfrmd::ikev2::wire
