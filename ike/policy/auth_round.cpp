#include "ike/policy/auth_round.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace xfrmd::policy {

namespace {

struct KeyWord {
    std::string_view word;
    std::optional<KeyType> key;  // nothing: any
    Padding padding;             // of RSA
};

constexpr KeyWord kKeyWords[] = {
    {"pubkey", std::nullopt, Padding::pkcs1},       {"rsa/pss", KeyType::rsa, Padding::pss},
    {"rsa", KeyType::rsa, Padding::pkcs1},          {"ecdsa", KeyType::ecdsa, Padding::none},
    {"ed25519", KeyType::ed25519, Padding::none},   {"ed448", KeyType::ed448, Padding::none},
    {"mldsa44", KeyType::ml_dsa_44, Padding::none}, {"mldsa65", KeyType::ml_dsa_65, Padding::none},
    {"mldsa87", KeyType::ml_dsa_87, Padding::none},
};

constexpr HashId kHashes[] = {HashId::sha1, HashId::sha2_256, HashId::sha2_384, HashId::sha2_512, HashId::identity};

const KeyWord* find_key(std::string_view word) {
    const auto* found = std::ranges::find(kKeyWords, word, &KeyWord::word);
    return found == std::end(kKeyWords) ? nullptr : found;
}

std::optional<HashId> find_hash(std::string_view word) {
    const auto* found = std::ranges::find(kHashes, word, [](HashId hash) { return name(hash); });
    return found == std::end(kHashes) ? std::nullopt : std::optional(*found);
}

std::optional<std::size_t> find_bits(std::string_view word) {
    std::size_t bits = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), bits);
    return error == std::errc() && end == word.data() + word.size() && bits > 0 ? std::optional(bits) : std::nullopt;
}

// What a hash means after a kind of key: "pubkey-sha256" is RSA of either padding, or ECDSA.
std::vector<SignatureScheme> schemes_of(const KeyWord& word, HashId hash) {
    std::vector<SignatureScheme> schemes;
    const bool any = !word.key;
    if (any || word.key == KeyType::rsa) schemes.push_back({KeyType::rsa, word.padding, hash});
    if (any) schemes.push_back({KeyType::rsa, Padding::pss, hash});
    for (const KeyType key : {KeyType::ecdsa, KeyType::ed25519, KeyType::ed448, KeyType::ml_dsa_44, KeyType::ml_dsa_65,
                              KeyType::ml_dsa_87}) {
        if (any || word.key == key) schemes.push_back({key, Padding::none, hash});
    }
    std::erase_if(schemes, [](const SignatureScheme& scheme) { return !scheme.is_meaningful(); });
    return schemes;
}

class Parser {
public:
    base::Result<KeyRequirements> parse(std::string_view text) {
        for (bool more = true; more;) {
            const std::size_t end = text.find('-');
            if (const auto taken = take(text.substr(0, end)); !taken) return tl::unexpected(taken.error());
            more = end != std::string_view::npos;
            if (more) text.remove_prefix(end + 1);
        }
        // RFC 7427 4: what is asked of signatures in general is asked of that in AUTH, unless it has its own.
        if (result_.auth.empty()) result_.auth = result_.certificates;
        return std::move(result_);
    }

private:
    base::Result<void> take(std::string_view word) {
        const bool is_ike = word.starts_with("ike:");
        if (const KeyWord* key = find_key(is_ike ? word.substr(4) : word)) {
            take_key(*key, is_ike);
            return {};
        }
        if (key_ == nullptr || is_ike) return base::fail(base::Reason::ConfigurationInvalid, expected());
        if (const auto bits = find_bits(word)) return take_bits(*bits);
        const auto hash = find_hash(word);
        const auto schemes = hash ? schemes_of(*key_, *hash) : std::vector<SignatureScheme>();
        if (schemes.empty()) return base::fail(base::Reason::ConfigurationInvalid, expected());
        auto& into = is_ike_ ? result_.auth : result_.certificates;
        into.insert(into.end(), schemes.begin(), schemes.end());
        return {};
    }

