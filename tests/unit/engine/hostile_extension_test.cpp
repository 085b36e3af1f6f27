// Rows C9, E7, F14 of tests/rfc/hostile.md: changes on the way, spoofed addresses, and extensions that we do
// not speak.
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kInformational = wire::ExchangeType::informational;

constexpr wire::NotifyType kUseAggfrag{16442};
constexpr wire::NotifyType kSaResourceInfo{16444};

using Change = std::function<void(wire::Payloads&)>;

// Somebody in the middle who rewrites both IKE_SA_INIT messages.
std::function<bool(Parcel&)> in_the_middle(Change request, Change response) {
    return [=](Parcel& parcel) {
        const wire::Received received = read(parcel.bytes);
        if (received.header.exchange != wire::ExchangeType::ike_sa_init) return true;
        wire::Payloads clear = received.clear;
        (received.header.is_response ? response : request)(clear);
        Payloads payloads{*clear.sa, *clear.key_exchange, *clear.nonce};
        for (const wire::Notify& notify : clear.notifies) payloads.emplace_back(notify);
        parcel.bytes = wire::encode(received.header, payloads);
        return true;
    };
}

void leave(wire::Payloads&) {}

Change without(wire::NotifyType type) {
    return [type](wire::Payloads& payloads) {
        std::erase_if(payloads.notifies, [type](const wire::Notify& notify) { return notify.type == type; });
    };
}

// A peer behind a NAT, which talks through port 4500 and has asked for a child.
struct BehindNat : Lonely {
    explicit BehindNat(
        std::uint16_t port, const ChildWords& child = {},
        const std::function<void(Payloads&)>& change = [](Payloads&) {})
        : Lonely(ConnectionWords{.remote = "", .children = {child}}), at{address("198.51.100.7"), port} {
        peer.self = {at.address, 500};
        Payloads payloads = peer.init_payloads();
        payloads.emplace_back(notify(wire::NotifyType::nat_detection_source_ip, base::Bytes(20, 1)));
        payloads.emplace_back(notify(wire::NotifyType::nat_detection_destination_ip, base::Bytes(20, 2)));
        peer.take_init_response(tell(peer.init_request(payloads)).at(0));
        Payloads request = peer.auth_request();
        change(request);
        say(at, peer.protect(kAuth, 1, false, request));
        REQUIRE(host.established() == 1);
    }
    std::size_t say(const base::Endpoint& from, base::Bytes bytes) {
        bytes.insert(bytes.begin(), 4, 0);
        return tell(from, {host.address, 4500}, std::move(bytes)).size();
    }
    base::Bytes alive(std::uint32_t id) { return peer.protect(kInformational, id, false, {}); }
    const base::Endpoint& followed() const { return sa()->sa().remote; }

    base::Endpoint at;
};

}  // namespace

