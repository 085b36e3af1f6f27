#include <utility>

#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/int_auth.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/ppk_intermediate.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

// What the request brings.
struct Gained {
    std::optional<NextAnswer> answer;
    std::optional<CommonPpk> ppk;
};

base::Result<Gained> take_request(sa::Step& step, const sa::IntermediateAwaited& phase, const wire::Payloads& request) {
    Gained gained;
    if (brings_ppks(phase.keyed, phase.transcript, phase.done)) {
        const auto ppk = choose_named_ppk(step, phase.keyed, phase.transcript, request);
        if (!ppk) return tl::unexpected(ppk.error());
        gained.ppk = *ppk;
    }
    const auto& additional = phase.keyed.suite.additional;
    if (phase.done >= additional.size()) return check_no_key_exchange(request).map([&] { return std::move(gained); });
    auto answer = answer_next(additional[phase.done], request, step.random);
    if (!answer) return tl::unexpected(answer.error());
    gained.answer = std::move(*answer);
    return gained;
}

// RFC 9867 3.1.1: the PPK last of all.
void renew_keys(sa::Step& step, sa::IntermediateAwaited& phase, Gained gained) {
    std::optional<sa::Keyed> keyed;
    if (gained.answer) {
        keyed = derive_updated(std::move(phase.keyed), step.sa, phase.transcript.remote_nonce,
                               phase.transcript.local_nonce, std::move(gained.answer->secret));
    }
    if (gained.ppk) {
        keyed = mix_into_all(step, std::move(keyed ? *keyed : phase.keyed), phase.transcript, *gained.ppk);
    }
    if (!keyed) return;
    phase.previous = std::move(phase.keyed.inbound);
    phase.keyed = *std::move(keyed);
}

}  // namespace

void skip_additional(std::vector<policy::OfferedProposal>& offered) {
    std::erase_if(offered, [](const auto& offer) { return offer.proposal.has_additional_key_exchange(); });
}

sa::Next on_ike_intermediate_request(sa::Step& step, sa::IntermediateAwaited& phase, const sa::Message& request) {
    auto gained = take_request(step, phase, request.payloads);
    if (!gained) return tl::unexpected(gained.error());
    cover_received(phase.keyed, request.covered, phase.covered);
    // SK {[KEr(n)], [N(PPK_IDENTITY)]} (RFC 9370 2.2.2, RFC 9867 3.1)
    std::vector<wire::Payload> payloads;
    if (gained->answer) payloads.emplace_back(std::move(gained->answer->payload));
    if (gained->ppk) payloads.push_back(tell_chosen_ppk(*gained->ppk));
    const wire::Header header =
        response_header(step.sa, wire::ExchangeType::ike_intermediate, request.header.message_id);
    cover_sent(phase.keyed, covered_by_auth(header, payloads), phase.covered);
    send_response(step, phase.keyed, wire::ExchangeType::ike_intermediate, payloads);

    renew_keys(step, phase, *std::move(gained));
    if (++phase.done < intermediate_exchanges(phase.keyed, phase.transcript)) return sa::stay();
    // RFC 9242 3.2: IKE_AUTH has the message id after the last one's.
    const auto next_id = wire::MessageId{static_cast<std::uint32_t>(request.header.message_id) + 1};
    phase.transcript.int_auth = int_auth(step.sa, phase.covered, next_id);
    return sa::Phase(
        sa::HalfOpen{std::move(phase.keyed), std::move(phase.transcript), nullptr, std::move(phase.previous)});
}

}  // namespace xfrmd::ikev2::exchange
