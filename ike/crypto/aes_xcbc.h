// AES-XCBC-MAC with its full 128-bit output (RFC 3566 4), which Botan has not: a MAC like Botan's own, put together
// from its AES. Serves both AES-XCBC-MAC-96, which keeps 96 bits of it, and AES-XCBC-PRF-128. Internal to ike/crypto.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <botan/block_cipher.h>
#include <botan/mac.h>

namespace xfrmd::crypto {

class AesXcbc final : public Botan::MessageAuthenticationCode {
public:
    AesXcbc();
    AesXcbc(const AesXcbc&) = delete;
    AesXcbc& operator=(const AesXcbc&) = delete;
    ~AesXcbc() override;

    std::string name() const override { return "XCBC(AES-128)"; }
    std::size_t output_length() const override { return kBlock; }
    Botan::Key_Length_Specification key_spec() const override { return Botan::Key_Length_Specification(kBlock); }
    bool has_keying_material() const override { return cipher_->has_keying_material(); }
    std::unique_ptr<Botan::MessageAuthenticationCode> new_object() const override {
        return std::make_unique<AesXcbc>();
    }
    void clear() override;

private:
    static constexpr std::size_t kBlock = 16;
    using Block = std::array<std::uint8_t, kBlock>;

    void key_schedule(std::span<const std::uint8_t> key) override;
    void add_data(std::span<const std::uint8_t> input) override;
    void final_result(std::span<std::uint8_t> out) override;
    void wipe();

    std::unique_ptr<Botan::BlockCipher> cipher_;  // keyed with K1
    Block k2_{};
    Block k3_{};
    Block state_{};         // E[i-1] xor the bytes of M[i] seen so far
    std::size_t used_ = 0;  // how many of them
};

}  // namespace xfrmd::crypto
