#include "ike/crypto/private_key.h"

#include <exception>
#include <optional>
#include <string>

#include <botan/pubkey.h>

#include "ike/crypto/botan_random.h"
#include "ike/crypto/legacy_pem.h"
#include "ike/crypto/password_encryption.h"
#include "ike/crypto/pem.h"
#include "ike/crypto/private_key_impl.h"
#include "ike/crypto/private_key_info.h"
#include "ike/crypto/signers.h"

namespace xfrmd::crypto {

namespace {

using base::ByteView;
using base::fail;
using base::Reason;
using base::Result;
using base::SecretBytes;

using Key = std::unique_ptr<Botan::Private_Key>;

tl::unexpected<base::Error> invalid(std::string why) { return fail(Reason::ConfigurationInvalid, std::move(why)); }

const char* const kNoSecret = "is encrypted, and there is no secret for it";

bool holds_private_key(const PemBlock& block) { return block.label.ends_with("PRIVATE KEY"); }

Result<Key> read(ByteView der) {
    try {
        return read_private_key(der);
    } catch (const std::exception& error) {
        return invalid("is no private key: " + base::printable(std::string_view(error.what())));
    }
}

// One wrong passphrase in some hundreds leaves what looks like padding, but hardly ever a key.
Result<Key> read_clear(const Result<SecretBytes>& clear) {
    if (!clear) return tl::unexpected(clear.error());
    const PrivateKeyForm form = form_of(clear->view());
    if (form == PrivateKeyForm::unknown || form == PrivateKeyForm::pkcs8_encrypted) {
        return invalid("is encrypted, and the secret does not fit");
    }
    return read(clear->view());
}

Result<Key> read(ByteView der, const SecretBytes* passphrase) {
    if (form_of(der) != PrivateKeyForm::pkcs8_encrypted) return read(der);
    if (passphrase == nullptr) return invalid(kNoSecret);
    return read_clear(decrypt_private_key_info(der, passphrase->view()));
}

Result<Key> read(const PemBlock& block, const SecretBytes* passphrase) {
    if (!is_legacy_encrypted(block)) return read(block.contents.view(), passphrase);
    if (passphrase == nullptr) return invalid(kNoSecret);
    return read_clear(decrypt_legacy(block, passphrase->view()));
}

Result<Key> read_file(ByteView file, const SecretBytes* passphrase) {
    if (file.size() > PrivateKey::kMostBytes) return invalid("is too large for a private key");
    if (!is_pem(file)) return read(file, passphrase);
    const auto blocks = read_pem(file);
    if (!blocks) return tl::unexpected(blocks.error());
    for (const PemBlock& block : *blocks) {
        if (holds_private_key(block)) return read(block, passphrase);
    }
    return invalid("has no block '... PRIVATE KEY'");
}

}  // namespace

PrivateKey::PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
PrivateKey::PrivateKey(PrivateKey&&) noexcept = default;
PrivateKey& PrivateKey::operator=(PrivateKey&&) noexcept = default;
PrivateKey::~PrivateKey() = default;

const PublicKey& PrivateKey::public_key() const { return impl_->public_key; }

Result<PrivateKey> PrivateKey::load(ByteView file, const SecretBytes* passphrase, base::Random& random) {
    auto key = read_file(file, passphrase);
    if (!key) return tl::unexpected(key.error());
    try {
        auto public_key = PublicKey::decode((*key)->subject_public_key());
        if (!public_key) return invalid("has a key that is not accepted: " + public_key.error().detail);
        BotanRandom rng(random);
        if (!(*key)->check_key(rng, false)) return invalid("has a private key whose parts do not belong together");
        return PrivateKey(std::make_shared<Impl>(Impl{*std::move(key), *std::move(public_key)}));
    } catch (const std::exception& error) {
        return invalid("is no usable private key: " + base::printable(std::string_view(error.what())));
    }
}

PrivateKey PrivateKey::elsewhere(PublicKey key) {
    return PrivateKey(std::make_shared<Impl>(Impl{nullptr, std::move(key)}));
}

bool PrivateKey::is_elsewhere() const { return impl_->key == nullptr; }

bool PrivateKey::is_encrypted(ByteView file) {
    if (file.size() > kMostBytes) return false;
    if (!is_pem(file)) return form_of(file) == PrivateKeyForm::pkcs8_encrypted;
    const auto blocks = read_pem(file);
    if (!blocks) return false;
    for (const PemBlock& block : *blocks) {
        if (!holds_private_key(block)) continue;
        return is_legacy_encrypted(block) || form_of(block.contents.view()) == PrivateKeyForm::pkcs8_encrypted;
    }
    return false;
}

Result<base::Bytes> PrivateKey::sign(const policy::SignatureScheme& scheme, EcdsaFormat format, ByteView message,
                                     base::Random& random) const {
    return Signers(random).sign(*this, scheme, format, message);
}

}  // namespace xfrmd::crypto
