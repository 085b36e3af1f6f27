// Virtual addresses (RFC 7296 2.19, 3.15; RFC 8598): a gateway gives them, a client asks for them, and both keep them.
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

#include "ike/ikev2/wire/configuration_type.h"
#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

namespace {

namespace cp = wire::configuration;
using Attributes = std::vector<std::pair<std::uint16_t, base::Bytes>>;

constexpr auto kAuth = wire::ExchangeType::ike_auth;

// left is the client, right the gateway.
ConnectionWords client_words() {
    return {.children = {{.local_ts = {"dynamic"}, .remote_ts = {"10.2.0.0/16", "fd02::/64"}}}};
}

struct Wishes {
    std::vector<std::string> vips = {"0.0.0.0"};
    std::string addrs = "10.3.0.0/24";
    std::vector<std::string> pools = {"rw"};
    seconds reauth_time{0};
    policy::Unique unique = policy::Unique::no;
    std::string ike = "aes128-sha256-x25519";
    bool two_rounds = false;  // of the client's (RFC 4739)
    bool behind_nat = false;  // the client, which is heard of every ten seconds
    std::vector<policy::PoolAttribute> attributes = {{cp::kIp4Dns, {10, 2, 0, 53}}};
};

policy::AuthRound second_round(policy::AuthRound of_client) {
    of_client.id = identity("second.example");
    return of_client;
}

policy::Snapshot client(const Wishes& wishes) {
    ConnectionWords words = client_words();
    words.ike = wishes.ike;
    words.reauth_time = wishes.reauth_time;
    if (wishes.behind_nat) words.dpd_delay = seconds(10);
    if (wishes.reauth_time.count() > 0) words.over_time = seconds(20);
    policy::Connection connection = tests::connection(words);
    for (const std::string& vip : wishes.vips) connection.vips.push_back(address(vip));
    if (wishes.two_rounds) connection.further_local.push_back(second_round(connection.local));
    return snapshot({std::move(connection)}, {{kSecret, {}}});
}

policy::Snapshot gateway(const Wishes& wishes, ConnectionWords words = mirrored(client_words())) {
    words.ike = wishes.ike;
    words.unique = wishes.unique;
    if (wishes.behind_nat) words.remote = "";
    policy::Connection connection = tests::connection(words);
    connection.pools = wishes.pools;
    if (wishes.two_rounds) connection.further_remote.push_back(second_round(connection.remote));
    return snapshot({std::move(connection)}, {{kSecret, {}}},
                    {{"rw", policy::PoolAddresses::parse(wishes.addrs).value(), wishes.attributes},
                     {"six", policy::PoolAddresses::parse("fd03::/120").value(), {}}});
}

struct Roadwarrior : Gateways {
    explicit Roadwarrior(const Wishes& wishes = {}) : Gateways(client(wishes), gateway(wishes)) {}

    std::string has() const {
        std::string all;
        for (const auto& given : left.held_addresses) {
            for (const auto& one : given.addresses) all += (all.empty() ? "" : " ") + one.to_string();
        }
        return all;
    }
    std::string selectors(const Host& host) const {
        const auto& child = live(host).established()->children.at(0);
        return to_string(child.local_ts) + " === " + to_string(child.remote_ts);
    }
    std::size_t online() const { return right.leases.pools().at(0).online; }
};

// An engine with a pool, and a scripted peer that asks it.
struct Asked : Lonely {
    explicit Asked(const Wishes& wishes = {})
        : Lonely(gateway(wishes, {.children = {{.local_ts = {"10.1.0.0/16"}, .remote_ts = {"dynamic"}}}})) {
        begin();
    }
    wire::Payloads ask(Payloads more, const std::string& selector = "0.0.0.0/0") {
        Payloads payloads = peer.auth_request();
        payloads.insert(payloads.end() - 3, more.begin(), more.end());
        for (wire::Payload& payload : payloads) {
            auto* ts = std::get_if<wire::TrafficSelectorPayload>(&payload);
            if (ts != nullptr && ts->initiator) ts->selectors = tests::selectors({selector});
        }
        const auto sent = tell(peer.protect(kAuth, 1, false, payloads));
        return peer.open(sent.at(0)).value();
    }
};

wire::Configuration request(Attributes attributes) { return {cp::kRequest, std::move(attributes)}; }

}  // namespace

