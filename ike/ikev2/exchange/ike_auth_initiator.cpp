#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/ikev2/exchange/authentication.h"
#include "ike/ikev2/exchange/certificates.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/crash_detection.h"
#include "ike/ikev2/exchange/id_sync.h"
#include "ike/ikev2/exchange/ike_auth.h"
#include "ike/ikev2/exchange/mobility.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/ppk.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/redirect.h"
#include "ike/ikev2/exchange/rekey_time.h"
#include "ike/ikev2/exchange/resumed_auth.h"
#include "ike/ikev2/exchange/ticketing.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

policy::Identity own_identity(const sa::Sa& sa) { return exchange::own_identity(*sa.connection, sa.local.address); }

// Whom we expect, for choosing the key before the peer has said who it is.
policy::Identity expected_identity(const sa::Sa& sa) {
    const policy::Identity& configured = sa.connection->remote.id;
    return configured.is_exact() ? configured : policy::Identity::of(sa.remote.address);
}

struct FirstChild {
    const policy::Child* child;
    sa::ProposedChild proposed;
};

// The child of the first waiting task that can be asked for; the others follow in CREATE_CHILD_SA exchanges. Those
// before it fail.
base::Result<FirstChild> first_child(sa::Step& step) {
    sa::Sa& sa = step.sa;
    base::Error error{Reason::InternalInconsistency, "no child to ask for", {}};
    while (!sa.tasks.empty()) {
        const auto* task = std::get_if<sa::CreateChildTask>(&sa.tasks.front());
        if (task == nullptr) return base::fail(Reason::OperatorRequest);
        const policy::Child* child = sa.connection->child(task->child);
        if (child == nullptr) return base::fail(Reason::ConfigurationRemoved, "child " + task->child);
        // RFC 9611 3: the first one of a group is for all CPUs.
        auto proposed = task->cpu() ? base::fail(Reason::NotFound, "child " + task->child + " is in no group")
                                    : propose_child(step, *child, *task, true);
        const ike::OperationId operation = task->operation;
        sa.tasks.pop_front();
        if (proposed) return FirstChild{child, std::move(*proposed)};
        error = proposed.error();
        step.done(operation, {}, tl::unexpected(error));
    }
    return tl::unexpected(std::move(error));
}

// RFC 6023 5: what waits, the child first of all, follows once the IKE SA stands.
base::Result<void> check_wanted(const sa::Sa& sa) {
    const bool any = !sa.tasks.empty() && std::holds_alternative<sa::CreateChildTask>(sa.tasks.front());
    if (!any) return base::fail(Reason::OperatorRequest);
    return {};
}

// SK {IDi, [CERT+], [N(INITIAL_CONTACT)], [CERTREQ], [IDr], AUTH, [N(IPCOMP_SUPPORTED)], [N(USE_TRANSPORT_MODE)],
// SAi2, TSi, TSr} (RFC 7296 1.2, appendix C.2)
std::vector<wire::Payload> make_request(const sa::Sa& sa, policy::Identity id_i, const policy::Identity& id_r,
                                        OwnProof proof) {
    std::vector<wire::Payload> payloads{wire::IdentificationInitiator{{std::move(id_i), 0}}};
    std::ranges::move(proof.certificates, std::back_inserter(payloads));
    if (sa.announce_initial_contact) payloads.emplace_back(notify(wire::NotifyType::initial_contact));
    std::ranges::move(certificate_request(sa, {sa.connection}), std::back_inserter(payloads));
    if (id_r.is_exact()) payloads.emplace_back(wire::IdentificationResponder{{id_r, 0}});
    payloads.emplace_back(std::move(proof.auth));
    return payloads;
}

base::Error auth_refusal(const wire::Notify& notify) {
    if (notify.type == wire::NotifyType::authentication_failed) {
        return {Reason::AuthenticationRefused, "check both sides' identities and keys, and the peer's log", {}};
    }
    return {Reason::PeerRefused, "it answered " + to_string(notify.type) + " to IKE_AUTH", {}};
}

