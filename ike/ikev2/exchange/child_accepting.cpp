#include <utility>

#include "ike/base/reader.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

constexpr std::uint32_t kReservedSpis = 255;  // RFC 4303 2.1: 1..255 are IANA's, 0 is nobody's

std::string both_ends(const policy::TrafficSelectors& local, const policy::TrafficSelectors& remote) {
    return to_string(local) + " === " + to_string(remote);
}

base::Result<NegotiatedChild> match_selectors(const sa::Sa& sa, const policy::Child& child,
                                              const wire::Payloads& request) {
    NegotiatedChild negotiated;
    negotiated.name = child.name;
    negotiated.mode = child.mode;
    const policy::TrafficSelectors local_ts = resolve(child.local_ts, sa.local.address);
    const policy::TrafficSelectors remote_ts = resolve(child.remote_ts, sa.remote.address);
    negotiated.local_ts = narrow(local_ts, request.ts_r->selectors);
    negotiated.remote_ts = narrow(remote_ts, request.ts_i->selectors);
    if (negotiated.local_ts.empty() || negotiated.remote_ts.empty()) {
        return base::fail(Reason::TrafficSelectorsUnacceptable,
                          "child " + child.name + " has " + both_ends(local_ts, remote_ts) + ", peer offered " +
                              both_ends(request.ts_r->selectors, request.ts_i->selectors));
    }
    return negotiated;
}

// RFC 7296 1.3.1: transport mode is asked for by a notify; a child takes part only in the mode it is configured for.
base::Result<void> match_mode(const policy::Child& child, const wire::Payloads& request) {
    const bool transport = request.find(wire::NotifyType::use_transport_mode) != nullptr;
    if (child.mode == policy::Mode::tunnel || transport) return {};
    return base::fail(Reason::ModeUnacceptable, "child " + child.name + " is for transport mode, peer wants a tunnel");
}

base::Result<AcceptedChild> match_child(const sa::Sa& sa, const policy::Child& child, const wire::Payloads& request,
                                        bool first_child) {
    auto negotiated = match_selectors(sa, child, request);
    if (!negotiated) return tl::unexpected(negotiated.error());
    if (const auto mode = match_mode(child, request); !mode) return tl::unexpected(mode.error());

    auto theirs = offered(*request.sa, policy::ProtocolId::esp, 4);
    if (first_child) {
        // RFC 7296 1.2: no key exchange is negotiated in IKE_AUTH, whatever a peer may have written there.
        for (policy::OfferedProposal& offer : theirs) offer.proposal = offer.proposal.without_key_exchange();
    }
    auto chosen = policy::choose(proposals_of(child, first_child), theirs);
    if (!chosen) return tl::unexpected(chosen.error());
    const auto suite = crypto::ChildSuite::of(chosen->proposal);
    if (!suite) return tl::unexpected(suite.error());

    negotiated->spi_out = ike::EspSpi{base::Reader(spi_of(*request.sa, chosen->number)).u32()};
    if (static_cast<std::uint32_t>(negotiated->spi_out) <= kReservedSpis) {
        return base::fail(Reason::NoProposalChosen, "peer's SPI is a reserved one (RFC 4303 2.1)");
    }
    negotiated->suite = *suite;
    negotiated->proposal = std::move(chosen->proposal);
    return AcceptedChild{std::move(*negotiated), chosen->number};
}

// Of several children's errors the one that got furthest tells most: selectors that fit, but not the rest.
bool tells_more(const base::Error& candidate, const std::optional<base::Error>& best) {
    return !best || (best->reason == Reason::TrafficSelectorsUnacceptable &&
                     candidate.reason != Reason::TrafficSelectorsUnacceptable);
}

}  // namespace

base::Result<AcceptedChild> accept_child(sa::Step& step, const wire::Payloads& request, bool first_child) {
    std::optional<base::Error> error;
    for (const policy::Child& child : step.sa.connection->children) {
        auto accepted = match_child(step.sa, child, request, first_child);
        if (accepted) {
            accepted->child.spi_in = step.spis.new_esp_spi();
            return accepted;
        }
        if (tells_more(accepted.error(), error)) error = accepted.error();
    }
    if (!error) error = base::Error{Reason::TrafficSelectorsUnacceptable, "the connection has no children", {}};
    return tl::unexpected(std::move(*error));
}

void append_child_answer(const AcceptedChild& accepted, const FreshKeying& keying,
                         std::vector<wire::Payload>& payloads) {
    const NegotiatedChild& child = accepted.child;
    if (child.mode == policy::Mode::transport) payloads.emplace_back(notify(wire::NotifyType::use_transport_mode));
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