TEST_CASE("a client gets an address, and its child is for that", "[engine][rfc7296-2.19]") {
    Roadwarrior pair;
    const auto operation = pair.connect();
    CHECK(pair.left.outcome(operation) == "ok");
    CHECK(pair.disagreement() == "");
    CHECK(pair.has() == "10.3.0.1");
    CHECK(pair.selectors(pair.left) == "10.3.0.1/32 === 10.2.0.0/16 fd02::/64");
    CHECK(pair.selectors(pair.right) == "10.2.0.0/16 fd02::/64 === 10.3.0.1/32");
    REQUIRE(pair.left.held_addresses.size() == 1);
    CHECK(pair.left.held_addresses[0].name_servers == std::vector{address("10.2.0.53")});
    CHECK(pair.online() == 1);
    pair.wire.clear(pair.left, live(pair.left).sa().id);
    pair.wire.settle();
    CHECK(pair.has().empty());
    CHECK(pair.online() == 0);
    pair.connect();
    CHECK(pair.has() == "10.3.0.1");
}

TEST_CASE("a client gets addresses of both families", "[engine][rfc7296-2.19]") {
    Roadwarrior pair({.vips = {"0.0.0.0", "::"}, .pools = {"rw", "six"}});
    pair.connect();
    CHECK(pair.disagreement() == "");
    CHECK(pair.has() == "10.3.0.1 fd03::1");
    CHECK(pair.selectors(pair.left) == "10.3.0.1/32 fd03::1/128 === 10.2.0.0/16 fd02::/64");
}

TEST_CASE("virtual addresses last while IKE SAs and children replace each other", "[engine][rfc7296-2.19]") {
    Roadwarrior pair;
    pair.connect();
    Host& who = GENERATE(false, true) ? pair.left : pair.right;
    pair.wire.rekey(who, live(who).sa().id);
    pair.wire.settle();
    CHECK(pair.has() == "10.3.0.1");
    CHECK(pair.online() == 1);
    pair.wire.rekey(who, live(who).sa().id, live(who).established()->children.at(0).number);
    pair.wire.settle();
    CHECK(live(pair.left).sa().vips.local == std::vector{address("10.3.0.1")});
    CHECK(live(pair.right).sa().vips.remote == std::vector{address("10.3.0.1")});
    CHECK(pair.disagreement() == "");
    pair.wire.clear(who, live(who).sa().id);
    pair.wire.settle();
    CHECK(pair.has().empty());
    CHECK(pair.online() == 0);
}

TEST_CASE("a client that authenticates again keeps its address", "[engine][rfc7296-2.8.3][rfc7296-2.19]") {
    Roadwarrior pair({.reauth_time = seconds(100)});
    pair.connect();
    const auto before = live(pair.left).sa().spi_i;
    pair.wire.run_for(seconds(130));
    CHECK(live(pair.left).sa().spi_i != before);
    CHECK(pair.has() == "10.3.0.1");
    CHECK(pair.online() == 1);
    CHECK(pair.disagreement() == "");
    pair.wire.clear(pair.left, live(pair.left).sa().id);
    pair.wire.settle();
    CHECK(pair.has().empty());
    CHECK(pair.online() == 0);
}

TEST_CASE("a client that its NAT has moved keeps its address when it authenticates again",
          "[engine][rfc7296-2.23][rfc7296-2.19]") {
    Roadwarrior pair({.reauth_time = seconds(100), .behind_nat = true});
    NatBox& box = pair.wire.add_nat("192.0.2.1", "203.0.113.9");
    pair.connect();
    const auto before = live(pair.left).sa().spi_i;
    box.forget();
    pair.wire.run_for(seconds(130));
    CHECK(live(pair.left).sa().spi_i != before);
    CHECK(pair.has() == "10.3.0.1");
    CHECK(pair.online() == 1);
    CHECK(pair.disagreement() == "");
}

