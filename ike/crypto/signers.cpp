#include "ike/crypto/signers.h"

#include <algorithm>
#include <deque>
#include <exception>
#include <string>

#include <botan/exceptn.h>
#include <botan/pubkey.h>

#include "ike/base/bytes.h"
#include "ike/crypto/botan_random.h"
#include "ike/crypto/private_key_impl.h"
#include "ike/crypto/signature_padding.h"

namespace xfrmd::crypto {

using base::fail;
using base::Reason;
using base::Result;

struct Signers::Impl {
    struct Prepared {
        std::shared_ptr<const PrivateKey::Impl> key;
        policy::SignatureScheme scheme;
        EcdsaFormat format{};
        std::unique_ptr<Botan::PK_Signer> signer;
    };

    explicit Impl(base::Random& random) : rng(random) {}

    // The last to be used comes first.
    Botan::PK_Signer& signer_for(const std::shared_ptr<const PrivateKey::Impl>& key,
                                 const policy::SignatureScheme& scheme, EcdsaFormat format) {
        const auto known = std::ranges::find_if(prepared, [&](const Prepared& one) {
            return one.key == key && one.scheme == scheme && one.format == format;
        });
        if (known != prepared.end()) {
            std::rotate(prepared.begin(), known, known + 1);
            return *prepared.front().signer;
        }
        const bool der = scheme.key == policy::KeyType::ecdsa && format == EcdsaFormat::der;
        auto signer = std::make_unique<Botan::PK_Signer>(
            *key->key, rng, botan_padding(scheme),
            der ? Botan::Signature_Format::DerSequence : Botan::Signature_Format::Standard);
        prepared.push_front({key, scheme, format, std::move(signer)});
        if (prepared.size() > kMostPrepared) prepared.pop_back();
        return *prepared.front().signer;
    }

    BotanRandom rng;
    std::deque<Prepared> prepared;
};

Signers::Signers(base::Random& random) : impl_(std::make_unique<Impl>(random)) {}
Signers::~Signers() = default;

void Signers::forget() { impl_->prepared.clear(); }

Result<base::Bytes> Signers::sign(const PrivateKey& key, const policy::SignatureScheme& scheme, EcdsaFormat format,
                                  base::ByteView message) {
    const policy::KeyType type = key.public_key().type();
    if (key.is_elsewhere()) return fail(Reason::InternalInconsistency, "the key is in a token");
    if (!scheme.is_meaningful() || scheme.key != type) {
        return fail(Reason::AuthenticationMethodUnacceptable,
                    scheme.to_string() + " with a key for " + std::string(policy::name(type)));
    }
    try {
        return impl_->signer_for(key.impl_, scheme, format).sign_message(message, impl_->rng);
    } catch (const Botan::Encoding_Error&) {
        forget();  // what is left of this message would go into the next one
        // RFC 8017 9.1.1, 9.2: "encoding error", the modulus is too short.
        return fail(Reason::AuthenticationMethodUnacceptable,
                    scheme.to_string() + " with a key that is too short for it");
    } catch (const std::exception& error) {
        forget();
        return fail(Reason::InternalInconsistency, base::printable(std::string_view(error.what())));
    }
}

}  // namespace xfrmd::crypto