    void take_key(const KeyWord& word, bool is_ike) {
        key_ = &word;
        is_ike_ = is_ike;
        if (word.key) result_.keys.push_back(*word.key);
    }

    base::Result<void> take_bits(std::size_t bits) {
        const bool is_rsa = key_->key == KeyType::rsa;
        if (!is_rsa && key_->key != KeyType::ecdsa) return base::fail(base::Reason::ConfigurationInvalid, expected());
        std::size_t& least = is_rsa ? result_.least_rsa_bits : result_.least_ecdsa_bits;
        least = least == 0 ? bits : std::min(least, bits);
        return {};
    }

    static std::string expected() {
        return "expected psk, null, or pubkey, rsa, rsa/pss, ecdsa, ed25519, ed448, mldsa44, mldsa65 or mldsa87, each "
               "with the least bits of its keys and with hashes, such as rsa-3072-sha256";
    }

    KeyRequirements result_;
    const KeyWord* key_ = nullptr;
    bool is_ike_ = false;
};

bool allows(const std::vector<SignatureScheme>& schemes, const SignatureScheme& scheme) {
    return schemes.empty() || std::ranges::find(schemes, scheme) != schemes.end();
}

const AuthRound* find_round(const AuthRound& first, const std::vector<AuthRound>& further, std::size_t number) {
    if (number == 0) return &first;
    return number <= further.size() ? &further[number - 1] : nullptr;
}

bool are_same(const AuthRound* one, const AuthRound* other) {
    return (one == nullptr && other == nullptr) || (one != nullptr && other != nullptr && *one == *other);
}

}  // namespace

bool KeyRequirements::allow_key(KeyType type, std::size_t bits) const {
    const bool is_named = keys.empty() || std::ranges::find(keys, type) != keys.end();
    return is_named && are_enough(type, bits);
}

bool KeyRequirements::are_enough(KeyType type, std::size_t bits) const {
    if (is_ml_dsa(type)) return ml_dsa;
    if (type == KeyType::rsa) return bits >= least_rsa_bits;
    return type != KeyType::ecdsa || bits >= least_ecdsa_bits;
}

bool KeyRequirements::allow_auth(const SignatureScheme& scheme) const { return allows(auth, scheme); }

bool KeyRequirements::allow_certificate(const SignatureScheme& scheme) const { return allows(certificates, scheme); }

base::Result<Authentication> parse_auth(std::string_view text) {
    if (text == "psk") return Authentication{AuthMethod::psk, {}};
    if (text == "null") return Authentication{AuthMethod::null, {}};
    if (text.starts_with("eap") || text.starts_with("xauth") || text.empty()) {
        return base::fail(base::Reason::ConfigurationInvalid, "EAP and XAuth are not yet honoured");
    }
    auto requirements = Parser().parse(text);
    if (!requirements) return tl::unexpected(requirements.error());
    return Authentication{AuthMethod::pubkey, std::move(*requirements)};
}

const AuthRound* AuthRounds::local_round(std::size_t number) const { return find_round(local, further_local, number); }

const AuthRound* AuthRounds::remote_round(std::size_t number) const {
    return find_round(remote, further_remote, number);
}

std::vector<const AuthRound*> AuthRounds::all() const {
    std::vector<const AuthRound*> rounds{&local, &remote};
    for (const auto* further : {&further_local, &further_remote}) {
        for (const AuthRound& round : *further) rounds.push_back(&round);
    }
    return rounds;
}

bool AuthRounds::begin_like(const AuthRounds& other, std::size_t rounds) const {
    for (std::size_t i = 0; i < rounds; ++i) {
        if (!are_same(local_round(i), other.local_round(i)) || !are_same(remote_round(i), other.remote_round(i)))
            return false;
    }
    return true;
}

}  // namespace xfrmd::policy
