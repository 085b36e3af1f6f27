// Rekeying IKE SAs between two gateways (RFC 7296 1.3.2, 2.8.2, 2.18, 2.25.2).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

const ikev2::sa::IkeSa& live(const Host& host) {
    for (const auto* sa : host.sas()) {
        if (sa->established() != nullptr && !sa->established()->is_succeeded) return *sa;
    }
    throw std::runtime_error("no IKE SA");
}

struct Rekeyable : Gateways {
    explicit Rekeyable(const ConnectionWords& words = {}) : Rekeyable(words, mirrored(words)) {}
    Rekeyable(const ConnectionWords& left_words, const ConnectionWords& right_words)
        : Gateways(left_words, right_words) {
        connect();
        REQUIRE(disagreement() == "");
    }
    std::uint64_t rekey(Host& host) { return wire.rekey(host, live(host).sa().id); }
};

// One IKE SA with the one child, which nobody has touched.
void expect_one(Gateways& gateways, ike::EspSpi spi_in) {
    gateways.wire.run_for(seconds(60));
    for (const Host* host : {&gateways.left, &gateways.right}) {
        CHECK(host->engine.size() == 1);
        REQUIRE(live(*host).established()->children.size() == 1);
    }
    CHECK(live(gateways.left).established()->children.at(0).spi_in == spi_in);
    CHECK(gateways.disagreement() == "");
}

bool is_informational(const Parcel& parcel) {
    return parcel.bytes.at(18) == static_cast<std::uint8_t>(wire::ExchangeType::informational);
}

// The peer asks for the rekeying of the IKE SA, and is refused with this.
bool is_refused(Lonely& lonely, std::uint8_t id, wire::NotifyType type) {
    const auto answers = lonely.tell(
        lonely.peer.protect(wire::ExchangeType::create_child_sa, id, false, ScriptedPeer::ike_rekeying(id)));
    return lonely.peer.open(answers.at(0))->find(type) != nullptr;
}

// Rekeyed by the engine, which waits for the answer, and by the peer.
struct Crossed : Lonely {
    Crossed() {
        establish();
        old = sa()->sa().id;
        operation = wire.rekey(host, old);
        CHECK_FALSE(is_refused(*this, 2, wire::NotifyType::temporary_failure));
        REQUIRE(host.engine.size() == 2);
    }
    void remove_rival() {
        wire.clear(host, host.sas().at(1)->sa().id, {}, true);
        REQUIRE(host.engine.size() == 1);
    }
    void answer(const Payloads& payloads) {
        tell(peer.protect(wire::ExchangeType::create_child_sa, 0, true, payloads));
    }

    ike::IkeSaId old{};
    std::uint64_t operation = 0;
};

}  // namespace

TEST_CASE("an IKE SA is rekeyed, and keeps its number and its children", "[engine][rfc7296-1.3.2][rfc7296-2.18]") {
    const bool by_left = GENERATE(true, false);
    Rekeyable gateways;
    Host& host = by_left ? gateways.left : gateways.right;
    const auto spi_i = live(gateways.left).sa().spi_i;
    const auto id = live(host).sa().id;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    const auto operation = gateways.rekey(host);
    gateways.wire.settle();
    CHECK(host.outcome(operation) == "ok");
    CHECK(live(host).sa().id == id);
    CHECK(live(gateways.left).sa().spi_i != spi_i);
    CHECK(live(host).sa().original_initiator);
    expect_one(gateways, child);
    SECTION("and works: a child, its rekeying and another rekeying") {
        const auto again = gateways.rekey(by_left ? gateways.right : gateways.left);
        gateways.wire.settle();
        CHECK((by_left ? gateways.right : gateways.left).outcome(again) == "ok");
        expect_one(gateways, child);
        const auto rekeyed = gateways.wire.rekey(host, live(host).sa().id, live(host).established()->children.at(0).id);
        gateways.wire.run_for(seconds(30));
        CHECK(host.outcome(rekeyed) == "ok");
        CHECK(gateways.disagreement() == "");
    }
}

TEST_CASE("two rekeyings of one IKE SA that cross leave one", "[engine][rfc7296-2.8.2]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{9}));
    Rekeyable gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    for (std::uint64_t i = 0; i < seed; ++i) gateways.left.random.number();
    gateways.wire.seed(seed);
    gateways.wire.faults.most_delay = milliseconds(static_cast<int>(seed % 4) * 5 + 1);
    const auto left = gateways.rekey(gateways.left);
    const auto right = gateways.rekey(gateways.right);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    const bool left_wins = gateways.left.reported("rekeyings of the IKE SA crossed; ours goes on");
    CHECK((left_wins ? gateways.right : gateways.left).reported("rekeyings of the IKE SA crossed; the peer's goes on"));
    CHECK((left_wins ? gateways.left : gateways.right).reported("rekeyings of the IKE SA crossed; ours goes on"));
    expect_one(gateways, child);
}

