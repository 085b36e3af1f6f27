// Tokens of a real module. A key that signs has a session of its own, which stays open.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "daemon/pkcs11/access.h"
#include "daemon/pkcs11/module.h"
#include "daemon/pkcs11/refused_pins.h"
#include "daemon/pkcs11/session.h"

namespace xfrmd::daemon::pkcs11 {

class ModuleAccess final : public Access {
public:
    explicit ModuleAccess(std::string name) : name_(std::move(name)) {}

    Response<crypto::Certificate> certificate(const TokenObject& object) override;
    Response<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) override;
    base::Result<base::Bytes> sign(const SigningKey& key, const policy::SignatureScheme& scheme,
                                   crypto::EcdsaFormat format, base::ByteView message) override;

private:
    struct Opened {
        std::unique_ptr<Session> session;
        CK_SLOT_ID slot = 0;
        std::string token;  // as of Module::token_in
        CK_OBJECT_HANDLE key = 0;
    };
    using Place = std::pair<std::uint64_t, base::Bytes>;  // slot as configured, handle

    Response<const Module*> module();
    Response<CK_SLOT_ID> slot_of(const TokenObject& object);
    Response<CK_SLOT_ID> slot_among(const TokenObject& object, const std::vector<CK_SLOT_ID>& slots);
    bool shows(CK_SLOT_ID slot, base::ByteView handle);
    Response<Opened> open(const TokenObject& object, const base::SecretBytes* pin);
    Response<void> login(const Opened& opened, const base::SecretBytes& pin);
    Response<Opened*> opened(const SigningKey& key);
    Response<base::Bytes> sign_input(const SigningKey& key, const policy::SignatureScheme& scheme,
                                     base::ByteView input);
    Response<crypto::Certificate> certificate_in(Opened& opened, base::ByteView handle);
    Response<crypto::PublicKey> public_key_in(Opened& opened, base::ByteView handle);
    void forget_all();
    void forget_all_if_of_module(CK_RV code);

    // Where the token has refused the PIN, that is remembered.
    tl::unexpected<Refusal> not_with_pin(const Opened& opened, const base::SecretBytes& pin, const std::string& what,
                                         CK_RV code);
    tl::unexpected<Refusal> invalid(const std::string& what, bool is_of_pin = false) const;
    tl::unexpected<Refusal> invalid(CK_SLOT_ID slot, const std::string& what, bool is_of_pin = false) const;

    const std::string name_;
    std::unique_ptr<Module> module_;
    std::map<Place, Opened> opened_;  // ends before the module
    RefusedPins refused_pins_;
};

}  // namespace xfrmd::daemon::pkcs11
