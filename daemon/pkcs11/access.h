// One module's tokens, as the thread that serves them uses them: an interface, so that tests have tokens that hang or
// vanish. Everything in it takes as long as the token likes.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "daemon/config/token_reader.h"
#include "ike/crypto/public_key.h"

namespace xfrmd::daemon::pkcs11 {

// A private key, how it is reached and what it signs for.
struct SigningKey {
    TokenObject object;
    base::SecretBytes pin;  // empty: none
    crypto::PublicKey key;
};

// Why a token has not done what it was asked.
struct Refusal {
    Refusal(base::Error why, bool of_pin = false) : error(std::move(why)), is_of_pin(of_pin) {}

    base::Error error;
    bool is_of_pin;  // the PIN was refused, now or before, or may have been
};

template <typename T>
using Response = tl::expected<T, Refusal>;

class Access {
public:
    virtual ~Access() = default;

    // As TokenReader's, of this module whatever `object` says.
    virtual Response<crypto::Certificate> certificate(const TokenObject& object) = 0;
    virtual Response<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) = 0;
    // As crypto::PrivateKey::sign. A session that was lost is opened again once. Error: SigningFailed.
    virtual base::Result<base::Bytes> sign(const SigningKey& key, const policy::SignatureScheme& scheme,
                                           crypto::EcdsaFormat format, base::ByteView message) = 0;
};

// With a real module, which is loaded when it is first used. `name` as of Module::open.
std::unique_ptr<Access> open_module(std::string name);

}  // namespace xfrmd::daemon::pkcs11
