// What RFC 7296 requires of messages that no test of an exchange looks at for its own sake: what is repeated, what is
// never sent, and where an answer goes. tests/rfc/7296.md says which test shows which requirement.
#include "tests/unit/engine/hostile.h"

#include <algorithm>
#include <set>

#include <catch2/generators/catch_generators.hpp>

#include "ike/base/writer.h"
#include "tests/unit/engine/rekeyable_child.h"

namespace xfrmd::tests {

namespace {

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kCreate = wire::ExchangeType::create_child_sa;
constexpr auto kInformational = wire::ExchangeType::informational;

ConnectionWords with_esp(const std::string& proposals) {
    ConnectionWords words;
    words.children.front().esp = proposals;
    return words;
}

bool offers_group(const wire::SecurityAssociation& sa, policy::KeyExchangeId group) {
    return std::any_of(sa.proposals.begin(), sa.proposals.end(), [group](const auto& proposal) {
        return std::any_of(proposal.transforms.begin(), proposal.transforms.end(), [group](const auto& transform) {
            return transform.transform.type == policy::TransformType::key_exchange &&
                   transform.transform.id == static_cast<std::uint16_t>(group);
        });
    });
}

// The request of the engine's that it has just sent.
wire::Payloads last_request(Lonely& lonely) { return lonely.peer.open(lonely.host.sent.back().bytes).value(); }

Payloads without(Payloads payloads, wire::PayloadType type) {
    std::erase_if(payloads, [type](const wire::Payload& payload) { return wire::type_of(payload) == type; });
    return payloads;
}

Payloads new_child(const ScriptedPeer& peer, const std::string& esp = "aes128gcm16") {
    return {ScriptedPeer::esp_offer(0xc0ffee09, esp), wire::Nonce{base::Bytes(32, 9)}, peer.own_selectors(),
            peer.engine_selectors()};
}

}  // namespace

TEST_CASE("an IKE_SA_INIT that wants another group is repeated with the whole offer", "[engine][rfc7296-1.2]") {
    ConnectionWords words;
    words.ike = "aes256-sha512-modp2048-x25519,aes128-sha256-ecp256-x25519";
    Lonely lonely(words);
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    const base::Bytes request = lonely.host.sent.back().bytes;
    const auto first = read(request);
    const auto again = lonely.tell(refusal(request, wanted_group(policy::KeyExchangeId::x25519)));
    const auto second = read(again.at(0));
    CHECK(second.clear.key_exchange->method == policy::KeyExchangeId::x25519);
    CHECK(second.clear.sa == first.clear.sa);
    CHECK(second.clear.sa->proposals.size() == 2);
}

TEST_CASE("a cookie comes back first, and all else stays as it was", "[engine][rfc7296-2.6]") {
    Lonely lonely;
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    const base::Bytes request = lonely.host.sent.back().bytes;
    const auto first = read(request);
    const auto answer = [&](std::size_t size) {
        return refusal(request, notify(wire::NotifyType::cookie, base::Bytes(size, 5)));
    };
    SECTION("of 1 to 64 bytes") {
        for (const std::size_t size : {1U, 64U}) {
            wire::Payloads second = read(lonely.tell(answer(size)).at(0)).clear;
            REQUIRE(second.notifies.front() == notify(wire::NotifyType::cookie, base::Bytes(size, 5)));
            second.notifies.erase(second.notifies.begin());
            CHECK(second == first.clear);
        }
    }
    SECTION("of another size it is none") {
        for (const std::size_t size : {0U, 65U}) {
            check_refused(lonely, Reason::PayloadMalformed, [&] { lonely.tell(answer(size)); });
        }
    }
}

TEST_CASE("a request for a child with PFS has a value of a group that it offers", "[engine][rfc7296-1.3]") {
    ConnectionWords words = with_esp("aes128gcm16-ecp256-x25519,aes256gcm16-modp2048");
    words.children.push_back({.name = "second", .esp = words.children.front().esp});
    Lonely lonely(words);
    lonely.be_called_and_answer();
    lonely.wire.initiate(lonely.host, "192.0.2.2", "gw", "second");
    lonely.wire.settle();
    const auto request = last_request(lonely);
    REQUIRE(request.key_exchange);
    CHECK(request.key_exchange->method == policy::KeyExchangeId::ecp256);
    CHECK(offers_group(*request.sa, request.key_exchange->method));
    SECTION("and of the one that the peer wants instead, of those offered, once") {
        lonely.tell(lonely.peer.protect(kCreate, 2, true, {wanted_group(policy::KeyExchangeId::x25519)}));
        const auto again = last_request(lonely);
        REQUIRE(again.key_exchange);
        CHECK(again.key_exchange->method == policy::KeyExchangeId::x25519);
        CHECK(again.sa == request.sa);
        CHECK(
            lonely.tell(lonely.peer.protect(kCreate, 3, true, {wanted_group(policy::KeyExchangeId::ecp256)})).empty());
    }
    SECTION("and of no other") {
        const auto sent =
            lonely.tell(lonely.peer.protect(kCreate, 2, true, {wanted_group(policy::KeyExchangeId::modp3072)}));
        CHECK(sent.empty());
        CHECK(lonely.host.kernel.children().size() == 1);
    }
}

TEST_CASE("a child's value of another group than the chosen one is refused with that", "[engine][rfc7296-1.3]") {
    Lonely lonely(with_esp("aes128gcm16-x25519"));
    lonely.establish();
    Payloads request = new_child(lonely.peer, "aes128gcm16-x25519-ecp256");
    if (GENERATE(true, false)) {
        request.insert(request.begin() + 2,
                       wire::KeyExchangePayload{policy::KeyExchangeId::ecp256, base::Bytes(64, 1)});
    }
    check_refused(
        lonely, Reason::KeyExchangeMethodMismatch,
        [&] { lonely.tell(lonely.peer.protect(kCreate, 2, false, request)); }, 1);
    const auto answer = lonely.peer.open(lonely.host.sent.back().bytes);
    REQUIRE(answer->notifies.size() == 1);
    CHECK(answer->notifies[0] == wanted_group(policy::KeyExchangeId::x25519));
    CHECK_FALSE(answer->sa);
}

TEST_CASE("a request to rekey says what is rekeyed, and brings what is needed",
          "[engine][rfc7296-1.3.2][rfc7296-1.3.3]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    const auto& child = first_child(lonely.host);
    SECTION("a child: REKEY_SA with the SPI that we receive on") {
        lonely.wire.rekey(lonely.host, ike_sa(lonely.host), child.id);
        lonely.wire.settle();
        const auto request = last_request(lonely);
        REQUIRE(request.notifies.size() == 1);
        CHECK(request.notifies[0].type == wire::NotifyType::rekey_sa);
        CHECK(request.notifies[0].protocol == policy::ProtocolId::esp);
        CHECK(request.notifies[0].spi == base::Writer().u32(static_cast<std::uint32_t>(child.spi_in)).take());
    }
    SECTION("an IKE SA: a key exchange") {
        lonely.wire.rekey(lonely.host, ike_sa(lonely.host));
        lonely.wire.settle();
        const auto request = last_request(lonely);
        REQUIRE(request.key_exchange);
        CHECK(offers_group(*request.sa, request.key_exchange->method));
        CHECK_FALSE(offers_group(*request.sa, policy::KeyExchangeId::none));
        CHECK_FALSE(request.ts_i);
    }
}

TEST_CASE("an IKE SA is not rekeyed without a key exchange", "[engine][rfc7296-1.3.2][rfc7296-2.18]") {
    Lonely lonely;
    lonely.establish();
    Payloads request = ScriptedPeer::ike_rekeying(2);
    auto& transforms = std::get<wire::SecurityAssociation>(request.at(0)).proposals.at(0).transforms;
    SECTION("the group NONE is no proposal") {
        for (auto& one : transforms) {
            if (one.transform.type == policy::TransformType::key_exchange)
                one.transform = policy::transform(policy::KeyExchangeId::none);
        }
        check_refused(
            lonely, Reason::NoProposalChosen, [&] { lonely.tell(lonely.peer.protect(kCreate, 2, false, request)); }, 1);
    }
    SECTION("and a missing value is a broken message") {
        request = without(std::move(request), wire::PayloadType::ke);
        check_ended(lonely, Reason::PayloadMissing,
                    [&] { lonely.tell(lonely.peer.protect(kCreate, 2, false, request)); });
    }
}

TEST_CASE("message ids of a rekeyed IKE SA begin at 0", "[engine][rfc7296-2.18]") {
    RekeyableChild gateways;
    gateways.wire.on_the_way = nullptr;
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left));
    gateways.wire.run_for(seconds(30));
    const std::size_t before = gateways.left.sent.size();
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    gateways.wire.settle();
    CHECK(read(gateways.left.sent.at(before).bytes).header.message_id == wire::MessageId{0});
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("the Delete of a rekeyed IKE SA is the last request in it", "[engine][rfc7296-2.8]") {
    RekeyableChild gateways;
    gateways.wire.on_the_way = nullptr;
    const auto old = gateways.left.sas().at(0)->sa().spi_i;
    const std::size_t before = gateways.left.sent.size();
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left));
    gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    gateways.wire.run_for(seconds(30));
    std::vector<wire::ExchangeType> requests;
    for (std::size_t i = before; i < gateways.left.sent.size(); ++i) {
        const wire::Header header = read(gateways.left.sent[i].bytes).header;
        if (header.spi_i == old && !header.is_response) requests.push_back(header.exchange);
    }
    CHECK(requests == std::vector{kCreate, kInformational});
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("where both delete a child the answer does not name it again", "[engine][rfc7296-1.4.1]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    const auto operation = lonely.wire.clear(lonely.host, ike_sa(lonely.host), first_child(lonely.host).id);
    lonely.wire.settle();
    const wire::Delete theirs{policy::ProtocolId::esp, {0xc0ffee02}};
    const auto answers = lonely.tell(lonely.peer.protect(kInformational, 0, false, {theirs}));
    CHECK(lonely.peer.open(answers.at(0)) == wire::Payloads{});
    CHECK(lonely.host.kernel.children().empty());
    lonely.tell(lonely.peer.protect(kInformational, 2, true, {}));
    CHECK(lonely.host.outcome(operation) == "ok");
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("transport mode is confirmed to who asked for it", "[engine][rfc7296-1.3.1]") {
    ConnectionWords words;
    words.children.front().mode = policy::Mode::transport;
    Lonely lonely(words);
    lonely.begin();
    Payloads request = lonely.peer.auth_request();
    request.emplace_back(notify(wire::NotifyType::use_transport_mode));
    const auto answer = lonely.peer.open(lonely.tell(lonely.peer.protect(kAuth, 1, false, request)).at(0));
    CHECK(answer->find(wire::NotifyType::use_transport_mode) != nullptr);
    CHECK(lonely.host.kernel.list().at(0)->mode == policy::Mode::transport);
}

TEST_CASE("a responder says nothing twice of its own accord", "[engine][rfc7296-2.1]") {
    Lonely lonely;
    lonely.begin();
    lonely.wire.run_for(seconds(29));
    CHECK(lonely.host.sent.size() == 1);
    lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request()));
    const base::Bytes answer = lonely.host.sent.back().bytes;
    lonely.wire.run_for(seconds(600));
    const auto same = [&](const Parcel& parcel) { return parcel.bytes == answer; };
    CHECK(std::count_if(lonely.host.sent.begin(), lonely.host.sent.end(), same) == 1);
}

