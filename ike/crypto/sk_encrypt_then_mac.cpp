#include <algorithm>
#include <array>
#include <span>

#include <botan/cipher_mode.h>
#include <botan/mac.h>

#include "ike/crypto/iv_counter.h"
#include "ike/crypto/mac_table.h"
#include "ike/crypto/sk_protection.h"

namespace xfrmd::crypto {

using base::Bytes;
using base::ByteView;
using base::Reason;
using base::Result;
using base::SecretBytes;

namespace {

constexpr std::size_t kLongestMac = 64;  // HMAC-SHA-512

class SkEncryptThenMac final : public SkProtection {
public:
    SkEncryptThenMac(const IkeSuite& suite, const CipherTraits& cipher, const IntegrityTraits& integrity,
                     SecretBytes key, const SecretBytes& integrity_key)
        : SkProtection(cipher, integrity.icv_bytes),
          key_bits_(suite.key_bits),
          key_(std::move(key)),
          mac_(make_mac(integrity.name)) {
        mac_->set_key(integrity_key.view());
    }

    std::optional<Bytes> seal(ByteView associated, ByteView plaintext, base::Random& random) override;
    Result<Bytes> open(ByteView associated, ByteView sealed) override;

private:
    using Mode = std::unique_ptr<Botan::Cipher_Mode>;
    using Mac = std::array<std::uint8_t, kLongestMac>;

    bool write_iv(std::span<std::uint8_t> iv, base::Random& random);
    void crypt(Mode& mode, Botan::Cipher_Dir direction, ByteView iv, std::span<std::uint8_t> text);
    Mode make(Botan::Cipher_Dir direction) const;
    Mac mac(ByteView associated, ByteView text);

    std::uint16_t key_bits_;
    SecretBytes key_;  // with CTR: the cipher's key, then the nonce (RFC 3686 5.1)
    IvCounter ivs_;
    std::unique_ptr<Botan::MessageAuthenticationCode> mac_;
    Mode sealer_;
    Mode opener_;
};

SkEncryptThenMac::Mode SkEncryptThenMac::make(Botan::Cipher_Dir direction) const {
    auto mode = Botan::Cipher_Mode::create_or_throw(cipher_.botan_name(key_bits_), direction);
    mode->set_key(key_.view().first(key_.size() - cipher_.salt_bytes));
    return mode;
}

// RFC 7296 3.14: for CBC the IV must be unpredictable; RFC 3686 3.1: for CTR it must never come again.
bool SkEncryptThenMac::write_iv(std::span<std::uint8_t> iv, base::Random& random) {
    if (cipher_.kind == CipherKind::ctr) return ivs_.write(iv.first<8>());
    random.fill(iv);
    return true;
}

void SkEncryptThenMac::crypt(Mode& mode, Botan::Cipher_Dir direction, ByteView iv, std::span<std::uint8_t> text) {
    if (!mode) mode = make(direction);
    if (cipher_.kind == CipherKind::ctr) {
        // RFC 3686 4: the counter block is nonce | IV | 1.
        std::array<std::uint8_t, 16> counter{};
        std::ranges::copy(key_.view().last(cipher_.salt_bytes), counter.begin());
        std::ranges::copy(iv, counter.begin() + cipher_.salt_bytes);
        counter.back() = 1;
        mode->start(counter);
    } else {
        mode->start(iv);
    }
    mode->process(text);
}

// RFC 7296 3.14: over everything before the ICV, from the IKE header on.
SkEncryptThenMac::Mac SkEncryptThenMac::mac(ByteView associated, ByteView text) {
    Mac out{};
    mac_->update(associated);
    mac_->update(text);
    mac_->final(std::span(out));
    return out;
}

std::optional<Bytes> SkEncryptThenMac::seal(ByteView associated, ByteView plaintext, base::Random& random) {
    Bytes out = layout(plaintext);
    const std::span<std::uint8_t> before_icv = std::span(out).first(out.size() - icv_bytes_);
    const std::span<std::uint8_t> iv = before_icv.first(cipher_.iv_bytes);
    if (!write_iv(iv, random)) return std::nullopt;
    crypt(sealer_, Botan::Cipher_Dir::Encryption, iv, before_icv.subspan(iv.size()));
    const Mac code = mac(associated, before_icv);
    std::ranges::copy(std::span(code).first(icv_bytes_), out.end() - static_cast<std::ptrdiff_t>(icv_bytes_));
    return out;
}

Result<Bytes> SkEncryptThenMac::open(ByteView associated, ByteView sealed) {
    if (auto size = check_size(sealed.size()); !size) return tl::unexpected(size.error());
    const ByteView before_icv = sealed.first(sealed.size() - icv_bytes_);
    const Mac code = mac(associated, before_icv);
    if (!SecretBytes::equal_constant_time(std::span(code).first(icv_bytes_), sealed.last(icv_bytes_))) {
        return base::fail(Reason::IntegrityCheckFailed);
    }
    SecretBytes padded(before_icv.subspan(cipher_.iv_bytes));
    crypt(opener_, Botan::Cipher_Dir::Decryption, sealed.first(cipher_.iv_bytes), padded.writable());
    return strip(padded.view());
}

}  // namespace

std::unique_ptr<SkProtection> make_sk_encrypt_then_mac(const IkeSuite& suite, policy::IntegrityId integrity,
                                                       SecretBytes encryption_key, const SecretBytes& integrity_key) {
    return std::make_unique<SkEncryptThenMac>(suite, *find_cipher(suite.encryption), *find_integrity(integrity),
                                              std::move(encryption_key), integrity_key);
}

}  // namespace xfrmd::crypto