TEST_CASE("an address is leased in the last round, to whom that has shown", "[engine][rfc4739-2.1][rfc7296-2.19]") {
    Roadwarrior pair({.two_rounds = true});
    const auto operation = pair.connect();
    CHECK(pair.left.outcome(operation) == "ok");
    CHECK(pair.has() == "10.3.0.1");
    CHECK(pair.right.leases.leases("rw").at(0).peer == identity("second.example"));
    CHECK(pair.disagreement() == "");
}

TEST_CASE("a client that has lost its IKE SA takes its lease over", "[engine][rfc7296-2.4][rfc7296-2.19]") {
    Roadwarrior pair;
    pair.connect();
    Host& again = pair.wire.restart(pair.left);
    pair.wire.initiate(again, "192.0.2.2");
    pair.wire.settle();
    CHECK(live(again).sa().vips.local == std::vector{address("10.3.0.1")});
    CHECK(pair.right.engine.size() == 1);
    CHECK(pair.online() == 1);
    CHECK(pair.right.leases.pools().at(0).offline == 0);
}

TEST_CASE("without a free address there is an IKE SA and no child", "[engine][rfc7296-3.15.4]") {
    Asked asked({.pools = {"gone"}});
    const auto answer = asked.ask({request({{cp::kIp4Address, {}}})});
    CHECK(answer.find(wire::NotifyType::internal_address_failure) != nullptr);
    CHECK_FALSE(answer.configuration);
    CHECK_FALSE(answer.sa);
    CHECK(asked.host.established() == 1);
    CHECK(asked.host.kernel.children().empty());
}

TEST_CASE("who asks for no address where there are pools gets no child", "[engine][rfc7296-2.19]") {
    Asked asked;
    const auto answer = asked.ask({});
    CHECK(answer.find(wire::NotifyType::failed_cp_required) != nullptr);
    CHECK(asked.host.established() == 1);
    CHECK(asked.host.kernel.children().empty());
}

TEST_CASE("a client whose gateway has no address for it fails", "[engine][rfc7296-2.19]") {
    Roadwarrior pair({.pools = {"gone"}});
    const auto operation = pair.connect();
    CHECK(pair.left.failed(operation));
    CHECK(pair.left.kernel.children().empty());
    CHECK(pair.right.kernel.children().empty());
    CHECK(pair.has().empty());
}

TEST_CASE("an address that nobody answers for is none", "[engine][rfc7296-2.19]") {
    Roadwarrior pair;
    pair.right.leases_answer = false;
    const auto operation = pair.wire.initiate(pair.left, "192.0.2.2");
    pair.wire.run_for(seconds(60));
    CHECK(pair.left.failed(operation));
    CHECK(pair.right.kernel.children().empty());
}

TEST_CASE("a request that is repeated while it waits is known", "[engine][rfc9242-3.3.1][rfc7296-2.1]") {
    Roadwarrior pair({.ike = "aes128-sha256-x25519-ke1_mlkem512"});
    pair.wire.faults.repetition = 1;
    pair.wire.faults.most_delay = milliseconds(50);
    pair.right.kernel_delay = milliseconds(100);
    pair.wire.initiate(pair.left, "192.0.2.2");
    pair.wire.run_for(seconds(5));
    CHECK(pair.has() == "10.3.0.1");
    CHECK(pair.right.count(Reason::IntegrityCheckFailed) == 0);
}

TEST_CASE("an address is returned when its IKE SA is cleared at once", "[engine][rfc7296-2.19]") {
    Asked asked;
    static_cast<void>(asked.ask({request({{cp::kIp4Address, {}}})}));
    CHECK(asked.host.leases.pools().at(0).online == 1);
    asked.wire.clear(asked.host, asked.sa()->sa().id, {}, true);
    asked.wire.settle();
    CHECK(asked.host.leases.pools().at(0).online == 0);
}