TEST_CASE("a rekeying that the peer did not see in time is forgotten", "[engine][rfc7296-2.8.2][rfc7296-2.25.2]") {
    Rekeyable gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    std::optional<Parcel> late;
    const bool delete_is_lost = GENERATE(true, false);
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (parcel.from.address == gateways.left.address) return !delete_is_lost || !is_informational(parcel);
        if (late) return true;
        late = parcel;
        return false;
    };
    const auto right = gateways.rekey(gateways.right);
    const auto left = gateways.rekey(gateways.left);
    gateways.wire.settle();
    gateways.wire.inject(late->from, late->to, late->bytes);
    gateways.wire.settle();
    gateways.wire.on_the_way = nullptr;
    CHECK(gateways.left.outcome(left) == "ok");
    CHECK(gateways.right.outcome(right) == "ok");
    CHECK(gateways.left.reported("rekeyings of the IKE SA crossed; ours goes on") == delete_is_lost);
    CHECK(gateways.right.reported("rekeyings of the IKE SA crossed; the peer's goes on"));
    expect_one(gateways, child);
}

TEST_CASE("an answer to a rekeying that is lost for long does no harm", "[engine][rfc7296-2.1][rfc7296-2.8]") {
    Rekeyable gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.on_the_way = [&](Parcel& parcel) { return parcel.from.address == gateways.right.address; };
    const auto operation = gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(40));
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.right.outcome(operation) == "ok");
    expect_one(gateways, child);
}

TEST_CASE("two rekeyings that cross on a wire that loses leave one", "[engine][rfc7296-2.8.2]") {
    const auto seed = GENERATE(Catch::Generators::range(std::uint64_t{1}, std::uint64_t{21}));
    Rekeyable gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.seed(seed);
    gateways.wire.faults = {0.3, 0.1, milliseconds(1), milliseconds(40)};
    gateways.rekey(gateways.left);
    gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(200));
    gateways.wire.faults = {};
    gateways.wire.run_for(seconds(400));
    expect_one(gateways, child);
}

TEST_CASE("a child asked for while the IKE SA is rekeyed comes later", "[engine][rfc7296-2.25.2]") {
    ConnectionWords words;
    words.children.push_back({.name = "second", .local_ts = {"10.3.0.0/16"}, .remote_ts = {"10.4.0.0/16"}});
    Rekeyable gateways(words);
    gateways.rekey(gateways.left);
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA is rekeyed by the other side's wish while a child is made", "[engine][rfc7296-2.25.2]") {
    ConnectionWords words;
    words.children.push_back({.name = "second", .local_ts = {"10.3.0.0/16"}, .remote_ts = {"10.4.0.0/16"}});
    Rekeyable gateways(words);
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    const auto rekeying = gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.right.outcome(rekeying) != "running");
    CHECK(gateways.left.outcome(operation) != "running");
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA is rekeyed when its time has come, and is over when that fails", "[engine][rfc7296-2.8]") {
    ConnectionWords words;
    words.rekey_time = seconds(100);
    words.over_time = seconds(20);
    Rekeyable gateways(words);
    const auto spi = live(gateways.left).sa().spi_i;
    SECTION("rekeyed") {
        gateways.wire.run_for(seconds(101));
        CHECK(live(gateways.left).sa().spi_i != spi);
        gateways.wire.run_for(seconds(1000));
        CHECK(gateways.left.established() >= 1);
    }
    SECTION("over") {
        gateways.wire.on_the_way = [](Parcel&) { return false; };
        gateways.wire.run_for(seconds(400));
        CHECK(gateways.left.engine.size() == 0);
        CHECK(gateways.left.kernel.children().empty());
    }
}

TEST_CASE("a rekeying that is late, but succeeds, keeps the new IKE SA", "[engine][rfc7296-2.8]") {
    ConnectionWords words;
    words.rekey_time = seconds(100);
    words.over_time = seconds(20);
    Rekeyable gateways(words, mirrored(ConnectionWords{}));
    const auto spi = live(gateways.left).sa().spi_i;
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.run_for(seconds(121));
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(50));
    CHECK(live(gateways.left).sa().spi_i != spi);
    CHECK(live(gateways.left).established()->children.size() == 1);
    CHECK_FALSE(gateways.left.reported("not rekeyed in time"));
}

