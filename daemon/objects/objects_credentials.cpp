#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "daemon/config/ml_dsa_switch.h"
#include "daemon/config/swanctl_value.h"
#include "daemon/objects/objects.h"
#include "ike/base/bytes.h"
#include "ike/crypto/chacha_random.h"

namespace xfrmd::daemon {

namespace {

using base::printable;
using Role = CredentialSet::Role;

enum class CertificateType : std::uint8_t { x509, list, public_key, attribute };

struct WhichCertificate {
    CertificateType type;
    Role role;
};

struct OldName {
    std::string_view name;
    WhichCertificate which;
};

// The names of strongSwan before 5.4, which say both.
constexpr std::array kOldNames{
    OldName{"x509ca", {CertificateType::x509, Role::authority}},
    OldName{"x509ocsp", {CertificateType::x509, Role::ocsp_signer}},
    OldName{"x509aa", {CertificateType::attribute, Role::end}},
    OldName{"x509ac", {CertificateType::attribute, Role::end}},
    OldName{"x509crl", {CertificateType::list, Role::end}},
    OldName{"pubkey", {CertificateType::public_key, Role::end}},
};

struct NamedKeyType {
    std::string_view name;
    std::string_view shown;
    std::optional<policy::KeyType> only;
};

constexpr std::array kKeyTypes{
    NamedKeyType{"any", "ANY", std::nullopt},
    NamedKeyType{"rsa", "RSA", policy::KeyType::rsa},
    NamedKeyType{"ecdsa", "ECDSA", policy::KeyType::ecdsa},
};

std::optional<CertificateType> type_of(std::string_view type) {
    if (type == "x509") return CertificateType::x509;
    if (type == "x509_ac") return CertificateType::attribute;
    if (type == "x509_crl") return CertificateType::list;
    if (type == "pubkey") return CertificateType::public_key;
    return std::nullopt;
}

std::optional<Role> role_of(std::string_view flag) {
    if (flag.empty() || flag == "none" || flag == "aa") return Role::end;
    if (flag == "ca") return Role::authority;
    if (flag == "ocsp") return Role::ocsp_signer;
    return std::nullopt;
}

Answer<WhichCertificate> which_of(std::string_view type, std::string_view flag) {
    const std::string lowered = to_lower(type);
    const auto old = std::ranges::find(kOldNames, lowered, &OldName::name);
    if (old != kOldNames.end()) return old->which;
    const auto known = type_of(lowered);
    if (!known) return refuse("invalid certificate type '" + printable(type) + "'");
    const auto role = role_of(to_lower(flag));
    if (!role) return refuse("invalid certificate flag '" + printable(flag) + "'");
    return WhichCertificate{*known, *role};
}

std::string words_of(const base::Error& error) { return error.detail.empty() ? error.sentence() : error.detail; }

}  // namespace

Answer<> Objects::load_certificate(std::string_view type, std::string_view flag, base::ByteView data) {
    if (type.empty()) return refuse("certificate type missing");
    const auto which = which_of(type, flag);
    if (!which) return tl::unexpected(which.error());
    if (data.empty()) return refuse("certificate data missing");
    if (credentials_.size() >= kMostOthers) return refuse("too many certificates and keys");
    if (which->type == CertificateType::list) return load_list(data);
    if (which->type == CertificateType::public_key) return load_public_key(data);
    if (which->type == CertificateType::attribute) {
        return refuse("parsing X509_AC certificate failed", "attribute certificates are not honoured");
    }
    const auto read = crypto::Certificate::load(data);
    if (!read) return refuse("parsing X509 certificate failed", words_of(read.error()));
    const crypto::Certificate& certificate = read->front();
    if (const auto admitted = admit(certificate.public_key()); !admitted) return admitted;
    if (which->role == Role::authority && !certificate.is_ca()) {
        return refuse("ca certificate lacks CA basic constraint, rejected", "'" + certificate.to_string() + "'");
    }
    const bool is_authority = which->role == Role::end && certificate.is_ca();
    credentials_.add(certificate, is_authority ? Role::authority : which->role, Origin::vici);
    note_credentials();
    return {};
}

// Whose it is need not be known yet, so that only its outside can be looked at.
Answer<> Objects::load_list(base::ByteView data) {
    if (!crypto::Crl::is_list(data)) return refuse("parsing X509_CRL certificate failed");
    credentials_.add_list(base::to_bytes(data));
    note_credentials();
    return {};
}

Answer<> Objects::load_public_key(base::ByteView data) {
    const auto key = crypto::PublicKey::load(data);
    if (!key) return refuse("parsing PUBKEY certificate failed", words_of(key.error()));
    if (const auto admitted = admit(*key); !admitted) return admitted;
    credentials_.add(*key, Origin::vici);
    note_credentials();
    return {};
}

Answer<> Objects::admit(const crypto::PublicKey& key) const {
    if (defaults_.host.ml_dsa || !policy::is_ml_dsa(key.type())) return {};
    return refuse("parsing " + std::string(policy::name(key.type())) + " key failed", ml_dsa_is_off(key.type()));
}

Answer<std::string> Objects::load_key(std::string_view type, base::ByteView data, Origin from) {
    if (type.empty()) return refuse("key type missing");
    const auto kind = std::ranges::find(kKeyTypes, to_lower(type), &NamedKeyType::name);
    if (kind == kKeyTypes.end()) return refuse("invalid key type: " + printable(type));
    if (data.empty()) return refuse("key data missing");
    if (credentials_.size() >= kMostOthers) return refuse("too many certificates and keys");
    const std::string failed = "parsing " + std::string(kind->shown) + " private key failed";
    const auto random = crypto::ChaChaRandom::make();
    if (!random) return refuse(failed, words_of(random.error()));
    auto key = crypto::PrivateKey::load(data, nullptr, **random);
    if (!key) return refuse(failed, words_of(key.error()));
    if (kind->only && key->public_key().type() != *kind->only) return refuse(failed, "it is of another kind");
    if (const auto admitted = admit(key->public_key()); !admitted) return tl::unexpected(admitted.error());
    std::string id = base::to_hex(key->public_key().key_id());
    credentials_.add(std::move(*key), from);
    note_credentials();
    return id;
}

Answer<> Objects::unload_key(std::string_view id) {
    if (id.empty()) return refuse("key id missing");
    if (!credentials_.remove_key(to_lower(id))) return refuse_missing("key not found");
    note_credentials();
    return {};
}

Answer<std::string> Objects::load_token(std::string_view handle) const {
    if (handle.empty()) return refuse("keyid missing");
    std::string digits = to_lower(handle);
    std::erase(digits, ':');
    const std::vector<std::string> loaded = key_ids();
    const auto known = token_keys_.find(digits);
    const bool is_there = known != token_keys_.end() && std::ranges::find(loaded, known->second) != loaded.end();
    if (is_there) return known->second;
    return refuse("loading private key from token failed", "keys in tokens are read from swanctl.conf only");
}

// Other credentials, if equal ones, are what they forget at.
Answer<> Objects::flush_certificates(std::string_view type) {
    if (!type.empty() && !type_of(to_lower(type))) {
        return refuse("invalid certificate type '" + printable(type) + "'");
    }
    note_credentials();
    return {};
}

void Objects::note_credentials() {
    clients_have_credentials_ = true;
    note(&Changes::credentials);
}

// Each authority was judged when it came, so that nothing can be wrong with them together.
void Objects::refresh_credentials() {
    if (!clients_have_credentials_) {
        parts_.credentials = of_files_;
        return;
    }
    auto made = crypto::Credentials::make(join_credentials(), distinct_rounds());
    if (made) parts_.credentials = std::move(*made);
}

CredentialParts Objects::join_credentials() const {
    CredentialJoin join;
    authorities_.each([&](const std::string&, const AuthorityEntry& entry) {
        join.add_authority(entry.authority.certificate);
        join.add_uris(entry.authority.certificate, entry.authority.uris);
    });
    connections_.each([&](const std::string&, const ConnectionEntry& entry) { join_named(join, entry); });
    credentials_.append_to(join);
    return join.take();
}

void Objects::join_named(CredentialJoin& join, const ConnectionEntry& entry) const {
    if (entry.brings != nullptr) {
        for (const crypto::Certificate& one : entry.brings->certificates) join.add_end(one);
        for (const crypto::Certificate& one : entry.brings->named) join.add_named(one);
        for (const crypto::PublicKey& one : entry.brings->public_keys) join.add_key(one);
    }
    if (entry.from != Origin::files || of_files_ == nullptr) return;
    for (const policy::AuthRound* round : entry.connection->all()) {
        for (const auto& one : round->certificates) {
            if (const auto* known = of_files_->certificate(one)) join.add_end(*known);
        }
        for (const auto& one : round->authorities) {
            if (const auto* known = of_files_->certificate(one)) join.add_named(*known);
        }
        for (const auto& one : round->public_keys) {
            if (const auto* known = of_files_->public_key(one)) join.add_key(*known);
        }
    }
}

// One for all that have the same CAs and certificates: mostly these are few.
std::vector<policy::AuthRound> Objects::distinct_rounds() const {
    std::set<std::pair<std::vector<policy::Fingerprint>, std::vector<policy::Fingerprint>>> seen;
    std::vector<policy::AuthRound> distinct;
    connections_.each([&](const std::string&, const ConnectionEntry& entry) {
        for (const policy::AuthRound* round : entry.connection->all()) {
            if (seen.emplace(round->certificates, round->authorities).second) distinct.push_back(*round);
        }
    });
    return distinct;
}

}  // namespace xfrmd::daemon