TEST_CASE("who takes the strong proposal out of IKE_SA_INIT gets no IKE SA", "[engine][rfc7296-2.15][hostile-c9]") {
    ConnectionWords words;
    words.ike = "aes256-sha512-x25519,aes128-sha256-x25519";
    Gateways gateways(words);
    gateways.wire.on_the_way = in_the_middle(
        [](wire::Payloads& request) {
            request.sa->proposals.erase(request.sa->proposals.begin());
            request.sa->proposals.front().number = 1;
        },
        [](wire::Payloads& response) { response.sa->proposals.front().number = 2; });
    const auto operation = gateways.connect();
    CHECK(gateways.right.count(Reason::AuthenticationFailed) == 1);
    CHECK(gateways.left.outcome(operation) == base::name(Reason::AuthenticationRefused));
    CHECK(gateways.left.established() + gateways.right.established() == 0);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("who takes a notify out of IKE_SA_INIT gets no IKE SA", "[engine][rfc7296-2.15][hostile-c9]") {
    const auto type =
        GENERATE(wire::NotifyType::ikev2_fragmentation_supported, wire::NotifyType::nat_detection_source_ip);
    const bool of_request = GENERATE(true, false);
    Gateways gateways;
    gateways.wire.on_the_way = of_request ? in_the_middle(without(type), leave) : in_the_middle(leave, without(type));
    const auto operation = gateways.connect();
    CHECK((of_request ? gateways.right : gateways.left).count(Reason::AuthenticationFailed) == 1);
    CHECK(gateways.left.failed(operation));
    gateways.wire.run_for(seconds(200));
    CHECK(gateways.left.established() + gateways.right.established() == 0);
    CHECK(gateways.right.kernel.children().empty());
}

TEST_CASE("a peer is followed by what is new and its own only", "[engine][rfc7296-2.23][hostile-e7]") {
    BehindNat lonely(4500);
    const base::Endpoint elsewhere{address("203.0.113.9"), 666};
    const base::Bytes old = lonely.alive(2);
    CHECK(lonely.say(lonely.at, old) == 1);
    SECTION("not by a replayed request, though that is answered where it came from") {
        lonely.say(elsewhere, old);
        CHECK(lonely.host.sent.back().to == elsewhere);
        CHECK(lonely.host.counted() == 0);
    }
    SECTION("nor by a forged one") {
        base::Bytes forged = lonely.alive(3);
        forged.back() ^= 1;
        check_refused(lonely, Reason::IntegrityCheckFailed, [&] { lonely.say(elsewhere, forged); });
    }
    SECTION("nor by one outside the window") {
        check_refused(lonely, Reason::MessageIdUnexpected, [&] { lonely.say(elsewhere, lonely.alive(9)); });
    }
    SECTION("nor by a keepalive") { lonely.tell(elsewhere, {lonely.host.address, 4500}, {0xff}); }
    CHECK(lonely.followed() == lonely.at);
}

TEST_CASE("a NAT that changes its ports all the time loses nothing", "[engine][rfc7296-2.23][hostile-e7]") {
    BehindNat lonely(1024);
    for (std::uint32_t id = 2; id < 100; ++id) {
        const base::Endpoint from{lonely.at.address, static_cast<std::uint16_t>(1024 + id)};
        CHECK(lonely.say(from, lonely.alive(id)) == 1);
        CHECK(lonely.host.sent.back().to == from);
        CHECK(lonely.followed() == from);
    }
    CHECK(lonely.host.counted() == 0);
    CHECK(lonely.host.kernel.children().size() == 1);
}

TEST_CASE("two peers behind one NAT that swap their ports stay two", "[engine][rfc7296-2.23][hostile-e7]") {
    Lonely lonely(ConnectionWords{.remote = ""});
    const base::Endpoint ports[] = {{address("198.51.100.7"), 4501}, {address("198.51.100.7"), 4502}};
    ScriptedPeer peers[] = {ScriptedPeer(1), ScriptedPeer(2)};
    const auto say = [&](std::size_t who, std::size_t from, base::Bytes bytes) {
        bytes.insert(bytes.begin(), 4, 0);
        auto sent = lonely.tell(ports[from], {lonely.host.address, 4500}, std::move(bytes));
        CHECK(lonely.host.sent.back().to == ports[from]);
        return peers[who].open(base::ByteView(sent.at(0)).subspan(4)).has_value();
    };
    for (std::size_t i = 0; i < 2; ++i) {
        Payloads payloads = peers[i].init_payloads();
        payloads.emplace_back(notify(wire::NotifyType::nat_detection_source_ip, base::Bytes(20, 1)));
        payloads.emplace_back(notify(wire::NotifyType::nat_detection_destination_ip, base::Bytes(20, 2)));
        peers[i].take_init_response(lonely.tell_from({ports[i].address, 500}, peers[i].init_request(payloads)).at(0));
        CHECK(
            say(i, i,
                peers[i].protect(kAuth, 1, false, peers[i].auth_request(0xc0ffee01 + static_cast<std::uint32_t>(i)))));
    }
    REQUIRE(lonely.host.established() == 2);
    for (std::uint32_t id = 2; id < 6; ++id) {
        for (std::size_t i = 0; i < 2; ++i) {
            CHECK(say(i, (i + id) % 2, peers[i].protect(kInformational, id, false, {})));
        }
    }
    CHECK(lonely.host.established() == 2);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("in transport mode a peer behind a NAT gets its own address, whatever it claims",
          "[engine][rfc7296-2.23.1][hostile-f14]") {
    const std::string claim = GENERATE("10.0.0.1", "203.0.113.9", "192.0.2.1", "10.0.0.0/8", "0.0.0.0/0");
    const ChildWords child{.local_ts = {"dynamic"}, .remote_ts = {"dynamic"}, .mode = policy::Mode::transport};
    BehindNat lonely(4500, child, [&](Payloads& request) {
        request.emplace_back(notify(wire::NotifyType::use_transport_mode));
        std::get<wire::TrafficSelectorPayload>(request.at(4)).selectors = selectors({claim});
        std::get<wire::TrafficSelectorPayload>(request.at(5)).selectors = selectors({"192.0.2.1"});
    });
    if (claim == "10.0.0.0/8") {
        CHECK(lonely.host.count(Reason::TrafficSelectorsUnacceptable) == 1);
        CHECK(lonely.host.kernel.children().empty());
        return;
    }
    REQUIRE(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.kernel.list().at(0)->remote_ts == selectors({"198.51.100.7"}));
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("options of children that we do not have are not agreed to", "[engine][rfc7296-3.10.1][hostile-f14]") {
    const auto type = GENERATE(kUseAggfrag, kSaResourceInfo);
    const std::size_t size = GENERATE(0U, 1U, 2000U);
    Lonely lonely;
    lonely.begin();
    Payloads request = lonely.peer.auth_request();
    for (int i = 0; i < 20; ++i) request.emplace_back(notify(type, base::Bytes(size, 1)));
    const auto answer = lonely.peer.open(lonely.tell(lonely.peer.protect(kAuth, 1, false, request)).at(0));
    CHECK(answer->notifies.empty());
    CHECK(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.counted() == 0);
}

}  // namespace xfrmd::tests
