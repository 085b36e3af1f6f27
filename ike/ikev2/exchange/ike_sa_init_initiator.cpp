#include <utility>

#include "ike/base/reader.h"
#include "ike/ikev2/exchange/child_mode.h"
#include "ike/ikev2/exchange/childless.h"
#include "ike/ikev2/exchange/fragments.h"
#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/ike_sa_init.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/nat.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/redirect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// HDR, [N(COOKIE)], SAi1, KEi, Ni, N(NAT_DETECTION_*), [V] (RFC 7296 1.2, 2.6)
base::Bytes make_request(const sa::Step& step, const sa::InitRequested& phase) {
    std::vector<wire::Payload> payloads;
    if (!phase.cookie.empty()) payloads.emplace_back(notify(wire::NotifyType::cookie, phase.cookie));
    payloads.emplace_back(offer(step.sa.connection->proposals, {}));
    payloads.emplace_back(wire::KeyExchangePayload{phase.key_exchange->method(), phase.key_exchange->public_value()});
    payloads.emplace_back(wire::Nonce{phase.nonce});
    for (wire::Payload& hash : nat_detection(step.sa, {step.sa.local, step.sa.remote}))
        payloads.push_back(std::move(hash));
    if (auto fragments = fragmentation_notify(*step.sa.connection)) payloads.push_back(std::move(*fragments));
    append_redirect_support(step, payloads);
    for (wire::Payload& vendor_id : vendor_ids(*step.sa.connection)) payloads.push_back(std::move(vendor_id));

    wire::Header header = request_header(step, wire::ExchangeType::ike_sa_init);
    header.message_id = wire::MessageId{0};
    return wire::encode(header, payloads);
}

base::Bytes packet_of(const sa::Step& step, const sa::InitRequested& phase) {
    return with_marker(step, step.sa.local, phase.request);
}

base::Result<void> count_restart(const sa::Step& step, const sa::InitRequested& phase) {
    if (phase.restarts >= step.options.most_restarts) return base::fail(Reason::TooManyRetries);
    return {};
}

sa::Next start_over(sa::Step& step, sa::InitRequested& phase, std::string why) {
    ++phase.restarts;
    phase.request = make_request(step, phase);
    step.sa.window.sent_anew({packet_of(step, phase)}, step.now, step.options.retransmit);
    step.send(packet_of(step, phase));
    step.report(ike::Level::debug, std::move(why));
    return sa::stay();
}

// RFC 7296 2.6: repeat the request with the cookie as its first payload.
sa::Next on_cookie(sa::Step& step, sa::InitRequested& phase, const wire::Notify& cookie) {
    if (cookie.data.empty() || cookie.data.size() > 64)
        return base::fail(Reason::PayloadMalformed, "COOKIE of a wrong size");
    if (cookie.data == phase.cookie) return base::fail(Reason::ResponseUnexpected, "that cookie is on its way");
    if (const auto counted = count_restart(step, phase); !counted) return tl::unexpected(counted.error());
    phase.cookie = cookie.data;
    return start_over(step, phase, "peer asks for a cookie: starting over with it");
}

// RFC 7296 1.2: the responder names the group it wants; it must be one that we offered (2.7).
sa::Next on_invalid_key_exchange(sa::Step& step, sa::InitRequested& phase, const wire::Notify& refusal) {
    base::Reader reader(refusal.data);
    const auto group = static_cast<policy::KeyExchangeId>(reader.u16());
    if (!reader.complete()) return base::fail(Reason::PayloadMalformed, "INVALID_KE_PAYLOAD without a group");
    const std::string name = to_string(policy::transform(group));
    if (group == phase.key_exchange->method()) {
        return base::fail(Reason::ResponseUnexpected, "a value of " + name + " is on its way");
    }
    if (!offers(step.sa.connection->proposals, group)) {
        return base::fail(Reason::KeyExchangeMethodMismatch, "peer wants " + name + ", which we did not offer");
    }
    if (const auto counted = count_restart(step, phase); !counted) return tl::unexpected(counted.error());
    auto key_exchange = crypto::KeyExchange::make(group, step.random);
    if (!key_exchange) return tl::unexpected(key_exchange.error());
    phase.key_exchange = std::move(*key_exchange);
    return start_over(step, phase, "peer wants key exchange " + name + ": starting over with it");
}

sa::Next remember_refusal(sa::Step& step, sa::InitRequested& phase, const wire::Notify& refusal) {
    const Reason reason =
        refusal.type == wire::NotifyType::no_proposal_chosen ? Reason::NoProposalChosen : Reason::PeerRefused;
    std::string detail = "peer answered " + to_string(refusal.type);
    if (reason == Reason::NoProposalChosen) detail += " to our " + policy::to_string(step.sa.connection->proposals);
    phase.refusal = base::Error{reason, std::move(detail), {}};
    step.report(ike::Level::warning, phase.refusal->sentence() + "; waiting for a better answer", reason);
    return sa::stay();
}

