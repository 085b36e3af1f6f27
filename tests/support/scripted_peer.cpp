#include "tests/support/scripted_peer.h"

#include <stdexcept>
#include <utility>

#include "ike/base/writer.h"
#include "ike/crypto/prf.h"
#include "ike/ikev2/exchange/authentication.h"
#include "ike/ikev2/exchange/offers.h"

namespace xfrmd::tests {

namespace exchange = ikev2::exchange;

ScriptedPeer::ScriptedPeer(std::uint64_t seed, const std::string& additional)
    : random_(seed),
      proposal_(ike_proposals("aes128-sha256-x25519" + additional).front()),
      suite_(crypto::IkeSuite::of(proposal_).value()),
      key_exchange_(crypto::KeyExchange::make(policy::KeyExchangeId::x25519, random_).value()) {
    nonce = random_.bytes(32);
    spi_i = wire::IkeSpi{random_.number()};
}

Payloads ScriptedPeer::init_payloads() {
    Payloads payloads{exchange::offer({proposal_}, {}),
                      wire::KeyExchangePayload{key_exchange_->method(), key_exchange_->public_value()},
                      wire::Nonce{nonce}};
    if (proposal_.has_additional_key_exchange()) {
        payloads.emplace_back(notify(wire::NotifyType::intermediate_exchange_supported));
    }
    return payloads;
}

wire::Header ScriptedPeer::init_header() const {
    wire::Header header;
    header.spi_i = spi_i;
    header.from_original_initiator = true;
    return header;
}

base::Bytes ScriptedPeer::init_request(const Payloads& payloads) {
    return own_message_ = wire::encode(init_header(), payloads);
}

void ScriptedPeer::take_init_response(base::ByteView response) {
    const wire::Received received = read(response);
    if (!received.clear.nonce || !received.clear.key_exchange) throw std::invalid_argument("no IKE_SA_INIT response");
    spi_r = received.header.spi_r;
    engine_nonce = received.clear.nonce->data;
    derive(received.clear.key_exchange->data);
}

base::Bytes ScriptedPeer::answer_init(base::ByteView request) {
    const wire::Received received = read(request);
    const wire::Header answer = answer_to(received.header);
    engine_nonce = received.clear.nonce->data;
    Payloads payloads = init_payloads();
    payloads.insert(payloads.end(), after_init.begin(), after_init.end());
    own_message_ = wire::encode(answer, payloads);
    derive(received.clear.key_exchange->data);
    return own_message_;
}

wire::Header ScriptedPeer::answer_to(const wire::Header& request) {
    initiator_ = false;
    spi_i = request.spi_i;
    spi_r = wire::IkeSpi{random_.number()};
    wire::Header answer;
    answer.spi_i = spi_i;
    answer.spi_r = spi_r;
    answer.exchange = request.exchange;
    answer.is_response = true;
    return answer;
}

base::Bytes ScriptedPeer::resume_request(base::ByteView ticket) {
    constexpr std::size_t kLifetimeSize = 4;
    spi_i = wire::IkeSpi{random_.number()};
    nonce = random_.bytes(32);
    initiator_ = true;
    wire::Header header = init_header();
    header.exchange = wire::ExchangeType::ike_session_resume;
    const auto opaque = notify(wire::NotifyType::ticket_opaque, base::to_bytes(ticket.subspan(kLifetimeSize)));
    return own_message_ = wire::encode(header, {wire::Nonce{nonce}, opaque});
}

void ScriptedPeer::take_resume_response(base::ByteView response) {
    const wire::Received received = read(response);
    if (!received.clear.nonce) throw std::invalid_argument("no IKE_SESSION_RESUME response");
    spi_r = received.header.spi_r;
    engine_nonce = received.clear.nonce->data;
    derive_resumed();
}

base::Bytes ScriptedPeer::answer_resume(base::ByteView request) {
    const wire::Received received = read(request);
    const wire::Header answer = answer_to(received.header);
    engine_nonce = received.clear.nonce->data;
    nonce = random_.bytes(32);
    own_message_ = wire::encode(answer, {wire::Nonce{nonce}});
    derive_resumed();
    return own_message_;
}

crypto::Nonces ScriptedPeer::nonces() const {
    if (initiator_) return {nonce, engine_nonce};
    return {engine_nonce, nonce};
}

base::Bytes ScriptedPeer::ppk_confirmation(const std::string& ppk) const {
    return crypto::ppk_confirmation(suite_.prf, base::as_bytes(ppk), nonces(), wire::spi_bytes(spi_i),
                                    wire::spi_bytes(spi_r));
}

void ScriptedPeer::mix(const std::string& ppk) {
    use(crypto::derive_mixed_ike_keys(suite_, base::as_bytes(ppk), sk_d_, nonces(), wire::spi_bytes(spi_i),
                                      wire::spi_bytes(spi_r)));
}

void ScriptedPeer::derive_resumed() {
    resumed_ = true;
    use(crypto::derive_resumed_ike_keys(suite_, session_, nonces(), wire::spi_bytes(spi_i), wire::spi_bytes(spi_r)));
}

void ScriptedPeer::derive(base::ByteView engine_value) {
    const base::SecretBytes shared = key_exchange_->shared_secret(engine_value).value();
    resumed_ = false;
    use(crypto::derive_ike_keys(suite_, nonces(), wire::spi_bytes(spi_i), wire::spi_bytes(spi_r), shared));
}

void ScriptedPeer::update_keys(const base::SecretBytes& shared) {
    use(crypto::derive_rekeyed_ike_keys({suite_.prf, sk_d_}, suite_, nonces(), wire::spi_bytes(spi_i),
                                        wire::spi_bytes(spi_r), shared));
}

base::Bytes ScriptedPeer::int_auth_sent(base::ByteView content) const {
    return base::to_bytes(crypto::Prf(suite_.prf, sk_p_.view())({content}).view());
}

base::Bytes ScriptedPeer::int_auth_received(base::ByteView content) const {
    return base::to_bytes(crypto::Prf(suite_.prf, sk_p_engine_.view())({content}).view());
}

void ScriptedPeer::use(crypto::IkeKeys keys) {
    if (!initiator_) {
        std::swap(keys.sk_ei, keys.sk_er);
        std::swap(keys.sk_ai, keys.sk_ar);
        std::swap(keys.sk_pi, keys.sk_pr);
    }
    sk_d_ = std::move(keys.sk_d);
    sk_p_ = std::move(keys.sk_pi);
    sk_p_engine_ = std::move(keys.sk_pr);
    outbound_.emplace(suite_, std::move(keys.sk_ei), std::move(keys.sk_ai));
    inbound_.emplace(suite_, std::move(keys.sk_er), std::move(keys.sk_ar));
}

base::Bytes ScriptedPeer::auth_octets(const wire::Identification& identification) const {
    return crypto::auth_octets(suite_.prf, own_message_, engine_nonce, sk_p_, exchange::identity_body(identification),
                               int_auth);
}

wire::Authentication ScriptedPeer::auth() const {
    const base::Bytes octets = auth_octets({identity(id), 0});
    const base::Bytes& covered = resumed_ && signs_message_alone ? own_message_ : octets;
    const base::SecretBytes mac = resumed_ ? crypto::Prf(suite_.prf, sk_p_.view())({covered})
                                           : crypto::psk_auth(suite_.prf, base::as_bytes(secret), covered);
    return {wire::AuthMethodId::shared_key_mic, base::to_bytes(mac.view())};
}

wire::Authentication ScriptedPeer::null_auth(const policy::Identity& who) const {
    const base::Bytes body = exchange::identity_body({who, 0});
    const base::Bytes octets = crypto::auth_octets(suite_.prf, own_message_, engine_nonce, sk_p_, body, int_auth);
    return {wire::AuthMethodId::null, base::to_bytes(crypto::psk_auth(suite_.prf, sk_p_.view(), octets).view())};
}

wire::SecurityAssociation ScriptedPeer::esp_offer(std::uint32_t spi, const std::string& words) {
    return exchange::offer(esp_proposals(words), base::Writer().u32(spi).take());
}

wire::SecurityAssociation ScriptedPeer::ah_offer(std::uint32_t spi, const std::string& words) {
    return exchange::offer(ah_proposals(words), base::Writer().u32(spi).take());
}

wire::TrafficSelectorPayload ScriptedPeer::own_selectors() const {
    return {initiator_, selectors({"10.2.0.0/16"}), {}};
}
wire::TrafficSelectorPayload ScriptedPeer::engine_selectors() const {
    return {!initiator_, selectors({"10.1.0.0/16"}), {}};
}

Payloads ScriptedPeer::child_rekeying(std::uint8_t number) const {
    return {wire::Notify{policy::ProtocolId::esp, {0xc0, 0xff, 0xee, 0x01}, wire::NotifyType::rekey_sa, {}},
            esp_offer(0xc0ffee00U + number), wire::Nonce{base::Bytes(32, number)}, own_selectors(), engine_selectors()};
}

Payloads ScriptedPeer::ike_rekeying(std::uint8_t number) {
    return {exchange::offer(ike_proposals("aes128-sha256-x25519"), base::Bytes(8, number)),
            wire::Nonce{base::Bytes(32, number)},
            wire::KeyExchangePayload{policy::KeyExchangeId::x25519, base::Bytes(32, 9)}};
}

Payloads ScriptedPeer::auth_request(std::uint32_t esp_spi) const {
    return {wire::IdentificationInitiator{{identity(id), 0}},
            wire::IdentificationResponder{{identity(engine_id), 0}},
            auth(),
            esp_offer(esp_spi),
            own_selectors(),
            engine_selectors()};
}

Payloads ScriptedPeer::auth_response(const wire::Payloads& request, std::uint32_t esp_spi) const {
    return {wire::IdentificationResponder{{identity(id), 0}}, auth(), esp_offer(esp_spi), *request.ts_i, *request.ts_r};
}

wire::Header ScriptedPeer::header(wire::ExchangeType exchange, std::uint32_t message_id, bool is_response) const {
    wire::Header header;
    header.spi_i = spi_i;
    header.spi_r = spi_r;
    header.exchange = exchange;
    header.from_original_initiator = initiator_;
    header.is_response = is_response;
    header.message_id = wire::MessageId{message_id};
    return header;
}

base::Bytes ScriptedPeer::protect(wire::ExchangeType exchange, std::uint32_t message_id, bool is_response,
                                  const Payloads& payloads) {
    return protect_raw(exchange, message_id, is_response, wire::first_type(payloads), wire::encode_inner(payloads));
}

base::Bytes ScriptedPeer::protect_raw(wire::ExchangeType exchange, std::uint32_t message_id, bool is_response,
                                      wire::PayloadType first, base::ByteView inner) {
    base::Bytes message = wire::encode_encrypted_prefix(header(exchange, message_id, is_response), first,
                                                        outbound_.value().sealed_size(inner.size()));
    base::append(message, outbound_.value().seal(message, inner, random_));
    return message;
}

base::Bytes ScriptedPeer::protect_fragment(const wire::Header& header, wire::Fragment fragment, wire::PayloadType first,
                                           base::ByteView inner) {
    base::Bytes message =
        wire::encode_fragment_prefix(header, first, fragment, outbound_.value().sealed_size(inner.size()));
    base::append(message, outbound_.value().seal(message, inner, random_));
    return message;
}

std::optional<wire::Payloads> ScriptedPeer::open(base::ByteView message) {
    const wire::Received received = read(message);
    if (!received.encrypted || !inbound_) return std::nullopt;
    const auto inner = inbound_->open(received.encrypted->associated, received.encrypted->sealed);
    if (!inner) return std::nullopt;
    return wire::decode_inner(received.encrypted->first_inner, *inner).value();
}

wire::Received read(base::ByteView message) {
    auto received = wire::decode(message);
    if (!received) throw std::invalid_argument(received.error().sentence());
    return *std::move(received);
}

wire::Notify notify(wire::NotifyType type, base::Bytes data) {
    return {policy::ProtocolId::none, {}, type, std::move(data)};
}

}  // namespace xfrmd::tests