TEST_CASE("domains come with DNS servers, and trust anchors to who asks", "[engine][rfc8598-3.2][rfc8598-4.2]") {
    const base::Bytes domain{'a', '.', 'b'};
    const auto answer_of = [&](bool has_servers, Attributes asked) {
        Wishes wishes;
        wishes.attributes = {{cp::kDnsDomain, domain}, {cp::kDnssecTa, {0, 1, 8, 2}}};
        if (has_servers) wishes.attributes.push_back({cp::kIp4Dns, {10, 2, 0, 53}});
        Asked gateway(wishes);
        asked.insert(asked.begin(), {cp::kIp4Address, {}});
        const auto answer = gateway.ask({request(asked)});
        std::vector<std::uint16_t> types;
        for (const auto& [type, value] : answer.configuration.value().attributes) types.push_back(type);
        return types;
    };
    using Types = std::vector<std::uint16_t>;
    CHECK(answer_of(true, {{cp::kDnsDomain, {}}}) == Types{cp::kIp4Address, cp::kDnsDomain, cp::kIp4Dns});
    CHECK(answer_of(true, {}) == Types{cp::kIp4Address, cp::kDnsDomain, cp::kIp4Dns});
    CHECK(answer_of(true, {{cp::kDnssecTa, {}}}) == Types{cp::kIp4Address, cp::kDnsDomain, cp::kDnssecTa, cp::kIp4Dns});
    CHECK(answer_of(false, {{cp::kDnsDomain, {}}}) == Types{cp::kIp4Address});
}

TEST_CASE("who can use servers for single domains asks for domains", "[engine][rfc8598-3.1]") {
    const bool splits = GENERATE(false, true);
    ike::Options options;
    options.splits_dns = splits;
    Lonely lonely(options, client({}));
    lonely.be_called();
    const auto& asked = lonely.auth_request.configuration;
    REQUIRE(asked);
    const auto has = [&](std::uint16_t type) {
        return std::ranges::any_of(asked->attributes, [type](const auto& one) { return one.first == type; });
    };
    CHECK(has(cp::kDnsDomain) == splits);
    CHECK(has(cp::kIp4Dns));
    CHECK_FALSE(has(cp::kDnssecTa));
}

TEST_CASE("huge, many, foreign and unknown attributes do no harm", "[engine][rfc7296-3.15][hostile-f12]") {
    SECTION("a thousand addresses are a message that is too large") {
        Asked asked;
        const auto answer = asked.ask({request(Attributes(1000, {cp::kIp4Address, {}}))});
        CHECK(answer.find(wire::NotifyType::invalid_syntax) != nullptr);
        CHECK(asked.host.established() == 0);
        CHECK(asked.host.leases.pools().at(0).online == 0);
    }
    SECTION("of many, so many are given") {
        Asked asked;
        const auto answer = asked.ask({request(Attributes(200, {cp::kIp4Address, {}}))});
        REQUIRE(answer.configuration);
        CHECK(asked.host.leases.pools().at(0).online == 16);
        CHECK(answer.configuration->attributes.size() == 17);
    }
    SECTION("one that is not the pool's is not given") {
        Asked asked;
        const auto answer = asked.ask({request({{cp::kIp4Address, {192, 0, 2, 99}}})});
        REQUIRE(answer.configuration);
        CHECK(answer.configuration->attributes.at(0).second == base::Bytes{10, 3, 0, 1});
        CHECK(to_string(answer.ts_i->selectors) == "10.3.0.1/32");
    }
    SECTION("lengths that no address has are no request") {
        Asked asked;
        const auto answer = asked.ask({request(
            {{cp::kIp4Address, base::Bytes(5)}, {cp::kIp6Address, base::Bytes(16)}, {99, base::Bytes(9000)}})});
        CHECK(answer.find(wire::NotifyType::failed_cp_required) != nullptr);
    }
    SECTION("CFG_SET and unknown types ask for nothing") {
        Asked asked;
        const auto type = static_cast<std::uint8_t>(GENERATE(2, 3, 4, 77));
        const auto answer = asked.ask({wire::Configuration{type, {{cp::kIp4Address, {}}}}});
        CHECK(answer.find(wire::NotifyType::failed_cp_required) != nullptr);
        CHECK(asked.host.leases.pools().at(0).online == 0);
    }
    SECTION("unknown attributes beside a request are left out") {
        Asked asked;
        const auto answer = asked.ask({request({{0x7fff, base::Bytes(100)}, {cp::kIp4Address, {}}})});
        REQUIRE(answer.configuration);
        CHECK(answer.configuration->attributes.size() == 2);
        CHECK(answer.sa);
    }
    SECTION("selectors of somebody else's address are not granted") {
        Asked asked;
        const auto answer = asked.ask({request({{cp::kIp4Address, {}}})}, "10.3.0.77");
        CHECK(answer.find(wire::NotifyType::ts_unacceptable) != nullptr);
        CHECK(asked.host.kernel.children().empty());
    }
}

