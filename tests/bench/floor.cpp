#include "tests/bench/floor.h"

#include <botan/chacha_rng.h>
#include <botan/cipher_mode.h>
#include <botan/dl_group.h>
#include <botan/ec_group.h>
#include <botan/ecdh.h>
#include <botan/hash.h>
#include <botan/mac.h>
#include <botan/ml_kem.h>
#include <botan/pubkey.h>
#include <botan/system_rng.h>
#include <botan/x25519.h>

#include <array>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/floor_signatures.h"

namespace xfrmd::bench {

namespace {

// Counted for one handshake at the responder: SKEYSEED 1; SK_* 6; KEYMAT 4; AUTH with pre-shared keys 3 to check and 3
// to make, with signatures 1 each (RFC 7296 2.13, 2.14, 2.15, 2.17); after an additional key exchange SKEYSEED and SK_*
// again (RFC 9370 2.2.2).
constexpr int kPrfCalls = 17;
constexpr int kPrfCallsSaved = 4;
constexpr int kPrfCallsAdded = 7;
constexpr int kNatHashes = 4;  // RFC 7296 2.23: two checked, two made
constexpr std::size_t kMessage = 300;
constexpr std::size_t kPrfInput = 100;

// Of all threads: Botan signs with RSA in two.
double own_cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

struct Primitives {
    std::string hash;
    std::string cipher;  // Botan's name
    std::size_t key;
    bool aead;
    std::string group;
};

Primitives primitives_of(std::string_view ike) {
    if (ike.starts_with("aes128-sha256-x25519")) return {"SHA-256", "AES-128/CBC/NoPadding", 16, false, "x25519"};
    if (ike == "aes256gcm16-prfsha384-x25519") return {"SHA-384", "AES-256/GCM(16)", 32, true, "x25519"};
    if (ike == "chacha20poly1305-prfsha256-ecp256") return {"SHA-256", "ChaCha20Poly1305", 32, true, "secp256r1"};
    if (ike == "aes128-sha256-modp2048") return {"SHA-256", "AES-128/CBC/NoPadding", 16, false, "modp/ietf/2048"};
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

// ML-KEM-768: the key is the peer's, and another one each time.
class Encapsulation {
public:
    explicit Encapsulation(Botan::RandomNumberGenerator& rng)
        : key_(Botan::ML_KEM_PrivateKey(rng, Botan::ML_KEM_Mode::ML_KEM_768).public_key_bits()) {}

    // Octets of the two messages.
    std::array<std::size_t, 2> run(Botan::RandomNumberGenerator& rng) const {
        const Botan::ML_KEM_PublicKey key(key_, Botan::ML_KEM_Mode::ML_KEM_768);
        const auto made = Botan::PK_KEM_Encryptor(key, "Raw").encrypt(rng);
        return {key_.size(), made.encapsulated_shared_key().size()};
    }

private:
    std::vector<std::uint8_t> key_;
};

class Handshake {
public:
    Handshake(const Suite& suite, bool peer_is_new)
        : primitives_(primitives_of(suite.ike)),
          rng_(seed()),
          prf_(Botan::MessageAuthenticationCode::create_or_throw("HMAC(" + primitives_.hash + ")")),
          sha1_(Botan::HashFunction::create_or_throw("SHA-1")),
          seal_(Botan::Cipher_Mode::create_or_throw(primitives_.cipher, Botan::Cipher_Dir::Encryption)),
          modp_(modp_group(primitives_.group)) {
        if (!modp_) peer_value_ = make_key(primitives_.group, rng_)->public_value();
        if (suite.ike.find("ke1_mlkem768") != suite.ike.npos) encapsulation_.emplace(rng_);
        if (suite.has_certificates()) signatures_.emplace(suite.keys, peer_is_new, rng_);
    }

    void run() {
        rng_.random_vec(nonce_, 32);
        exchange_keys();
        for (int i = 0; i < kNatHashes; ++i) sha1_->process(nonce_);
        const int prf_calls = signatures_ ? kPrfCalls - kPrfCallsSaved : kPrfCalls;
        for (int i = 0; i < prf_calls; ++i) mac(kPrfInput);
        if (encapsulation_) add_key_exchange();
        if (signatures_) signatures_->run();
        const std::size_t message = kMessage + (signatures_ ? signatures_->octets() : 0);
        protect(message);
        protect(message);
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

    // Each of the two messages is also covered by AUTH (RFC 9242 3.3.2).
    void add_key_exchange() {
        for (const std::size_t message : encapsulation_->run(rng_)) {
            protect(message);
            mac(message);
        }
        for (int i = 0; i < kPrfCallsAdded; ++i) mac(kPrfInput);
    }

    static Botan::secure_vector<std::uint8_t> seed() { return Botan::system_rng().random_vec(32); }

    void mac(std::size_t octets) {
        prf_->set_key(nonce_);
        prf_->update(input_.data(), octets);
        prf_->final();
    }

    void protect(std::size_t octets) {
        if (!primitives_.aead) mac(octets);
        cipher(octets);
    }

    // Opening what was not sealed fails, so both directions are measured by sealing: the work is the same.
    void cipher(std::size_t octets) {
        seal_->set_key(input_.data(), primitives_.key);
        seal_->start(input_.data(), primitives_.aead ? 12 : 16);
        buffer_.assign(primitives_.aead ? octets : octets / 16 * 16, 0);
        seal_->finish(buffer_);
    }

    Primitives primitives_;
    Botan::ChaCha_RNG rng_;
    std::unique_ptr<Botan::MessageAuthenticationCode> prf_;
    std::unique_ptr<Botan::HashFunction> sha1_;
    std::unique_ptr<Botan::Cipher_Mode> seal_;
    std::optional<Botan::DL_Group> modp_;
    std::optional<Encapsulation> encapsulation_;
    std::optional<FloorSignatures> signatures_;
    std::vector<std::uint8_t> peer_value_;
    std::vector<std::uint8_t> nonce_;
    std::vector<std::uint8_t> input_ = std::vector<std::uint8_t>(4096, 0x5a);
    Botan::secure_vector<std::uint8_t> buffer_;
};

}  // namespace

double measure_floor(const Suite& suite, bool peer_is_new) {
    Handshake handshake(suite, peer_is_new);
    constexpr int kWarmUp = 20;
    constexpr int kRuns = 500;
    for (int i = 0; i < kWarmUp; ++i) handshake.run();
    const double before = own_cpu_seconds();
    for (int i = 0; i < kRuns; ++i) handshake.run();
    return (own_cpu_seconds() - before) * 1e6 / kRuns;
}

}  // namespace xfrmd::bench
