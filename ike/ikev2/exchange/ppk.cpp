#include "ike/ikev2/exchange/ppk.h"

#include "ike/base/writer.h"
#include "ike/crypto/prf.h"
#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/ppk_intermediate.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using sa::PpkUse;
using wire::NotifyType;

constexpr std::uint8_t kPpkIdFixed = 2;  // RFC 8784 5.1

// RFC 8784 3: X = prf+ (PPK, X'), as long as it was.
sa::AuthKeys mix(const sa::Keyed& keyed, const policy::SharedSecret& ppk) {
    crypto::Prf prf(keyed.suite.prf, ppk.secret.view());
    const auto mixed = [&prf](const base::SecretBytes& key) { return prf.plus({key.view()}, key.view().size()); };
    return {mixed(keyed.sk_d), mixed(keyed.sk_p_local), mixed(keyed.sk_p_remote)};
}

bool may_use(const policy::Connection& connection, PpkUse use) {
    using policy::PpkExchange;
    const PpkExchange other = use == PpkUse::ike_auth ? PpkExchange::ike_intermediate : PpkExchange::ike_auth;
    return connection.ppk_exchange != other;
}

// Of what the peer says that it can.
PpkUse best_of(const policy::Connection& connection, const wire::Payloads& peer) {
    const auto agrees = [&](PpkUse use, NotifyType type) {
        return may_use(connection, use) && peer.find(type) != nullptr;
    };
    const bool with_intermediate = supports_intermediate(peer);
    if (with_intermediate && agrees(PpkUse::ike_intermediate, NotifyType::use_ppk_int)) return PpkUse::ike_intermediate;
    return agrees(PpkUse::ike_auth, NotifyType::use_ppk) ? PpkUse::ike_auth : PpkUse::none;
}

// Of the type that a connection's PPK_ID is; nullptr where it is unknown, or another one than the connection names.
const policy::SharedSecret* peer_ppk(const policy::Connection& connection, const sa::Sa& sa,
                                     const wire::Notify& identity) {
    const base::ByteView id = name_in_ppk_id(identity.data);
    return !id.empty() && is_meant(connection, id) ? sa.configuration->ppk(id) : nullptr;
}

}  // namespace

bool is_meant(const policy::Connection& connection, base::ByteView id) {
    const policy::Identity& configured = connection.ppk_id;
    return match(configured, {configured.type, base::to_bytes(id)}) != 0;
}

base::Bytes fixed_ppk_id(base::ByteView id) { return base::Writer().u8(kPpkIdFixed).bytes(id).take(); }

base::ByteView name_in_ppk_id(base::ByteView ppk_id) {
    const bool is_fixed = !ppk_id.empty() && ppk_id.front() == kPpkIdFixed;
    return is_fixed ? ppk_id.subspan(1) : base::ByteView();
}

const policy::SharedSecret* own_ppk(const sa::Sa& sa) {
    const policy::Identity& id = sa.connection->ppk_id;
    return id.is_any() || !id.is_exact() ? nullptr : sa.configuration->ppk(id.data);
}

bool offers_mixed_ppk(const sa::Sa& sa) {
    return own_ppk(sa) != nullptr && may_use(*sa.connection, PpkUse::ike_intermediate);
}

// RFC 9867 3.1: both, for a responder that knows RFC 8784 alone.
void append_ppk_offer(const sa::Sa& sa, std::vector<wire::Payload>& payloads) {
    if (own_ppk(sa) == nullptr) return;
    if (may_use(*sa.connection, PpkUse::ike_auth)) payloads.emplace_back(notify(NotifyType::use_ppk));
    if (offers_mixed_ppk(sa)) payloads.emplace_back(notify(NotifyType::use_ppk_int));
}

base::Result<void> check_own_ppk(const sa::Sa& sa) {
    if (!sa.connection->ppk_required || own_ppk(sa) != nullptr) return {};
    return base::fail(Reason::NoPpk, "`ppk_required`: we have none called " + sa.connection->ppk_id.to_string());
}

