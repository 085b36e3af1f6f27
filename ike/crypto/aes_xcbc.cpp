#include "ike/crypto/aes_xcbc.h"

#include <algorithm>

#include "ike/base/secret_bytes.h"

namespace xfrmd::crypto {

AesXcbc::AesXcbc() : cipher_(Botan::BlockCipher::create_or_throw("AES-128")) {}

AesXcbc::~AesXcbc() { wipe(); }

void AesXcbc::wipe() {
    base::wipe_memory(k2_);
    base::wipe_memory(k3_);
    base::wipe_memory(state_);
    used_ = 0;
}

void AesXcbc::clear() {
    cipher_->clear();
    wipe();
}

// RFC 3566 4 (1): K1, K2 and K3 are blocks of 0x01, 0x02 and 0x03, encrypted under K.
void AesXcbc::key_schedule(std::span<const std::uint8_t> key) {
    Block k1{};
    k1.fill(1);
    k2_.fill(2);
    k3_.fill(3);
    cipher_->set_key(key);
    cipher_->encrypt(k1);
    cipher_->encrypt(k2_);
    cipher_->encrypt(k3_);
    cipher_->set_key(k1);
    base::wipe_memory(k1);
    state_.fill(0);
    used_ = 0;
}

// RFC 3566 4 (3): E[i] = E(K1, M[i] xor E[i-1]). A full block waits until it is known not to be the last.
void AesXcbc::add_data(std::span<const std::uint8_t> input) {
    assert_key_material_set();
    for (const std::uint8_t byte : input) {
        if (used_ == kBlock) {
            cipher_->encrypt(state_);
            used_ = 0;
        }
        state_[used_++] ^= byte;
    }
}

// RFC 3566 4 (4): a full last block takes K2, a shorter one (or none at all) the padding 10..0 and K3.
void AesXcbc::final_result(std::span<std::uint8_t> out) {
    assert_key_material_set();
    if (used_ < kBlock) state_[used_] ^= 0x80;
    const Block& last_key = used_ == kBlock ? k2_ : k3_;
    for (std::size_t i = 0; i < kBlock; ++i) state_[i] ^= last_key[i];
    cipher_->encrypt(state_);
    std::ranges::copy(state_, out.begin());
    state_.fill(0);
    used_ = 0;
}

}  // namespace xfrmd::crypto
