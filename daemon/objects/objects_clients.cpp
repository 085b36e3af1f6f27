#include <algorithm>
#include <array>
#include <utility>

#include "daemon/config/settings_view.h"
#include "daemon/config/swanctl_authority.h"
#include "daemon/config/swanctl_connection.h"
#include "daemon/config/swanctl_pool.h"
#include "daemon/config/swanctl_value.h"
#include "daemon/objects/client_credentials.h"
#include "daemon/objects/objects.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::printable;

struct NamedKind {
    std::string_view name;
    SecretKind kind;
};

constexpr std::array kKinds{NamedKind{"ike", SecretKind::ike}, NamedKind{"ppk", SecretKind::ppk},
                            NamedKind{"eap", SecretKind::eap}, NamedKind{"xauth", SecretKind::xauth},
                            NamedKind{"ntlm", SecretKind::ntlm}};

std::string reason_of(const ErrorList& errors) { return errors.in_order().front().message; }

// `what`: "config", "authority".
Rejection rejection_of(const ErrorList& errors, const std::string& what) {
    const std::string reason = reason_of(errors);
    const std::string end = ", " + what + " discarded";
    switch (errors.blame()) {
        case ErrorList::Blame::unknown_key:
            return {"unknown option: " + errors.blamed() + end, reason};
        case ErrorList::Blame::value:
            return {"invalid value for: " + errors.blamed() + end, reason};
        case ErrorList::Blame::unknown_section:
            return {"invalid section: " + errors.blamed(), reason};
        case ErrorList::Blame::other:
            return {reason + end, reason};
    }
    return {reason};
}

Rejection rejection_of_pool(const ErrorList& errors, const settings::Section& pool) {
    const std::string reason = reason_of(errors);
    const settings::Setting* addrs = pool.settings.find("addrs");
    if (addrs == nullptr) return {"missing addrs for pool '" + printable(pool.name) + "'", reason};
    if (errors.blame() == ErrorList::Blame::unknown_key) return {"invalid attribute: " + errors.blamed(), reason};
    if (errors.blame() != ErrorList::Blame::value) return {reason};
    if (errors.blamed() == "addrs") return {"invalid addrs value: " + printable(addrs->value.value_or("")), reason};
    return {"invalid attribute value for " + errors.blamed(), reason};
}

// As the client hears it, with all that is wrong.
tl::unexpected<Rejection> discard(const ErrorList& errors, Rejection rejection) {
    rejection.errors = errors.in_order();
    return tl::unexpected(std::move(rejection));
}

// A PPK_ID is octets on the wire, of whatever kind they look.
base::Result<policy::Identity> owner_of(SecretKind kind, std::string_view text) {
    auto owner = policy::Identity::parse(text);
    if (owner && kind == SecretKind::ppk) owner->type = policy::IdentityType::key_id;
    return owner;
}

std::shared_ptr<const CredentialParts> unless_empty(CredentialParts parts) {
    if (parts.certificates.empty() && parts.named.empty() && parts.public_keys.empty()) return nullptr;
    return std::make_shared<const CredentialParts>(std::move(parts));
}

}  // namespace

Answer<std::vector<std::string>> Objects::load_connection(const settings::Document& document,
                                                          const settings::Section& section, Origin from) {
    if (connections_.size() >= kMostConnections) return refuse("too many connections, config discarded");
    const settings::References none;
    ErrorList errors(document);
    ClientCredentials credentials(files_, defaults_.host.ml_dsa);
    policy::Connection connection = read_connection({none, {&section}}, defaults_, credentials, errors);
    if (!errors.empty()) return discard(errors, rejection_of(errors, "config"));
    if (const std::string lack = circumstances_.lacking(connection); !lack.empty())
        return refuse(lack + ", config discarded");
    put(std::move(connection), unless_empty(credentials.take()), from);
    return errors.warnings();
}

