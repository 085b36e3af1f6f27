#include "daemon/warm_up.h"

#include <catch2/catch_test_macros.hpp>

#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"
#include "netlink/passing_kernel.h"

using namespace xfrmd;

namespace {

// Counts what is added.
class CountingKernel final : public netlink::PassingKernel {
public:
    using PassingKernel::PassingKernel;
    std::vector<netlink::KernelResult<void>> apply(std::span<const netlink::Change> changes) override {
        for (const netlink::Change& change : changes) {
            if (const auto* add = std::get_if<netlink::AddSa>(&change)) added.push_back(names_of(add->sa.algorithms));
        }
        return inner_.apply(changes);
    }

    std::vector<netlink::AlgorithmNames> added;
};

policy::Snapshot configured(const std::string& esp, const std::string& ah = {}) {
    policy::Configuration configuration;
    policy::Connection& connection = configuration.connections.emplace_back();
    connection.name = "gw";
    policy::Child& child = connection.children.emplace_back();
    child.name = "net";
    if (!esp.empty()) child.esp_proposals = *policy::parse_proposal(policy::ProtocolId::esp, esp);
    if (!ah.empty()) child.ah_proposals = *policy::parse_proposal(policy::ProtocolId::ah, ah);
    return policy::IndexedConfiguration::of(std::move(configuration));
}

}  // namespace

TEST_CASE("every cipher with every MAC that a child may agree on is warmed up, once", "[daemon]") {
    netlink::MemoryKernel memory;
    CountingKernel kernel(memory);
    daemon::WarmUp warm_up(kernel);
    CHECK(warm_up.run(*configured("aes128-aes256-3des-sha256-sha1", "sha512")).empty());
    REQUIRE(kernel.added.size() == 5);  // AES with 128 bits warms up 256 as well
    CHECK(kernel.added[0].cipher == "cbc(aes)");
    CHECK(kernel.added[0].mac == "hmac(sha256)");
    CHECK(kernel.added[1].mac == "hmac(sha1)");
    CHECK(kernel.added[2].cipher == "cbc(des3_ede)");
    CHECK(kernel.added[4].cipher.empty());
    CHECK(kernel.added[4].mac == "hmac(sha512)");
    CHECK(warm_up.tried().at("ah hmac(sha512)"));
    CHECK(memory.empty());

    CHECK(warm_up.run(*configured("aes128-sha256", "sha512")).empty());
    CHECK(kernel.added.size() == 5);
    CHECK(warm_up.run(*configured("aes256gcm16")).empty());
    REQUIRE(kernel.added.size() == 6);
    CHECK(kernel.added[5].cipher == "rfc4106(gcm(aes))");
}

TEST_CASE("what the kernel has not is told before a peer hears of it", "[daemon][hostile-g6]") {
    netlink::MemoryKernel memory;
    netlink::FailingKernel kernel(memory);
    kernel.fail_change(2, ENOSYS);
    daemon::WarmUp warm_up(kernel);
    const auto missing = warm_up.run(*configured("aes128-sha256-sha1"));
    REQUIRE(missing.size() == 1);
    CHECK(missing[0] ==
          "this kernel does not take ESP:AES_CBC_128/HMAC_SHA1_96, children that agree on it will fail: ENOSYS: "
          "Function not implemented");
    CHECK(warm_up.tried() ==
          std::map<std::string, bool>{{"cbc(aes)/hmac(sha1)", false}, {"cbc(aes)/hmac(sha256)", true}});
    CHECK(memory.empty());
    // It may have been loaded since.
    CHECK(warm_up.run(*configured("aes128-sha256-sha1")).empty());
    CHECK(warm_up.tried().at("cbc(aes)/hmac(sha1)"));
}
