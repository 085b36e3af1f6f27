// Message ids agreed on anew after a failover of the peer, a cluster (RFC 6311). The peer's script plays the member
// that takes over: ids are what it says.
#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "tests/unit/engine/hostile.h"
#include "tests/unit/engine/rekeyable_ike.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kInformational = wire::ExchangeType::informational;
constexpr std::uint32_t kNonce = 0xabcdef01;

struct Ids {
    std::uint32_t nonce = kNonce;
    std::uint32_t send = 0;
    std::uint32_t receive = 0;
    friend bool operator==(const Ids&, const Ids&) = default;
};

wire::Notify sync(const Ids& ids) {
    return notify(wire::NotifyType::ikev2_message_id_sync,
                  base::Writer().u32(ids.nonce).u32(ids.send).u32(ids.receive).take());
}

Ids ids_in(const wire::Payloads& payloads) {
    REQUIRE(payloads.notifies.size() == 1);
    REQUIRE(payloads.notifies[0].type == wire::NotifyType::ikev2_message_id_sync);
    base::Reader reader(payloads.notifies[0].data);
    Ids ids{reader.u32(), reader.u32(), reader.u32()};
    REQUIRE(reader.complete());
    return ids;
}

struct Clustered : Lonely {
    explicit Clustered(bool is_agreed = true, bool engine_begins = false, const ConnectionWords& words = {})
        : Lonely(words) {
        const Payloads said =
            is_agreed ? Payloads{notify(wire::NotifyType::ikev2_message_id_sync_supported)} : Payloads{};
        if (engine_begins) {
            be_called();
            Payloads answer = peer.auth_response(auth_request);
            answer.insert(answer.end(), said.begin(), said.end());
            tell(peer.protect(kAuth, 1, true, answer));
        } else {
            begin();
            Payloads request = peer.auth_request();
            request.insert(request.end(), said.begin(), said.end());
            if (words.mobike) request.emplace_back(notify(wire::NotifyType::mobike_supported));
            auth_answer = peer.open(tell(peer.protect(kAuth, 1, false, request)).at(0)).value();
        }
        REQUIRE(host.established() == 1);
    }
    base::Bytes request(const Ids& ids) { return peer.protect(kInformational, 0, false, {sync(ids)}); }
    // What the engine answers, with message id 0.
    Ids synchronize(const Ids& ids) {
        const auto sent = tell(request(ids));
        REQUIRE_FALSE(sent.empty());
        const wire::Header header = read(sent[0]).header;
        CHECK(header.message_id == wire::MessageId{0});
        CHECK(header.exchange == kInformational);
        CHECK(header.is_response);
        return ids_in(peer.open(sent[0]).value());
    }
    bool answers(std::uint32_t id) { return tell(peer.protect(kInformational, id, false, {})).size() == 1; }
    // Of the request that the engine has sent last.
    std::uint32_t last_id() const { return static_cast<std::uint32_t>(read(host.sent.back().bytes).header.message_id); }
    void check_ignored(const base::Bytes& message, Reason reason) {
        check_refused(*this, reason, [&] { tell(message); });
    }

    wire::Payloads auth_answer;
};

}  // namespace

TEST_CASE("an initiator says that message ids can be agreed on anew, a responder says so in turn",
          "[engine][rfc6311-5][rfc6311-6.1]") {
    const auto said = notify(wire::NotifyType::ikev2_message_id_sync_supported);
    const auto says = [&](const wire::Payloads& payloads) {
        CHECK(payloads.find(wire::NotifyType{16421}) == nullptr);
        const auto* found = payloads.find(said.type);
        return found != nullptr && *found == said;
    };
    Lonely lonely;
    lonely.be_called();
    CHECK(says(lonely.auth_request));
    CHECK(says(Clustered().auth_answer));
    CHECK_FALSE(says(Clustered(false).auth_answer));
}

TEST_CASE("the member that takes over is told the ids that both go on with", "[engine][rfc6311-5.1]") {
    struct Row {
        bool engine_begins;
        Ids told, answered;
    };
    // The peer has sent requests up to 1, or none; the engine none, or up to 1.
    const auto row = GENERATE(values<Row>({
        {false, {kNonce, 2, 0}, {kNonce, 0, 2}},
        {false, {kNonce, 5, 3}, {kNonce, 3, 5}},
        {false, {0, 0x10000, 0}, {0, 0, 0x10000}},
        {true, {kNonce, 0, 2}, {kNonce, 2, 0}},
        {true, {kNonce, 7, 0}, {kNonce, 2, 7}},
        {true, {0xffffffff, 3, 9}, {0xffffffff, 9, 3}},
    }));
    Clustered lonely(true, row.engine_begins);
    const Ids answered = lonely.synchronize(row.told);
    CHECK(answered == row.answered);
    CHECK(lonely.host.counted() == 0);

    CHECK(lonely.answers(row.told.send));
    CHECK_FALSE(lonely.answers(row.told.send + 2));
    lonely.wire.rekey(lonely.host, lonely.sa()->sa().id);
    lonely.wire.settle();
    CHECK(lonely.last_id() == row.answered.send);
}

