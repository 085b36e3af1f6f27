#include "ike/ikev2/exchange/redirect.h"

#include <algorithm>
#include <string>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/ikev2/exchange/mobility.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using wire::NotifyType;

// 9.2
enum class GatewayType : std::uint8_t { ipv4 = 1, ipv6 = 2, fqdn = 3 };

base::Bytes encode_gateway(const base::Address& gateway) {
    const GatewayType type = gateway.is_v6() ? GatewayType::ipv6 : GatewayType::ipv4;
    return base::Writer()
        .u8(static_cast<std::uint8_t>(type))
        .u8(static_cast<std::uint8_t>(gateway.size()))
        .bytes(gateway.bytes())
        .take();
}

struct Gateway {
    std::uint8_t type = 0;
    base::ByteView identity;
    base::ByteView nonce;
};

base::Result<Gateway> decode_gateway(base::ByteView data) {
    base::Reader reader(data);
    Gateway gateway;
    gateway.type = reader.u8();
    gateway.identity = reader.bytes(reader.u8());
    gateway.nonce = reader.remaining();
    if (!reader.complete()) return base::fail(Reason::PayloadMalformed, "REDIRECT");
    return gateway;
}

base::Result<base::Address> address_of(const Gateway& gateway) {
    if (gateway.type == static_cast<std::uint8_t>(GatewayType::fqdn)) {
        // To look it up takes a resolver, and an attacker who is no gateway could make us ask for any name.
        return base::fail(Reason::RedirectUnacceptable,
                          "to the name " + base::printable(gateway.identity) + ", and names are not looked up");
    }
    const auto address = base::Address::from_bytes(gateway.identity);
    const bool is_v6 = gateway.type == static_cast<std::uint8_t>(GatewayType::ipv6);
    const bool is_v4 = gateway.type == static_cast<std::uint8_t>(GatewayType::ipv4);
    if (!address || address->is_v6() != is_v6 || !(is_v6 || is_v4)) {
        return base::fail(Reason::PayloadMalformed, "REDIRECT to a gateway of type " + std::to_string(gateway.type));
    }
    return *address;
}

}  // namespace

void append_redirect_support(const sa::Step& step, std::vector<wire::Payload>& payloads) {
    if (!step.options.follow_redirects) return;
    const auto& from = step.sa.redirection.from;
    payloads.emplace_back(from ? notify(NotifyType::redirected_from, encode_gateway(*from))
                               : notify(NotifyType::redirect_supported));
}

void note_redirect_support(sa::Sa& sa, const wire::Payloads& request) {
    sa.redirection.peer_follows =
        request.find(NotifyType::redirect_supported) != nullptr || request.find(NotifyType::redirected_from) != nullptr;
}

const wire::Notify* find_redirect(const sa::Step& step, const wire::Payloads& payloads) {
    return step.options.follow_redirects ? payloads.find(NotifyType::redirect) : nullptr;
}

base::Result<base::Address> read_redirect(const wire::Notify& redirect, base::ByteView nonce) {
    const auto gateway = decode_gateway(redirect.data);
    if (!gateway) return tl::unexpected(gateway.error());
    if (!std::ranges::equal(gateway->nonce, nonce)) {
        return base::fail(nonce.empty() ? Reason::PayloadMalformed : Reason::ResponseUnexpected,
                          "REDIRECT with another nonce");
    }
    auto address = address_of(*gateway);
    if (!address) return address;
    if (!is_usable(*address)) {
        return base::fail(Reason::RedirectUnacceptable, "to " + address->to_string() + ", where no gateway can be");
    }
    return address;
}

void send_redirect(sa::Step& step, sa::Established& phase, const sa::RedirectTask& task) {
    step.report(ike::Level::info, "redirecting the peer to " + task.gateway.to_string());
    send_request(step, phase.keyed, wire::ExchangeType::informational,
                 {notify(NotifyType::redirect, encode_gateway(task.gateway))});
    phase.exchange = sa::Redirecting{task.gateway, task.operation};
}

// 5: it has time for its next IKE SA before this one goes.
void on_redirect_heard(sa::Step& step, sa::Established& phase, const sa::Redirecting& told) {
    phase.is_redirected = true;
    phase.rekey_at = phase.proof.repeat_at = base::kNever;
    phase.over_at = std::min(phase.over_at, step.now + step.options.redirect_patience);
    step.done(told.operation, {}, {});
}

void go_to(sa::Step& step, const base::Address& gateway) {
    step.report(ike::Level::info, "peer sends us to " + gateway.to_string());
    step.sa.redirection.wanted = gateway;
    step.actions.push_back(ike::SeekPath{step.sa.id, gateway});
}

// 5, 10: only who answered the first message may send the other away. Its request is answered in any case.
void heed_redirect(sa::Step& step, const sa::Established& phase, const wire::Payloads& request) {
    const wire::Notify* redirect = find_redirect(step, request);
    if (redirect == nullptr || !step.sa.origin.is_ours || phase.is_succeeded) return;
    const auto gateway = read_redirect(*redirect, {});
    if (gateway) {
        go_to(step, *gateway);
    } else {
        step.report(ike::Level::warning, gateway.error().sentence(), gateway.error().reason);
    }
}

}  // namespace xfrmd::ikev2::exchange
