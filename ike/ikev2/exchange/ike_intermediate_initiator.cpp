#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/int_auth.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// SK {KEi(n)} (RFC 9370 2.2.2)
base::Result<void> send_next(sa::Step& step, sa::IntermediateRequested& phase) {
    auto key_exchange = crypto::KeyExchange::make(phase.keyed.suite.additional.at(phase.done), step.random);
    if (!key_exchange) return tl::unexpected(key_exchange.error());
    phase.key_exchange = std::move(*key_exchange);
    const std::vector<wire::Payload> payloads{payload_of(*phase.key_exchange)};
    const wire::Header header = request_header(step, wire::ExchangeType::ike_intermediate);
    cover_sent(phase.keyed, covered_by_auth(header, payloads), phase.covered);
    send_request(step, phase.keyed, wire::ExchangeType::ike_intermediate, payloads);
    return {};
}

}  // namespace

bool offers_additional(const std::vector<policy::Proposal>& proposals) {
    return std::ranges::any_of(proposals, &policy::Proposal::has_additional_key_exchange);
}

wire::Notify intermediate_supported() { return notify(wire::NotifyType::intermediate_exchange_supported); }

bool supports_intermediate(const wire::Payloads& peer) {
    return peer.find(wire::NotifyType::intermediate_exchange_supported) != nullptr;
}

sa::Next start_intermediate(sa::Step& step, sa::IntermediateRequested phase) {
    if (const auto sent = send_next(step, phase); !sent) return sa::Phase(sa::Closed{sent.error()});
    return sa::Phase(std::move(phase));
}

sa::Next on_ike_intermediate_response(sa::Step& step, sa::IntermediateRequested& phase, const sa::Message& response) {
    const wire::Payloads& answer = response.payloads;
    if (const auto* error = answer.error()) {
        return base::fail(Reason::PeerRefused, "it answered " + to_string(error->type) + " to IKE_INTERMEDIATE");
    }
    auto secret = next_secret(*phase.key_exchange, answer);
    if (!secret) return tl::unexpected(secret.error());
    step.sa.window.answered();
    cover_received(phase.keyed, response.covered, phase.covered);
    phase.keyed = derive_updated(std::move(phase.keyed), step.sa, phase.transcript.local_nonce,
                                 phase.transcript.remote_nonce, *std::move(secret));
    if (++phase.done < phase.keyed.suite.additional.size()) {
        if (const auto sent = send_next(step, phase); !sent) return sa::Phase(sa::Closed{sent.error()});
        return sa::stay();
    }
    phase.transcript.int_auth = int_auth(step.sa, phase.covered, step.sa.window.next_request_id());
    return start_ike_auth(step, std::move(phase.keyed), std::move(phase.transcript), phase.childless, nullptr);
}

}  // namespace xfrmd::ikev2::exchange
