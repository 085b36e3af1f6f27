#include <utility>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

struct FreshKeys {
    std::unique_ptr<crypto::KeyExchange> key_exchange;  // nullptr without PFS
    base::SecretBytes secret;
};

base::Error wants_group(policy::KeyExchangeId group) {
    return {Reason::KeyExchangeMethodMismatch, "we want " + to_string(policy::transform(group)),
            base::Writer().u16(static_cast<std::uint16_t>(group)).take()};
}

base::Result<FreshKeys> exchange_keys(sa::Step& step, const crypto::ChildSuite& suite, const wire::Payloads& request) {
    if (!suite.key_exchange) return FreshKeys{};
    if (!request.key_exchange || request.key_exchange->method != *suite.key_exchange) {
        return tl::unexpected(wants_group(*suite.key_exchange));
    }
    auto key_exchange = crypto::KeyExchange::make(*suite.key_exchange, step.random);
    if (!key_exchange) return tl::unexpected(key_exchange.error());
    auto secret = (*key_exchange)->shared_secret(request.key_exchange->data);
    // The IKE SA is sound: a bad value fails this exchange only.
    if (!secret) return base::fail(Reason::NoProposalChosen, secret.error().sentence());
    return FreshKeys{std::move(*key_exchange), std::move(*secret)};
}

base::Result<void> check_room(const sa::Step& step, const sa::Established& phase) {
    if (phase.children.size() < step.options.most_children) return {};
    return base::fail(Reason::NoAdditionalSas, std::to_string(phase.children.size()) + " child SAs are the limit");
}

// RFC 7296 1.3.3: REKEY_SA names the child by the SPI that the peer receives on.
bool names_child(const sa::Established& phase, const wire::Notify& rekey) {
    base::Reader reader(rekey.spi);
    const sa::ChildSpi spi{rekey.protocol, ike::EspSpi{reader.u32()}};
    return reader.complete() && find_outbound(phase, spi) != nullptr;
}

}  // namespace

sa::Next on_create_child_request(sa::Step& step, sa::Established& phase, const sa::Message& message) {
    const wire::Payloads& request = message.payloads;
    if (message.shape != wire::Shape::new_child) return base::fail(Reason::PayloadMissing, "SA, Ni, TSi or TSr");
    if (const auto room = check_room(step, phase); !room) return tl::unexpected(room.error());
    auto accepted = accept_child(step, request, false);
    if (!accepted) return tl::unexpected(accepted.error());
    auto keys = exchange_keys(step, accepted->child.suite, request);
    if (!keys) {
        const auto& ipcomp = accepted->child.ipcomp;
        release(step, accepted->child.spi_in, ipcomp ? std::optional(ipcomp->in) : std::nullopt);
        return tl::unexpected(keys.error());
    }
    const base::Bytes nonce = step.random.bytes(kNonceSize);
    sa::PendingResponse pending{{}, wire::ExchangeType::create_child_sa, {}, {}};
    append_child_answer(*accepted, {&nonce, keys->key_exchange.get()}, pending.payloads);
    pending.child =
        install_child(step, phase, std::move(accepted->child), {request.nonce->data, nonce, &keys->secret, false});
    phase.pending = std::move(pending);
    return sa::stay();
}

sa::Next refuse_rekey_child(sa::Step& step, sa::Established& phase, const sa::Message& message) {
    const wire::Notify& rekey = *message.payloads.find(wire::NotifyType::rekey_sa);
    if (names_child(phase, rekey)) return base::fail(Reason::NoAdditionalSas, "rekeying is not supported");
    step.report(ike::Level::warning, "CREATE_CHILD_SA request refused: no child SA to rekey", Reason::ChildSaNotFound);
    // RFC 7296 3.10: without an SPI there is no protocol.
    const auto protocol = rekey.spi.empty() ? policy::ProtocolId::none : rekey.protocol;
    send_response(step, phase.keyed, wire::ExchangeType::create_child_sa,
                  {wire::Notify{protocol, rekey.spi, wire::NotifyType::child_sa_not_found, {}}});
    return sa::stay();
}

sa::Next refuse_rekey_ike(sa::Step&, sa::Established&, const sa::Message&) {
    return base::fail(Reason::NoAdditionalSas, "rekeying is not supported");
}

sa::Next refuse_while_deleting(sa::Step&, sa::Deleting&, const sa::Message&) {
    return base::fail(Reason::TemporaryFailure, "the IKE SA is being deleted");
}

}  // namespace xfrmd::ikev2::exchange