TEST_CASE("an answer that was lost is sent again, bit by bit", "[engine][rfc6311-5.1][rfc7296-2.1]") {
    Clustered lonely;
    const base::Bytes request = lonely.request({kNonce, 5, 3});
    const auto first = lonely.tell(request);
    CHECK(lonely.tell(request) == first);
    CHECK(lonely.host.counted() == 0);
    CHECK(lonely.answers(5));
}

TEST_CASE("who says less than was said has nothing to say", "[engine][rfc6311-5.1]") {
    Clustered lonely;
    SECTION("than has been sent") {
        const std::uint32_t id = GENERATE(0U, 1U);
        lonely.check_ignored(lonely.request({kNonce, id, 0}), Reason::MessageIdUnexpected);
        CHECK(lonely.answers(2));
    }
    SECTION("than has been told") {
        lonely.synchronize({kNonce, 9, 0});
        lonely.check_ignored(lonely.request({1, 9, 7}), Reason::MessageIdUnexpected);
        lonely.check_ignored(lonely.request({1, 8, 7}), Reason::MessageIdUnexpected);
        CHECK(lonely.synchronize({2, 10, 7}) == Ids{2, 7, 10});
    }
    SECTION("a message that was recorded, after the next one or later") {
        const base::Bytes recorded = lonely.request({kNonce, 5, 3});
        lonely.tell(recorded);
        if (GENERATE(true, false)) {
            lonely.synchronize({2, 8, 3});
            lonely.check_ignored(recorded, Reason::MessageIdUnexpected);
            CHECK(lonely.answers(8));
        } else {
            CHECK(lonely.answers(5));
            lonely.tell(recorded);
            CHECK(lonely.answers(6));
        }
    }
}

TEST_CASE("message ids are agreed on anew only where both have said that they can", "[engine][rfc6311-5]") {
    const bool engine_begins = GENERATE(true, false);
    Clustered lonely(false, engine_begins);
    if (engine_begins) {  // a fresh request like any other
        CHECK(lonely.tell(lonely.request({kNonce, 5, 3})).size() == 1);
        CHECK(lonely.answers(1));
    } else {
        lonely.check_ignored(lonely.request({kNonce, 5, 3}), Reason::MessageIdUnexpected);
        CHECK(lonely.answers(2));
    }
}

TEST_CASE("nothing stands beside what synchronizes message ids", "[engine][rfc6311-5.1]") {
    Clustered lonely;
    const auto tell = [&](const Payloads& payloads) { return lonely.peer.protect(kInformational, 0, false, payloads); };
    const Ids ids{kNonce, 5, 3};
    lonely.check_ignored(tell({sync(ids), wire::Delete{policy::ProtocolId::ike, {}}}), Reason::PayloadUnexpected);
    lonely.check_ignored(tell({sync(ids), notify(wire::NotifyType::invalid_syntax)}), Reason::PayloadUnexpected);
    lonely.check_ignored(tell({notify(wire::NotifyType::ikev2_message_id_sync, base::Bytes(11, 1))}),
                         Reason::PayloadMalformed);
    lonely.check_ignored(tell({notify(wire::NotifyType::ikev2_message_id_sync, base::Bytes(13, 1))}),
                         Reason::PayloadMalformed);
    lonely.check_ignored(tell({}), Reason::MessageIdUnexpected);
    CHECK(lonely.answers(2));
    // But what we have not said that we can is passed over.
    CHECK(lonely.tell(tell({sync(ids), notify(wire::NotifyType{16423}, base::Bytes(4, 1))})).size() == 1);
    CHECK(lonely.answers(5));
}