TEST_CASE("a peer's larger window changes nothing: one request of ours is in flight", "[engine][rfc7296-2.3]") {
    ConnectionWords words = two_children();
    words.children.push_back({.name = "third", .local_ts = {"10.5.0.0/16"}, .remote_ts = {"10.6.0.0/16"}});
    Lonely lonely(words);
    lonely.be_called();
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    answer.emplace_back(notify(wire::NotifyType::set_window_size, {0, 0, 0, 10}));
    lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
    const std::size_t before = lonely.host.sent.size();
    lonely.wire.initiate(lonely.host, "192.0.2.2", "gw", "second");
    lonely.wire.initiate(lonely.host, "192.0.2.2", "gw", "third");
    lonely.wire.settle();
    CHECK(lonely.host.sent.size() == before + 1);
    lonely.tell(lonely.peer.protect(kCreate, 2, true, {notify(wire::NotifyType::no_additional_sas)}));
    CHECK(lonely.host.sent.size() == before + 2);
    CHECK(read(lonely.host.sent.back().bytes).header.message_id == wire::MessageId{3});
}

TEST_CASE("nonces are of 32 bytes and none comes twice", "[engine][rfc7296-2.10]") {
    std::set<base::Bytes> nonces;
    Gateways gateways(with_esp("aes128gcm16-x25519"));
    gateways.connect();
    for (const Host* host : {&gateways.left, &gateways.right}) {
        const auto nonce = read(host->sent.at(0).bytes).clear.nonce;
        REQUIRE(nonce);
        CHECK(nonce->data.size() == 32);
        nonces.insert(nonce->data);
    }
    Lonely lonely;
    lonely.establish();
    for (std::uint8_t id = 2; id < 6; ++id) {
        Payloads request = lonely.peer.child_rekeying(id);
        std::get<wire::Notify>(request.at(0)).spi.back() = static_cast<std::uint8_t>(id == 2 ? 1 : id - 1);
        const auto answer = lonely.peer.open(lonely.tell(lonely.peer.protect(kCreate, id, false, request)).at(0));
        REQUIRE(answer->nonce);
        CHECK(answer->nonce->data.size() == 32);
        nonces.insert(answer->nonce->data);
    }
    CHECK(nonces.size() == 6);
}

