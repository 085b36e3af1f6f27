#include "daemon/config/credential_files.h"

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero

#include <algorithm>
#include <set>
#include <utility>

#include "daemon/config/ml_dsa_switch.h"
#include "ike/base/bytes.h"
#include "ike/crypto/chacha_random.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;
using crypto::Certificate;
using crypto::PrivateKey;

constexpr std::size_t kMostBytes = 1 << 20;  // of one file, which may hold several certificates

const std::string kReadable = ": a private key that every user can read; chmod o-r it";

const std::string kNoTokens = "PKCS#11 tokens are not to be had here";

tl::unexpected<base::Error> invalid(std::string detail) {
    return base::fail(Reason::ConfigurationInvalid, std::move(detail));
}

std::string words_of(const base::Error& error) { return error.detail.empty() ? error.sentence() : error.detail; }

base::Result<Certificate> as_authority(base::Result<Certificate> read) {
    if (read && !read->is_ca()) return invalid("'" + read->to_string() + "' is no CA certificate");
    return read;
}

// Wiped when it is over.
struct KeyText {
    explicit KeyText(FileText file) : text(std::move(file.text)), readable_by_others(file.readable_by_others) {}
    ~KeyText() { explicit_bzero(text.data(), text.size()); }
    KeyText(const KeyText&) = delete;
    KeyText& operator=(const KeyText&) = delete;

    std::string text;
    bool readable_by_others;
};

}  // namespace

base::Result<Certificate> CredentialFiles::certificate(std::string_view file) {
    auto read = read_certificate(path_of("x509", file));
    if (read) add(parts_.certificates, *read);
    return read;
}

base::Result<Certificate> CredentialFiles::authority(std::string_view file) { return add_named(read_authority(file)); }

base::Result<Certificate> CredentialFiles::read_authority(std::string_view file) {
    return as_authority(read_certificate(path_of("x509ca", file)));
}

base::Result<Certificate> CredentialFiles::common_authority(std::string_view file) {
    return add_common(read_authority(file));
}

base::Result<Certificate> CredentialFiles::common_authority(const TokenObject& object) {
    return add_common(as_authority(in_token(object)));
}

base::Result<Certificate> CredentialFiles::add_common(base::Result<Certificate> authority) {
    if (authority) add(parts_.authorities, *authority);
    return authority;
}

void CredentialFiles::add_uris(const Certificate& authority, const crypto::RevocationUris& uris) {
    parts_.revocation_uris[authority.fingerprint()].add(uris);
}

base::Result<Certificate> CredentialFiles::add_named(base::Result<Certificate> authority) {
    authority = as_authority(std::move(authority));
    if (authority) add(parts_.named, *authority);
    return authority;
}

base::Result<Certificate> CredentialFiles::certificate(const TokenObject& object) {
    auto read = in_token(object);
    if (read) add(parts_.certificates, *read);
    return read;
}

base::Result<Certificate> CredentialFiles::authority(const TokenObject& object) { return add_named(in_token(object)); }

base::Result<Certificate> CredentialFiles::in_token(const TokenObject& object) {
    if (tokens_ == nullptr) return invalid(kNoTokens);
    auto read = tokens_->certificate(object);
    if (!read) return read;
    return admit(read->public_key()).map([&] { return *std::move(read); });
}

base::Result<crypto::PublicKey> CredentialFiles::add_key(const TokenObject& object, const base::SecretBytes* pin) {
    if (tokens_ == nullptr) return invalid(kNoTokens);
    auto read = tokens_->key(object, pin);
    if (!read) return tl::unexpected(read.error());
    if (policy::is_ml_dsa(read->key.type())) return invalid("keys of ML-DSA in tokens are not yet honoured");
    if (read->certificate) add(parts_.certificates, *read->certificate);
    parts_.private_keys.push_back(PrivateKey::elsewhere(read->key));
    return std::move(read->key);
}

