#include <utility>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/ikev2/exchange/child_compression.h"
#include "ike/ikev2/exchange/child_mode.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/nat.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/single_pair.h"
#include "ike/ikev2/exchange/virtual_addresses.h"

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
        case wire::NotifyType::ts_max_queue:
            return Reason::TsMaxQueue;
        case wire::NotifyType::temporary_failure:
            return Reason::TemporaryFailure;
        case wire::NotifyType::child_sa_not_found:
            return Reason::ChildSaNotFound;
        case wire::NotifyType::state_not_found:
            return Reason::StateNotFound;
        default:
            return Reason::PeerRefused;
    }
}

base::Result<void> check_selectors(const sa::ProposedChild& proposed, const SelectorsHere& answered) {
    const auto& [local, remote] = answered;
    if (local.empty() || remote.empty() || !covers(proposed.local_ts, local) || !covers(proposed.remote_ts, remote)) {
        return base::fail(Reason::ResponderWidenedTrafficSelectors,
                          "offered " + to_string(proposed.local_ts) + " === " + to_string(proposed.remote_ts) +
                              ", peer answered " + to_string(local) + " === " + to_string(remote));
    }
    return {};
}

// What mode, selectors and notifies say; the proposal has been read.
base::Result<void> check_rest(const sa::Sa& sa, const policy::Child& child, const sa::ProposedChild& proposed,
                              const wire::Payloads& answer, NegotiatedChild& negotiated) {
    if (const auto mode = check_mode(child, answer); !mode) return mode;
    const SelectorsHere answered = selectors_here(sa, child.mode, {answer.ts_i->selectors, answer.ts_r->selectors});
    if (const auto selectors = check_selectors(proposed, answered); !selectors) return selectors;
    const auto cpi_out = answered_cpi(proposed, answer);
    if (!cpi_out) return tl::unexpected(cpi_out.error());
    if (*cpi_out) negotiated.ipcomp = ike::IpComp{*proposed.cpi_in, **cpi_out};
    // The same, but a packet's selector that is in another one needs no policy of its own.
    negotiated.local_ts = narrow(proposed.local_ts, answered.local);
    negotiated.remote_ts = narrow(proposed.remote_ts, answered.remote);
    return check_hosts(negotiated);
}

}  // namespace

base::Error refusal(const sa::ProposedChild& proposed, const wire::Notify& notify) {
    const Reason reason = reason_of(notify.type);
    std::string detail = "peer answered " + to_string(notify.type) + " to child " + proposed.name;
    if (reason == Reason::NoProposalChosen) detail += "; we offered " + policy::to_string(proposed.proposals);
    if (reason == Reason::TrafficSelectorsUnacceptable) {
        detail += "; we offered " + to_string(proposed.local_ts) + " === " + to_string(proposed.remote_ts);
    }
    return {reason, std::move(detail), {}};
}

base::Result<std::vector<policy::Proposal>> proposals_of(const sa::Sa& sa, const policy::Child& child,
                                                         bool first_child) {
    std::vector<policy::Proposal> proposals;
    for (const policy::Proposal& proposal : child.proposals()) {
        // RFC 3715 2.1: AH protects the addresses that a NAT changes, and RFC 3948 encapsulates ESP only.
        if (sa.nat.any() && proposal.protocol == policy::ProtocolId::ah) continue;
        proposals.push_back(first_child ? proposal.without_key_exchange() : proposal);
    }
    if (!proposals.empty()) return proposals;
    return base::fail(Reason::NoProposalChosen, "child " + child.name +
                                                    " has only AH proposals, and AH cannot pass the NAT between us and "
                                                    "the peer (nor encap = yes, which stands for one)");
}

base::Result<ike::EspSpi> read_spi(const base::Bytes& bytes) {
    constexpr std::uint32_t kReserved = 255;
    const std::uint32_t spi = base::Reader(bytes).u32();
    if (spi > kReserved) return ike::EspSpi{spi};
    return base::fail(Reason::NoProposalChosen, "peer's SPI is a reserved one (RFC 4303 2.1, RFC 4302 2.4)");
}

base::Bytes spi_bytes(ike::EspSpi spi) { return base::Writer().u32(static_cast<std::uint32_t>(spi)).take(); }

void release(sa::Step& step, ike::EspSpi spi_in, std::optional<ike::Cpi> cpi_in) {
    step.spis.release(spi_in);
    if (cpi_in) step.spis.release(*cpi_in);
}

