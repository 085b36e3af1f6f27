#include <utility>

#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/int_auth.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

void skip_additional(std::vector<policy::OfferedProposal>& offered) {
    std::erase_if(offered, [](const auto& offer) { return offer.proposal.has_additional_key_exchange(); });
}

sa::Next on_ike_intermediate_request(sa::Step& step, sa::IntermediateAwaited& phase, const sa::Message& request) {
    auto answer = answer_next(phase.keyed.suite.additional.at(phase.done), request.payloads, step.random);
    if (!answer) return tl::unexpected(answer.error());
    cover_received(phase.keyed, request.covered, phase.covered);
    const std::vector<wire::Payload> payloads{std::move(answer->payload)};
    const wire::Header header =
        response_header(step.sa, wire::ExchangeType::ike_intermediate, request.header.message_id);
    cover_sent(phase.keyed, covered_by_auth(header, payloads), phase.covered);
    send_response(step, phase.keyed, wire::ExchangeType::ike_intermediate, payloads);

    const sa::Transcript& transcript = phase.transcript;
    sa::Keyed keyed = derive_updated(std::move(phase.keyed), step.sa, transcript.remote_nonce, transcript.local_nonce,
                                     std::move(answer->secret));
    phase.previous = std::move(phase.keyed.inbound);
    phase.keyed = std::move(keyed);
    if (++phase.done < phase.keyed.suite.additional.size()) return sa::stay();
    // RFC 9242 3.2: IKE_AUTH has the message id after the last one's.
    const auto next_id = wire::MessageId{static_cast<std::uint32_t>(request.header.message_id) + 1};
    phase.transcript.int_auth = int_auth(step.sa, phase.covered, next_id);
    return sa::Phase(
        sa::HalfOpen{std::move(phase.keyed), std::move(phase.transcript), nullptr, std::move(phase.previous)});
}

}  // namespace xfrmd::ikev2::exchange
