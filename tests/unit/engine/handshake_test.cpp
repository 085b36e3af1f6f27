// IKE_SA_INIT and IKE_AUTH between two engines (RFC 7296 1.2), with every class of algorithms.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

void check_tunnel(const Gateways& gateways, std::uint64_t operation) {
    const auto* done = gateways.left.end_of(operation);
    REQUIRE(done != nullptr);
    CHECK(done->result);
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.right.engine.half_open() == 0);
    CHECK(gateways.left.counted() == 0);
    CHECK(gateways.right.counted() == 0);
}

}  // namespace

TEST_CASE("a tunnel comes up with every class of IKE suite and key exchange", "[engine][rfc7296-1.2]") {
    const std::string cipher =
        GENERATE("aes128gcm16-prfsha256", "aes256gcm8-prfsha384", "aes192ccm12-prfsha512", "chacha20poly1305-prfsha256",
                 "aes128-sha1", "aes256-sha512", "aes256-sha384-prfsha1", "aes128ctr-sha256", "3des-sha1",
                 "aes128-aesxcbc", "aes128-aescmac", "3des-md5-prfmd5");
    const std::string method = GENERATE("x25519", "ecp256", "modp2048", "ecp256bp", "x448");
    ConnectionWords words;
    words.ike = cipher + "-" + method;
    INFO(words.ike);
    Gateways gateways(words);
    check_tunnel(gateways, gateways.connect());
}

TEST_CASE("a child comes up with every class of ESP suite", "[engine][rfc7296-2.17]") {
    const std::string esp =
        GENERATE("aes128gcm16", "aes256gcm8", "aes128ccm16", "chacha20poly1305", "aes256-sha256", "aes128ctr-sha1",
                 "3des-sha1", "null-sha256", "aes128-aesxcbc", "aes192-sha512", "aes256gcm16-esn");
    ConnectionWords words;
    words.children = {{.esp = esp}};
    INFO(esp);
    Gateways gateways(words);
    check_tunnel(gateways, gateways.connect());
}

TEST_CASE("the defaults of both sides fit each other", "[engine][rfc7296-2.7]") {
    ConnectionWords words;
    words.ike = "default";
    words.children = {{.esp = "default"}};
    Gateways gateways(words);
    check_tunnel(gateways, gateways.connect());
}

TEST_CASE("tunnel and transport, IPv4 and IPv6, and one inside the other", "[engine][rfc7296-1.3.1]") {
    struct Row {
        std::string local, remote, local_ts, remote_ts;
        policy::Mode mode;
    };
    const auto row = GENERATE(values<Row>({
        {"192.0.2.1", "192.0.2.2", "10.1.0.0/16", "10.2.0.0/16", policy::Mode::tunnel},
        {"192.0.2.1", "192.0.2.2", "dynamic", "dynamic", policy::Mode::transport},
        {"2001:db8::1", "2001:db8::2", "2001:db8:1::/48", "2001:db8:2::/48", policy::Mode::tunnel},
        {"2001:db8::1", "2001:db8::2", "dynamic[udp/53]", "dynamic[udp]", policy::Mode::transport},
        {"2001:db8::1", "2001:db8::2", "10.1.0.0/16", "10.2.0.0/16", policy::Mode::tunnel},
        {"192.0.2.1", "192.0.2.2", "2001:db8:1::/48", "2001:db8:2::/48", policy::Mode::tunnel},
    }));
    ConnectionWords words;
    words.local = row.local;
    words.remote = row.remote;
    words.children = {{.local_ts = {row.local_ts}, .remote_ts = {row.remote_ts}, .mode = row.mode}};
    Gateways gateways(words);
    check_tunnel(gateways, gateways.connect());
    const auto& child = *gateways.left.kernel.list().at(0);
    CHECK(child.mode == row.mode);
    CHECK(child.local == base::Endpoint{address(row.local), 500});
    CHECK(child.remote == base::Endpoint{address(row.remote), 500});
}

TEST_CASE("both sides see the same SA from two ends", "[engine][rfc7296-1.2]") {
    Gateways gateways;
    const auto operation = gateways.connect();
    const auto& ours = *gateways.left.sas().at(0);
    const auto& theirs = *gateways.right.sas().at(0);
    CHECK(ours.established()->local_id == identity("a.example"));
    CHECK(ours.established()->remote_id == identity("b.example"));
    CHECK(theirs.established()->remote_id == identity("a.example"));
    CHECK(ours.established()->keyed.proposal == theirs.established()->keyed.proposal);
    CHECK(gateways.left.engine.counters().established == 1);
    CHECK(gateways.right.engine.counters().established == 1);
    CHECK(gateways.left.end_of(operation)->child == gateways.left.kernel.list().at(0)->child);
    CHECK(gateways.left.sent.size() == 2);
    CHECK(gateways.right.sent.size() == 2);
}

TEST_CASE("SPIs carry the shard and strongSwan's ESP range", "[engine][rfc7296-2.6]") {
    ike::Options options;
    options.shard = 7;
    Gateways gateways({}, options, {});
    gateways.connect();
    const auto& sa = gateways.left.sas().at(0)->sa();
    CHECK(static_cast<std::uint64_t>(sa.spi_i) >> 56 == 7);
    CHECK(static_cast<std::uint64_t>(sa.id) >> 56 == 7);
    CHECK(static_cast<std::uint32_t>(gateways.left.kernel.list().at(0)->spi_in) >> 28 == 0xc);
}

}  // namespace xfrmd::tests
