#include "ike/policy/keyword.h"

#include <algorithm>
#include <array>
#include <numeric>

namespace xfrmd::policy {

namespace {

using enum Support;

// clang-format off
constexpr Keyword kTable[] = {
    // Encryption
    {"null", transform(EncryptionId::null), in_esp},
    {"des", transform(EncryptionId::des), in_esp},
    {"3des", transform(EncryptionId::triple_des)},
    {"aes", transform(EncryptionId::aes_cbc, 128)},
    {"aes128", transform(EncryptionId::aes_cbc, 128)},
    {"aes192", transform(EncryptionId::aes_cbc, 192)},
    {"aes256", transform(EncryptionId::aes_cbc, 256)},
    {"aes128ctr", transform(EncryptionId::aes_ctr, 128)},
    {"aes192ctr", transform(EncryptionId::aes_ctr, 192)},
    {"aes256ctr", transform(EncryptionId::aes_ctr, 256)},
    {"aes128ccm8", transform(EncryptionId::aes_ccm_8, 128)},
    {"aes128ccm64", transform(EncryptionId::aes_ccm_8, 128)},
    {"aes128ccm12", transform(EncryptionId::aes_ccm_12, 128)},
    {"aes128ccm96", transform(EncryptionId::aes_ccm_12, 128)},
    {"aes128ccm16", transform(EncryptionId::aes_ccm_16, 128)},
    {"aes128ccm128", transform(EncryptionId::aes_ccm_16, 128)},
    {"aes128ccm", transform(EncryptionId::aes_ccm_16, 128)},
    {"aes192ccm8", transform(EncryptionId::aes_ccm_8, 192)},
    {"aes192ccm64", transform(EncryptionId::aes_ccm_8, 192)},
    {"aes192ccm12", transform(EncryptionId::aes_ccm_12, 192)},
    {"aes192ccm96", transform(EncryptionId::aes_ccm_12, 192)},
    {"aes192ccm16", transform(EncryptionId::aes_ccm_16, 192)},
    {"aes192ccm128", transform(EncryptionId::aes_ccm_16, 192)},
    {"aes192ccm", transform(EncryptionId::aes_ccm_16, 192)},
    {"aes256ccm8", transform(EncryptionId::aes_ccm_8, 256)},
    {"aes256ccm64", transform(EncryptionId::aes_ccm_8, 256)},
    {"aes256ccm12", transform(EncryptionId::aes_ccm_12, 256)},
    {"aes256ccm96", transform(EncryptionId::aes_ccm_12, 256)},
    {"aes256ccm16", transform(EncryptionId::aes_ccm_16, 256)},
    {"aes256ccm128", transform(EncryptionId::aes_ccm_16, 256)},
    {"aes256ccm", transform(EncryptionId::aes_ccm_16, 256)},
    {"aes128gcm8", transform(EncryptionId::aes_gcm_8, 128)},
    {"aes128gcm64", transform(EncryptionId::aes_gcm_8, 128)},
    {"aes128gcm12", transform(EncryptionId::aes_gcm_12, 128)},
    {"aes128gcm96", transform(EncryptionId::aes_gcm_12, 128)},
    {"aes128gcm16", transform(EncryptionId::aes_gcm_16, 128)},
    {"aes128gcm128", transform(EncryptionId::aes_gcm_16, 128)},
    {"aes128gcm", transform(EncryptionId::aes_gcm_16, 128)},
    {"aes192gcm8", transform(EncryptionId::aes_gcm_8, 192)},
    {"aes192gcm64", transform(EncryptionId::aes_gcm_8, 192)},
    {"aes192gcm12", transform(EncryptionId::aes_gcm_12, 192)},
    {"aes192gcm96", transform(EncryptionId::aes_gcm_12, 192)},
    {"aes192gcm16", transform(EncryptionId::aes_gcm_16, 192)},
    {"aes192gcm128", transform(EncryptionId::aes_gcm_16, 192)},
    {"aes192gcm", transform(EncryptionId::aes_gcm_16, 192)},
    {"aes256gcm8", transform(EncryptionId::aes_gcm_8, 256)},
    {"aes256gcm64", transform(EncryptionId::aes_gcm_8, 256)},
    {"aes256gcm12", transform(EncryptionId::aes_gcm_12, 256)},
    {"aes256gcm96", transform(EncryptionId::aes_gcm_12, 256)},
    {"aes256gcm16", transform(EncryptionId::aes_gcm_16, 256)},
    {"aes256gcm128", transform(EncryptionId::aes_gcm_16, 256)},
    {"aes256gcm", transform(EncryptionId::aes_gcm_16, 256)},
    {"aes128gmac", transform(EncryptionId::null_aes_gmac, 128), in_esp},
    {"aes192gmac", transform(EncryptionId::null_aes_gmac, 192), in_esp},
    {"aes256gmac", transform(EncryptionId::null_aes_gmac, 256), in_esp},
    {"chacha20poly1305", transform(EncryptionId::chacha20_poly1305)},
    {"chacha20poly1305compat", transform(EncryptionId::chacha20_poly1305, 256), not_yet},
    {"camellia", transform(EncryptionId::camellia_cbc, 128)},
    {"camellia128", transform(EncryptionId::camellia_cbc, 128)},
    {"camellia192", transform(EncryptionId::camellia_cbc, 192)},
    {"camellia256", transform(EncryptionId::camellia_cbc, 256)},
    {"camellia128ctr", transform(EncryptionId::camellia_ctr, 128), in_ike},
    {"camellia192ctr", transform(EncryptionId::camellia_ctr, 192), in_ike},
    {"camellia256ctr", transform(EncryptionId::camellia_ctr, 256), in_ike},
    {"camellia128ccm8", transform(EncryptionId::camellia_ccm_8, 128), in_ike},
    {"camellia128ccm64", transform(EncryptionId::camellia_ccm_8, 128), in_ike},
    {"camellia128ccm12", transform(EncryptionId::camellia_ccm_12, 128), in_ike},
    {"camellia128ccm96", transform(EncryptionId::camellia_ccm_12, 128), in_ike},
    {"camellia128ccm16", transform(EncryptionId::camellia_ccm_16, 128), in_ike},
    {"camellia128ccm128", transform(EncryptionId::camellia_ccm_16, 128), in_ike},
    {"camellia192ccm8", transform(EncryptionId::camellia_ccm_8, 192), in_ike},
    {"camellia192ccm64", transform(EncryptionId::camellia_ccm_8, 192), in_ike},
    {"camellia192ccm12", transform(EncryptionId::camellia_ccm_12, 192), in_ike},
    {"camellia192ccm96", transform(EncryptionId::camellia_ccm_12, 192), in_ike},
    {"camellia192ccm16", transform(EncryptionId::camellia_ccm_16, 192), in_ike},
    {"camellia192ccm128", transform(EncryptionId::camellia_ccm_16, 192), in_ike},
    {"camellia256ccm8", transform(EncryptionId::camellia_ccm_8, 256), in_ike},
    {"camellia256ccm64", transform(EncryptionId::camellia_ccm_8, 256), in_ike},
    {"camellia256ccm12", transform(EncryptionId::camellia_ccm_12, 256), in_ike},
    {"camellia256ccm96", transform(EncryptionId::camellia_ccm_12, 256), in_ike},
    {"camellia256ccm16", transform(EncryptionId::camellia_ccm_16, 256), in_ike},
    {"camellia256ccm128", transform(EncryptionId::camellia_ccm_16, 256), in_ike},
    {"blowfish", {}, no_number},
    {"blowfish128", {}, no_number},
    {"blowfish192", {}, no_number},
    {"blowfish256", {}, no_number},
    {"serpent", {}, no_number},
    {"serpent128", {}, no_number},
    {"serpent192", {}, no_number},
    {"serpent256", {}, no_number},
    {"twofish", {}, no_number},
    {"twofish128", {}, no_number},
    {"twofish192", {}, no_number},
    {"twofish256", {}, no_number},
    {"cast128", {}, no_number},
    // Integrity
    {"sha", transform(IntegrityId::hmac_sha1_96)},
    {"sha1", transform(IntegrityId::hmac_sha1_96)},
    {"sha1_160", transform(IntegrityId::hmac_sha1_160)},
    {"sha256", transform(IntegrityId::hmac_sha2_256_128)},
    {"sha2_256", transform(IntegrityId::hmac_sha2_256_128)},
    {"sha256_96", transform(IntegrityId::hmac_sha2_256_96)},
    {"sha2_256_96", transform(IntegrityId::hmac_sha2_256_96)},
    {"sha384", transform(IntegrityId::hmac_sha2_384_192)},
    {"sha2_384", transform(IntegrityId::hmac_sha2_384_192)},
    {"sha512", transform(IntegrityId::hmac_sha2_512_256)},
    {"sha2_512", transform(IntegrityId::hmac_sha2_512_256)},
    {"md5", transform(IntegrityId::hmac_md5_96)},
    {"md5_128", transform(IntegrityId::hmac_md5_128)},
    {"aesxcbc", transform(IntegrityId::aes_xcbc_96)},
    {"aescmac", transform(IntegrityId::aes_cmac_96)},
    {"camelliaxcbc", {}, no_number},
    // Pseudorandom functions
    {"prfsha1", transform(PrfId::hmac_sha1)},
    {"prfsha256", transform(PrfId::hmac_sha2_256)},
    {"prfsha384", transform(PrfId::hmac_sha2_384)},
    {"prfsha512", transform(PrfId::hmac_sha2_512)},
    {"prfmd5", transform(PrfId::hmac_md5)},
    {"prfaesxcbc", transform(PrfId::aes128_xcbc)},
    {"prfaescmac", transform(PrfId::aes128_cmac)},
    {"prfcamelliaxcbc", {}, no_number},
    // Key exchange
    {"none", transform(KeyExchangeId::none)},
    {"modpnone", transform(KeyExchangeId::none)},
    {"modpnull", {}, no_number},
    {"modp768", transform(KeyExchangeId::modp768)},
    {"modp1024", transform(KeyExchangeId::modp1024)},
    {"modp1536", transform(KeyExchangeId::modp1536)},
    {"modp2048", transform(KeyExchangeId::modp2048)},
    {"modp3072", transform(KeyExchangeId::modp3072)},
    {"modp4096", transform(KeyExchangeId::modp4096)},
    {"modp6144", transform(KeyExchangeId::modp6144)},
    {"modp8192", transform(KeyExchangeId::modp8192)},
    {"modp1024s160", transform(KeyExchangeId::modp1024s160)},
    {"modp2048s224", transform(KeyExchangeId::modp2048s224)},
    {"modp2048s256", transform(KeyExchangeId::modp2048s256)},
    {"ecp192", transform(KeyExchangeId::ecp192)},
    {"ecp224", transform(KeyExchangeId::ecp224)},
    {"ecp256", transform(KeyExchangeId::ecp256)},
    {"ecp384", transform(KeyExchangeId::ecp384)},
    {"ecp521", transform(KeyExchangeId::ecp521)},
    {"ecp224bp", transform(KeyExchangeId::ecp224bp)},
    {"ecp256bp", transform(KeyExchangeId::ecp256bp)},
    {"ecp384bp", transform(KeyExchangeId::ecp384bp)},
    {"ecp512bp", transform(KeyExchangeId::ecp512bp)},
    {"curve25519", transform(KeyExchangeId::x25519)},
    {"x25519", transform(KeyExchangeId::x25519)},
    {"curve448", transform(KeyExchangeId::x448)},
    {"x448", transform(KeyExchangeId::x448)},
    {"mlkem512", transform(KeyExchangeId::mlkem512)},
    {"mlkem768", transform(KeyExchangeId::mlkem768)},
    {"mlkem1024", transform(KeyExchangeId::mlkem1024)},
    {"gost256", {}, no_number},
    {"gost512", {}, no_number},
    // Extended sequence numbers
    {"esn", transform(Esn::yes)},
    {"noesn", transform(Esn::no)},
};
// clang-format on

constexpr auto sorted_table() {
    auto table = std::to_array(kTable);
    std::sort(table.begin(), table.end(), [](const Keyword& a, const Keyword& b) { return a.word < b.word; });
    return table;
}

constexpr auto kSorted = sorted_table();

constexpr bool words_are_unique() {
    return std::adjacent_find(kSorted.begin(), kSorted.end(),
                              [](const Keyword& a, const Keyword& b) { return a.word == b.word; }) == kSorted.end();
}
static_assert(words_are_unique());

// RFC 7296 3.3.1: the number of a proposal's transforms is one octet, and none stands in a proposal twice.
static_assert(kSorted.size() <= 255);

constexpr std::size_t kLongestWord = 32;

// Levenshtein's distance, for words of at most kLongestWord letters.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::array<std::size_t, kLongestWord + 1> row{};
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); ++j) {
            const std::size_t replaced = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row[to.size()];
}

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

}  // namespace