base::Result<crypto::PublicKey> CredentialFiles::public_key(std::string_view file) {
    const auto text = files_.read(path_of("pubkey", file), kMostBytes);
    if (!text) return invalid(words_of(text.error()));
    auto key = crypto::PublicKey::load(base::as_bytes(text->text));
    if (!key) return key;
    if (const auto admitted = admit(*key); !admitted) return tl::unexpected(admitted.error());
    parts_.public_keys.push_back(*key);
    return key;
}

void CredentialFiles::add_secret(std::string_view kind, KeySecret secret) {
    std::string path = path_of(kind, secret.file);
    auto& secrets = kind == "pkcs12" ? container_secrets_ : secrets_;
    std::ranges::move(secret.passphrases, std::back_inserter(secrets[std::move(path)]));
}

base::Result<std::shared_ptr<const crypto::Credentials>> CredentialFiles::finish(
    const std::vector<policy::AuthRound>& rounds) {
    load_certificates("x509");
    load_certificates("x509ca");
    load_containers();
    load_responders();
    load_revocation_lists();
    load_public_keys();
    load_private_keys();
    return crypto::Credentials::make(std::move(parts_), rounds);
}

base::Result<std::vector<Certificate>> CredentialFiles::read_certificates(const std::string& path) {
    const auto text = files_.read(path, kMostBytes);
    if (!text) return tl::unexpected(text.error());
    return Certificate::load(base::as_bytes(text->text));
}

base::Result<Certificate> CredentialFiles::read_certificate(const std::string& path) {
    auto all = read_certificates(path);
    if (!all) return invalid(words_of(all.error()));
    return admit(all->front().public_key()).map([&] { return std::move(all->front()); });
}

base::Result<void> CredentialFiles::admit(const crypto::PublicKey& key) const {
    if (ml_dsa_ || !policy::is_ml_dsa(key.type())) return {};
    return invalid(ml_dsa_is_off(key.type()));
}

std::string CredentialFiles::path_of(std::string_view folder, std::string_view file) const {
    if (file.starts_with('/')) return std::string(file);
    return folder_ + "/" + std::string(folder) + "/" + std::string(file);
}

std::vector<std::string> CredentialFiles::in_folder(std::string_view folder) {
    auto found = files_.glob(path_of(folder, "*"));
    if (found) return std::move(*found);
    warn(path_of(folder, ""), found.error());
    return {};
}

// A CA may stand in either folder, as with swanctl; whoever stands among the CAs has to be one.
void CredentialFiles::load_certificates(std::string_view folder) {
    for (const std::string& path : in_folder(folder)) {
        const auto all = read_certificates(path);
        if (!all) {
            warn(path, all.error());
            continue;
        }
        for (const Certificate& certificate : *all) {
            const bool is_wrong = folder == "x509ca" && !certificate.is_ca();
            if (is_wrong) {
                warn(path,
                     {Reason::ConfigurationInvalid, "'" + certificate.to_string() + "' is no CA certificate", {}});
            } else {
                add_found(path, certificate.is_ca() ? parts_.authorities : parts_.certificates, certificate);
            }
        }
    }
}

void CredentialFiles::load_responders() {
    for (const std::string& path : in_folder("x509ocsp")) {
        const auto all = read_certificates(path);
        if (!all) warn(path, all.error());
        if (!all) continue;
        for (const Certificate& responder : *all) add_found(path, parts_.ocsp_responders, responder);
    }
}

void CredentialFiles::load_revocation_lists() {
    for (const std::string& path : in_folder("x509crl")) {
        if (auto list = read_revocation_list(path)) {
            parts_.lists.push_back(std::move(*list));
        } else {
            warn(path, list.error());
        }
    }
}

// Whoever of the CAs has signed it is its issuer.
base::Result<crypto::Crl> CredentialFiles::read_revocation_list(const std::string& path) {
    const auto text = files_.read(path, crypto::Crl::kMostBytes);
    if (!text) return tl::unexpected(text.error());
    std::string last = "there are none";
    for (const auto* authorities : {&parts_.authorities, &parts_.named}) {
        for (const Certificate& authority : *authorities) {
            auto list = crypto::Crl::read(base::as_bytes(text->text), authority);
            if (list) return list;
            last = words_of(list.error());
        }
    }
    return invalid("no list that one of the CAs has signed; of the last of them: " + last);
}

