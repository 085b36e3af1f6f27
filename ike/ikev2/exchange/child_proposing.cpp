#include <utility>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

Reason reason_of(wire::NotifyType type) {
    switch (type) {
        case wire::NotifyType::no_proposal_chosen:
            return Reason::NoProposalChosen;
        case wire::NotifyType::ts_unacceptable:
            return Reason::TrafficSelectorsUnacceptable;
        case wire::NotifyType::single_pair_required:
            return Reason::SinglePairRequired;
        case wire::NotifyType::no_additional_sas:
            return Reason::NoAdditionalSas;
        case wire::NotifyType::temporary_failure:
            return Reason::TemporaryFailure;
        default:
            return Reason::PeerRefused;
    }
}

base::Error refusal(const policy::Child& child, const sa::ProposedChild& proposed, const wire::Notify& notify) {
    const Reason reason = reason_of(notify.type);
    std::string detail = "peer answered " + to_string(notify.type) + " to child " + child.name;
    if (reason == Reason::NoProposalChosen) detail += "; we offered " + policy::to_string(child.proposals());
    if (reason == Reason::TrafficSelectorsUnacceptable) {
        detail += "; we offered " + to_string(proposed.local_ts) + " === " + to_string(proposed.remote_ts);
    }
    return {reason, std::move(detail), {}};
}

// RFC 7296 1.3.1: the answer without USE_TRANSPORT_MODE declines it; and nobody may answer it unasked.
base::Result<void> check_mode(const policy::Child& child, const wire::Payloads& answer) {
    const bool transport = answer.find(wire::NotifyType::use_transport_mode) != nullptr;
    if (transport == (child.mode == policy::Mode::transport)) return {};
    return base::fail(Reason::ModeUnacceptable, std::string("we asked for ") + (transport ? "tunnel" : "transport") +
                                                    " mode, peer answered " + (transport ? "transport" : "tunnel"));
}

base::Result<void> check_selectors(const sa::ProposedChild& proposed, const wire::Payloads& answer) {
    const policy::TrafficSelectors& ts_i = answer.ts_i->selectors;
    const policy::TrafficSelectors& ts_r = answer.ts_r->selectors;
    if (ts_i.empty() || ts_r.empty() || !covers(proposed.local_ts, ts_i) || !covers(proposed.remote_ts, ts_r)) {
        return base::fail(Reason::ResponderWidenedTrafficSelectors,
                          "offered " + to_string(proposed.local_ts) + " === " + to_string(proposed.remote_ts) +
                              ", peer answered " + to_string(ts_i) + " === " + to_string(ts_r));
    }
    return {};
}

}  // namespace

policy::TrafficSelectors resolve(const std::vector<policy::ConfiguredSelector>& configured, const base::Address& host) {
    policy::TrafficSelectors selectors;
    for (const auto& selector : configured) selectors.push_back(selector.resolve(host));
    return selectors;
}

std::vector<policy::Proposal> proposals_of(const policy::Child& child, bool first_child) {
    if (!first_child) return child.proposals();
    std::vector<policy::Proposal> proposals;
    for (const policy::Proposal& proposal : child.proposals()) proposals.push_back(proposal.without_key_exchange());
    return proposals;
}

base::Bytes spi_bytes(ike::EspSpi spi) { return base::Writer().u32(static_cast<std::uint32_t>(spi)).take(); }

sa::ProposedChild propose_child(sa::Step& step, const policy::Child& child, ike::OperationId operation) {
    return {child.name,
            step.spis.new_esp_spi(),
            operation,
            resolve(child.local_ts, step.sa.local.address),
            resolve(child.remote_ts, step.sa.remote.address),
            policy::KeyExchangeId::none};
}

void append_child_request(const policy::Child& child, const sa::ProposedChild& proposed, const FreshKeying& keying,
                          std::vector<wire::Payload>& payloads) {
    const bool first_child = keying.nonce == nullptr;
    if (child.mode == policy::Mode::transport) payloads.emplace_back(notify(wire::NotifyType::use_transport_mode));
    payloads.emplace_back(offer(proposals_of(child, first_child), spi_bytes(proposed.spi_in)));
    if (keying.nonce != nullptr) payloads.emplace_back(wire::Nonce{*keying.nonce});
    if (keying.key_exchange != nullptr) {
        payloads.emplace_back(
            wire::KeyExchangePayload{keying.key_exchange->method(), keying.key_exchange->public_value()});
    }
    payloads.emplace_back(wire::TrafficSelectorPayload{true, proposed.local_ts, {}});
    payloads.emplace_back(wire::TrafficSelectorPayload{false, proposed.remote_ts, {}});
}

base::Result<NegotiatedChild> check_child_answer(const policy::Child& child, const sa::ProposedChild& proposed,
                                                 const wire::Payloads& answer, bool first_child) {
    if (const auto* error = answer.error()) return tl::unexpected(refusal(child, proposed, *error));
    if (!answer.sa || !answer.ts_i || !answer.ts_r) {
        return base::fail(Reason::PayloadMissing, "the answer lacks SA, TSi or TSr");
    }
    auto answered = check_answer(*answer.sa, proposals_of(child, first_child), 4);
    if (!answered) return tl::unexpected(answered.error());
    const auto suite = crypto::ChildSuite::of(answered->proposal);
    if (!suite) return tl::unexpected(suite.error());
    if (const auto mode = check_mode(child, answer); !mode) return tl::unexpected(mode.error());
    if (const auto selectors = check_selectors(proposed, answer); !selectors) return tl::unexpected(selectors.error());
    const ike::EspSpi spi_out{base::Reader(answered->spi).u32()};
    return NegotiatedChild{child.name,        child.mode, std::move(answered->proposal), *suite,
                           proposed.spi_in,   spi_out,    answer.ts_i->selectors,        answer.ts_r->selectors,
                           proposed.operation};
}

}  // namespace xfrmd::ikev2::exchange