TEST_CASE("a child asked for while a late rekeying may still succeed waits for it", "[engine][rfc7296-2.25.2]") {
    ConnectionWords words;
    words.rekey_time = seconds(100);
    words.over_time = seconds(20);
    words.children.push_back({.name = "second", .local_ts = {"10.3.0.0/16"}, .remote_ts = {"10.4.0.0/16"}});
    Rekeyable gateways(words);
    gateways.wire.on_the_way = [](Parcel&) { return false; };
    gateways.wire.run_for(seconds(130));
    const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
    CHECK(gateways.left.engine.size() == 1);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.engine.size() == 1);
    CHECK(gateways.left.kernel.children().size() == 2);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("who wishes a rekeying while one is under way has it with that one", "[engine][rfc7296-2.8]") {
    Rekeyable gateways;
    const auto one = gateways.rekey(gateways.left);
    const auto another = gateways.rekey(gateways.left);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(one) == "ok");
    CHECK(gateways.left.outcome(another) == "ok");
    const auto rekeyed =
        std::count_if(gateways.left.reports.begin(), gateways.left.reports.end(),
                      [](const ike::Report& report) { return report.milestone.turn == ike::Turn::ike_rekeyed; });
    CHECK(rekeyed == 1);
}

TEST_CASE("an IKE SA that is to be deleted while it is rekeyed goes after that", "[engine][rfc7296-2.3]") {
    Rekeyable gateways;
    const auto rekeying = gateways.rekey(gateways.left);
    const auto cleared = gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(rekeying) == "ok");
    CHECK(gateways.left.outcome(cleared) == "ok");
    CHECK(gateways.left.engine.size() == 0);
    CHECK(gateways.right.engine.size() == 0);
}

TEST_CASE("an IKE SA is rekeyed with the key exchange that the peer wants", "[engine][rfc7296-1.3]") {
    ConnectionWords both;
    both.ike = "aes128-sha256-x25519-ecp256";
    Lonely lonely(both);
    lonely.establish();
    const auto operation = lonely.wire.rekey(lonely.host, lonely.sa()->sa().id);
    const auto refuse = [&](std::uint32_t id, std::uint8_t group) {
        return lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, id, true,
                                               {notify(wire::NotifyType::invalid_ke_payload, {0, group})}));
    };
    const auto again = refuse(0, 19);
    REQUIRE(again.size() == 1);
    CHECK(lonely.peer.open(again.at(0))->key_exchange->method == policy::KeyExchangeId::ecp256);
    CHECK(lonely.host.outcome(operation) == "running");
    // Once is enough.
    CHECK(refuse(1, 31).empty());
    CHECK(lonely.host.failed(operation));
}

TEST_CASE("a rekeying that crosses a Delete of the IKE SA leaves none", "[engine][rfc7296-2.25.2]") {
    Rekeyable gateways;
    gateways.wire.clear(gateways.left, live(gateways.left).sa().id);
    const auto operation = gateways.rekey(gateways.right);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.right.outcome(operation) != "running");
    CHECK(gateways.left.engine.size() == 0);
    CHECK(gateways.right.engine.size() == 0);
    CHECK(gateways.right.kernel.children().empty());
}

TEST_CASE("while ours is in flight the peer makes one other IKE SA, and no more", "[engine][rfc7296-2.8.2]") {
    Lonely lonely;
    lonely.establish();
    lonely.wire.rekey(lonely.host, lonely.sa()->sa().id);
    CHECK_FALSE(is_refused(lonely, 2, wire::NotifyType::temporary_failure));
    for (std::uint8_t id = 3; id < 8; ++id) CHECK(is_refused(lonely, id, wire::NotifyType::temporary_failure));
    CHECK(lonely.host.engine.size() == 2);
}

TEST_CASE("an IKE SA is not rekeyed by the peer while its predecessor stands", "[engine][rfc7296-2.25.2]") {
    Rekeyable gateways;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        return !is_informational(parcel) || parcel.from.address == gateways.right.address;
    };
    for (int i = 0; i < 5; ++i) {
        gateways.rekey(gateways.left);
        gateways.wire.settle();
    }
    CHECK(gateways.right.engine.size() == 2);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    const auto again = gateways.rekey(gateways.left);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(again) == "ok");
    expect_one(gateways, live(gateways.left).established()->children.at(0).spi_in);
}

TEST_CASE("an IKE SA that the peer made of ours and that has gone again is no heir", "[engine][rfc7296-2.8.2]") {
    Crossed lonely;
    lonely.remove_rival();
    SECTION("the peer deletes the old one") {
        lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 3, false,
                                        {wire::Delete{policy::ProtocolId::ike, {}}}));
        CHECK(lonely.host.engine.size() == 0);
        CHECK(lonely.host.kernel.children().empty());
        CHECK(lonely.host.failed(lonely.operation));
    }
    SECTION("the peer refuses ours") {
        lonely.answer({notify(wire::NotifyType::temporary_failure)});
        CHECK(lonely.host.failed(lonely.operation));
        CHECK(live(lonely.host).established()->rekey_at != base::kNever);
    }
    SECTION("ours has the lowest nonce") {
        lonely.answer(ScriptedPeer::ike_rekeying(1));
        CHECK(lonely.host.outcome(lonely.operation) == "ok");
        CHECK(live(lonely.host).sa().id == lonely.old);
        CHECK(live(lonely.host).established()->children.size() == 1);
        lonely.wire.run_for(seconds(10));
        CHECK(live(lonely.host).sa().original_initiator);
    }
}

