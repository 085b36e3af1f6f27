#include "ike/ikev2/exchange/ppk_intermediate.h"

#include <utility>

#include "ike/base/bytes.h"
#include "ike/base/writer.h"
#include "ike/crypto/key_schedule.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using sa::PpkUse;
using wire::NotifyType;

// Of IKE_SA_INIT, by role.
crypto::Nonces nonces_of(const sa::Sa& sa, const sa::Transcript& transcript) {
    if (sa.original_initiator) return {transcript.local_nonce, transcript.remote_nonce};
    return {transcript.remote_nonce, transcript.local_nonce};
}

base::Bytes confirmation_of(const sa::Sa& sa, const sa::Keyed& keyed, const sa::Transcript& transcript,
                            const policy::SharedSecret& ppk) {
    return crypto::ppk_confirmation(keyed.suite.prf, ppk.secret.view(), nonces_of(sa, transcript),
                                    wire::spi_bytes(sa.spi_i), wire::spi_bytes(sa.spi_r));
}

std::string quoted(base::ByteView name) { return "\"" + base::printable(name) + "\""; }

// One PPK_IDENTITY_KEY: PPK_ID | PPK Confirmation (8 octets).
struct Named {
    base::ByteView name;  // empty: of a type that is not fixed
    base::ByteView confirmation;
};

base::Result<Named> read_named(const wire::Notify& notify) {
    const base::ByteView data = notify.data;
    constexpr std::size_t kLeast = 2 + crypto::kPpkConfirmationSize;  // a type, and at least one octet of a name
    if (data.size() < kLeast) return base::fail(Reason::PayloadMalformed, "PPK_IDENTITY_KEY is too short");
    const std::size_t id_size = data.size() - crypto::kPpkConfirmationSize;
    return Named{name_in_ppk_id(data.first(id_size)), data.subspan(id_size)};
}

}  // namespace

void append_named_ppk(const sa::Sa& sa, const sa::Keyed& keyed, const sa::Transcript& transcript,
                      std::vector<wire::Payload>& payloads) {
    const auto* ppk = own_ppk(sa);
    if (ppk == nullptr) return;
    base::Bytes data = fixed_ppk_id(sa.connection->ppk_id.data);
    base::append(data, confirmation_of(sa, keyed, transcript, *ppk));
    payloads.emplace_back(notify(NotifyType::ppk_identity_key, std::move(data)));
}

base::Result<std::optional<CommonPpk>> heed_chosen_ppk(sa::Step& step, const wire::Payloads& answer) {
    const base::ByteView own_name = step.sa.connection->ppk_id.data;
    if (const auto* chosen = answer.find(NotifyType::ppk_identity)) {
        const auto* ppk = own_ppk(step.sa);
        if (ppk == nullptr) return base::fail(Reason::NoPpk, quoted(own_name) + " has gone from the configuration");
        if (!base::equal(name_in_ppk_id(chosen->data), own_name)) {
            return base::fail(Reason::PayloadUnexpected, "the peer has chosen a PPK that we did not name");
        }
        return CommonPpk{own_name, ppk->secret.view()};
    }
    const std::string why = "the peer does not know " + quoted(own_name) + ", or has another key of that name";
    if (step.sa.connection->ppk_required) return base::fail(Reason::NoPpk, "`ppk_required`: " + why);
    step.report(ike::Level::warning, "going on without a PPK: " + why, Reason::NoPpk);
    return std::nullopt;
}

base::Result<std::optional<CommonPpk>> choose_named_ppk(sa::Step& step, const sa::Keyed& keyed,
                                                        const sa::Transcript& transcript,
                                                        const wire::Payloads& request) {
    const policy::Connection* likely = step.sa.connection;  // nullptr after a reload
    const auto is_better = [likely](base::ByteView name) { return likely != nullptr && is_meant(*likely, name); };
    std::optional<CommonPpk> chosen;
    for (const wire::Notify& notify : request.notifies) {
        if (notify.type != NotifyType::ppk_identity_key) continue;
        const auto named = read_named(notify);
        if (!named) return tl::unexpected(named.error());
        const auto* ppk = named->name.empty() ? nullptr : step.sa.configuration->ppk(named->name);
        if (ppk == nullptr) continue;
        const base::Bytes confirmation = confirmation_of(step.sa, keyed, transcript, *ppk);
        if (!base::SecretBytes::equal_constant_time(confirmation, named->confirmation)) {
            step.report(ike::Level::warning, "PPK " + quoted(named->name) + ": the peer has another key of that name",
                        Reason::NoPpk);
            continue;
        }
        if (!chosen || (is_better(named->name) && !is_better(chosen->name))) {
            chosen = CommonPpk{named->name, ppk->secret.view()};
        }
    }
    return chosen;
}

wire::Payload tell_chosen_ppk(const CommonPpk& ppk) { return notify(NotifyType::ppk_identity, fixed_ppk_id(ppk.name)); }

// RFC 9867 3.1: only now is it known who the peer is. What came of IKE_INTERMEDIATE stays in the keys, whether it is
// meant for this peer or not.
base::Result<PpkUse> check_mixed_ppk(sa::Step& step, const policy::Connection& connection,
                                     const sa::Transcript& transcript) {
    const auto fail = [&](const std::string& why) { return base::fail(Reason::NoPpk, connection.name + ": " + why); };
    if (!transcript.mixed_ppk) {
        if (!connection.ppk_required) return PpkUse::none;
        return fail("`ppk_required`: the peer's is not known, or has another key");
    }
    if (is_meant(connection, *transcript.mixed_ppk)) return PpkUse::ike_intermediate;
    const std::string other = "the peer's PPK is " + quoted(*transcript.mixed_ppk) + ", not `ppk_id`";
    if (connection.ppk_required) return fail(other);
    step.report(ike::Level::warning, connection.name + ": " + other);
    return PpkUse::ike_intermediate;
}

sa::Keyed mix_into_all(sa::Step& step, sa::Keyed&& keyed, sa::Transcript& transcript, const CommonPpk& ppk) {
    const crypto::Nonces nonces = nonces_of(step.sa, transcript);
    sa::Keyed mixed = derive_mixed(std::move(keyed), step.sa, nonces.i, nonces.r, ppk.secret);
    transcript.mixed_ppk = base::to_bytes(ppk.name);
    step.report(ike::Level::info, "PPK " + quoted(ppk.name) + " is in all keys from here on");
    return mixed;
}

}  // namespace xfrmd::ikev2::exchange