Answer<> Objects::load_shared(LoadShared request) {
    if (request.type.empty()) return refuse("shared key type missing");
    const auto kind = std::ranges::find(kKinds, to_lower(request.type), &NamedKind::name);
    if (kind == kKinds.end()) return refuse("invalid shared key type: " + printable(request.type));
    if (request.data.empty()) return refuse("shared key data missing");
    if (secrets_.size() >= kMostSecrets) return refuse("too many shared keys");
    KindOfSecret secret{kind->kind, {request.id, std::move(request.data), {}}};
    for (const std::string& text : request.owners) {
        auto owner = owner_of(kind->kind, text);
        if (!owner) return refuse("invalid owner of shared key: " + printable(text), owner.error().detail);
        secret.secret.owners.push_back(std::move(*owner));
    }
    // A name that no section has.
    const std::string place = request.id.empty() ? std::string(1, '\0') + std::to_string(nameless_++) : request.id;
    put(std::move(secret), place, request.from);
    return {};
}

Answer<std::vector<std::string>> Objects::load_secret(const settings::Document& document,
                                                      const settings::Section& section, Origin from) {
    if (secrets_.size() >= kMostSecrets) return refuse("too many shared keys");
    const settings::References none;
    const settings::View view(none, {&section});
    const std::string path = "secrets." + printable(section.name);
    ErrorList errors(document);
    const auto kind = kind_of_secret(section.name);
    if (!kind) errors.add(section.at, path + ": a name of a shared secret begins with ike, ppk, eap, xauth or ntlm");
    if (!kind) return discard(errors, {reason_of(errors)});
    KindOfSecret secret = read_shared_secret(view, *kind, path, errors);
    if (!errors.empty()) return discard(errors, {reason_of(errors)});
    put(std::move(secret), section.name, from);
    return errors.warnings();
}

// One that is not there is none afterwards, as strongSwan sees it.
Answer<> Objects::unload_shared(std::string_view id) {
    if (id.empty()) return refuse("unique identifier missing");
    if (secrets_.remove(id)) note(&Changes::secrets);
    return {};
}

Answer<std::vector<std::string>> Objects::load_authority(const settings::Document& document,
                                                         const settings::Section& section, Origin from) {
    if (authorities_.size() >= kMostOthers) return refuse("too many authorities, authority discarded");
    const settings::References none;
    ErrorList errors(document);
    ClientCredentials credentials(files_, defaults_.host.ml_dsa);
    auto authority = read_authority({none, {&section}}, "authorities." + printable(section.name), credentials, errors);
    // strongSwan has these words for whatever is wrong with the certificate.
    const bool is_certificate = errors.blame() == ErrorList::Blame::other;
    if (!authority && is_certificate) {
        return discard(errors, {"CA certificate missing: " + printable(section.name), reason_of(errors)});
    }
    if (!authority) return discard(errors, rejection_of(errors, "authority"));
    clients_have_credentials_ = true;
    put(std::move(*authority), from);
    return errors.warnings();
}

Answer<std::vector<std::string>> Objects::load_pool(const settings::Document& document,
                                                    const settings::Section& section, Origin from) {
    if (pools_.size() >= kMostOthers) return refuse("too many pools");
    const settings::References none;
    ErrorList errors(document);
    policy::Pool pool = read_pool({none, {&section}}, "pools." + printable(section.name), errors);
    if (!errors.empty()) return discard(errors, rejection_of_pool(errors, section));
    const auto answer = put_pools([&](Ordered<PoolEntry>& pools) { pools.put(section.name, {std::move(pool), from}); });
    if (!answer) return tl::unexpected(answer.error());
    return errors.warnings();
}

Answer<> Objects::unload_pool(std::string_view name) {
    if (name.empty()) return refuse("missing pool name");
    if (pools_.find(name) == nullptr) return refuse_missing(printable(name) + " not found");
    return put_pools([&](Ordered<PoolEntry>& pools) { pools.remove(name); });
}

// Nothing changes where somebody holds an address of a pool that would go.
template <typename Change>
Answer<> Objects::put_pools(Change change) {
    Ordered<PoolEntry> changed = pools_;
    change(changed);
    if (const std::string objection = circumstances_.objection(values_of(changed)); !objection.empty()) {
        return refuse(objection);
    }
    pools_ = std::move(changed);
    note(&Changes::others);
    return {};
}

}  // namespace xfrmd::daemon
