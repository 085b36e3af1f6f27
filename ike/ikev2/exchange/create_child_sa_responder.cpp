#include <algorithm>
#include <utility>

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/create_child_sa.h"
#include "ike/ikev2/exchange/crossing.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/rekey_child.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

struct FreshKeys {
    std::unique_ptr<crypto::KeyExchange> key_exchange;  // nullptr without PFS
    base::SecretBytes secret;
};

base::Result<FreshKeys> exchange_keys(sa::Step& step, const crypto::ChildSuite& suite, const wire::Payloads& request) {
    if (!suite.key_exchange) return FreshKeys{};
    if (!request.key_exchange || request.key_exchange->method != *suite.key_exchange) {
        return tl::unexpected(wants_method(*suite.key_exchange));
    }
    auto key_exchange = crypto::KeyExchange::make(*suite.key_exchange, step.random);
    if (!key_exchange) return tl::unexpected(key_exchange.error());
    auto secret = (*key_exchange)->shared_secret(request.key_exchange->data);
    // The IKE SA is sound: a bad value fails this exchange only.
    if (!secret) return base::fail(Reason::NoProposalChosen, secret.error().sentence());
    return FreshKeys{std::move(*key_exchange), std::move(*secret)};
}

void forgo(sa::Step& step, const NegotiatedChild& child) {
    release(step, child.spi_in, child.ipcomp ? std::optional(child.ipcomp->in) : std::nullopt);
}

// Where both ask for one child at the same time one of them is enough: the original initiator's (RFC 7296 2.25).
base::Result<void> check_once(const sa::Step& step, const sa::Established& phase, const std::string& name) {
    const auto* creating = std::get_if<sa::CreatingChild>(&phase.exchange);
    const bool same =
        creating != nullptr && !creating->rekeyed && creating->proposed.name == name && !creating->proposed.cpu();
    if (!same || !step.sa.original_initiator) return {};
    return base::fail(Reason::TemporaryFailure, "child " + name + " is being made by our own request");
}

}  // namespace

sa::Next on_create_child_request(sa::Step& step, sa::Established& phase, const sa::Message& message) {
    const wire::Payloads& request = message.payloads;
    if (message.shape != wire::Shape::new_child) return base::fail(Reason::PayloadMissing, "SA, Ni, TSi or TSr");
    if (const auto lasts = check_lasts(phase); !lasts) return tl::unexpected(lasts.error());
    if (phase.children.size() >= step.options.most_children) {
        // RFC 9611 6: of a single resource the peer would take that for a word on all children.
        const Reason reason = has_resource_info(request) ? Reason::TsMaxQueue : Reason::NoAdditionalSas;
        return base::fail(reason, std::to_string(phase.children.size()) + " child SAs are the limit");
    }
    auto accepted = accept_child(step, request, false);
    if (!accepted) return tl::unexpected(accepted.error());
    if (const auto once = check_once(step, phase, accepted->child.name); !once) {
        forgo(step, accepted->child);
        return tl::unexpected(once.error());
    }
    if (const auto placed = place_in_group(step, phase, request, *accepted); !placed) {
        forgo(step, accepted->child);
        return tl::unexpected(placed.error());
    }
    defer_to_twin(step, phase, accepted->child);
    return answer_with_child(step, phase, request, std::move(*accepted));
}

base::Result<void> check_lasts(const sa::Established& phase) {
    if (phase.is_succeeded) return base::fail(Reason::TemporaryFailure, "the IKE SA has been rekeyed");
    if (!std::holds_alternative<sa::RekeyingIke>(phase.exchange)) return {};
    return base::fail(Reason::TemporaryFailure, "the IKE SA is being rekeyed");
}

sa::Next answer_with_child(sa::Step& step, sa::Established& phase, const wire::Payloads& request,
                           AcceptedChild accepted) {
    auto keys = exchange_keys(step, accepted.child.suite, request);
    if (!keys) {
        forgo(step, accepted.child);
        return tl::unexpected(keys.error());
    }
    const base::Bytes nonce = step.random.bytes(kNonceSize);
    sa::PendingResponse pending{{}, wire::ExchangeType::create_child_sa, {}, {}};
    append_child_answer(accepted, {&nonce, keys->key_exchange.get()}, pending.payloads);
    pending.child =
        install_child(step, phase, std::move(accepted.child), {request.nonce->data, nonce, &keys->secret, false});
    remember_rival(phase, pending.child, std::min(request.nonce->data, nonce));
    phase.pending = std::move(pending);
    return sa::stay();
}

sa::Next refuse_while_deleting(sa::Step&, sa::Deleting& phase, const sa::Message& request) {
    // RFC 7296 2.8.2: the peer has not known of our rekeying when it began its own.
    if (phase.reason == Reason::Rekeyed && request.shape == wire::Shape::rekey_ike) {
        return base::fail(Reason::TemporaryFailure, crossing("the IKE SA", Winner::ours));
    }
    return base::fail(Reason::TemporaryFailure, "the IKE SA is being deleted");
}

}  // namespace xfrmd::ikev2::exchange