base::Result<PpkUse> heed_ppk_answer(const sa::Sa& sa, const wire::Payloads& answer) {
    const PpkUse use = own_ppk(sa) == nullptr ? PpkUse::none : best_of(*sa.connection, answer);
    if (use != PpkUse::none || !sa.connection->ppk_required) return use;
    return base::fail(Reason::NoPpk, "`ppk_required`: the peer knows of none");
}

std::optional<sa::AuthKeys> mix_own_ppk(const sa::Sa& sa, const sa::Transcript& transcript, sa::Keyed& keyed) {
    const auto* ppk = transcript.ppk == PpkUse::ike_auth ? own_ppk(sa) : nullptr;
    if (ppk == nullptr) return std::nullopt;
    sa::AuthKeys keys = mix(keyed, *ppk);
    keys.swap(keyed);
    return keys;
}

void append_ppk(const sa::Sa& sa, std::optional<wire::Authentication> without_ppk,
                std::vector<wire::Payload>& payloads) {
    payloads.emplace_back(notify(NotifyType::ppk_identity, fixed_ppk_id(sa.connection->ppk_id.data)));
    if (without_ppk) payloads.emplace_back(notify(NotifyType::no_ppk_auth, std::move(without_ppk->data)));
}

base::Result<void> heed_ppk_use(const sa::Sa& sa, sa::AuthRequested& phase, const wire::Payloads& answer) {
    if (!phase.without_ppk || answer.find(NotifyType::ppk_identity) != nullptr) return {};
    if (sa.connection->ppk_required) return base::fail(Reason::NoPpk, "`ppk_required`: the peer does not use ours");
    phase.without_ppk->swap(phase.keyed);
    phase.without_ppk.reset();
    return {};
}

PpkUse answer_ppk(const sa::Sa& sa, const wire::Payloads& request) {
    return sa.configuration->has_ppks() ? best_of(*sa.connection, request) : PpkUse::none;
}

void append_ppk_answer(PpkUse use, std::vector<wire::Payload>& payloads) {
    if (use == PpkUse::none) return;
    payloads.emplace_back(notify(use == PpkUse::ike_auth ? NotifyType::use_ppk : NotifyType::use_ppk_int));
}

base::Result<PpkChoice> choose_ppk(sa::Step& step, const policy::Connection& connection, const sa::HalfOpen& phase,
                                   const wire::Payloads& request) {
    const auto fail = [&](const char* why) { return base::fail(Reason::NoPpk, connection.name + ": " + why); };
    if (phase.transcript.ppk == PpkUse::none) {
        if (connection.ppk_required) return fail("`ppk_required`: the peer has offered none");
        return PpkChoice{std::nullopt, *request.auth};
    }
    if (connection.ppk_required && !may_use(connection, phase.transcript.ppk)) {
        return fail("`ppk_required`: its `ppk_exchange` is another one");
    }
    if (phase.transcript.ppk == PpkUse::ike_intermediate) {
        return check_mixed_ppk(step, connection, phase.transcript).map([&](PpkUse use) {
            return PpkChoice{std::nullopt, *request.auth, use};
        });
    }
    const auto* identity = request.find(NotifyType::ppk_identity);
    if (identity == nullptr) return fail("the peer has agreed to one and names none");
    if (const auto* ppk = peer_ppk(connection, step.sa, *identity)) {
        return PpkChoice{mix(phase.keyed, *ppk), *request.auth, PpkUse::ike_auth};
    }
    const auto* without = request.find(NotifyType::no_ppk_auth);
    if (connection.ppk_required) return fail("`ppk_required`: the peer's is not known");
    if (without == nullptr) return fail("the peer's is not known, and it requires one");
    return PpkChoice{std::nullopt, {request.auth->method, without->data}};
}

void append_ppk_confirmation(PpkUse use, std::vector<wire::Payload>& payloads) {
    if (use == PpkUse::ike_auth) payloads.emplace_back(notify(NotifyType::ppk_identity));
}

}  // namespace xfrmd::ikev2::exchange
