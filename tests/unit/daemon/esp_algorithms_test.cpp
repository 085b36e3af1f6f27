#include "daemon/esp_algorithms.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "ike/policy/keyword.h"
#include "netlink/algorithms.h"

using namespace xfrmd;

namespace {

crypto::ChildSuite suite_of(const std::string& words, policy::ProtocolId protocol = policy::ProtocolId::esp) {
    const auto proposals = policy::parse_proposal(protocol, words);
    INFO(words);
    REQUIRE(proposals);
    const auto suite = crypto::ChildSuite::of(proposals->front());
    REQUIRE(suite);
    return *suite;
}

base::Result<netlink::Algorithms> kernel_names(const crypto::ChildSuite& suite) {
    return daemon::to_kernel(suite, base::SecretBytes(suite.encryption_key_bytes()),
                             base::SecretBytes(suite.integrity_key_bytes()));
}

// Linux knows the name, takes a key of this size, and gives an ICV of that one.
bool linux_has(std::string_view name, std::size_t key_bytes, std::uint32_t icv_bits) {
    const auto holds = [](const auto& sizes, std::size_t bits) {
        return bits == 0 || std::find(sizes.begin(), sizes.end(), bits) != sizes.end();
    };
    return std::any_of(netlink::kKernelAlgorithms.begin(), netlink::kKernelAlgorithms.end(), [&](const auto& known) {
        return known.name == name && holds(known.key_bits, key_bytes * 8) && holds(known.icv_bits, icv_bits);
    });
}

}  // namespace

TEST_CASE("every ESP algorithm that may be configured has a name and sizes in Linux", "[daemon][rfc8221-5]") {
    for (const policy::Keyword& word : policy::keywords()) {
        if (word.support != policy::Support::runs && word.support != policy::Support::in_esp) continue;
        const bool cipher = word.transform.type == policy::TransformType::encryption;
        const bool mac = word.transform.type == policy::TransformType::integrity;
        if (!cipher && !mac) continue;
        const std::string text(word.word);
        const bool aead = cipher && policy::is_aead(word.transform.id);
        const auto suite = suite_of(mac ? "aes128-" + text : aead ? text : text + "-sha256");
        const auto names = kernel_names(suite);
        INFO(text);
        REQUIRE(names);
        if (const auto* one = std::get_if<netlink::Aead>(&*names)) {
            CHECK(linux_has(one->name, one->key.size(), one->icv_bits));
        } else {
            const auto& pair = std::get<netlink::CipherAndMac>(*names);
            CHECK(linux_has(pair.cipher, pair.cipher_key.size(), 0));
            CHECK(linux_has(pair.mac, pair.mac_key.size(), pair.icv_bits));
        }
    }
}

TEST_CASE("every AH algorithm that may be configured has a name and sizes in Linux", "[daemon][rfc8221-6]") {
    std::size_t count = 0;
    for (const policy::Keyword& word : policy::keywords()) {
        if (word.support != policy::Support::runs && word.support != policy::Support::in_esp) continue;
        if (word.transform.type != policy::TransformType::integrity) continue;
        const std::string text(word.word);
        INFO(text);
        const auto names = kernel_names(suite_of(text, policy::ProtocolId::ah));
        REQUIRE(names);
        const auto* mac = std::get_if<netlink::Mac>(&*names);
        REQUIRE(mac != nullptr);
        CHECK(mac->key.size() != 0);
        CHECK(linux_has(mac->name, mac->key.size(), mac->icv_bits));
        ++count;
    }
    CHECK(count > 5);
}

TEST_CASE("what Linux has no name for is refused by name", "[daemon]") {
    crypto::ChildSuite suite;
    suite.encryption = policy::EncryptionId::camellia_ctr;
    suite.key_bits = 128;
    const auto names = daemon::to_kernel(suite, {}, {});
    REQUIRE_FALSE(names);
    CHECK(names.error().reason == base::Reason::AlgorithmUnavailable);
    crypto::ChildSuite ah;
    ah.protocol = policy::ProtocolId::ah;
    CHECK(daemon::to_kernel(ah, {}, {}).error().reason == base::Reason::AlgorithmUnavailable);
}
