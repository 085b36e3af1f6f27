#include <algorithm>
#include <array>
#include <span>

#include <botan/aead.h>
#include <botan/exceptn.h>

#include "ike/crypto/iv_counter.h"
#include "ike/crypto/sk_protection.h"

namespace xfrmd::crypto {

using base::Bytes;
using base::ByteView;
using base::Reason;
using base::Result;
using base::SecretBytes;

namespace {

class SkAead final : public SkProtection {
public:
    SkAead(const CipherTraits& cipher, std::uint16_t key_bits, SecretBytes key)
        : SkProtection(cipher, cipher.icv_bytes), key_bits_(key_bits), key_(std::move(key)) {}

    std::optional<Bytes> seal(ByteView associated, ByteView plaintext, base::Random& random) override;
    Result<Bytes> open(ByteView associated, ByteView sealed) override;

private:
    using Mode = std::unique_ptr<Botan::AEAD_Mode>;

    void start(Mode& mode, Botan::Cipher_Dir direction, ByteView associated, ByteView iv);
    Mode make(Botan::Cipher_Dir direction) const;

    std::uint16_t key_bits_;
    SecretBytes key_;  // RFC 5282 7.1: the cipher's key, then the salt
    IvCounter ivs_;
    Mode sealer_;
    Mode opener_;
};

SkAead::Mode SkAead::make(Botan::Cipher_Dir direction) const {
    auto mode = Botan::AEAD_Mode::create_or_throw(cipher_.botan_name(key_bits_), direction);
    mode->set_key(key_.view().first(key_.size() - cipher_.salt_bytes));
    return mode;
}

// RFC 5282 3.1, 4: the nonce is salt | IV; RFC 5282 5.1: the associated data is the message up to the Encrypted
// payload's generic header, with it.
void SkAead::start(Mode& mode, Botan::Cipher_Dir direction, ByteView associated, ByteView iv) {
    if (!mode) mode = make(direction);
    std::array<std::uint8_t, 12> nonce{};
    const ByteView salt = key_.view().last(cipher_.salt_bytes);
    std::ranges::copy(salt, nonce.begin());
    std::ranges::copy(iv, nonce.begin() + cipher_.salt_bytes);
    mode->set_associated_data(associated);
    mode->start(std::span(nonce).first(salt.size() + iv.size()));
}

std::optional<Bytes> SkAead::seal(ByteView associated, ByteView plaintext, base::Random& /*random*/) {
    Bytes out = layout(plaintext);
    const std::span<std::uint8_t> iv = std::span(out).first(cipher_.iv_bytes);
    if (!ivs_.write(iv.first<8>())) return std::nullopt;
    start(sealer_, Botan::Cipher_Dir::Encryption, associated, iv);

    const std::span<std::uint8_t> padded = std::span(out).subspan(iv.size(), out.size() - iv.size() - icv_bytes_);
    const std::size_t done = sealer_->requires_entire_message() ? 0 : sealer_->process(padded);
    Botan::secure_vector<std::uint8_t> rest(padded.begin() + static_cast<std::ptrdiff_t>(done), padded.end());
    sealer_->finish(rest);
    std::ranges::copy(rest, padded.begin() + static_cast<std::ptrdiff_t>(done));
    return out;
}

Result<Bytes> SkAead::open(ByteView associated, ByteView sealed) {
    if (auto size = check_size(sealed.size()); !size) return tl::unexpected(size.error());
    start(opener_, Botan::Cipher_Dir::Decryption, associated, sealed.first(cipher_.iv_bytes));
    const ByteView text = sealed.subspan(cipher_.iv_bytes);
    Botan::secure_vector<std::uint8_t> padded(text.begin(), text.end());
    try {
        opener_->finish(padded);
    } catch (const Botan::Invalid_Authentication_Tag&) {
        opener_->reset();  // Botan does not promise what a refusal leaves behind
        return base::fail(Reason::IntegrityCheckFailed);
    }
    return strip(padded);
}

}  // namespace

std::unique_ptr<SkProtection> make_sk_aead(const IkeSuite& suite, SecretBytes key) {
    return std::make_unique<SkAead>(*find_cipher(suite.encryption), suite.key_bits, std::move(key));
}

}  // namespace xfrmd::crypto