TEST_CASE("the message that synchronizes ids comes in one piece, and so does its answer", "[engine][rfc7383-2.6.1]") {
    Clustered lonely;
    const base::Bytes inner = wire::encode_inner({sync({kNonce, 5, 3})});
    lonely.check_ignored(lonely.peer.protect_fragment(lonely.peer.header(kInformational, 0, false), {1, 1},
                                                      wire::PayloadType::notify, inner),
                         Reason::MessageIdUnexpected);
    CHECK(lonely.tell(lonely.request({kNonce, 5, 3})).size() == 1);
    CHECK_FALSE(read(lonely.host.sent.back().bytes).encrypted->fragment);
}

TEST_CASE("two children with one selector stand side by side", "[engine][rfc6311-3.2]") {
    Clustered lonely;
    Payloads second = lonely.peer.child_rekeying(9);
    second.erase(second.begin());  // another one, that takes nobody's place
    CHECK(lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, second)).size() == 1);
    lonely.wire.run_for(seconds(60));
    CHECK(lonely.host.kernel.children().size() == 2);
}

TEST_CASE("what was in flight is begun again", "[engine][rfc6311-9]") {
    Clustered lonely;
    const auto exchange_of_last = [&] { return read(lonely.host.sent.back().bytes).header.exchange; };
    const auto id = lonely.sa()->sa().id;
    std::uint64_t operation = 0;
    Payloads answer;
    SECTION("a rekeying of the child") {
        operation = lonely.wire.rekey(lonely.host, id, lonely.sa()->established()->children.at(0).id);
        answer = {ScriptedPeer::esp_offer(0xc0ffee09), wire::Nonce{base::Bytes(32, 9)}, lonely.peer.engine_selectors(),
                  lonely.peer.own_selectors()};
        std::get<wire::TrafficSelectorPayload>(answer[2]).initiator = true;
        std::get<wire::TrafficSelectorPayload>(answer[3]).initiator = false;
    }
    SECTION("a Delete of the child") {
        operation = lonely.wire.clear(lonely.host, id, lonely.sa()->established()->children.at(0).number);
    }
    SECTION("a Delete of the IKE SA") { operation = lonely.wire.clear(lonely.host, id); }
    lonely.wire.settle();
    CHECK(lonely.last_id() == 0);
    const auto exchange = exchange_of_last();
    const std::size_t sent = lonely.host.sent.size();
    const Ids answered = lonely.synchronize({kNonce, 3, 0});
    CHECK(answered == Ids{kNonce, 1, 3});
    REQUIRE(lonely.host.sent.size() == sent + 2);
    CHECK(lonely.last_id() == 1);
    CHECK(exchange_of_last() == exchange);
    CHECK(lonely.host.outcome(operation) == "running");
    // The answer to what was sent before counts no more.
    lonely.check_ignored(lonely.peer.protect(exchange, 0, true, answer), Reason::ResponseUnexpected);
    lonely.tell(lonely.peer.protect(exchange, 1, true, answer));
    CHECK(lonely.host.outcome(operation) == "ok");
    CHECK(disagreement_inside(lonely.host) == "");
}

TEST_CASE("addresses that were being told are told again", "[engine][rfc6311-9][rfc4555-3.6]") {
    ConnectionWords words;
    words.mobike = true;
    Clustered lonely(true, false, words);
    lonely.wire.feed(lonely.host, ike::UsePath{lonely.sa()->sa().id, address("192.0.2.11"), address("192.0.2.2")});
    const auto is_told = [&](const base::Bytes& bytes) {
        return lonely.peer.open(bytes).value().find(wire::NotifyType::no_additional_addresses) != nullptr;
    };
    REQUIRE(is_told(lonely.host.sent.back().bytes));
    const auto sent = lonely.tell(lonely.request({kNonce, 2, 1}));
    REQUIRE(sent.size() == 2);
    CHECK(is_told(sent[1]));
}

TEST_CASE("a rekeyed IKE SA goes on with what the first one agreed on", "[engine][rfc6311-5]") {
    RekeyableIke gateways;
    gateways.rekey(gateways.left);
    gateways.wire.run_for(seconds(9));
    for (const Host* host : {&gateways.left, &gateways.right}) CHECK(live(*host).sa().id_sync.agreed);
}

TEST_CASE("the last message ids there are end the IKE SA", "[engine][rfc7296-2.2][rfc6311-5.1]") {
    Clustered lonely;
    const Ids ids = GENERATE(Ids{kNonce, 0xffffffff, 0}, Ids{kNonce, 5, 0xffffffff});
    lonely.tell(lonely.request(ids));
    CHECK(lonely.host.established() == 0);
    CHECK(lonely.host.count(Reason::InternalInconsistency) == 1);
}

}  // namespace xfrmd::tests
