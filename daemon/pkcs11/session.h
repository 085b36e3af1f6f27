// A session with a token: login, objects, signatures. What one thread has.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "daemon/pkcs11/cryptoki.h"
#include "ike/base/bytes.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/public_key.h"

namespace xfrmd::daemon::pkcs11 {

class Session {
public:
    static constexpr std::size_t kMostBytes = 65536;  // of an attribute or a signature

    // Read-only. `functions` outlive it.
    static Outcome<std::unique_ptr<Session>> open(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot);
    ~Session() { functions_.C_CloseSession(handle_); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    // Fine where this process is logged in already, in another session.
    Outcome<void> login(const base::SecretBytes& pin) { return login(CKU_USER, pin); }
    // The first object of that class with this CKA_ID, which may be empty: any.
    Outcome<std::optional<CK_OBJECT_HANDLE>> find(CK_OBJECT_CLASS object_class, base::ByteView id);
    // nullopt: the object has no such attribute, or does not tell it.
    std::optional<base::Bytes> attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type);

    // CKA_ALWAYS_AUTHENTICATE
    bool wants_pin_each_time(CK_OBJECT_HANDLE key);
    // Of what crypto::signature_input() is for the scheme; the result is for crypto::finished_signature(). `pin`: for
    // keys that want it each time; nullptr otherwise.
    Outcome<base::Bytes> sign(CK_OBJECT_HANDLE key, const policy::SignatureScheme& scheme, base::Bytes input,
                              const base::SecretBytes* pin);

private:
    Session(const CK_FUNCTION_LIST& functions, CK_SESSION_HANDLE handle) : functions_(functions), handle_(handle) {}
    Outcome<void> login(CK_USER_TYPE user, const base::SecretBytes& pin);

    const CK_FUNCTION_LIST& functions_;
    CK_SESSION_HANDLE handle_;
};

}  // namespace xfrmd::daemon::pkcs11
