// Rows F1, F3-F5, F12, F13, F16 of tests/rfc/hostile.md: what an authenticated peer may try (RFC
// 7296 1.4.1, 2.2, 2.3, 2.25, 3.10.1, 3.11).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

#include "ike/base/writer.h"

namespace xfrmd::tests {

namespace {

constexpr auto kCreate = wire::ExchangeType::create_child_sa;
constexpr auto kInformational = wire::ExchangeType::informational;

base::Bytes raw_delete(std::uint8_t protocol, std::uint8_t spi_size, std::uint16_t count, const base::Bytes& spis) {
    base::Writer out;
    out.u8(0).u8(0).u16(static_cast<std::uint16_t>(8 + spis.size())).u8(protocol).u8(spi_size).u16(count).bytes(spis);
    return out.take();
}

wire::Delete children(std::vector<std::uint32_t> spis) { return {policy::ProtocolId::esp, std::move(spis)}; }

Payloads rekey_request(const ScriptedPeer& peer, policy::ProtocolId protocol, base::Bytes spi) {
    return {wire::Notify{protocol, std::move(spi), wire::NotifyType::rekey_sa, {}}, ScriptedPeer::esp_offer(0xc0ffee07),
            wire::Nonce{peer.nonce}, peer.own_selectors(), peer.engine_selectors()};
}

}  // namespace

TEST_CASE("old, far and changed requests", "[engine][rfc7296-2.3][hostile-f1]") {
    Lonely lonely;
    lonely.establish();
    const base::Bytes first = lonely.peer.protect(kInformational, 2, false, {});
    const base::Bytes answer = lonely.tell(first).at(0);
    CHECK(lonely.tell(first) == std::vector<base::Bytes>{answer});
    CHECK(lonely.host.counted() == 0);
    lonely.tell(lonely.peer.protect(kInformational, 3, false, {}));
    check_refused(lonely, Reason::MessageIdUnexpected, [&] { lonely.tell(first); });
    const Payloads deadly{wire::Delete{policy::ProtocolId::ike, {}}};
    for (const std::uint32_t id : {0U, 1U, 2U, 5U, 6U, 1000U, 0xffffffffU}) {
        check_refused(lonely, Reason::MessageIdUnexpected,
                      [&] { lonely.tell(lonely.peer.protect(kInformational, id, false, deadly)); });
    }
    // The id of the last request, but another one.
    check_refused(lonely, Reason::MessageIdUnexpected,
                  [&] { lonely.tell(lonely.peer.protect(kInformational, 3, false, deadly)); });
}

TEST_CASE("Deletes that contradict themselves end the IKE SA", "[engine][rfc7296-3.11][hostile-f4]") {
    const auto inner = GENERATE(raw_delete(3, 8, 1, base::Bytes(8, 1)), raw_delete(3, 4, 2, base::Bytes(4, 1)),
                                raw_delete(3, 0, 1, {}), raw_delete(3, 4, 65535, base::Bytes(4, 1)),
                                raw_delete(1, 8, 1, base::Bytes(8, 1)), raw_delete(1, 0, 1, {}),
                                raw_delete(0, 0, 0, {}), raw_delete(99, 4, 1, base::Bytes(4, 1)));
    Lonely lonely;
    lonely.establish();
    check_ended(lonely, Reason::PayloadMalformed, [&] {
        lonely.tell(lonely.peer.protect_raw(kInformational, 2, false, wire::PayloadType::delete_, inner));
    });
}

TEST_CASE("Deletes of what is not there are answered empty", "[engine][rfc7296-1.4.1][hostile-f4]") {
    Lonely lonely;
    lonely.establish();
    const auto own = static_cast<std::uint32_t>(lonely.host.kernel.list().at(0)->spi_in);
    std::uint32_t id = 2;
    // Unknown, and our own SPI instead of the peer's.
    for (const std::uint32_t spi : {0U, 1U, 0xdeadbeefU, own}) {
        const auto answers = lonely.tell(lonely.peer.protect(kInformational, id++, false, {children({spi})}));
        CHECK(lonely.peer.open(answers.at(0)) == wire::Payloads{});
    }
    const auto ah = lonely.tell(
        lonely.peer.protect(kInformational, id++, false, {wire::Delete{policy::ProtocolId::ah, {0xc0ffee01}}}));
    CHECK(lonely.peer.open(ah.at(0)) == wire::Payloads{});
    CHECK(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("another IKE SA's child cannot be deleted", "[engine][rfc7296-1.4.1][hostile-f4]") {
    Lonely lonely;
    lonely.establish();
    ScriptedPeer other(77);
    other.take_init_response(lonely.tell(other.init_request()).at(0));
    lonely.tell(other.protect(wire::ExchangeType::ike_auth, 1, false, other.auth_request(0xc0ffee99)));
    REQUIRE(lonely.host.kernel.children().size() == 2);
    const auto answers = lonely.tell(other.protect(kInformational, 2, false, {children({0xc0ffee01})}));
    CHECK(other.open(answers.at(0)) == wire::Payloads{});
    CHECK(lonely.host.kernel.children().size() == 2);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("ten thousand SPIs, the right one repeated", "[engine][rfc7296-3.11][hostile-f4]") {
    Lonely lonely;
    lonely.establish();
    const auto own = static_cast<std::uint32_t>(lonely.host.kernel.list().at(0)->spi_in);
    std::vector<std::uint32_t> spis(10000, 0xc0ffee01);
    for (std::uint32_t i = 0; i < 5000; ++i) spis[i] = i;
    const auto answers =
        lonely.tell(lonely.peer.protect(kInformational, 2, false, {children(spis), children({0xc0ffee01})}));
    const auto answer = lonely.peer.open(answers.at(0));
    REQUIRE(answer->deletes.size() == 1);
    CHECK(answer->deletes[0].spis == std::vector<std::uint32_t>{own});
    CHECK(lonely.host.kernel.children().empty());
    CHECK(lonely.host.kernel.complaints().empty());
    CHECK(lonely.host.count(Reason::PeerDeleted) == 1);
    // Once more: idempotent.
    const auto again = lonely.tell(lonely.peer.protect(kInformational, 3, false, {children({0xc0ffee01})}));
    CHECK(lonely.peer.open(again.at(0)) == wire::Payloads{});
}

TEST_CASE("a Delete of the IKE SA beside one of a child takes both", "[engine][rfc7296-1.4.1][hostile-f4]") {
    Lonely lonely;
    lonely.establish();
    std::vector<base::Bytes> answers;
    check_ended(lonely, Reason::PeerDeleted, [&] {
        answers = lonely.tell(lonely.peer.protect(kInformational, 2, false,
                                                  {children({0xc0ffee01}), wire::Delete{policy::ProtocolId::ike, {}}}));
    });
    CHECK(lonely.peer.open(answers.at(0)) == wire::Payloads{});
}

TEST_CASE("rekeying a child that is not there", "[engine][rfc7296-2.25][hostile-f5]") {
    struct Row {
        std::uint8_t protocol;
        base::Bytes spi;
    };
    const auto row = GENERATE(values<Row>({{3, {1, 2, 3, 4}},
                                           {2, {0xc0, 0xff, 0xee, 0x01}},
                                           {0, {1, 2, 3, 4}},
                                           {1, base::Bytes(8, 1)},
                                           {255, {1}},
                                           {3, {}},
                                           {3, base::Bytes(8, 1)},
                                           {0, {}}}));
    Lonely lonely;
    lonely.establish();
    check_refused(
        lonely, Reason::ChildSaNotFound,
        [&] {
            lonely.tell(lonely.peer.protect(kCreate, 2, false,
                                            rekey_request(lonely.peer, policy::ProtocolId{row.protocol}, row.spi)));
        },
        1);
    const auto answer = lonely.peer.open(lonely.host.sent.back().bytes);
    const auto* refusal = answer->find(wire::NotifyType::child_sa_not_found);
    REQUIRE(refusal != nullptr);
    CHECK(refusal->spi == row.spi);
    if (!row.spi.empty()) CHECK(refusal->protocol == policy::ProtocolId{row.protocol});
}

TEST_CASE("rekeying the IKE SA with nonsense", "[engine][rfc7296-1.3.2][hostile-f5]") {
    Lonely lonely;
    lonely.establish();
    Payloads request = lonely.peer.init_payloads();  // its SPIs have no bytes
    check_refused(
        lonely, Reason::NoProposalChosen, [&] { lonely.tell(lonely.peer.protect(kCreate, 2, false, request)); }, 1);
    std::get<wire::SecurityAssociation>(request.at(0)).proposals.at(0).spi = base::Bytes(8, 0);
    check_refused(
        lonely, Reason::NoProposalChosen, [&] { lonely.tell(lonely.peer.protect(kCreate, 3, false, request)); }, 1);
    CHECK(lonely.host.engine.size() == 1);
}

TEST_CASE("notifies in requests are ignored, however many and however large", "[engine][rfc7296-3.10.1][hostile-f13]") {
    Lonely lonely;
    lonely.establish();
    Payloads payloads;
    for (std::uint16_t i = 0; i < 60; ++i)
        payloads.emplace_back(notify(wire::NotifyType{static_cast<std::uint16_t>(40000 + i)}));
    payloads.emplace_back(notify(wire::NotifyType{8000}, base::Bytes(60000, 1)));
    const auto answers = lonely.tell(lonely.peer.protect(kInformational, 2, false, payloads));
    REQUIRE(answers.size() == 1);
    CHECK(lonely.peer.open(answers[0]) == wire::Payloads{});
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("an unknown error in a response fails that exchange only", "[engine][rfc7296-3.10.1][hostile-f13]") {
    Lonely lonely(two_children());
    lonely.be_called_and_answer();
    const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2", "gw", "second");
    lonely.wire.settle();
    check_refused(lonely, Reason::PeerRefused,
                  [&] { lonely.tell(lonely.peer.protect(kCreate, 2, true, {notify(wire::NotifyType{7777})})); });
    CHECK(lonely.host.outcome(operation) == base::name(Reason::PeerRefused));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("a response of another exchange than asked ends the IKE SA and what waits in it",
          "[engine][rfc7296-2.21.3][hostile-f3]") {
    Lonely lonely(two_children());
    lonely.be_called_and_answer();
    SECTION("INFORMATIONAL instead of CREATE_CHILD_SA") {
        const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2", "gw", "second");
        lonely.wire.settle();
        check_ended(lonely, Reason::ResponseUnexpected,
                    [&] { lonely.tell(lonely.peer.protect(kInformational, 2, true, {})); });
        CHECK(lonely.host.failed(operation));
    }
    SECTION("CREATE_CHILD_SA instead of INFORMATIONAL") {
        const auto operation =
            lonely.wire.clear(lonely.host, lonely.sa()->sa().id, lonely.host.kernel.list().at(0)->child);
        lonely.wire.settle();
        check_ended(lonely, Reason::ResponseUnexpected, [&] {
            lonely.tell(lonely.peer.protect(kCreate, 2, true, {notify(wire::NotifyType::temporary_failure)}));
        });
        CHECK(lonely.host.outcome(operation) != "running");
    }
}

TEST_CASE("configuration payloads nobody asked for are no burden",
          "[engine][rfc7296-1.7][rfc7296-2.19][rfc7296-2.20][rfc7296-3.15][hostile-f12]") {
    const int type = GENERATE(1, 3, 99);  // CFG_REQUEST, CFG_SET, unknown
    const auto wish = [type](std::uint16_t attributes) {
        wire::Configuration made{static_cast<std::uint8_t>(type), {}};
        // No addresses among them, which are asked for otherwise (20 is P_CSCF_IP4_ADDRESS).
        for (std::uint16_t i = 20; i < attributes + 20; ++i) made.attributes.emplace_back(i, base::Bytes{10, 0, 0, 1});
        return made;
    };
    Lonely lonely;
    SECTION("in IKE_AUTH the child comes without") {
        lonely.begin();
        Payloads payloads = lonely.peer.auth_request();
        payloads.insert(payloads.begin() + 2, wish(20));
        const auto answers = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, payloads));
        CHECK_FALSE(lonely.peer.open(answers.at(0))->configuration);
        CHECK(lonely.host.kernel.list().size() == 1);
    }
    SECTION("in INFORMATIONAL the answer is empty, and a thousand are too many") {
        lonely.establish();
        const auto answers = lonely.tell(lonely.peer.protect(kInformational, 2, false, {wish(20)}));
        CHECK(lonely.peer.open(answers.at(0)) == wire::Payloads{});
        CHECK(lonely.host.kernel.list().size() == 1);
        check_ended(lonely, Reason::PayloadCountExceeded,
                    [&] { lonely.tell(lonely.peer.protect(kInformational, 3, false, {wish(1000)})); });
    }
}

TEST_CASE("whatever an authenticated peer does, another one does not feel it", "[engine][rfc8019-5][hostile-f16]") {
    Lonely lonely(ConnectionWords{.remote = "", .remote_id = "%any"});
    Host& other = lonely.wire.add("192.0.2.3", snapshot(mirrored({.remote = "192.0.2.3", .remote_id = "c.example"})));
    const auto begun = lonely.wire.initiate(other, "192.0.2.1");
    lonely.wire.settle();
    REQUIRE(other.outcome(begun) == "ok");
    const auto spi = other.kernel.list().at(0)->spi_out;
    lonely.establish();
    REQUIRE(lonely.host.established() == 2);

    std::uint32_t id = 2;
    const auto ask = [&](wire::ExchangeType exchange, const Payloads& payloads) {
        lonely.tell(lonely.peer.protect(exchange, id++, false, payloads));
    };
    ask(kInformational, {children({static_cast<std::uint32_t>(spi)})});
    ask(kInformational, {notify(wire::NotifyType::initial_contact)});
    for (std::uint32_t i = 0; i < 500; ++i) {
        ask(kCreate,
            {ScriptedPeer::esp_offer(0xc0ff0000 + i), wire::Nonce{base::Bytes(32, static_cast<std::uint8_t>(i))},
             lonely.peer.own_selectors(), lonely.peer.engine_selectors()});
    }
    CHECK(lonely.host.kernel.list().size() <= 1 + ike::Options{}.most_children);
    CHECK(lonely.host.count(Reason::NoAdditionalSas) >= 500 - ike::Options{}.most_children);
    const auto rekeying = lonely.wire.rekey(other, other.sas().at(0)->sa().id);
    lonely.wire.run_for(seconds(10));
    CHECK(other.outcome(rekeying) == "ok");
    CHECK(other.established() == 1);
    CHECK(other.kernel.list().size() == 1);
    CHECK(disagreement_inside(lonely.host) == "");
}

TEST_CASE("exchanges nobody knows are dropped", "[engine][rfc7296-3.1][hostile-f1]") {
    Lonely lonely;
    lonely.establish();
    for (const auto exchange : std::initializer_list<std::uint8_t>{0, 33, 39, 43, 45, 240, 255}) {
        check_refused(lonely, Reason::ExchangeTypeUnexpected,
                      [&] { lonely.tell(lonely.peer.protect(wire::ExchangeType{exchange}, 2, false, {})); });
    }
}

TEST_CASE("a fatal notify of the peer's ends the IKE SA", "[engine][rfc7296-2.21.2]") {
    Lonely lonely;
    lonely.establish();
    check_ended(lonely, Reason::PeerRefused, [&] {
        lonely.tell(lonely.peer.protect(kInformational, 2, false, {notify(wire::NotifyType::authentication_failed)}));
    });
}

}  // namespace xfrmd::tests