TEST_CASE("a rekeyed child has the selectors of the one before", "[engine][rfc7296-2.9.2]") {
    ConnectionWords left;
    left.children.front().remote_ts = {"10.2.0.0/16", "10.9.0.0/24"};
    ConnectionWords right = mirrored(ConnectionWords{});
    right.children.front().remote_ts = {"10.1.4.0/22", "10.1.8.0/24"};
    Gateways gateways(left, right);
    gateways.connect();
    const bool by_left = GENERATE(true, false);
    Host& host = by_left ? gateways.left : gateways.right;
    const auto local = first_child(host).local_ts;
    const auto remote = first_child(host).remote_ts;
    REQUIRE((by_left ? local : remote) == selectors({"10.1.4.0/22", "10.1.8.0/24"}));
    const auto operation = gateways.wire.rekey(host, ike_sa(host), first_child(host).id);
    gateways.wire.run_for(seconds(30));
    CHECK(host.outcome(operation) == "ok");
    CHECK(first_child(host).local_ts == local);
    CHECK(first_child(host).remote_ts == remote);
}

TEST_CASE("both IKE_SA_INIT messages tell where they come from and go to", "[engine][rfc7296-2.23]") {
    Gateways gateways;
    gateways.connect();
    for (const Host* host : {&gateways.left, &gateways.right}) {
        const auto first = read(host->sent.at(0).bytes).clear;
        CHECK(first.find(wire::NotifyType::nat_detection_source_ip) != nullptr);
        CHECK(first.find(wire::NotifyType::nat_detection_destination_ip) != nullptr);
    }
}

TEST_CASE("a child asked for again after TEMPORARY_FAILURE waits", "[engine][rfc7296-2.25]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    const bool of_child = GENERATE(true, false);
    lonely.wire.rekey(lonely.host, ike_sa(lonely.host), of_child ? first_child(lonely.host).id : ike::ChildSaId::none);
    lonely.wire.settle();
    CHECK(lonely.tell(lonely.peer.protect(kCreate, 2, true, {notify(wire::NotifyType::temporary_failure)})).empty());
    const std::size_t before = lonely.host.sent.size();
    lonely.wire.run_for(seconds(10));
    CHECK(lonely.host.sent.size() == before);
    lonely.wire.run_for(seconds(20));
    CHECK(lonely.host.sent.size() > before);
}

}  // namespace xfrmd::tests