TEST_CASE("a gateway's lies about addresses do no harm", "[engine][rfc7296-3.15][rfc8598-4.1][hostile-f12]") {
    const auto held_after = [](Attributes attributes, std::uint8_t type = cp::kReply) {
        Lonely lonely(client({}));
        lonely.be_called();
        Payloads answer = lonely.peer.auth_response(lonely.auth_request);
        answer.insert(answer.end() - 3, wire::Configuration{type, std::move(attributes)});
        lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
        std::string all;
        for (const auto& given : lonely.host.held_addresses) {
            for (const auto& one : given.addresses) all += one.to_string() + " ";
            for (const auto& one : given.name_servers) all += one.to_string() + " ";
            for (const auto& one : given.domains) all += one + " ";
        }
        return all;
    };
    const base::Bytes good{10, 3, 0, 9};
    CHECK(held_after({{cp::kIp4Address, good}}) == "10.3.0.9 ");
    CHECK(held_after({{cp::kIp4Address, good}}, 3).empty());
    CHECK(held_after({{cp::kIp4Address, {127, 0, 0, 1}}}).empty());
    CHECK(held_after({{cp::kIp4Address, {0, 0, 0, 1}}}).empty());
    CHECK(held_after({{cp::kIp4Address, {241, 0, 0, 1}}}).empty());
    CHECK(held_after({{cp::kIp4Address, {224, 0, 0, 1}}}).empty());
    CHECK(held_after({{cp::kIp4Address, {0, 0, 0, 0}}}).empty());
    CHECK(held_after({{cp::kIp4Address, base::Bytes(3)}}).empty());
    CHECK(held_after({{cp::kIp6Address, base::Bytes(17, 0xfd)}}).empty());  // it was not asked for
    CHECK(held_after({{cp::kIp4Address, good}, {cp::kIp4Address, {10, 3, 0, 10}}}) == "10.3.0.9 ");
    CHECK(held_after({{cp::kIp4Address, good}, {cp::kIp4Dns, {127, 0, 0, 1}}, {cp::kIp4Dns, {10, 0, 0, 1}}}) ==
          "10.3.0.9 10.0.0.1 ");
    const auto domain = [](std::string_view text) { return base::to_bytes(base::as_bytes(text)); };
    CHECK(held_after({{cp::kIp4Address, good}, {cp::kDnssecTa, base::Bytes(3)}}) == "10.3.0.9 ");
    CHECK(held_after({{cp::kIp4Address, good},
                      {cp::kDnsDomain, domain("example.org")},
                      {cp::kDnsDomain, domain("a b\nnameserver 1.2.3.4")},
                      {cp::kDnsDomain, domain("-x")}}) == "10.3.0.9 example.org ");
}

}  // namespace xfrmd::tests
