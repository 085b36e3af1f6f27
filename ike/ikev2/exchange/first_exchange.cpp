#include "ike/ikev2/exchange/first_exchange.h"

#include <utility>

#include "ike/ikev2/exchange/child_mode.h"
#include "ike/ikev2/exchange/childless.h"
#include "ike/ikev2/exchange/fragments.h"
#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/nat.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/ppk.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/redirect.h"
#include "ike/ikev2/exchange/signature_auth.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

wire::ExchangeType exchange_of(const sa::InitRequested& phase) {
    return phase.ticket ? wire::ExchangeType::ike_session_resume : wire::ExchangeType::ike_sa_init;
}

base::Bytes make_request(const sa::Step& step, const sa::InitRequested& phase) {
    std::vector<wire::Payload> payloads;
    if (!phase.cookie.empty()) payloads.emplace_back(notify(wire::NotifyType::cookie, phase.cookie));
    if (phase.ticket) {
        payloads.emplace_back(wire::Nonce{phase.nonce});
        payloads.emplace_back(notify(wire::NotifyType::ticket_opaque, phase.ticket->bytes));
    } else {
        payloads.emplace_back(offer(step.sa.connection->proposals, {}));
        payloads.emplace_back(payload_of(*phase.key_exchange));
        payloads.emplace_back(wire::Nonce{phase.nonce});
        const bool wants_intermediate = offers_additional(step.sa.connection->proposals) || offers_mixed_ppk(step.sa);
        if (wants_intermediate) payloads.emplace_back(intermediate_supported());
    }
    for (wire::Payload& hash : nat_detection(step.sa, {step.sa.local, step.sa.remote}))
        payloads.push_back(std::move(hash));
    if (auto fragments = fragmentation_notify(*step.sa.connection)) payloads.push_back(std::move(*fragments));
    if (!phase.ticket) {
        payloads.emplace_back(hash_algorithms());
        append_ppk_offer(step.sa, payloads);
    }
    append_redirect_support(step, payloads);
    for (wire::Payload& vendor_id : vendor_ids(*step.sa.connection)) payloads.push_back(std::move(vendor_id));

    wire::Header header = request_header(step, exchange_of(phase));
    header.message_id = wire::MessageId{0};
    return wire::encode(header, payloads);
}

base::Bytes packet_of(const sa::Step& step, const sa::InitRequested& phase) {
    return with_marker(step, step.sa.local, phase.request);
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

// RFC 5685 3: whoever does not know our nonce is not on the path, and is not heard.
sa::Next on_redirect(sa::Step& step, const sa::InitRequested& phase, const wire::Notify& redirect) {
    const auto gateway = read_redirect(redirect, phase.nonce);
    if (!gateway) return tl::unexpected(gateway.error());
    go_to(step, *gateway);
    return sa::stay();
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

void send_first_request(sa::Step& step, sa::InitRequested& phase) {
    phase.request = make_request(step, phase);
    step.send(packet_of(step, phase));
    step.sa.window.sent({packet_of(step, phase)}, step.now, step.options.retransmit);
}

sa::Next start_over(sa::Step& step, sa::InitRequested& phase, std::string why) {
    ++phase.restarts;
    phase.request = make_request(step, phase);
    step.sa.window.sent_anew({packet_of(step, phase)}, step.now, step.options.retransmit);
    step.send(packet_of(step, phase));
    step.report(ike::Level::debug, std::move(why));
    return sa::stay();
}

base::Result<void> count_restart(const sa::Step& step, const sa::InitRequested& phase) {
    if (phase.restarts >= step.options.most_restarts) return base::fail(Reason::TooManyRetries);
    return {};
}

std::optional<sa::Next> heed_detour(sa::Step& step, sa::InitRequested& phase, const wire::Payloads& payloads,
                                    bool is_answer) {
    if (const auto* cookie = payloads.find(wire::NotifyType::cookie); cookie != nullptr && !is_answer) {
        return on_cookie(step, phase, *cookie);
    }
    if (const auto* redirect = find_redirect(step, payloads)) return on_redirect(step, phase, *redirect);
    return std::nullopt;
}

void take_answer(sa::Step& step, const sa::Message& response) {
    sa::Sa& sa = step.sa;
    sa.spi_r = response.header.spi_r;
    sa.nat = detect_nat(sa, sa.spi_r, response.payloads);
    sa.fragmentation = agreed_fragmentation(*sa.connection, response.payloads);
    sa.window.answered();
    float_to_nat_port(step, response.payloads);
}

void append_announcements(const sa::Step& step, std::vector<wire::Payload>& payloads) {
    for (wire::Payload& hash : nat_detection(step.sa, {step.sa.local, step.sa.remote}))
        payloads.push_back(std::move(hash));
    if (step.sa.fragmentation.receives) payloads.push_back(*fragmentation_notify(*step.sa.connection));
    if (auto childless = childless_notify(*step.sa.connection)) payloads.push_back(std::move(*childless));
    for (wire::Payload& vendor_id : vendor_ids(*step.sa.connection)) payloads.push_back(std::move(vendor_id));
}

void take_request(sa::Sa& sa, const wire::Payloads& payloads) {
    sa.nat = detect_nat(sa, wire::IkeSpi::none, payloads);
    sa.fragmentation = agreed_fragmentation(*sa.connection, payloads);
    note_redirect_support(sa, payloads);
}

void send_first_response(sa::Step& step, const base::Bytes& response) {
    const base::Bytes packet = with_marker(step, step.sa.local, response);
    step.send(packet);
    step.sa.window.respond({packet});
}

}  // namespace xfrmd::ikev2::exchange
