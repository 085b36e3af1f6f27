#include "daemon/pkcs11/session.h"

#include <algorithm>

namespace xfrmd::daemon::pkcs11 {

namespace {

using base::Bytes;
using base::ByteView;
using base::SecretBytes;
using policy::HashId;
using policy::KeyType;
using policy::Padding;

// A mechanism and what it points to.
struct Operation {
    CK_MECHANISM_TYPE type;
    CK_RSA_PKCS_PSS_PARAMS pss{};

    CK_MECHANISM mechanism() {
        if (type == CKM_RSA_PKCS_PSS) return {type, &pss, sizeof pss};
        return {type, nullptr, 0};
    }
};

// RFC 4055 3.1: MGF1 of the same hash, and a salt as long as its output.
CK_RSA_PKCS_PSS_PARAMS pss_with(HashId hash) {
    switch (hash) {
        case HashId::sha1:
            return {CKM_SHA_1, CKG_MGF1_SHA1, 20};
        case HashId::sha2_384:
            return {CKM_SHA384, CKG_MGF1_SHA384, 48};
        case HashId::sha2_512:
            return {CKM_SHA512, CKG_MGF1_SHA512, 64};
        case HashId::sha2_256:
        case HashId::identity:
            break;
    }
    return {CKM_SHA256, CKG_MGF1_SHA256, 32};
}

Operation operation_for(const policy::SignatureScheme& scheme) {
    switch (scheme.key) {
        case KeyType::ecdsa:
            return {CKM_ECDSA};
        case KeyType::ed25519:
        case KeyType::ed448:
            return {CKM_EDDSA};
        case KeyType::rsa:
        case KeyType::ml_dsa_44:  // of no token: CredentialFiles takes none
        case KeyType::ml_dsa_65:
        case KeyType::ml_dsa_87:
            break;
    }
    if (scheme.padding == Padding::pss) return {CKM_RSA_PKCS_PSS, pss_with(scheme.hash)};
    return {CKM_RSA_PKCS};
}

}  // namespace

Outcome<std::unique_ptr<Session>> Session::open(const CK_FUNCTION_LIST& functions, CK_SLOT_ID slot) {
    CK_SESSION_HANDLE handle = 0;
    const CK_RV code = functions.C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle);
    if (code != CKR_OK) return tl::unexpected(code);
    return std::unique_ptr<Session>(new Session(functions, handle));
}

Outcome<void> Session::login(CK_USER_TYPE user, const SecretBytes& pin) {
    SecretBytes own = pin.clone();  // the interface wants to be able to write to it
    const CK_RV code = functions_.C_Login(handle_, user, own.writable().data(), own.size());
    return outcome(code == CKR_USER_ALREADY_LOGGED_IN ? CKR_OK : code);
}

Outcome<std::optional<CK_OBJECT_HANDLE>> Session::find(CK_OBJECT_CLASS object_class, ByteView id) {
    Bytes own = base::to_bytes(id);
    CK_ATTRIBUTE wanted[] = {{CKA_CLASS, &object_class, sizeof object_class}, {CKA_ID, own.data(), own.size()}};
    CK_RV code = functions_.C_FindObjectsInit(handle_, wanted, own.empty() ? 1 : 2);
    if (code != CKR_OK) return tl::unexpected(code);
    CK_OBJECT_HANDLE object = 0;
    CK_ULONG count = 0;
    code = functions_.C_FindObjects(handle_, &object, 1, &count);
    functions_.C_FindObjectsFinal(handle_);
    if (code != CKR_OK) return tl::unexpected(code);
    return count == 0 ? std::nullopt : std::optional(object);
}

std::optional<Bytes> Session::attribute(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) {
    CK_ATTRIBUTE asked{type, nullptr, 0};
    if (functions_.C_GetAttributeValue(handle_, object, &asked, 1) != CKR_OK) return std::nullopt;
    if (asked.ulValueLen > kMostBytes) return std::nullopt;  // CK_UNAVAILABLE_INFORMATION too
    Bytes value(asked.ulValueLen);
    asked.pValue = value.data();
    if (functions_.C_GetAttributeValue(handle_, object, &asked, 1) != CKR_OK) return std::nullopt;
    if (asked.ulValueLen > value.size()) return std::nullopt;
    value.resize(asked.ulValueLen);
    return value;
}

bool Session::wants_pin_each_time(CK_OBJECT_HANDLE key) {
    const auto value = attribute(key, CKA_ALWAYS_AUTHENTICATE);
    return value && !value->empty() && value->front() != CK_FALSE;
}

Outcome<Bytes> Session::sign(CK_OBJECT_HANDLE key, const policy::SignatureScheme& scheme, Bytes input,
                             const SecretBytes* pin) {
    Operation operation = operation_for(scheme);
    CK_MECHANISM mechanism = operation.mechanism();
    if (const CK_RV code = functions_.C_SignInit(handle_, &mechanism, key); code != CKR_OK) return tl::unexpected(code);
    if (pin != nullptr) {
        if (const auto allowed = login(CKU_CONTEXT_SPECIFIC, *pin); !allowed) return tl::unexpected(allowed.error());
    }
    Bytes signature(kMostBytes);
    CK_ULONG size = signature.size();
    const CK_RV code = functions_.C_Sign(handle_, input.data(), input.size(), signature.data(), &size);
    if (code != CKR_OK) return tl::unexpected(code);
    signature.resize(std::min<std::size_t>(size, signature.size()));
    return signature;
}

}  // namespace xfrmd::daemon::pkcs11
