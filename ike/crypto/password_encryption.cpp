#include "ike/crypto/password_encryption.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <botan/cipher_mode.h>
#include <botan/pwdhash.h>

#include "ike/crypto/der.h"
#include "ike/crypto/pkcs12_key.h"

namespace xfrmd::crypto {

namespace {

using base::ByteView;
using base::fail;
using base::Reason;
using base::Result;
using base::SecretBytes;
using namespace std::string_view_literals;

// Contents of OBJECT IDENTIFIERs
constexpr std::string_view kPbes2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d"sv;
constexpr std::string_view kPbkdf2 = "\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0c"sv;
constexpr std::string_view kPkcs12TripleDes = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03"sv;

struct Prf {
    std::string_view oid;
    const char* botan;
};
constexpr Prf kPrfs[] = {
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x07"sv, "PBKDF2(SHA-1)"},
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x08"sv, "PBKDF2(SHA-224)"},
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x09"sv, "PBKDF2(SHA-256)"},
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x0a"sv, "PBKDF2(SHA-384)"},
    {"\x2a\x86\x48\x86\xf7\x0d\x02\x0b"sv, "PBKDF2(SHA-512)"},
};

struct Cipher {
    std::string_view oid;
    const char* botan;
    std::size_t key_bytes;
    std::size_t iv_bytes;
};
constexpr Cipher kCiphers[] = {
    {"\x60\x86\x48\x01\x65\x03\x04\x01\x02"sv, "AES-128/CBC/PKCS7", 16, 16},
    {"\x60\x86\x48\x01\x65\x03\x04\x01\x16"sv, "AES-192/CBC/PKCS7", 24, 16},
    {"\x60\x86\x48\x01\x65\x03\x04\x01\x2a"sv, "AES-256/CBC/PKCS7", 32, 16},
    {"\x2a\x86\x48\x86\xf7\x0d\x03\x07"sv, "TripleDES/CBC/PKCS7", 24, 8},
};

template <typename Row, std::size_t kCount>
const Row* find(const Row (&rows)[kCount], ByteView oid) {
    const Row* found = std::find_if(std::begin(rows), std::end(rows),
                                    [oid](const Row& row) { return base::equal(base::as_bytes(row.oid), oid); });
    return found == std::end(rows) ? nullptr : found;
}

tl::unexpected<base::Error> unsupported(std::string_view what) {
    return fail(Reason::ConfigurationInvalid, "is encrypted in a way that is not supported: " + std::string(what) +
                                                  "; PBES2 with PBKDF2 and AES or 3DES is, and 3DES of PKCS#12");
}

// What a key is derived with, and how much of it.
struct Derivation {
    const char* hash = kPrfs[0].botan;
    ByteView salt;
    std::size_t iterations = 0;
};

// PBKDF2-params ::= SEQUENCE { salt OCTET STRING, iterationCount, keyLength OPTIONAL, prf DEFAULT hmacWithSHA1 }
std::optional<Derivation> read_pbkdf2(DerReader in) {
    Derivation derivation;
    derivation.salt = in.contents(tag::kOctetString);
    derivation.iterations = in.small_number().value_or(0);
    in.optional(tag::kInteger);
    if (const auto prf = in.optional(tag::kSequence)) {
        const Prf* row = find(kPrfs, DerReader(*prf).contents(tag::kOid));
        if (row == nullptr) return std::nullopt;
        derivation.hash = row->botan;
    }
    const bool sensible = derivation.iterations > 0 && derivation.iterations <= kMostIterations;
    return in.complete() && sensible ? std::optional(derivation) : std::nullopt;
}

Result<SecretBytes> decrypt(const Cipher& cipher, const SecretBytes& key, ByteView iv, ByteView data) {
    const auto mode = Botan::Cipher_Mode::create_or_throw(cipher.botan, Botan::Cipher_Dir::Decryption);
    mode->set_key(key.view());
    mode->start(iv);
    Botan::secure_vector<std::uint8_t> clear(data.begin(), data.end());
    mode->finish(clear);
    return SecretBytes(ByteView(clear.data(), clear.size()));
}

// PBES2-params ::= SEQUENCE { keyDerivationFunc, encryptionScheme }
Result<SecretBytes> decrypt_pbes2(DerReader parameters, ByteView data, ByteView passphrase) {
    DerReader function = parameters.inside(tag::kSequence);
    const ByteView function_oid = function.contents(tag::kOid);
    if (!base::equal(function_oid, base::as_bytes(kPbkdf2))) return unsupported("its key is not made by PBKDF2");
    const auto derivation = read_pbkdf2(function.inside(tag::kSequence));
    DerReader scheme = parameters.inside(tag::kSequence);
    const Cipher* cipher = find(kCiphers, scheme.contents(tag::kOid));
    if (!derivation || cipher == nullptr) return unsupported("its parameters of PBES2");
    const ByteView iv = scheme.contents(tag::kOctetString);
    if (!scheme.complete() || !parameters.complete() || iv.size() != cipher->iv_bytes) {
        return unsupported("its parameters of PBES2");
    }
    const auto family = Botan::PasswordHashFamily::create_or_throw(derivation->hash);
    SecretBytes key(cipher->key_bytes);
    const std::string_view text = base::as_text(passphrase);
    family->from_params(derivation->iterations)->hash(key.writable(), text, derivation->salt);
    return decrypt(*cipher, key, iv, data);
}

// pkcs-12PbeParams ::= SEQUENCE { salt OCTET STRING, iterations INTEGER }
Result<SecretBytes> decrypt_pkcs12(DerReader parameters, ByteView data, ByteView passphrase) {
    const ByteView salt = parameters.contents(tag::kOctetString);
    const std::size_t iterations = parameters.small_number().value_or(0);
    if (!parameters.complete() || iterations == 0 || iterations > kMostIterations) {
        return unsupported("its parameters of PKCS#12");
    }
    const Cipher& cipher = kCiphers[3];
    const SecretBytes key =
        derive_pkcs12_key("SHA-1", Pkcs12Purpose::encryption, passphrase, salt, iterations, cipher.key_bytes);
    const SecretBytes iv = derive_pkcs12_key("SHA-1", Pkcs12Purpose::iv, passphrase, salt, iterations, cipher.iv_bytes);
    return decrypt(cipher, key, iv.view(), data);
}

}  // namespace

Result<SecretBytes> decrypt_with_passphrase(ByteView algorithm, ByteView data, ByteView passphrase) {
    DerReader outer(algorithm);
    DerReader in = outer.inside(tag::kSequence);
    const ByteView oid = in.contents(tag::kOid);
    try {
        if (base::equal(oid, base::as_bytes(kPbes2))) return decrypt_pbes2(in.inside(tag::kSequence), data, passphrase);
        if (base::equal(oid, base::as_bytes(kPkcs12TripleDes))) {
            return decrypt_pkcs12(in.inside(tag::kSequence), data, passphrase);
        }
    } catch (const std::exception&) {
        return fail(Reason::ConfigurationInvalid, "is encrypted, and the secret does not fit");
    }
    return unsupported("scheme " + base::to_hex(oid.first(std::min<std::size_t>(oid.size(), 20))));
}

Result<SecretBytes> decrypt_private_key_info(ByteView der, ByteView passphrase) {
    DerReader outer(der);
    DerReader in = outer.inside(tag::kSequence);
    const ByteView algorithm = in.whole(tag::kSequence);
    const ByteView data = in.contents(tag::kOctetString);
    if (!in.complete() || !outer.complete()) return fail(Reason::ConfigurationInvalid, "is malformed");
    return decrypt_with_passphrase(algorithm, data, passphrase);
}

}  // namespace xfrmd::crypto