TEST_CASE("an IKE SA that the peer made of ours goes with it", "[engine][rfc7296-2.8.2]") {
    Crossed lonely;
    SECTION("the operator ends it") { lonely.wire.clear(lonely.host, lonely.old, {}, true); }
    SECTION("the peer is silent") {}
    lonely.wire.run_for(seconds(600));
    CHECK(lonely.host.engine.size() == 0);
}

TEST_CASE("an IKE SA that has been rekeyed takes and rekeys no children", "[engine][rfc7296-2.25.2]") {
    Lonely lonely;
    lonely.establish();
    CHECK_FALSE(is_refused(lonely, 2, wire::NotifyType::temporary_failure));
    Payloads request{ScriptedPeer::esp_offer(0xc0ffee02), wire::Nonce{base::Bytes(32, 3)}, lonely.peer.own_selectors(),
                     lonely.peer.engine_selectors()};
    if (GENERATE(true, false)) {
        request.insert(request.begin(),
                       wire::Notify{policy::ProtocolId::esp, {0xc0, 0xff, 0xee, 0x01}, wire::NotifyType::rekey_sa, {}});
    }
    const auto answers = lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 3, false, request));
    CHECK(lonely.peer.open(answers.at(0))->find(wire::NotifyType::temporary_failure) != nullptr);
    CHECK(lonely.host.kernel.children().size() == 1);
}

TEST_CASE("a peer may rekey what we have rekeyed while our Delete is on its way", "[engine][rfc7296-2.25.2]") {
    Rekeyable gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.on_the_way = [](Parcel& parcel) { return !is_informational(parcel); };
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    const auto operation = gateways.rekey(gateways.right);
    gateways.wire.settle();
    gateways.wire.on_the_way = nullptr;
    CHECK(gateways.right.outcome(operation) == "ok");
    expect_one(gateways, child);
}

TEST_CASE("an IKE SA that may not stay takes no requests", "[engine][rfc7296-2.8.2][rfc7296-2.25]") {
    const bool deletes = GENERATE(true, false);
    Rekeyable gateways;
    // left does not see that right rekeys as well, and right not yet that left has the new IKE SA.
    bool seen = false;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (parcel.from.address == gateways.left.address) return !is_informational(parcel) || seen;
        return (parcel.bytes.at(19) & 0x20) != 0 || seen;
    };
    gateways.rekey(gateways.right);
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    REQUIRE(gateways.left.reported("IKE SA rekeyed"));
    REQUIRE(gateways.right.engine.size() == 2);
    REQUIRE_FALSE(gateways.right.reported("IKE SA rekeyed"));
    seen = true;
    const auto child = live(gateways.left).established()->children.at(0);
    const auto id = live(gateways.left).sa().id;
    const auto operation =
        deletes ? gateways.wire.clear(gateways.left, id, child.id) : gateways.wire.rekey(gateways.left, id, child.id);
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK_FALSE(gateways.right.reported("no child SA to rekey"));
    CHECK(gateways.right.engine.size() == 1);
    CHECK(gateways.left.kernel.children().size() == (deletes ? 0 : 1));
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("an IKE SA that was rekeyed waits as long as the peer may ask again", "[engine][rfc7296-2.1]") {
    Rekeyable gateways;
    const auto child = live(gateways.left).established()->children.at(0).spi_in;
    gateways.wire.on_the_way = [&](Parcel& parcel) { return parcel.from.address == gateways.left.address; };
    const auto operation = gateways.rekey(gateways.left);
    gateways.wire.run_for(seconds(80));
    REQUIRE(gateways.right.engine.size() == 2);
    gateways.wire.on_the_way = nullptr;
    gateways.wire.run_for(seconds(60));
    CHECK(gateways.left.outcome(operation) == "ok");
    expect_one(gateways, child);
}

TEST_CASE("a peer's rekeying finds no room in a full table", "[engine][rfc7296-1.3]") {
    ike::Options options;
    options.most_ike_sas = 1;
    Lonely lonely({}, options);
    lonely.establish();
    CHECK(is_refused(lonely, 2, wire::NotifyType::no_additional_sas));
    CHECK(lonely.host.engine.size() == 1);
}

}  // namespace xfrmd::tests
