#include <utility>

#include "ike/ikev2/exchange/child_compression.h"
#include "ike/ikev2/exchange/child_mode.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/nat.h"
#include "ike/ikev2/exchange/offers.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

std::string both_ends(const policy::TrafficSelectors& local, const policy::TrafficSelectors& remote) {
    return to_string(local) + " === " + to_string(remote);
}

base::Result<NegotiatedChild> match_selectors(const sa::Sa& sa, const policy::Child& child,
                                              const wire::Payloads& request) {
    NegotiatedChild negotiated;
    negotiated.name = child.name;
    negotiated.mode = child.mode;
    negotiated.tfc_padding_allowed = request.find(wire::NotifyType::esp_tfc_padding_not_supported) == nullptr;
    const policy::TrafficSelectors local_ts = resolve(child.local_ts, sa.local.address);
    const policy::TrafficSelectors remote_ts = resolve(child.remote_ts, sa.remote.address);
    const SelectorsHere offered = selectors_here(sa, child.mode, {request.ts_r->selectors, request.ts_i->selectors});
    negotiated.local_ts = narrow(local_ts, offered.local);
    negotiated.remote_ts = narrow(remote_ts, offered.remote);
    if (negotiated.local_ts.empty() || negotiated.remote_ts.empty()) {
        return base::fail(Reason::TrafficSelectorsUnacceptable, "child " + child.name + " has " +
                                                                    both_ends(local_ts, remote_ts) + ", peer offered " +
                                                                    both_ends(offered.local, offered.remote));
    }
    return negotiated;
}

// RFC 7296 1.2: no key exchange is negotiated in IKE_AUTH, whatever a peer may have written there.
std::vector<policy::OfferedProposal> offered_children(const wire::SecurityAssociation& sa, bool first_child) {
    std::vector<policy::OfferedProposal> all;
    for (const auto protocol : {policy::ProtocolId::esp, policy::ProtocolId::ah}) {
        for (policy::OfferedProposal& offer : offered(sa, protocol, 4)) {
            if (first_child) offer.proposal = offer.proposal.without_key_exchange();
            all.push_back(std::move(offer));
        }
    }
    return all;
}

base::Result<void> match_proposals(const sa::Sa& sa, const policy::Child& child, const wire::Payloads& request,
                                   bool first_child, AcceptedChild& accepted) {
    const auto ours = proposals_of(sa, child, first_child);
    if (!ours) return tl::unexpected(ours.error());
    auto chosen = policy::choose(*ours, offered_children(*request.sa, first_child));
    if (!chosen) return tl::unexpected(chosen.error());
    const auto suite = crypto::ChildSuite::of(chosen->proposal);
    if (!suite) return tl::unexpected(suite.error());
    const auto spi_out = read_spi(spi_of(*request.sa, chosen->number));
    if (!spi_out) return tl::unexpected(spi_out.error());
    accepted.child.spi_out = *spi_out;
    accepted.child.suite = *suite;
    accepted.child.proposal = std::move(chosen->proposal);
    accepted.proposal_number = chosen->number;
    return {};
}

base::Result<AcceptedChild> match_child(const sa::Sa& sa, const policy::Child& child, const wire::Payloads& request,
                                        bool first_child) {
    auto negotiated = match_selectors(sa, child, request);
    if (!negotiated) return tl::unexpected(negotiated.error());
    if (const auto mode = match_mode(child, request); !mode) return tl::unexpected(mode.error());
    if (const auto hosts = check_hosts(*negotiated); !hosts) return tl::unexpected(hosts.error());
    AcceptedChild accepted{std::move(*negotiated), 1};
    const auto matched = match_proposals(sa, child, request, first_child, accepted);
    if (!matched) return tl::unexpected(matched.error());
    return accepted;
}

// RFC 7296 2.22: without a CPI of ours the offer is not taken, which is no reason to refuse the child.
std::optional<ike::IpComp> accept_compression(sa::Step& step, const policy::Child& child,
                                              const wire::Payloads& request) {
    const auto cpi_out = child.ipcomp ? offered_cpi(request) : std::nullopt;
    const auto cpi_in = cpi_out ? step.spis.new_cpi() : std::nullopt;
    if (!cpi_in) return std::nullopt;
    return ike::IpComp{*cpi_in, *cpi_out};
}

// Of several children's errors the one that got furthest tells most: selectors that fit, but not the rest.
bool tells_more(const base::Error& candidate, const std::optional<base::Error>& best) {
    return !best || (best->reason == Reason::TrafficSelectorsUnacceptable &&
                     candidate.reason != Reason::TrafficSelectorsUnacceptable);
}

}  // namespace

base::Result<AcceptedChild> accept_child(sa::Step& step, const policy::Child& child, const wire::Payloads& request,
                                         bool first_child) {
    auto accepted = match_child(step.sa, child, request, first_child);
    if (!accepted) return accepted;
    accepted->child.spi_in = step.spis.new_esp_spi();
    accepted->child.ipcomp = accept_compression(step, child, request);
    return accepted;
}

base::Result<AcceptedChild> accept_child(sa::Step& step, const wire::Payloads& request, bool first_child) {
    std::optional<base::Error> error;
    for (const policy::Child& child : step.sa.connection->children) {
        auto accepted = accept_child(step, child, request, first_child);
        if (accepted) return accepted;
        if (tells_more(accepted.error(), error)) error = accepted.error();
    }
    if (!error) error = base::Error{Reason::TrafficSelectorsUnacceptable, "the connection has no children", {}};
    return tl::unexpected(std::move(*error));
}

void defer_to_twin(const sa::Step& step, const sa::Established& phase, NegotiatedChild& child) {
    child.replaces = step.spis.twin_of(step.sa, phase, child.name, child.local_ts, child.remote_ts);
    child.defer_outbound = child.replaces != ike::ChildSaId::none;
}

void append_child_answer(const AcceptedChild& accepted, const FreshKeying& keying,
                         std::vector<wire::Payload>& payloads) {
    const NegotiatedChild& child = accepted.child;
    if (child.ipcomp) payloads.emplace_back(ipcomp_supported(child.ipcomp->in));
    if (auto mode = mode_notify(child.mode)) payloads.emplace_back(std::move(*mode));
    payloads.emplace_back(answer({accepted.proposal_number, child.proposal}, spi_bytes(child.spi_in)));
    if (keying.nonce != nullptr) payloads.emplace_back(wire::Nonce{*keying.nonce});
    if (keying.key_exchange != nullptr) {
        payloads.emplace_back(
            wire::KeyExchangePayload{keying.key_exchange->method(), keying.key_exchange->public_value()});
    }
    payloads.emplace_back(wire::TrafficSelectorPayload{true, child.remote_ts, {}});
    payloads.emplace_back(wire::TrafficSelectorPayload{false, child.local_ts, {}});
}

}  // namespace xfrmd::ikev2::exchange
