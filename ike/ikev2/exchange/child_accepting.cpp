#include <algorithm>
#include <utility>
#include <vector>

#include "ike/ikev2/exchange/child_compression.h"
#include "ike/ikev2/exchange/child_mode.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/nat.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/virtual_addresses.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

std::string both_ends(const policy::TrafficSelectors& local, const policy::TrafficSelectors& remote) {
    return to_string(local) + " === " + to_string(remote);
}

base::Result<NegotiatedChild> match_selectors(const sa::Sa& sa, const policy::Child& child,
                                              const wire::Payloads& request, const SelectorsHere& offered) {
    NegotiatedChild negotiated;
    negotiated.name = child.name;
    negotiated.mode = child.mode;
    negotiated.tfc_padding_allowed = request.find(wire::NotifyType::esp_tfc_padding_not_supported) == nullptr;
    const policy::TrafficSelectors local_ts = resolve(child.local_ts, local_hosts(sa));
    const policy::TrafficSelectors remote_ts = resolve(child.remote_ts, remote_hosts(sa));
    negotiated.local_ts = narrow(local_ts, offered.local);
    negotiated.remote_ts = narrow(remote_ts, offered.remote);
    if (negotiated.local_ts.empty() || negotiated.remote_ts.empty()) {
        return base::fail(Reason::TrafficSelectorsUnacceptable, "child " + child.name + " has " +
                                                                    both_ends(local_ts, remote_ts) + ", peer offered " +
                                                                    both_ends(offered.local, offered.remote));
    }
    return negotiated;
}

Share share_of(const SelectorsHere& offered, const NegotiatedChild& child) {
    const auto has = [&child](const policy::TrafficSelectors& local, const policy::TrafficSelectors& remote) {
        return covers(child.local_ts, local) && covers(child.remote_ts, remote);
    };
    if (has(offered.local, offered.remote)) return Share::all;
    return has({offered.local.front()}, {offered.remote.front()}) ? Share::first_choice : Share::some;
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
    const SelectorsHere offered = selectors_here(sa, child.mode, {request.ts_r->selectors, request.ts_i->selectors});
    auto negotiated = match_selectors(sa, child, request, offered);
    if (!negotiated) return tl::unexpected(negotiated.error());
    if (const auto mode = match_mode(child, request); !mode) return tl::unexpected(mode.error());
    if (const auto hosts = check_hosts(*negotiated); !hosts) return tl::unexpected(hosts.error());
    const Share share = share_of(offered, *negotiated);
    AcceptedChild accepted{std::move(*negotiated), 1, share};
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

// Those of the connection that fit the request; after one that has all of it there is nothing to look for. Else why the
// best of them does not.
base::Result<std::vector<AcceptedChild>> match_children(const sa::Sa& sa, const wire::Payloads& request,
                                                        bool first_child) {
    std::vector<AcceptedChild> fitting;
    std::optional<base::Error> error;
    for (const policy::Child& child : sa.connection->children) {
        auto matched = match_child(sa, child, request, first_child);
        if (!matched && tells_more(matched.error(), error)) error = matched.error();
        if (!matched) continue;
        fitting.push_back(std::move(*matched));
        if (fitting.back().share == Share::all) break;
    }
    if (!fitting.empty()) return fitting;
    if (!error) error = base::Error{Reason::TrafficSelectorsUnacceptable, "the connection has no children", {}};
    return tl::unexpected(std::move(*error));
}

// RFC 7296 2.9: of several subsets one that has the peer's first choice, if any has. The others may be in children of
// their own.
AcceptedChild choose_child(std::vector<AcceptedChild> fitting) {
    const auto best = std::ranges::max_element(fitting, {}, &AcceptedChild::share);
    const auto has_more = [&best](const AcceptedChild& other) {
        return !covers(best->child.local_ts, other.child.local_ts) ||
               !covers(best->child.remote_ts, other.child.remote_ts);
    };
    best->more_possible = best->share != Share::all && std::ranges::any_of(fitting, has_more);
    return std::move(*best);
}

void take(sa::Step& step, const policy::Child& child, const wire::Payloads& request, AcceptedChild& accepted) {
    accepted.child.spi_in = step.spis.new_esp_spi();
    accepted.child.ipcomp = accept_compression(step, child, request);
}

}  // namespace

base::Result<AcceptedChild> accept_child(sa::Step& step, const policy::Child& child, const wire::Payloads& request,
                                         bool first_child) {
    auto accepted = match_child(step.sa, child, request, first_child);
    if (accepted) take(step, child, request, *accepted);
    return accepted;
}

base::Result<AcceptedChild> accept_child(sa::Step& step, const wire::Payloads& request, bool first_child) {
    auto fitting = match_children(step.sa, request, first_child);
    if (!fitting) return tl::unexpected(std::move(fitting.error()));
    AcceptedChild accepted = choose_child(std::move(*fitting));
    take(step, *step.sa.connection->child(accepted.child.name), request, accepted);
    return accepted;
}

void defer_to_twin(const sa::Step& step, const sa::Established& phase, NegotiatedChild& child) {
    if (child.cpu()) return;
    child.replaces = step.spis.twin_of(step.sa, phase, child.name, child.local_ts, child.remote_ts);
    child.defer_outbound = child.replaces != ike::ChildSaId::none;
}

void append_child_answer(const AcceptedChild& accepted, const FreshKeying& keying,
                         std::vector<wire::Payload>& payloads) {
    const NegotiatedChild& child = accepted.child;
    if (child.ipcomp) payloads.emplace_back(ipcomp_supported(child.ipcomp->in));
    if (auto mode = mode_notify(child.mode)) payloads.emplace_back(std::move(*mode));
    if (accepted.tells_resource) payloads.emplace_back(notify(wire::NotifyType::sa_resource_info));
    payloads.emplace_back(answer({accepted.proposal_number, child.proposal}, spi_bytes(child.spi_in)));
    if (keying.nonce != nullptr) payloads.emplace_back(wire::Nonce{*keying.nonce});
    if (keying.key_exchange) payloads.emplace_back(*keying.key_exchange);
    payloads.emplace_back(wire::TrafficSelectorPayload{true, child.remote_ts, {}});
    payloads.emplace_back(wire::TrafficSelectorPayload{false, child.local_ts, {}});
    if (accepted.more_possible) payloads.emplace_back(notify(wire::NotifyType::additional_ts_possible));
}

}  // namespace xfrmd::ikev2::exchange