void CredentialFiles::load_public_keys() {
    for (const std::string& path : in_folder("pubkey")) {
        if (const auto key = public_key(path); !key) warn(path, key.error());
    }
}

// Those in the folders, and those that only a secret names.
void CredentialFiles::load_private_keys() {
    std::set<std::string> paths;
    for (const std::string_view folder : {"private", "rsa", "ecdsa", "pkcs8"}) {
        for (std::string& path : in_folder(folder)) paths.insert(std::move(path));
    }
    for (const auto& [path, secret] : secrets_) paths.insert(path);
    for (const std::string& path : paths) {
        if (auto key = read_private_key(path)) {
            add_found(path, std::move(*key));
        } else {
            warn(path, key.error());
        }
    }
}

base::Result<PrivateKey> CredentialFiles::read_private_key(const std::string& path) {
    auto file = files_.read(path, kMostBytes);
    if (!file) return tl::unexpected(file.error());
    const KeyText key(std::move(*file));
    if (key.readable_by_others) warnings_.push_back(path + kReadable);
    const base::ByteView bytes = base::as_bytes(key.text);
    const auto random = crypto::ChaChaRandom::make();
    if (!random) return tl::unexpected(random.error());
    const auto secret = secrets_.find(path);
    if (secret == secrets_.end() || !PrivateKey::is_encrypted(bytes)) return PrivateKey::load(bytes, nullptr, **random);
    auto loaded = base::Result<PrivateKey>(invalid("is encrypted, and its section has no secret"));
    for (const base::SecretBytes& passphrase : secret->second) {
        loaded = PrivateKey::load(bytes, &passphrase, **random);
        if (loaded) break;
    }
    return loaded;
}

void CredentialFiles::load_containers() {
    std::set<std::string> paths;
    for (std::string& path : in_folder("pkcs12")) paths.insert(std::move(path));
    for (const auto& [path, secret] : container_secrets_) paths.insert(path);
    for (const std::string& path : paths) {
        auto container = read_container(path);
        if (!container) {
            warn(path, container.error());
            continue;
        }
        for (const Certificate& certificate : container->certificates) {
            add_found(path, certificate.is_ca() ? parts_.authorities : parts_.certificates, certificate);
        }
        for (PrivateKey& key : container->private_keys) add_found(path, std::move(key));
    }
}

base::Result<crypto::Pkcs12> CredentialFiles::read_container(const std::string& path) {
    auto file = files_.read(path, crypto::Pkcs12::kMostBytes);
    if (!file) return tl::unexpected(file.error());
    const KeyText text(std::move(*file));
    if (text.readable_by_others) warnings_.push_back(path + kReadable);
    const auto random = crypto::ChaChaRandom::make();
    if (!random) return tl::unexpected(random.error());
    const auto secrets = container_secrets_.find(path);
    if (secrets == container_secrets_.end()) return crypto::Pkcs12::read(base::as_bytes(text.text), {}, **random);
    auto read = base::Result<crypto::Pkcs12>(invalid("its section has no secret"));
    for (const base::SecretBytes& passphrase : secrets->second) {
        read = crypto::Pkcs12::read(base::as_bytes(text.text), passphrase.view(), **random);
        if (read) break;
    }
    return read;
}

void CredentialFiles::add(std::vector<Certificate>& to, const Certificate& certificate) {
    if (std::ranges::find(to, certificate) == to.end()) to.push_back(certificate);
}

void CredentialFiles::add_found(const std::string& path, std::vector<Certificate>& to, const Certificate& certificate) {
    if (const auto admitted = admit(certificate.public_key()); !admitted) return warn(path, admitted.error());
    add(to, certificate);
}

void CredentialFiles::add_found(const std::string& path, PrivateKey key) {
    if (const auto admitted = admit(key.public_key()); !admitted) return warn(path, admitted.error());
    parts_.private_keys.push_back(std::move(key));
}

void CredentialFiles::warn(const std::string& path, const base::Error& error) {
    warnings_.push_back(path + ": left out: " + words_of(error));
}

}  // namespace xfrmd::daemon