// RFC 5723 4.3.3: it is who it was.
base::Result<void> authenticate_resumed(const sa::AuthRequested& phase, const wire::Identification& id_r,
                                        const wire::Authentication& auth) {
    if (id_r.identity != phase.resumed->remote_id) {
        return base::fail(Reason::AuthenticationFailed,
                          "peer is " + id_r.identity.to_string() + ", and was " + phase.resumed->remote_id.to_string());
    }
    return verify_resumed_auth(phase.keyed, phase.transcript, id_r, auth).map([](Octets) {});
}

// RFC 7296 2.15, 2.16: nothing of the answer counts before the peer is who it should be.
base::Result<void> authenticate(sa::Step& step, const sa::AuthRequested& phase, const wire::Payloads& answer) {
    const sa::Sa& sa = step.sa;
    if (!answer.id_r || !answer.auth) {
        if (const auto* error = answer.error()) return tl::unexpected(auth_refusal(*error));
        return base::fail(Reason::AuthenticationFailed, "the answer lacks IDr or AUTH");
    }
    if (match(sa.connection->remote.id, answer.id_r->identity) == 0) {
        return base::fail(Reason::AuthenticationFailed, "peer is " + answer.id_r->identity.to_string() +
                                                            ", we expect " + sa.connection->remote.id.to_string());
    }
    if (phase.resumed) return authenticate_resumed(phase, *answer.id_r, *answer.auth);
    return verify_auth(step, phase.keyed, phase.transcript, {*sa.connection, own_identity(sa), answer.id_r->identity},
                       {*answer.id_r, *answer.auth, answer.certificates});
}

// RFC 7296 1.2: KEYMAT of the first child uses the nonces of IKE_SA_INIT.
void take_first_child(sa::Step& step, sa::Established& established, sa::ProposedChild proposed,
                      const wire::Payloads& answer, const sa::Transcript& transcript) {
    const policy::Child* child = step.sa.connection->child(proposed.name);
    auto negotiated = child != nullptr ? check_child_answer(step.sa, *child, proposed, answer)
                                       : base::fail(Reason::ConfigurationRemoved, "child " + proposed.name);
    if (negotiated) {
        static_cast<void>(join_group(established, proposed, answer, *negotiated));  // it is the first one
        release_unused_cpi(step, proposed, *negotiated);
        install_child(step, established, std::move(*negotiated),
                      {transcript.local_nonce, transcript.remote_nonce, nullptr, true});
        heed_more_possible(step, proposed, answer);
        return;
    }
    fail_proposed_child(step, proposed, negotiated.error(), answer);
}

struct Opening {
    OwnProof proof;
    std::optional<sa::AuthKeys> without_ppk;
    std::vector<wire::Payload> ppk;
};

// RFC 8784 3: with the PPK, and once more without it for a responder that may not know it, unless one is required.
base::Result<Opening> prove(sa::Step& step, sa::Keyed& keyed, const sa::Transcript& transcript,
                            const policy::Identity& id_i) {
    const Parties parties{*step.sa.connection, id_i, expected_identity(step.sa)};
    const auto make = [&] { return make_auth(step, keyed, transcript, parties, transcript.certificate_requests); };
    std::optional<wire::Authentication> without;
    if (transcript.both_have_ppks && !parties.connection.ppk_required) {
        auto plain = make();
        if (!plain) return tl::unexpected(plain.error());
        without = std::move(plain->auth);
    }
    Opening opening{{}, mix_own_ppk(step.sa, transcript, keyed), {}};
    if (opening.without_ppk) append_ppk(step.sa, std::move(without), opening.ppk);
    auto proof = make();
    if (!proof && opening.without_ppk) opening.without_ppk->swap(keyed);
    if (!proof) return tl::unexpected(proof.error());
    opening.proof = std::move(*proof);
    return opening;
}

}  // namespace

base::Result<void> check_credentials(const sa::Sa& sa) {
    return check_own_key(sa, {*sa.connection, own_identity(sa), expected_identity(sa)});
}

