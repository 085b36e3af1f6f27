#include "ike/crypto/prf.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <stdexcept>
#include <utility>

#include <botan/hash.h>

#include "ike/crypto/mac_table.h"

namespace xfrmd::crypto {

using base::ByteView;
using base::SecretBytes;

namespace {

constexpr std::size_t kAesKeyBytes = 16;

SecretBytes to_secret(const Botan::secure_vector<std::uint8_t>& bytes) { return SecretBytes(ByteView(bytes)); }

// The PRF itself under a key of zeros, over the key that is too long.
SecretBytes shorten_under_zero_key(Botan::MessageAuthenticationCode& mac, ByteView key) {
    const std::array<std::uint8_t, kAesKeyBytes> zeros{};
    mac.set_key(zeros);
    return to_secret(mac.process(key));
}

// A key that the MAC does not take, made into one that it does.
SecretBytes fit(const PrfTraits& prf, Botan::MessageAuthenticationCode& mac, ByteView key) {
    // RFC 2104 2: a key longer than the hash's block is hashed first (Botan does so itself up to 4096 bytes).
    if (!prf.hash.empty()) return to_secret(Botan::HashFunction::create_or_throw(prf.hash)->process(key));
    // RFC 4434 2: AES-XCBC pads what is too short; RFC 4615 3: AES-CMAC treats every length but 16 as too long.
    if (prf.id == policy::PrfId::aes128_cmac || key.size() > kAesKeyBytes) return shorten_under_zero_key(mac, key);
    SecretBytes padded(kAesKeyBytes);
    std::ranges::copy(key, padded.writable().begin());
    return padded;
}

}  // namespace

struct Prf::Impl {
    std::unique_ptr<Botan::MessageAuthenticationCode> mac;

    void update(std::initializer_list<ByteView> parts) {
        for (const ByteView part : parts) mac->update(part);
    }
};

Prf::Prf(policy::PrfId id, ByteView key) : impl_(std::make_unique<Impl>()) {
    const PrfTraits* const prf = find_prf(id);
    if (prf == nullptr) throw std::invalid_argument("PRF not available");
    impl_->mac = make_mac(prf->name);
    if (impl_->mac->valid_keylength(key.size())) {
        impl_->mac->set_key(key);
    } else {
        impl_->mac->set_key(fit(*prf, *impl_->mac, key).view());
    }
}

Prf::Prf(Prf&&) noexcept = default;
Prf& Prf::operator=(Prf&&) noexcept = default;
Prf::~Prf() = default;

SecretBytes Prf::operator()(std::initializer_list<ByteView> parts) {
    impl_->update(parts);
    SecretBytes out(impl_->mac->output_length());
    impl_->mac->final(out.writable());
    return out;
}

// RFC 7296 2.13: prf+ (K,S) = T1 | T2 | ..., Tn = prf (K, Tn-1 | S | n).
SecretBytes Prf::plus(std::initializer_list<ByteView> seed, std::size_t size) {
    const std::size_t step = impl_->mac->output_length();
    assert(size <= 255 * step);
    SecretBytes out((size + step - 1) / step * step);
    const std::span<std::uint8_t> blocks = out.writable();
    std::uint8_t number = 1;
    for (std::size_t offset = 0; offset < blocks.size(); offset += step, ++number) {
        if (offset > 0) impl_->mac->update(blocks.subspan(offset - step, step));
        impl_->update(seed);
        impl_->mac->update(number);
        impl_->mac->final(blocks.subspan(offset, step));
    }
    return out.size() == size ? std::move(out) : out.slice(0, size);
}

std::size_t output_bytes(policy::PrfId id) {
    const PrfTraits* const prf = find_prf(id);
    return prf == nullptr ? 0 : prf->output_bytes;
}

std::size_t key_bytes(policy::PrfId id) { return output_bytes(id); }

}  // namespace xfrmd::crypto
