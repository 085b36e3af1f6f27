#include "ike/crypto/legacy_pem.h"

#include <algorithm>
#include <exception>
#include <iterator>

#include <botan/cipher_mode.h>
#include <botan/hash.h>
#include <botan/hex.h>

namespace xfrmd::crypto {

namespace {

using base::fail;
using base::Reason;
using base::Result;
using base::SecretBytes;

constexpr const char* kInfo = "DEK-Info";
constexpr std::size_t kSalt = 8;  // the first octets of the IV

struct Cipher {
    std::string_view name;
    const char* botan;
    std::size_t key_bytes;
    std::size_t iv_bytes;
};
constexpr Cipher kCiphers[] = {
    {"AES-128-CBC", "AES-128/CBC/PKCS7", 16, 16}, {"AES-192-CBC", "AES-192/CBC/PKCS7", 24, 16},
    {"AES-256-CBC", "AES-256/CBC/PKCS7", 32, 16}, {"DES-EDE3-CBC", "TripleDES/CBC/PKCS7", 24, 8},
    {"DES-CBC", "DES/CBC/PKCS7", 8, 8},
};

// D_i = MD5(D_i-1 | passphrase | salt), as many as the key needs.
Botan::secure_vector<std::uint8_t> derive(const Cipher& cipher, base::ByteView passphrase, base::ByteView salt) {
    const auto md5 = Botan::HashFunction::create_or_throw("MD5");
    Botan::secure_vector<std::uint8_t> key;
    Botan::secure_vector<std::uint8_t> last;
    while (key.size() < cipher.key_bytes) {
        md5->update(last);
        md5->update(passphrase);
        md5->update(salt);
        last = md5->final();
        key.insert(key.end(), last.begin(), last.end());
    }
    key.resize(cipher.key_bytes);
    return key;
}

Result<SecretBytes> decrypt(const Cipher& cipher, base::ByteView iv, base::ByteView data, base::ByteView passphrase) {
    const auto mode = Botan::Cipher_Mode::create_or_throw(cipher.botan, Botan::Cipher_Dir::Decryption);
    mode->set_key(derive(cipher, passphrase, iv.first(kSalt)));
    mode->start(iv);
    Botan::secure_vector<std::uint8_t> clear(data.begin(), data.end());
    mode->finish(clear);
    return SecretBytes(base::ByteView(clear.data(), clear.size()));
}

}  // namespace

bool is_legacy_encrypted(const PemBlock& block) { return block.headers.contains(kInfo); }

Result<SecretBytes> decrypt_legacy(const PemBlock& block, base::ByteView passphrase) {
    const std::string& info = block.headers.at(kInfo);  // "AES-128-CBC,<IV in hexadecimal>"
    const std::size_t comma = std::min(info.find(','), info.size());
    const auto* cipher = std::find_if(std::begin(kCiphers), std::end(kCiphers),
                                      [&](const Cipher& c) { return c.name == info.substr(0, comma); });
    if (cipher == std::end(kCiphers)) {
        return fail(Reason::ConfigurationInvalid,
                    "encrypted with " + base::printable(info.substr(0, comma)) + ", which is not supported");
    }
    try {
        const auto iv = Botan::hex_decode(info.substr(std::min(comma + 1, info.size())));
        if (iv.size() != cipher->iv_bytes) return fail(Reason::ConfigurationInvalid, "encrypted with a strange IV");
        return decrypt(*cipher, iv, block.contents.view(), passphrase);
    } catch (const std::exception&) {
        return fail(Reason::ConfigurationInvalid, "is encrypted, and the secret does not fit");
    }
}

}  // namespace xfrmd::crypto
