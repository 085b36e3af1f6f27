#include "cli/pki/describe.h"

#include <algorithm>
#include <iterator>

#include "cli/pki/extensions.h"
#include "cli/pki/revocation_list.h"
#include "cli/pki/usages.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/private_key.h"

namespace xfrmd::cli::pki {

namespace {

using base::ByteView;
using crypto::Certificate;
using crypto::PrivateKey;
using crypto::PublicKey;
using Texts = std::vector<std::string>;

void add(Description& to, std::string name, std::string value) {
    if (!value.empty()) to.facts.push_back({std::move(name), std::move(value)});
}

void add(Description& to, std::string name, Texts values) {
    if (!values.empty()) to.facts.push_back({std::move(name), std::move(values)});
}

// "ECDSA 256"; the curves of Edwards have their size in their names.
std::string words_for(const PublicKey& key) {
    const std::string name(policy::name(key.type()));
    const bool is_sized = key.type() == policy::KeyType::rsa || key.type() == policy::KeyType::ecdsa;
    return is_sized ? name + " " + std::to_string(key.bits()) : name;
}

void add_key(Description& to, const PublicKey& key) {
    add(to, "key", words_for(key));
    add(to, "key_id", base::to_hex(key.key_id()));
}

Texts words_for(const std::vector<policy::Identity>& names) {
    Texts texts;
    std::ranges::transform(names, std::back_inserter(texts), [](const auto& name) { return name.to_string(); });
    return texts;
}

Description describe(const Certificate& certificate) {
    Description out{"certificate", certificate.subject().to_string(), {}};
    add(out, "issuer", certificate.issuer().to_string());
    add(out, "names", words_for(certificate.alternative_names()));
    add(out, "not_before", crypto::to_string(certificate.validity().not_before));
    add(out, "not_after", crypto::to_string(certificate.validity().not_after));
    add(out, "serial", base::to_hex(certificate.serial()));
    out.facts.push_back({"ca", certificate.is_ca()});
    add_key(out, certificate.public_key());
    add(out, "key_usage", key_usages_of(certificate));
    add(out, "extended_key_usage", extended_key_usages_of(certificate));
    add(out, "subject_key_id", base::to_hex(certificate.subject_key_id()));
    add(out, "authority_key_id", base::to_hex(certificate.authority_key_id()));
    const auto& scheme = certificate.signature_scheme();
    add(out, "signed_with", scheme ? scheme->to_string() : "something unknown");
    add(out, "crl_uris", certificate.crl_uris());
    add(out, "ocsp_uris", certificate.ocsp_uris());
    add(out, "sha256", base::to_hex(certificate.fingerprint()));
    return out;
}

Description describe(const PublicKey& key) {
    Description out{"public_key", words_for(key), {}};
    add_key(out, key);
    return out;
}

Outcome<Description> describe_private_key(ByteView file, base::Random& random) {
    if (PrivateKey::is_encrypted(file)) return Description{"private_key", "encrypted", {{"encrypted", true}}};
    const auto key = PrivateKey::load(file, nullptr, random);
    if (!key) return unusable("a private key in it", key.error(), "");
    Description out = describe(key->public_key());
    out.kind = "private_key";
    out.facts.push_back({"encrypted", false});
    return out;
}

Description describe(const RevocationList& list) {
    Description out{"crl", list.issuer().to_string(), {}};
    if (list.number() > 0) add(out, "number", std::to_string(list.number()));
    out.facts.push_back({"delta", list.is_delta()});
    add(out, "this_update", crypto::to_string(list.this_update()));
    if (list.next_update() != crypto::WallClock{}) add(out, "next_update", crypto::to_string(list.next_update()));
    add(out, "authority_key_id", base::to_hex(list.authority_key_id()));
    Texts revoked;
    for (const Revocation& one : list.entries())
        revoked.push_back(base::to_hex(one.serial) + " since " + crypto::to_string(one.since) + " (" +
                          std::string(crypto::name(one.reason)) + ")");
    out.facts.push_back({"revoked", std::move(revoked)});
    return out;
}

using Descriptions = std::vector<Description>;

// PEM says what it is.
Outcome<Descriptions> describe_pem(ByteView file, base::Random& random) {
    const auto has = [text = base::as_text(file)](std::string_view label) {
        return text.find(std::string(label) + "-----") != std::string_view::npos;
    };
    Descriptions all;
    if (has("CERTIFICATE")) {
        const auto certificates = Certificate::load(file);
        if (!certificates) return unusable("a certificate in it", certificates.error(), "");
        for (const Certificate& one : *certificates) all.push_back(describe(one));
    }
    if (has("PRIVATE KEY")) {
        auto key = describe_private_key(file, random);
        if (!key) return tl::unexpected(key.error());
        all.push_back(*std::move(key));
    }
    if (has("PUBLIC KEY")) {
        const auto key = PublicKey::load(file);
        if (!key) return unusable("a public key in it", key.error(), "");
        all.push_back(describe(*key));
    }
    if (has("X509 CRL")) {
        const auto list = RevocationList::read(file);
        if (!list) return tl::unexpected(list.error());
        all.push_back(describe(*list));
    }
    return all;
}

// DER does not.
Descriptions describe_der(ByteView file, base::Random& random) {
    if (const auto certificates = Certificate::load(file)) return {describe(certificates->front())};
    if (const auto list = RevocationList::read(file)) return {describe(*list)};
    if (const auto key = describe_private_key(file, random)) return {*key};
    if (const auto key = PublicKey::load(file)) return {describe(*key)};
    return {};
}

}  // namespace

Outcome<Descriptions> describe(ByteView file, base::Random& random) {
    const bool is_pem = base::as_text(file).find("-----BEGIN ") != std::string_view::npos;
    auto all = is_pem ? describe_pem(file, random) : Outcome<Descriptions>(describe_der(file, random));
    if (!all || !all->empty()) return all;
    return trouble(kUnusable, "neither a certificate nor a key nor a CRL is in it", "PEM and DER are understood");
}

}  // namespace xfrmd::cli::pki
