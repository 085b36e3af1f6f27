#include "ike/ikev2/exchange/ppk.h"

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/crypto/prf.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using wire::NotifyType;

constexpr std::uint8_t kPpkIdFixed = 2;  // RFC 8784 5.1

const policy::SharedSecret* own_ppk(const sa::Sa& sa) {
    const policy::Identity& id = sa.connection->ppk_id;
    return id.is_any() || !id.is_exact() ? nullptr : sa.configuration->ppk(id.data);
}

// RFC 8784 3: X = prf+ (PPK, X'), as long as it was.
sa::AuthKeys mix(const sa::Keyed& keyed, const policy::SharedSecret& ppk) {
    crypto::Prf prf(keyed.suite.prf, ppk.secret.view());
    const auto mixed = [&prf](const base::SecretBytes& key) { return prf.plus({key.view()}, key.view().size()); };
    return {mixed(keyed.sk_d), mixed(keyed.sk_p_local), mixed(keyed.sk_p_remote)};
}

// Of the type that a connection's PPK_ID is; nullptr where it is unknown, or another one than the connection names.
const policy::SharedSecret* peer_ppk(const policy::Connection& connection, const sa::Sa& sa,
                                     const wire::Notify& identity) {
    base::Reader reader(identity.data);
    const bool is_fixed = reader.u8() == kPpkIdFixed;
    const base::ByteView id = reader.remaining();
    if (!is_fixed || id.empty()) return nullptr;
    const policy::Identity& configured = connection.ppk_id;
    const bool fits = match(configured, {configured.type, base::to_bytes(id)}) != 0;
    return fits ? sa.configuration->ppk(id) : nullptr;
}

}  // namespace

std::optional<wire::Payload> offer_ppk(const sa::Sa& sa) {
    if (own_ppk(sa) == nullptr) return std::nullopt;
    return notify(NotifyType::use_ppk);
}

base::Result<void> check_own_ppk(const sa::Sa& sa) {
    if (!sa.connection->ppk_required || own_ppk(sa) != nullptr) return {};
    return base::fail(Reason::NoPpk, "`ppk_required`: we have none called " + sa.connection->ppk_id.to_string());
}

base::Result<bool> heed_ppk_answer(const sa::Sa& sa, const wire::Payloads& answer) {
    const bool both = own_ppk(sa) != nullptr && answer.find(NotifyType::use_ppk) != nullptr;
    if (both || !sa.connection->ppk_required) return both;
    return base::fail(Reason::NoPpk, "`ppk_required`: the peer knows of none");
}

std::optional<sa::AuthKeys> mix_own_ppk(const sa::Sa& sa, const sa::Transcript& transcript, sa::Keyed& keyed) {
    const auto* ppk = transcript.both_have_ppks ? own_ppk(sa) : nullptr;
    if (ppk == nullptr) return std::nullopt;
    sa::AuthKeys keys = mix(keyed, *ppk);
    keys.swap(keyed);
    return keys;
}

void append_ppk(const sa::Sa& sa, std::optional<wire::Authentication> without_ppk,
                std::vector<wire::Payload>& payloads) {
    const base::Bytes& id = sa.connection->ppk_id.data;
    payloads.emplace_back(notify(NotifyType::ppk_identity, base::Writer().u8(kPpkIdFixed).bytes(id).take()));
    if (without_ppk) payloads.emplace_back(notify(NotifyType::no_ppk_auth, std::move(without_ppk->data)));
}

base::Result<void> heed_ppk_use(const sa::Sa& sa, sa::AuthRequested& phase, const wire::Payloads& answer) {
    if (!phase.without_ppk || answer.find(NotifyType::ppk_identity) != nullptr) return {};
    if (sa.connection->ppk_required) return base::fail(Reason::NoPpk, "`ppk_required`: the peer does not use ours");
    phase.without_ppk->swap(phase.keyed);
    phase.without_ppk.reset();
    return {};
}

std::optional<wire::Payload> answer_ppk(const sa::Sa& sa, const wire::Payloads& request) {
    if (!sa.configuration->has_ppks() || request.find(NotifyType::use_ppk) == nullptr) return std::nullopt;
    return notify(NotifyType::use_ppk);
}

base::Result<PpkChoice> choose_ppk(const policy::Connection& connection, const sa::Sa& sa, const sa::HalfOpen& phase,
                                   const wire::Payloads& request) {
    const auto fail = [&](const char* why) { return base::fail(Reason::NoPpk, connection.name + ": " + why); };
    if (!phase.transcript.both_have_ppks) {
        if (connection.ppk_required) return fail("`ppk_required`: the peer has offered none");
        return PpkChoice{std::nullopt, *request.auth};
    }
    const auto* identity = request.find(NotifyType::ppk_identity);
    if (identity == nullptr) return fail("the peer has agreed to one and names none");
    if (const auto* ppk = peer_ppk(connection, sa, *identity)) return PpkChoice{mix(phase.keyed, *ppk), *request.auth};
    const auto* without = request.find(NotifyType::no_ppk_auth);
    if (connection.ppk_required) return fail("`ppk_required`: the peer's is not known");
    if (without == nullptr) return fail("the peer's is not known, and it requires one");
    return PpkChoice{std::nullopt, {request.auth->method, without->data}};
}

wire::Payload confirm_ppk() { return notify(NotifyType::ppk_identity); }

}  // namespace xfrmd::ikev2::exchange
