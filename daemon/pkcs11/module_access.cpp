#include "daemon/pkcs11/module_access.h"

#include <algorithm>
#include <cstring>

#include "ike/crypto/outside_signature.h"

namespace xfrmd::daemon::pkcs11 {

namespace {

using base::ByteView;
using base::fail;
using base::Reason;
using base::Result;
using base::SecretBytes;
using crypto::Certificate;
using crypto::PublicKey;
using policy::KeyType;

// Not of a single token, but of the module or whatever is behind it: it is loaded anew.
bool is_of_module(CK_RV code) {
    return code == CKR_CRYPTOKI_NOT_INITIALIZED || code == CKR_DEVICE_ERROR || code == CKR_GENERAL_ERROR;
}

// Where no slot is configured, the handle alone decides.
std::pair<std::uint64_t, base::Bytes> place_of(const TokenObject& object) {
    return {object.slot.value_or(CK_UNAVAILABLE_INFORMATION), object.handle};
}

CK_KEY_TYPE key_type(const base::Bytes& value) {
    CK_KEY_TYPE type = CKK_VENDOR_DEFINED;
    if (value.size() == sizeof type) std::memcpy(&type, value.data(), sizeof type);
    return type;
}

template <typename T>
Response<T> response_of(Result<T> result) {
    if (!result) return tl::unexpected<Refusal>(std::move(result.error()));
    return std::move(*result);
}

}  // namespace

std::unique_ptr<Access> open_module(std::string name) { return std::make_unique<ModuleAccess>(std::move(name)); }

tl::unexpected<Refusal> ModuleAccess::invalid(const std::string& what, bool is_of_pin) const {
    const std::string why = "PKCS#11 module " + base::printable(name_) + ": " + what;
    return tl::unexpected(Refusal({Reason::ConfigurationInvalid, why}, is_of_pin));
}

tl::unexpected<Refusal> ModuleAccess::invalid(CK_SLOT_ID slot, const std::string& what, bool is_of_pin) const {
    return invalid("slot " + std::to_string(slot) + ": " + what, is_of_pin);
}

Response<const Module*> ModuleAccess::module() {
    if (!module_) {
        auto module = Module::open(name_);
        if (!module) return invalid(module.error().detail);
        module_ = std::move(*module);
    }
    return module_.get();
}

void ModuleAccess::forget_all() {
    opened_.clear();
    module_.reset();
}

void ModuleAccess::forget_all_if_of_module(CK_RV code) {
    if (is_of_module(code)) forget_all();
}

Response<CK_SLOT_ID> ModuleAccess::slot_of(const TokenObject& object) {
    const auto loaded = module();
    if (!loaded) return tl::unexpected(loaded.error());
    auto slots = (*loaded)->slots();
    // Some modules see at their start only what tokens there are.
    const bool is_lost = slots ? slots->empty() : is_of_module(slots.error());
    if (is_lost) {
        forget_all();
        const auto again = module();
        if (!again) return tl::unexpected(again.error());
        slots = (*again)->slots();
    }
    if (!slots) return invalid(std::string("no slots can be had: ") + words_of(slots.error()));
    if (object.slot && std::ranges::find(*slots, *object.slot) == slots->end()) {
        return invalid("there is no token in slot " + std::to_string(*object.slot));
    }
    return object.slot ? slot_among(object, {*object.slot}) : slot_among(object, *slots);
}

// Whoever does not say where it is must not have a PIN tried at every token: what is to be seen without it decides.
Response<CK_SLOT_ID> ModuleAccess::slot_among(const TokenObject& object, const std::vector<CK_SLOT_ID>& slots) {
    if (slots.empty()) return invalid("there is no token in any slot");
    if (slots.size() == 1 && !object.module.empty()) return slots.front();
    for (const CK_SLOT_ID slot : slots) {
        if (shows(slot, object.handle)) return slot;
    }
    const std::string who = slots.size() == 1 ? "its token does not show" : "none of its tokens shows";
    return invalid(who + " an object with handle " + base::to_hex(object.handle) +
                   " without a PIN; 'module' and 'slot' have to say where it is");
}

bool ModuleAccess::shows(CK_SLOT_ID slot, ByteView handle) {
    auto session = Session::open(module_->functions(), slot);
    if (!session) return false;
    for (const CK_OBJECT_CLASS kind : {CKO_CERTIFICATE, CKO_PUBLIC_KEY, CKO_PRIVATE_KEY}) {
        const auto found = (*session)->find(kind, handle);
        if (found && *found) return true;
    }
    return false;
}

Response<ModuleAccess::Opened> ModuleAccess::open(const TokenObject& object, const SecretBytes* pin) {
    const auto slot = slot_of(object);
    if (!slot) return tl::unexpected(slot.error());
    auto session = Session::open(module_->functions(), *slot);
    if (!session) {
        forget_all_if_of_module(session.error());
        return invalid(*slot, words_of(session.error()));
    }
    auto token = module_->token_in(*slot);
    if (!token) return invalid(*slot, words_of(token.error()));
    Opened opened{std::move(*session), *slot, std::move(*token)};
    if (pin != nullptr) {
        if (const auto allowed = login(opened, *pin); !allowed) return tl::unexpected(allowed.error());
    }
    return opened;
}

Response<void> ModuleAccess::login(const Opened& opened, const SecretBytes& pin) {
    const std::string objection = refused_pins_.objection(opened.token, pin);
    if (!objection.empty()) return invalid(opened.slot, objection, true);
    const auto allowed = opened.session->login(pin);
    if (!allowed) return not_with_pin(opened, pin, "the login fails", allowed.error());
    return {};
}

tl::unexpected<Refusal> ModuleAccess::not_with_pin(const Opened& opened, const SecretBytes& pin,
                                                   const std::string& what, CK_RV code) {
    const bool is_wrong = code == CKR_PIN_INCORRECT || code == CKR_PIN_INVALID || code == CKR_PIN_LEN_RANGE;
    if (is_wrong) refused_pins_.add(opened.token, pin);
    return invalid(opened.slot, what + ": " + words_of(code), is_wrong || code == CKR_PIN_LOCKED);
}

Response<Certificate> ModuleAccess::certificate(const TokenObject& object) {
    auto opened = open(object, nullptr);
    if (!opened) return tl::unexpected(opened.error());
    return certificate_in(*opened, object.handle);
}

Response<Certificate> ModuleAccess::certificate_in(Opened& opened, ByteView handle) {
    const auto found = opened.session->find(CKO_CERTIFICATE, handle);
    if (!found) return invalid(opened.slot, words_of(found.error()));
    if (!*found) return invalid(opened.slot, "there is no certificate with handle " + base::to_hex(handle));
    const auto der = opened.session->attribute(**found, CKA_VALUE);
    if (!der) return invalid(opened.slot, "the certificate with handle " + base::to_hex(handle) + " cannot be read");
    auto certificate = Certificate::decode(*der);
    if (certificate) return std::move(*certificate);
    return invalid(opened.slot, "the certificate with handle " + base::to_hex(handle) +
                                    " is not accepted: " + certificate.error().sentence());
}

Response<TokenKey> ModuleAccess::key(const TokenObject& object, const SecretBytes* pin) {
    auto opened = open(object, pin);
    if (!opened) return tl::unexpected(opened.error());
    const auto found = opened->session->find(CKO_PRIVATE_KEY, object.handle);
    if (!found) return invalid(opened->slot, words_of(found.error()));
    if (!*found) {
        return invalid(opened->slot, "there is no private key with handle " + base::to_hex(object.handle) +
                                         (pin == nullptr ? ", or none to be seen without a PIN" : ""));
    }
    opened->key = **found;
    auto certificate = certificate_in(*opened, object.handle);
    if (certificate) return TokenKey{certificate->public_key(), std::move(*certificate)};
    auto key = public_key_in(*opened, object.handle);
    if (!key) return tl::unexpected(key.error());
    return TokenKey{std::move(*key), std::nullopt};
}

// Of RSA the private key itself tells it too; of EC it does not.
Response<PublicKey> ModuleAccess::public_key_in(Opened& opened, ByteView handle) {
    Session& session = *opened.session;
    const auto public_object = session.find(CKO_PUBLIC_KEY, handle);
    const CK_OBJECT_HANDLE object = public_object && *public_object ? **public_object : opened.key;
    const CK_KEY_TYPE type = key_type(session.attribute(object, CKA_KEY_TYPE).value_or(base::Bytes()));
    if (type == CKK_RSA) {
        const auto modulus = session.attribute(object, CKA_MODULUS);
        const auto exponent = session.attribute(object, CKA_PUBLIC_EXPONENT);
        if (modulus && exponent) return response_of(crypto::rsa_public_key(*modulus, *exponent));
    } else if (type == CKK_EC) {
        const auto parameters = session.attribute(object, CKA_EC_PARAMS);
        const auto point = session.attribute(object, CKA_EC_POINT);
        if (parameters && point) return response_of(crypto::ecdsa_public_key(*parameters, *point));
    }
    return invalid(opened.slot, "neither a certificate nor a public key with handle " + base::to_hex(handle) +
                                    " tells what the private key is");
}

Result<base::Bytes> ModuleAccess::sign(const SigningKey& key, const policy::SignatureScheme& scheme,
                                       crypto::EcdsaFormat format, ByteView message) {
    // SoftHSM 2.6.1 does not survive the question.
    if (scheme.key != key.key.type()) {
        return fail(Reason::SigningFailed,
                    scheme.to_string() + " with a key for " + std::string(policy::name(key.key.type())));
    }
    auto input = crypto::signature_input(scheme, message);
    if (!input) return fail(Reason::SigningFailed, input.error().sentence());
    // As many bits as the curve's order has (FIPS 186-5 6.4.1); not every token cuts.
    if (scheme.key == KeyType::ecdsa) input->resize(std::min(input->size(), (key.key.bits() + 7) / 8));
    const bool was_open = opened_.contains(place_of(key.object));
    auto raw = sign_input(key, scheme, *input);
    if (!raw && was_open && !raw.error().is_of_pin) raw = sign_input(key, scheme, *input);
    if (!raw) return fail(Reason::SigningFailed, raw.error().error.detail);
    return crypto::finished_signature(scheme, format, std::move(*raw));
}

// Whatever fails, the session is not trusted any more.
Response<base::Bytes> ModuleAccess::sign_input(const SigningKey& key, const policy::SignatureScheme& scheme,
                                               ByteView input) {
    const auto place = opened(key);
    if (!place) return tl::unexpected(place.error());
    const Opened& opened = **place;
    const bool wants_pin = !key.pin.empty() && opened.session->wants_pin_each_time(opened.key);
    const std::string objection = wants_pin ? refused_pins_.objection(opened.token, key.pin) : "";
    if (!objection.empty()) return invalid(opened.slot, objection, true);
    auto raw = opened.session->sign(opened.key, scheme, base::to_bytes(input), wants_pin ? &key.pin : nullptr);
    if (raw) return std::move(*raw);
    const auto refusal = not_with_pin(opened, key.pin, "it does not sign", raw.error());
    opened_.erase(place_of(key.object));
    forget_all_if_of_module(raw.error());
    return refusal;
}

Response<ModuleAccess::Opened*> ModuleAccess::opened(const SigningKey& key) {
    const Place place = place_of(key.object);
    if (const auto found = opened_.find(place); found != opened_.end()) return &found->second;
    auto opened = open(key.object, key.pin.empty() ? nullptr : &key.pin);
    if (!opened) return tl::unexpected(opened.error());
    const auto object = opened->session->find(CKO_PRIVATE_KEY, key.object.handle);
    if (!object) return invalid(opened->slot, words_of(object.error()));
    if (!*object)
        return invalid(opened->slot, "there is no private key with handle " + base::to_hex(key.object.handle));
    opened->key = **object;
    return &opened_.insert_or_assign(place, std::move(*opened)).first->second;
}

}  // namespace xfrmd::daemon::pkcs11