// RFC 5685 3: whoever does not know our nonce is not on the path, and is not heard.
sa::Next on_redirect(sa::Step& step, const sa::InitRequested& phase, const wire::Notify& redirect) {
    const auto gateway = read_redirect(redirect, phase.nonce);
    if (!gateway) return tl::unexpected(gateway.error());
    go_to(step, *gateway);
    return sa::stay();
}

struct Agreed {
    Answered answered;
    crypto::IkeSuite suite;
    base::SecretBytes secret;
};

base::Result<Agreed> agree(const sa::Step& step, sa::InitRequested& phase, const wire::Payloads& payloads) {
    auto answered = check_answer(*payloads.sa, step.sa.connection->proposals, 0);
    if (!answered) return tl::unexpected(answered.error());
    const auto suite = crypto::IkeSuite::of(answered->proposal);
    if (!suite) return tl::unexpected(suite.error());
    if (suite->key_exchange != phase.key_exchange->method() || payloads.key_exchange->method != suite->key_exchange) {
        return base::fail(Reason::ResponderChoseUnofferedTransform, "key exchange is not the one we sent a value for");
    }
    if (const auto nonce = check_nonce(*payloads.nonce, phase.nonce); !nonce) return tl::unexpected(nonce.error());
    auto secret = phase.key_exchange->shared_secret(payloads.key_exchange->data);
    if (!secret) return tl::unexpected(secret.error());
    return Agreed{std::move(*answered), *suite, std::move(*secret)};
}

// RFC 7296 2.23: with a NAT in between, everything from IKE_AUTH on goes to and from the NAT traversal port. RFC
// 4555 3.3: so it does where there may be one on a later path, if the peer listens there.
void float_to_nat_port(sa::Step& step, const wire::Payloads& answer) {
    const bool may_move = step.sa.connection->mobike && step.sa.remote.port == step.options.port &&
                          answer.find(wire::NotifyType::nat_detection_source_ip) != nullptr;
    if ((!step.sa.nat.any() && !may_move) || step.sa.remote.port == step.options.nat_port) return;
    step.sa.local.port = step.options.nat_port;
    if (step.sa.remote.port == step.options.port) step.sa.remote.port = step.options.nat_port;
}

}  // namespace

sa::Next start_ike_sa_init(sa::Step& step, sa::Created&) {
    if (const auto credentials = check_credentials(step.sa); !credentials) return tl::unexpected(credentials.error());
    const auto methods = step.sa.connection->proposals.front().of(policy::TransformType::key_exchange);
    if (methods.empty()) return base::fail(Reason::ConfigurationInvalid, "proposal without a key exchange");
    auto key_exchange = crypto::KeyExchange::make(policy::KeyExchangeId{methods.front().id}, step.random);
    if (!key_exchange) return tl::unexpected(key_exchange.error());

    sa::InitRequested next;
    next.key_exchange = std::move(*key_exchange);
    next.nonce = step.random.bytes(kNonceSize);
    next.request = make_request(step, next);
    step.send(packet_of(step, next));
    step.sa.window.sent({packet_of(step, next)}, step.now, step.options.retransmit);
    step.report(ike::Level::info, "initiating an IKE SA with " + step.sa.remote.to_string());
    return sa::Phase(std::move(next));
}

sa::Next on_ike_sa_init_response(sa::Step& step, sa::InitRequested& phase, const sa::Message& response) {
    const wire::Payloads& payloads = response.payloads;
    if (const auto* cookie = payloads.find(wire::NotifyType::cookie); cookie != nullptr && !payloads.sa) {
        return on_cookie(step, phase, *cookie);
    }
    if (const auto* redirect = find_redirect(step, payloads)) return on_redirect(step, phase, *redirect);
    if (const auto* error = payloads.error()) {
        if (error->type == wire::NotifyType::invalid_ke_payload) return on_invalid_key_exchange(step, phase, *error);
        return remember_refusal(step, phase, *error);
    }
    // With a cookie beside some of an answer, or with a redirect that is not heeded.
    if (response.shape != wire::Shape::initial) return base::fail(Reason::PayloadMissing, "SA, KE or Nr");
    // RFC 7296 2.6: a responder that agrees has chosen an SPI.
    if (response.header.spi_r == wire::IkeSpi::none) return base::fail(Reason::SpiInvalid);
    auto agreed = agree(step, phase, payloads);
    if (!agreed) return tl::unexpected(agreed.error());
    const auto childless = goes_childless(*step.sa.connection, payloads);
    if (!childless) return tl::unexpected(childless.error());

    sa::Sa& sa = step.sa;
    sa.spi_r = response.header.spi_r;
    sa.nat = detect_nat(sa, sa.spi_r, payloads);
    sa.fragmentation = agreed_fragmentation(*sa.connection, payloads);
    sa::Keyed keyed = derive_keyed(sa, agreed->suite, std::move(agreed->answered.proposal), phase.nonce,
                                   payloads.nonce->data, agreed->secret);
    sa.window.answered();
    float_to_nat_port(step, payloads);
    sa::Transcript transcript{std::move(phase.request), base::to_bytes(response.bytes), std::move(phase.nonce),
                              payloads.nonce->data};
    return start_ike_auth(step, std::move(keyed), std::move(transcript), *childless);
}

}  // namespace xfrmd::ikev2::exchange
