// A peer that does exactly what a test says: it holds the keys of an IKE SA with an engine and makes any message under
// them, well-formed or not. Suite: aes128-sha256-x25519 for IKE, with what `additional` adds ("-ke1_mlkem768"); it is
// b.example at 192.0.2.2 unless told otherwise.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "ike/crypto/key_exchange.h"
#include "ike/crypto/key_schedule.h"
#include "ike/crypto/sk_cipher.h"
#include "ike/ikev2/wire/message.h"
#include "tests/support/policies.h"
#include "tests/support/seeded_random.h"

namespace xfrmd::tests {

namespace wire = ikev2::wire;
using Payloads = std::vector<wire::Payload>;

class ScriptedPeer {
public:
    explicit ScriptedPeer(std::uint64_t seed = 7, const std::string& additional = {});

    base::Endpoint self{address("192.0.2.2"), 500};
    base::Endpoint engine{address("192.0.2.1"), 500};
    std::string id = "b.example";
    std::string engine_id = "a.example";
    std::string secret = kSecret;

    wire::IkeSpi spi_i{};
    wire::IkeSpi spi_r{};
    base::Bytes nonce;
    base::Bytes engine_nonce;
    bool signs_message_alone = false;  // when resuming, as libreswan does
    Payloads after_init;               // of answer_init(): behind SA, KE and Nr
    base::Bytes int_auth;              // RFC 9242 3.3.2: what AUTH covers of IKE_INTERMEDIATE

    // --- As original initiator ---
    // What IKE_SA_INIT carries: SA, KE, Ni.
    Payloads init_payloads();
    wire::Header init_header() const;
    base::Bytes init_request(const Payloads& payloads);
    base::Bytes init_request() { return init_request(init_payloads()); }
    // Keys exist from here on.
    void take_init_response(base::ByteView response);
    // IDi, IDr, AUTH, SA, TSi, TSr.
    Payloads auth_request(std::uint32_t esp_spi = 0xc0ffee01) const;

    // RFC 5723: the IKE SA there is may be resumed; another one, with its ticket. `ticket` is TICKET_LT_OPAQUE's data.
    void keep_session() { session_ = sk_d_.clone(); }
    base::Bytes resume_request(base::ByteView ticket);
    void take_resume_response(base::ByteView response);

    // --- As responder ---
    // Takes the engine's IKE_SA_INIT request and answers it; keys exist from here on.
    base::Bytes answer_init(base::ByteView request);
    // IDr, AUTH, then SA, TSi, TSr as the engine proposed them.
    Payloads auth_response(const wire::Payloads& request, std::uint32_t esp_spi = 0xc0ffee02) const;
    // The same for IKE_SESSION_RESUME, with the keys of keep_session().
    base::Bytes answer_resume(base::ByteView request);

    // --- Both ---
    // RFC 9370 2.2.2: other keys after an additional key exchange.
    void update_keys(const base::SecretBytes& shared);
    // RFC 9867 3.1: that it has this PPK; and it in all keys.
    base::Bytes ppk_confirmation(const std::string& ppk) const;
    void mix(const std::string& ppk);
    // RFC 9242 3.3.2: IntAuth_[i/r]1 of what we send, and of what the engine does, under the keys of now.
    base::Bytes int_auth_sent(base::ByteView content) const;
    base::Bytes int_auth_received(base::ByteView content) const;
    base::Bytes protect(wire::ExchangeType exchange, std::uint32_t id, bool is_response, const Payloads& payloads);
    base::Bytes protect_raw(wire::ExchangeType exchange, std::uint32_t id, bool is_response, wire::PayloadType first,
                            base::ByteView inner);
    // One fragment of a message (RFC 7383 2.5), with any numbers.
    base::Bytes protect_fragment(const wire::Header& header, wire::Fragment fragment, wire::PayloadType first,
                                 base::ByteView inner);
    wire::Header header(wire::ExchangeType exchange, std::uint32_t id, bool is_response) const;
    // nullopt where it does not open with our keys.
    std::optional<wire::Payloads> open(base::ByteView message);
    wire::Authentication auth() const;
    // RFC 7619: of nobody, or of who calls itself so.
    wire::Authentication null_auth(const policy::Identity& who) const;
    // What AUTH covers of ours where we say that we are this one, for signatures (RFC 7296 2.15).
    base::Bytes auth_octets(const wire::Identification& identification) const;

    // Selectors 10.2.0.0/16 (ours) and 10.1.0.0/16, ESP aes128gcm16.
    static wire::SecurityAssociation esp_offer(std::uint32_t spi, const std::string& words = "aes128gcm16");
    static wire::SecurityAssociation ah_offer(std::uint32_t spi, const std::string& words = "sha256");
    wire::TrafficSelectorPayload own_selectors() const;
    wire::TrafficSelectorPayload engine_selectors() const;
    // Requests to rekey the child of auth_request(), and the IKE SA; the answer's payloads of the latter are the same.
    // SPIs and nonces are made of the number, 1..255.
    Payloads child_rekeying(std::uint8_t number) const;
    static Payloads ike_rekeying(std::uint8_t number);

private:
    void derive(base::ByteView engine_value);
    void derive_resumed();
    crypto::Nonces nonces() const;
    void use(crypto::IkeKeys keys);
    wire::Header answer_to(const wire::Header& request);

    SeededRandom random_;
    bool initiator_ = true;
    policy::Proposal proposal_;
    crypto::IkeSuite suite_;
    std::unique_ptr<crypto::KeyExchange> key_exchange_;
    base::Bytes own_message_;
    bool resumed_ = false;
    base::SecretBytes sk_d_;
    base::SecretBytes session_;  // SK_d of the one that is resumed
    base::SecretBytes sk_p_;
    base::SecretBytes sk_p_engine_;
    std::optional<crypto::SkCipher> inbound_;
    std::optional<crypto::SkCipher> outbound_;
};

// A datagram without its marker, read; ends the test where it cannot be.
wire::Received read(base::ByteView message);
wire::Notify notify(wire::NotifyType type, base::Bytes data = {});

}  // namespace xfrmd::tests
