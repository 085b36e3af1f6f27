#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "ike/ikev2/exchange/auth_rounds.h"
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
#include "ike/ikev2/exchange/virtual_addresses.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

// Whom we expect in a round, for choosing the key before the peer has said who it is. `known`: who it was before.
policy::Identity expected_identity(const sa::Sa& sa, std::size_t round, const policy::Identity* known) {
    const policy::AuthRound* of_peer = sa.connection->remote_round(round);
    if (of_peer == nullptr && known != nullptr) return *known;
    const policy::Identity& configured = (of_peer == nullptr ? sa.connection->last_remote() : *of_peer).id;
    return configured.is_exact() ? configured : policy::Identity::of(sa.remote.address);
}

// Both sides in a round that is one of ours.
Parties parties_of(const sa::Sa& sa, std::size_t round, const policy::Identity* known) {
    return {*sa.connection, own_identity(*sa.connection->local_round(round), sa.local.address),
            expected_identity(sa, round, known), round};
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

// What one request proves.
struct OwnRound {
    policy::Identity id_i;
    const policy::Identity* id_r;  // nullptr: the peer has no such round
    OwnProof proof;
    std::size_t round = 0;
};

// SK {IDi, [CERT+], [N(INITIAL_CONTACT)], [CERTREQ], [IDr], AUTH, [N(MULTIPLE_AUTH_SUPPORTED)],
// [N(ANOTHER_AUTH_FOLLOWS)], [N(IPCOMP_SUPPORTED)], [N(USE_TRANSPORT_MODE)], SAi2, TSi, TSr} (RFC 7296 1.2, appendix
// C.2; RFC 4739 2.4). Later requests have the proof alone.
std::vector<wire::Payload> make_request(const sa::Sa& sa, OwnRound own) {
    std::vector<wire::Payload> payloads{wire::IdentificationInitiator{{std::move(own.id_i), 0}}};
    std::ranges::move(own.proof.certificates, std::back_inserter(payloads));
    if (own.round == 0) {
        if (sa.announce_initial_contact) payloads.emplace_back(notify(wire::NotifyType::initial_contact));
        std::ranges::move(certificate_request(sa, {sa.connection}), std::back_inserter(payloads));
    }
    if (own.id_r != nullptr && own.id_r->is_exact()) {
        payloads.emplace_back(wire::IdentificationResponder{{*own.id_r, 0}});
    }
    payloads.emplace_back(std::move(own.proof.auth));
    append_follow(sa.connection->local_round(own.round + 1), payloads);
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

// RFC 7296 1.2: these say that there is no child, and the IKE SA stands all the same.
bool is_about_child(wire::NotifyType error) {
    using enum wire::NotifyType;
    constexpr std::array kErrors{no_proposal_chosen, single_pair_required, no_additional_sas, internal_address_failure,
                                 failed_cp_required, ts_unacceptable,      temporary_failure, ts_max_queue};
    return std::ranges::find(kErrors, error) != kErrors.end();
}

// RFC 4739 2.4: an answer to a round of ours alone.
base::Result<void> check_silence(const wire::Payloads& answer) {
    const auto* error = answer.error();
    if (error != nullptr && !is_about_child(error->type)) return tl::unexpected(auth_refusal(*error));
    if (!answer.id_r && !answer.auth) return {};
    return base::fail(Reason::PayloadUnexpected, "another IDr or AUTH, of which there were enough");
}

// Who we are in this round or were in the last one of ours.
policy::Identity own_identity_in(const sa::Sa& sa, std::size_t round) {
    const policy::AuthRound* own = sa.connection->local_round(round);
    return own_identity(own == nullptr ? sa.connection->last_local() : *own, sa.local.address);
}

// RFC 7296 2.15, 2.16: nothing of the answer counts before the peer is who it should be.
base::Result<void> authenticate(sa::Step& step, const sa::AuthRequested& phase, const wire::Payloads& answer) {
    const sa::Sa& sa = step.sa;
    const policy::AuthRound* round = sa.connection->remote_round(phase.round);
    if (round == nullptr) return check_silence(answer);
    if (!answer.id_r || !answer.auth) {
        if (const auto* error = answer.error()) return tl::unexpected(auth_refusal(*error));
        return base::fail(Reason::AuthenticationFailed, "the answer lacks IDr or AUTH");
    }
    if (match(round->id, answer.id_r->identity) == 0) {
        return base::fail(Reason::AuthenticationFailed,
                          "peer is " + answer.id_r->identity.to_string() + ", we expect " + round->id.to_string());
    }
    if (phase.resumed) return authenticate_resumed(phase, *answer.id_r, *answer.auth);
    if (const auto rounds = check_rounds(*sa.connection, phase.round, answer); !rounds) return rounds;
    return verify_auth(step, phase.keyed, phase.transcript,
                       {*sa.connection, own_identity_in(sa, phase.round), answer.id_r->identity, phase.round},
                       {*answer.id_r, *answer.auth, answer.certificates});
}

// RFC 4739 2.1: the next round, of both sides or of one. Whoever has none says nothing (2.5).
sa::Next begin_next_round(sa::Step& step, sa::AuthRequested& phase, const wire::Payloads& answer) {
    const sa::Sa& sa = step.sa;
    const std::size_t round = phase.round + 1;
    const policy::Identity remote_id = answer.id_r ? answer.id_r->identity : phase.remote_id;
    std::vector<wire::Payload> payloads;
    if (sa.connection->local_round(round) != nullptr) {
        const Parties parties = parties_of(sa, round, &remote_id);
        auto proof = make_auth(step, phase.keyed, phase.transcript, parties, phase.transcript.certificate_requests);
        if (!proof) return tl::unexpected(proof.error());
        const policy::AuthRound* of_peer = sa.connection->remote_round(round);
        payloads =
            make_request(sa, {parties.local, of_peer == nullptr ? nullptr : &of_peer->id, std::move(*proof), round});
    }
    step.sa.window.answered();
    step.report(ike::Level::debug,
                "round " + std::to_string(round) + " of authentication with " + remote_id.to_string() + " has passed");
    phase.round = round;
    phase.remote_id = remote_id;
    send_request(step, phase.keyed, wire::ExchangeType::ike_auth, payloads);
    return sa::stay();
}

// RFC 7296 1.2: KEYMAT of the first child uses the nonces of IKE_SA_INIT.
void take_first_child(sa::Step& step, sa::Established& established, sa::ProposedChild proposed,
                      const wire::Payloads& answer, const sa::Transcript& transcript) {
    const policy::Child* child = step.sa.connection->child(proposed.name);
    auto negotiated = child != nullptr ? check_child_answer(step.sa, *child, proposed, answer)
                                       : base::fail(Reason::ConfigurationRemoved, "child " + proposed.name);
    if (negotiated) negotiated = narrow_to_addresses(step.sa, *child, std::move(*negotiated));
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
    const Parties parties{*step.sa.connection, id_i, expected_identity(step.sa, 0, nullptr)};
    const auto make = [&] { return make_auth(step, keyed, transcript, parties, transcript.certificate_requests); };
    std::optional<wire::Authentication> without;
    if (transcript.ppk == sa::PpkUse::ike_auth && !parties.connection.ppk_required) {
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

sa::PpkUse ppk_in_use(const sa::AuthRequested& phase) {
    if (phase.transcript.mixed_ppk) return sa::PpkUse::ike_intermediate;
    return phase.without_ppk ? sa::PpkUse::ike_auth : sa::PpkUse::none;
}

// All have passed: the IKE SA stands.
sa::Next conclude(sa::Step& step, sa::AuthRequested& phase, const wire::Payloads& answer) {
    agree_on_mobility(step, answer, true);
    agree_on_id_sync(step.sa, answer);
    note_crash_token(step.sa, answer);
    sa::Established established{std::move(phase.keyed),
                                own_identity(step.sa.connection->last_local(), step.sa.local.address),
                                answer.id_r ? answer.id_r->identity : std::move(phase.remote_id),
                                step.now,
                                {},
                                {},
                                {}};
    established.ppk = ppk_in_use(phase);
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
    take_addresses(step, answer);
    if (phase.child) take_first_child(step, established, std::move(*phase.child), answer, phase.transcript);
    return sa::Phase(std::move(established));
}

}  // namespace

base::Result<void> check_credentials(const sa::Sa& sa) {
    for (std::size_t round = 0; sa.connection->local_round(round) != nullptr; ++round) {
        if (const auto key = check_own_key(sa, parties_of(sa, round, nullptr)); !key) return key;
    }
    return {};
}

sa::Next start_ike_auth(sa::Step& step, sa::Keyed keyed, sa::Transcript transcript, bool childless,
                        std::unique_ptr<sa::Session> resumed) {
    sa::Sa& sa = step.sa;
    policy::Identity id_i = resumed ? resumed->local_id : own_identity(sa.connection->local, sa.local.address);
    const policy::Identity id_r = resumed ? resumed->remote_id : sa.connection->remote.id;
    auto opening = resumed ? Opening{{{}, make_resumed_auth(keyed, transcript, id_i, Octets::all)}, {}, {}}
                           : prove(step, keyed, transcript, id_i);
    if (!opening && base::is_to_wait(opening.error().reason)) {
        return sa::Phase(sa::Proving{std::move(keyed), std::move(transcript), childless});
    }
    if (!opening) return sa::Phase(sa::Closed{opening.error()});

    std::vector<wire::Payload> payloads = make_request(sa, {std::move(id_i), &id_r, std::move(opening->proof)});
    if (transcript.responder_knows_rounds) payloads.emplace_back(rounds_supported());
    std::ranges::move(opening->ppk, std::back_inserter(payloads));
    append_ticket_request(step, payloads);
    append_mobility(step, payloads);
    append_id_sync(payloads);
    append_address_request(step, payloads);
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
    if (answer.auth && phase.round == 0) {
        if (const auto ppk = heed_ppk_use(step.sa, phase, answer); !ppk) return tl::unexpected(ppk.error());
    }
    if (const auto authenticated = authenticate(step, phase, answer); !authenticated) {
        if (!phase.resumed) return tl::unexpected(authenticated.error());
        step.report(ike::Level::warning, "resuming failed: " + authenticated.error().sentence() + "; beginning anew",
                    authenticated.error().reason);
        step.sa.begins_anew = true;
        return sa::stay();
    }
    const bool is_last = !has_next_round(*step.sa.connection, phase.round);
    if (const auto* redirect = find_redirect(step, answer); redirect != nullptr && (phase.round == 0 || is_last)) {
        const auto gateway = read_redirect(*redirect, {});  // RFC 5685 6: in the first answer or the last one
        if (!gateway) return tl::unexpected(gateway.error());
        go_to(step, *gateway);
        return sa::stay();
    }
    if (answer.sa && !(phase.child && is_last)) {
        return base::fail(Reason::PayloadUnexpected,
                          is_last ? "a child that was not asked for" : "a child before the last round");
    }
    if (!is_last) return begin_next_round(step, phase, answer);
    step.sa.window.answered();
    return conclude(step, phase, answer);
}

}  // namespace xfrmd::ikev2::exchange
