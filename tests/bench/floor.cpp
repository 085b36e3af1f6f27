#include "tests/bench/floor.h"

#include <botan/chacha_rng.h>
#include <botan/cipher_mode.h>
#include <botan/dl_group.h>
#include <botan/ec_group.h>
#include <botan/ecdh.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/pubkey.h>
#include <botan/system_rng.h>
#include <botan/x25519.h>

#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace xfrmd::bench {

namespace {

// Counted for one handshake at the responder: SKEYSEED 1; SK_* 6; KEYMAT 4; AUTH 3 to check and 3 to make (RFC
// 7296 2.13, 2.14, 2.15, 2.17); with a cipher that is no AEAD one MAC for each of the two IKE_AUTH messages.
constexpr int kPrfCalls = 17;
constexpr int kMacCalls = 2;
constexpr int kNatHashes = 4;  // RFC 7296 2.23: two checked, two made
constexpr std::size_t kMessage = 300;
constexpr std::size_t kPrfInput = 100;

double thread_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Primitives {
    std::string hash;
    std::string cipher;  // Botan's name
    std::size_t key;
    bool aead;
    std::string group;
};

Primitives primitives_of(std::string_view name) {
    if (name == "aes128-sha256-x25519") return {"SHA-256", "AES-128/CBC/NoPadding", 16, false, "x25519"};
    if (name == "aes256gcm16-prfsha384-x25519") return {"SHA-384", "AES-256/GCM(16)", 32, true, "x25519"};
    if (name == "chacha20poly1305-prfsha256-ecp256") return {"SHA-256", "ChaCha20Poly1305", 32, true, "secp256r1"};
    if (name == "aes128-sha256-modp2048") return {"SHA-256", "AES-128/CBC/NoPadding", 16, false, "modp/ietf/2048"};
    return {"SHA-512", "AES-256/CBC/NoPadding", 32, false, "secp521r1"};
}

using Key = std::unique_ptr<Botan::PK_Key_Agreement_Key>;

Key make_key(const std::string& group, Botan::RandomNumberGenerator& rng) {
    if (group == "x25519") return std::make_unique<Botan::X25519_PrivateKey>(rng);
    return std::make_unique<Botan::ECDH_PrivateKey>(rng, Botan::EC_Group::from_name(group));
}

std::optional<Botan::DL_Group> modp_group(const std::string& name) {
    if (!name.starts_with("modp")) return std::nullopt;
    return Botan::DL_Group::from_name(name);
}

class Handshake {
public:
    explicit Handshake(const Primitives& primitives)
        : primitives_(primitives),
          rng_(seed()),
          prf_(Botan::MessageAuthenticationCode::create_or_throw("HMAC(" + primitives.hash + ")")),
          sha1_(Botan::HashFunction::create_or_throw("SHA-1")),
          seal_(Botan::Cipher_Mode::create_or_throw(primitives.cipher, Botan::Cipher_Dir::Encryption)),
          modp_(modp_group(primitives.group)) {
        if (!modp_) peer_value_ = make_key(primitives.group, rng_)->public_value();
    }

    void run() {
        rng_.random_vec(nonce_, 32);
        exchange_keys();
        for (int i = 0; i < kNatHashes; ++i) sha1_->process(nonce_);
        for (int i = 0; i < kPrfCalls; ++i) mac();
        if (!primitives_.aead) {
            for (int i = 0; i < kMacCalls; ++i) mac();
        }
        cipher();
        cipher();
    }

private:
    void exchange_keys() {
        if (modp_) return exponentiate();
        const Key ours = make_key(primitives_.group, rng_);
        const Botan::PK_Key_Agreement agreement(*ours, rng_, "Raw");
        agreement.derive_key(32, peer_value_);
    }

    // With exponents as short as xfrmd's, or the floor would lie above what stands on it.
    void exponentiate() {
        constexpr std::size_t kExponentBits = 256;
        const Botan::BigInt exponent(rng_, kExponentBits);
        const Botan::BigInt ours = modp_->power_g_p(exponent, kExponentBits);
        modp_->power_b_p(ours, exponent, kExponentBits);
    }

    static Botan::secure_vector<std::uint8_t> seed() { return Botan::system_rng().random_vec(32); }

    void mac() {
        prf_->set_key(nonce_);
        prf_->update(input_.data(), kPrfInput);
        prf_->final();
    }

    // Opening what was not sealed fails, so both directions are measured by sealing: the work is the same.
    void cipher() {
        seal_->set_key(input_.data(), primitives_.key);
        seal_->start(input_.data(), primitives_.aead ? 12 : 16);
        buffer_.assign(primitives_.aead ? kMessage : kMessage / 16 * 16, 0);
        seal_->finish(buffer_);
    }

    Primitives primitives_;
    Botan::ChaCha_RNG rng_;
    std::unique_ptr<Botan::MessageAuthenticationCode> prf_;
    std::unique_ptr<Botan::HashFunction> sha1_;
    std::unique_ptr<Botan::Cipher_Mode> seal_;
    std::optional<Botan::DL_Group> modp_;
    std::vector<std::uint8_t> peer_value_;
    std::vector<std::uint8_t> nonce_;
    std::vector<std::uint8_t> input_ = std::vector<std::uint8_t>(128, 0x5a);
    Botan::secure_vector<std::uint8_t> buffer_;
};

}  // namespace

double measure_floor(const Suite& suite) {
    Handshake handshake(primitives_of(suite.name));
    constexpr int kWarmUp = 20;
    constexpr int kRuns = 500;
    for (int i = 0; i < kWarmUp; ++i) handshake.run();
    const double before = thread_cpu_seconds();
    for (int i = 0; i < kRuns; ++i) handshake.run();
    return (thread_cpu_seconds() - before) * 1e6 / kRuns;
}

}  // namespace xfrmd::bench