std::span<const Keyword> keywords() { return kSorted; }

const Keyword* find_keyword(std::string_view word) {
    const auto found = std::lower_bound(kSorted.begin(), kSorted.end(), word,
                                        [](const Keyword& keyword, std::string_view w) { return keyword.word < w; });
    return found != kSorted.end() && found->word == word ? &*found : nullptr;
}

std::optional<AdditionalWord> additional_word(std::string_view word) {
    if (word.size() < 4 || lower(word[0]) != 'k' || lower(word[1]) != 'e' || word[3] != '_') return std::nullopt;
    if (word[2] < '1' || word[2] > '7') return std::nullopt;
    return AdditionalWord{additional_key_exchange(static_cast<unsigned>(word[2] - '0')), word.substr(4)};
}

std::string_view nearest_keyword(std::string_view word) {
    if (word.size() > kLongestWord) return {};
    std::string folded(word);
    std::transform(folded.begin(), folded.end(), folded.begin(), lower);
    std::string_view nearest;
    // More wrong letters than a third of them and one is another word.
    std::size_t bound = word.size() / 3 + 2;
    for (const Keyword& keyword : kSorted) {
        if (keyword.support == not_yet || keyword.support == no_number) continue;
        const std::size_t distance = edit_distance(folded, keyword.word);
        if (distance < bound) {
            nearest = keyword.word;
            bound = distance;
        }
    }
    return nearest;
}

}  // namespace xfrmd::policy