void release_unused_cpi(sa::Step& step, const sa::ProposedChild& proposed, const NegotiatedChild& negotiated) {
    if (proposed.cpi_in && !negotiated.ipcomp) step.spis.release(*proposed.cpi_in);
}

base::Result<sa::ProposedChild> propose_child(sa::Step& step, const policy::Child& child,
                                              const sa::CreateChildTask& task, bool first_child) {
    auto proposals = proposals_of(step.sa, child, first_child);
    if (!proposals) return tl::unexpected(proposals.error());
    sa::ProposedChild proposed{child.name,
                               step.spis.new_esp_spi(),
                               task.operation,
                               resolve(child.local_ts, first_child ? hosts_to_come(step.sa) : local_hosts(step.sa)),
                               resolve(child.remote_ts, remote_hosts(step.sa)),
                               std::move(*proposals),
                               child.ipcomp ? step.spis.new_cpi() : std::nullopt,
                               task.packet,
                               task.replaces,
                               task.number,
                               task.tries,
                               task.only,
                               wanted_resource(step, child, task)};
    if (task.only) {
        proposed.local_ts = of_address(proposed.local_ts, task.only->local);
        proposed.remote_ts = of_address(proposed.remote_ts, task.only->remote);
    } else if (task.packet) {
        proposed.local_ts = with_packet_first(std::move(proposed.local_ts), task.packet->local);
        proposed.remote_ts = with_packet_first(std::move(proposed.remote_ts), task.packet->remote);
    }
    return proposed;
}

void append_child_request(const policy::Child& child, const sa::ProposedChild& proposed, const FreshKeying& keying,
                          std::vector<wire::Payload>& payloads) {
    if (proposed.cpi_in) payloads.emplace_back(ipcomp_supported(*proposed.cpi_in));
    if (auto mode = mode_notify(child.mode)) payloads.emplace_back(std::move(*mode));
    if (proposed.resource) payloads.emplace_back(notify(wire::NotifyType::sa_resource_info));
    payloads.emplace_back(offer(proposed.proposals, spi_bytes(proposed.spi_in)));
    if (keying.nonce != nullptr) payloads.emplace_back(wire::Nonce{*keying.nonce});
    if (keying.key_exchange) payloads.emplace_back(*keying.key_exchange);
    payloads.emplace_back(wire::TrafficSelectorPayload{true, proposed.local_ts, {}});
    payloads.emplace_back(wire::TrafficSelectorPayload{false, proposed.remote_ts, {}});
}

void heed_more_possible(sa::Step& step, const sa::ProposedChild& proposed, const wire::Payloads& answer) {
    if (answer.find(wire::NotifyType::additional_ts_possible) == nullptr) return;
    step.report(ike::Level::info, "peer takes more of " + to_string(proposed.local_ts) +
                                      " === " + to_string(proposed.remote_ts) + " than child SA " + proposed.name +
                                      " has now, in a child of its own");
}

base::Result<NegotiatedChild> check_child_answer(const sa::Sa& sa, const policy::Child& child,
                                                 const sa::ProposedChild& proposed, const wire::Payloads& answer) {
    if (const auto* error = answer.error()) return tl::unexpected(refusal(proposed, *error));
    if (!answer.sa || !answer.ts_i || !answer.ts_r) {
        return base::fail(Reason::PayloadMissing, "the answer lacks SA, TSi or TSr");
    }
    auto answered = check_answer(*answer.sa, proposed.proposals, 4);
    if (!answered) return tl::unexpected(answered.error());
    const auto suite = crypto::ChildSuite::of(answered->proposal);
    if (!suite) return tl::unexpected(suite.error());
    const auto spi_out = read_spi(answered->spi);
    if (!spi_out) return tl::unexpected(spi_out.error());

    NegotiatedChild negotiated;
    negotiated.name = child.name;
    negotiated.mode = child.mode;
    negotiated.proposal = std::move(answered->proposal);
    negotiated.suite = *suite;
    negotiated.spi_in = proposed.spi_in;
    negotiated.spi_out = *spi_out;
    negotiated.operation = proposed.operation;
    negotiated.replaces = proposed.replaces;
    negotiated.number = proposed.number;
    negotiated.only = proposed.only;
    negotiated.tfc_padding_allowed = answer.find(wire::NotifyType::esp_tfc_padding_not_supported) == nullptr;
    if (const auto rest = check_rest(sa, child, proposed, answer, negotiated); !rest)
        return tl::unexpected(rest.error());
    return negotiated;
}

}  // namespace xfrmd::ikev2::exchange