sa::Next start_ike_auth(sa::Step& step, sa::Keyed keyed, sa::Transcript transcript, bool childless,
                        std::unique_ptr<sa::Session> resumed) {
    sa::Sa& sa = step.sa;
    policy::Identity id_i = resumed ? resumed->local_id : own_identity(sa);
    const policy::Identity id_r = resumed ? resumed->remote_id : sa.connection->remote.id;
    auto opening = resumed ? Opening{{{}, make_resumed_auth(keyed, transcript, id_i, Octets::all)}, {}, {}}
                           : prove(step, keyed, transcript, id_i);
    if (!opening && base::is_to_wait(opening.error().reason)) {
        return sa::Phase(sa::Proving{std::move(keyed), std::move(transcript), childless});
    }
    if (!opening) return sa::Phase(sa::Closed{opening.error()});

    std::vector<wire::Payload> payloads = make_request(sa, std::move(id_i), id_r, std::move(opening->proof));
    std::ranges::move(opening->ppk, std::back_inserter(payloads));
    append_ticket_request(step, payloads);
    append_mobility(step, payloads);
    append_id_sync(payloads);
    std::ranges::move(crash_token(step.options, sa.spi_i, sa.spi_r), std::back_inserter(payloads));
    std::optional<sa::ProposedChild> proposed;
    if (childless) {
        if (const auto wanted = check_wanted(sa); !wanted) return sa::Phase(sa::Closed{wanted.error()});
    } else {
        auto first = first_child(step);
        if (!first) return sa::Phase(sa::Closed{first.error()});
        append_child_request(*first->child, first->proposed, {}, payloads);
        proposed = std::move(first->proposed);
    }
    send_request(step, keyed, wire::ExchangeType::ike_auth, payloads);
    return sa::Phase(sa::AuthRequested{std::move(keyed), std::move(transcript), std::move(proposed), std::move(resumed),
                                       std::move(opening->without_ppk)});
}

sa::Next go_on_proving(sa::Step& step, sa::Proving& phase) {
    auto next = start_ike_auth(step, std::move(phase.keyed), std::move(phase.transcript), phase.childless, nullptr);
    auto* again = next && *next ? std::get_if<sa::Proving>(&**next) : nullptr;
    if (again == nullptr) return next;
    phase = std::move(*again);
    return sa::stay();
}

sa::Next on_ike_auth_response(sa::Step& step, sa::AuthRequested& phase, const sa::Message& response) {
    const wire::Payloads& answer = response.payloads;
    if (answer.auth) {
        if (const auto ppk = heed_ppk_use(step.sa, phase, answer); !ppk) return tl::unexpected(ppk.error());
    }
    if (const auto authenticated = authenticate(step, phase, answer); !authenticated) {
        if (!phase.resumed) return tl::unexpected(authenticated.error());
        step.report(ike::Level::warning, "resuming failed: " + authenticated.error().sentence() + "; beginning anew",
                    authenticated.error().reason);
        step.sa.begins_anew = true;
        return sa::stay();
    }
    if (const auto* redirect = find_redirect(step, answer)) {  // RFC 5685 6
        const auto gateway = read_redirect(*redirect, {});
        if (!gateway) return tl::unexpected(gateway.error());
        go_to(step, *gateway);
        return sa::stay();
    }
    if (!phase.child && answer.sa) return base::fail(Reason::PayloadUnexpected, "a child that was not asked for");
    step.sa.window.answered();
    agree_on_mobility(step, answer, true);
    agree_on_id_sync(step.sa, answer);
    note_crash_token(step.sa, answer);
    sa::Established established{
        std::move(phase.keyed), own_identity(step.sa), answer.id_r->identity, step.now, {}, {}, {}};
    established.has_ppk = phase.without_ppk.has_value();
    begin_life(step, established);
    established.proof = begin_proof(step);
    if (phase.resumed) inherit_proof(established, *phase.resumed);
    heed_lifetime(step, established, answer);
    take_ticket(step, established, answer);
    const bool is_new = step.sa.repeats.of == ike::IkeSaId::none;
    step.report(ike::Level::info,
                (phase.resumed ? "IKE SA resumed with " : "IKE SA established with ") +
                    established.remote_id.to_string() + " at " + step.sa.remote.to_string() + " (" +
                    established.keyed.proposal.to_string() + ")",
                {}, {is_new ? ike::Turn::ike_established : ike::Turn::none});
    if (phase.child) take_first_child(step, established, std::move(*phase.child), answer, phase.transcript);
    return sa::Phase(std::move(established));
}

}  // namespace xfrmd::ikev2::exchange
