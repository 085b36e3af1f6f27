#include <utility>

#include "ike/base/reader.h"
#include "ike/ikev2/exchange/auth_rounds.h"
#include "ike/ikev2/exchange/childless.h"
#include "ike/ikev2/exchange/first_exchange.h"
#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/ike_sa_init.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/ppk.h"
#include "ike/ikev2/exchange/session_resume.h"
#include "ike/ikev2/exchange/signature_auth.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

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

struct Agreed {
    Answered answered;
    crypto::IkeSuite suite;
    base::SecretBytes secret;
};

base::Result<Agreed> agree(const sa::Step& step, sa::InitRequested& phase, const wire::Payloads& payloads) {
    auto answered = check_answer(*payloads.sa, step.sa.connection->proposals, 0);
    if (!answered) return tl::unexpected(answered.error());
    if (answered->proposal.has_additional_key_exchange() && !supports_intermediate(payloads)) {
        return base::fail(Reason::ResponderChoseUnofferedTransform,
                          "additional key exchanges without INTERMEDIATE_EXCHANGE_SUPPORTED");
    }
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

}  // namespace

base::Result<std::unique_ptr<crypto::KeyExchange>> first_key_exchange(sa::Step& step) {
    const auto methods = step.sa.connection->proposals.front().of(policy::TransformType::key_exchange);
    if (methods.empty()) return base::fail(Reason::ConfigurationInvalid, "proposal without a key exchange");
    return crypto::KeyExchange::make(policy::KeyExchangeId{methods.front().id}, step.random);
}

sa::Next start_first_exchange(sa::Step& step, sa::Created&) {
    if (const auto credentials = check_credentials(step.sa); !credentials) return tl::unexpected(credentials.error());
    if (const auto ppk = check_own_ppk(step.sa); !ppk) return tl::unexpected(ppk.error());
    sa::InitRequested next;
    next.ticket = ticket_for(step);
    if (!next.ticket) {
        auto key_exchange = first_key_exchange(step);
        if (!key_exchange) return tl::unexpected(key_exchange.error());
        next.key_exchange = std::move(*key_exchange);
    }
    next.nonce = step.random.bytes(kNonceSize);
    send_first_request(step, next);
    step.report(ike::Level::info,
                (next.ticket ? "resuming an IKE SA with " : "initiating an IKE SA with ") + step.sa.remote.to_string());
    return sa::Phase(std::move(next));
}

sa::Next on_ike_sa_init_response(sa::Step& step, sa::InitRequested& phase, const sa::Message& response) {
    const wire::Payloads& payloads = response.payloads;
    if (phase.ticket) return base::fail(Reason::ResponseUnexpected, "IKE_SA_INIT to IKE_SESSION_RESUME");
    if (auto detour = heed_detour(step, phase, payloads, payloads.sa.has_value())) return *std::move(detour);
    if (const auto* error = payloads.error()) {
        if (error->type == wire::NotifyType::invalid_ke_payload) return on_invalid_key_exchange(step, phase, *error);
        return remember_refusal(step, phase, *error);
    }
    // With a cookie beside some of an answer, or with a redirect that is not heeded.
    if (response.shape != wire::Shape::initial) return base::fail(Reason::PayloadMissing, "SA, KE or Nr");
    // RFC 7296 2.6: a responder that agrees has chosen an SPI.
    if (response.header.spi_r == wire::IkeSpi::none) return base::fail(Reason::SpiInvalid);
    const auto childless = goes_childless(*step.sa.connection, payloads);
    if (!childless) return tl::unexpected(childless.error());
    const auto ppk = heed_ppk_answer(step.sa, payloads);
    if (!ppk) return tl::unexpected(ppk.error());
    const auto knows_rounds = heed_rounds_answer(*step.sa.connection, payloads);
    if (!knows_rounds) return tl::unexpected(knows_rounds.error());
    auto agreed = agree(step, phase, payloads);  // last, as a key exchange is used once
    if (!agreed) return tl::unexpected(agreed.error());

    take_answer(step, response);
    sa::Keyed keyed = derive_keyed(step.sa, agreed->suite, std::move(agreed->answered.proposal), phase.nonce,
                                   payloads.nonce->data, agreed->secret);
    sa::Transcript transcript{std::move(phase.request),
                              base::to_bytes(response.bytes),
                              std::move(phase.nonce),
                              payloads.nonce->data,
                              {},
                              hashes_in(payloads),
                              *ppk,
                              payloads.certificate_requests,
                              *knows_rounds};
    if (intermediate_exchanges(keyed, transcript) == 0) {
        return start_ike_auth(step, std::move(keyed), std::move(transcript), *childless, nullptr);
    }
    return start_intermediate(step, {std::move(keyed), std::move(transcript), nullptr, {}, *childless});
}

}  // namespace xfrmd::ikev2::exchange
