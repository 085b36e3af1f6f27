#include <algorithm>
#include <optional>
#include <utility>

#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/int_auth.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/ppk_intermediate.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// SK {[KEi(n)], [N(PPK_IDENTITY_KEY)]} (RFC 9370 2.2.2, RFC 9867 3.1)
base::Result<void> send_next(sa::Step& step, sa::IntermediateRequested& phase) {
    std::vector<wire::Payload> payloads;
    if (phase.done < phase.keyed.suite.additional.size()) {
        auto key_exchange = crypto::KeyExchange::make(phase.keyed.suite.additional[phase.done], step.random);
        if (!key_exchange) return tl::unexpected(key_exchange.error());
        phase.key_exchange = std::move(*key_exchange);
        payloads.emplace_back(payload_of(*phase.key_exchange));
    }
    if (brings_ppks(phase.keyed, phase.transcript, phase.done)) {
        append_named_ppk(step.sa, phase.keyed, phase.transcript, payloads);
    }
    const wire::Header header = request_header(step, wire::ExchangeType::ike_intermediate);
    cover_sent(phase.keyed, covered_by_auth(header, payloads), phase.covered);
    send_request(step, phase.keyed, wire::ExchangeType::ike_intermediate, payloads);
    return {};
}

// What the answer brings.
struct Gained {
    std::optional<base::SecretBytes> secret;
    std::optional<CommonPpk> ppk;
};

base::Result<Gained> take_answer(sa::Step& step, const sa::IntermediateRequested& phase, const wire::Payloads& answer) {
    Gained gained;
    // The PPK first, as a key exchange is used once.
    if (brings_ppks(phase.keyed, phase.transcript, phase.done)) {
        const auto ppk = heed_chosen_ppk(step, answer);
        if (!ppk) return tl::unexpected(ppk.error());
        gained.ppk = *ppk;
    }
    if (!phase.key_exchange) return check_no_key_exchange(answer).map([&] { return std::move(gained); });
    auto secret = next_secret(*phase.key_exchange, answer);
    if (!secret) return tl::unexpected(secret.error());
    gained.secret = std::move(*secret);
    return gained;
}

}  // namespace

std::size_t intermediate_exchanges(const sa::Keyed& keyed, const sa::Transcript& transcript) {
    const std::size_t least = transcript.ppk == sa::PpkUse::ike_intermediate ? 1 : 0;
    return std::max(keyed.suite.additional.size(), least);
}

// RFC 9867 3.1: the last one before IKE_AUTH.
bool brings_ppks(const sa::Keyed& keyed, const sa::Transcript& transcript, std::size_t done) {
    return transcript.ppk == sa::PpkUse::ike_intermediate && done + 1 == intermediate_exchanges(keyed, transcript);
}

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
    auto gained = take_answer(step, phase, answer);
    if (!gained) return tl::unexpected(gained.error());
    step.sa.window.answered();
    cover_received(phase.keyed, response.covered, phase.covered);
    if (gained->secret) {
        phase.keyed = derive_updated(std::move(phase.keyed), step.sa, phase.transcript.local_nonce,
                                     phase.transcript.remote_nonce, *std::move(gained->secret));
    }
    if (gained->ppk) phase.keyed = mix_into_all(step, std::move(phase.keyed), phase.transcript, *gained->ppk);
    if (++phase.done < intermediate_exchanges(phase.keyed, phase.transcript)) {
        if (const auto sent = send_next(step, phase); !sent) return sa::Phase(sa::Closed{sent.error()});
        return sa::stay();
    }
    phase.transcript.int_auth = int_auth(step.sa, phase.covered, step.sa.window.next_request_id());
    return start_ike_auth(step, std::move(phase.keyed), std::move(phase.transcript), phase.childless, nullptr);
}

}  // namespace xfrmd::ikev2::exchange
