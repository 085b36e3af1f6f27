// Tokens of a real module. A key that signs has a session of its own, which stays open.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "daemon/pkcs11/access.h"
#include "daemon/pkcs11/module.h"
#include "daemon/pkcs11/session.h"

namespace xfrmd::daemon::pkcs11 {

class ModuleAccess final : public Access {
public:
    explicit ModuleAccess(std::string name) : name_(std::move(name)) {}

    base::Result<crypto::Certificate> certificate(const TokenObject& object) override;
    base::Result<TokenKey> key(const TokenObject& object, const base::SecretBytes* pin) override;
    base::Result<base::Bytes> sign(const SigningKey& key, const policy::SignatureScheme& scheme,
                                   crypto::EcdsaFormat format, base::ByteView message) override;

private:
    struct Opened {
        std::unique_ptr<Session> session;
        CK_SLOT_ID slot = 0;
        CK_OBJECT_HANDLE key = 0;
    };
    using Place = std::pair<std::uint64_t, base::Bytes>;  // slot as configured, handle

    base::Result<const Module*> module();
    base::Result<CK_SLOT_ID> slot_of(const TokenObject& object);
    base::Result<CK_SLOT_ID> slot_among(const TokenObject& object, const std::vector<CK_SLOT_ID>& slots);
    bool shows(CK_SLOT_ID slot, base::ByteView handle);
    base::Result<Opened> open(const TokenObject& object, const base::SecretBytes* pin);
    base::Result<void> login(Opened& opened, const base::SecretBytes& pin);
    base::Result<Opened*> opened(const SigningKey& key);
    base::Result<base::Bytes> sign_input(const SigningKey& key, const policy::SignatureScheme& scheme,
                                         base::ByteView input);
    base::Result<crypto::Certificate> certificate_in(Opened& opened, base::ByteView handle);
    base::Result<crypto::PublicKey> public_key_in(Opened& opened, base::ByteView handle);
    void forget_all();
    void forget_all_if_of_module(CK_RV code);

    tl::unexpected<base::Error> invalid(const std::string& what) const;
    tl::unexpected<base::Error> invalid(CK_SLOT_ID slot, const std::string& what) const;

    const std::string name_;
    std::unique_ptr<Module> module_;
    std::map<Place, Opened> opened_;                        // ends before the module
    std::map<CK_SLOT_ID, base::SecretBytes> refused_pins_;  // wrong ones are counted by tokens, which lock themselves
};

}  // namespace xfrmd::daemon::pkcs11
