// NAT detection and traversal (RFC 7296 2.23; RFC 3948).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

bool has_marker(const Parcel& parcel) {
    return parcel.bytes.size() > 4 && base::equal(base::ByteView(parcel.bytes).first(4), base::Bytes(4, 0));
}

// left stands behind a NAT that shows 203.0.113.9 and maps its ports to `base` and following. right may be reached at
// 198.51.100.7 only.
struct BehindNat {
    explicit BehindNat(const ChildWords& child = {}, bool both = false) {
        ConnectionWords left;
        left.local = "10.0.0.1";
        left.children = {child};
        ConnectionWords right = mirrored(left);
        right.remote = "";
        if (child.mode == policy::Mode::transport) right.children[0].remote_ts = {"dynamic"};
        if (both) left.remote = "198.51.100.7";
        gateways.emplace(snapshot(left), snapshot(right));
        gateways->wire.on_the_way = [this, both](Parcel& parcel) {
            if (both && parcel.to.address == server_outside) parcel.to.address = server;
            if (both && parcel.from.address == server) parcel.from.address = server_outside;
            if (parcel.from.address == inside) {
                parcel.from = {outside, static_cast<std::uint16_t>(base + (parcel.from.port == 4500 ? 1 : 0))};
            } else if (parcel.to.address == outside) {
                if (parcel.to.port / 10 != base / 10) return false;
                parcel.to = {inside, static_cast<std::uint16_t>(parcel.to.port % 10 == 1 ? 4500 : 500)};
            }
            return true;
        };
    }

    base::Address inside = address("10.0.0.1");
    base::Address outside = address("203.0.113.9");
    base::Address server = address("192.0.2.2");
    base::Address server_outside = address("198.51.100.7");
    std::uint16_t base = 40000;
    std::optional<Gateways> gateways;
};

ChildWords host_to_host(policy::Mode mode) {
    ChildWords words;
    words.local_ts = words.remote_ts = {"dynamic"};
    words.mode = mode;
    return words;
}

// The one child of a host, as "local === remote".
std::string selectors_at(const Host& host) {
    const auto children = host.kernel.list();
    if (children.size() != 1) return std::to_string(children.size()) + " children";
    return to_string(children[0]->local_ts) + " === " + to_string(children[0]->remote_ts);
}

}  // namespace

TEST_CASE("without a NAT everything stays on port 500", "[engine][rfc7296-2.23]") {
    Gateways gateways;
    gateways.connect();
    for (const Parcel& parcel : gateways.left.sent) {
        CHECK(parcel.from.port == 500);
        CHECK(parcel.to.port == 500);
    }
    CHECK_FALSE(gateways.left.kernel.list().at(0)->udp_encapsulation);
}

TEST_CASE("encap = yes on either side moves both to port 4500", "[engine][rfc7296-2.23][rfc3948-2.2]") {
    const bool left_wants = GENERATE(true, false);
    Gateways gateways({.encap = left_wants}, mirrored({.encap = !left_wants}));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    REQUIRE(gateways.left.sent.size() == 2);
    CHECK(gateways.left.sent[0].to.port == 500);
    CHECK_FALSE(has_marker(gateways.left.sent[0]));
    for (const Parcel* parcel : {&gateways.left.sent[1], &gateways.right.sent[1]}) {
        CHECK(parcel->from.port == 4500);
        CHECK(parcel->to.port == 4500);
        CHECK(has_marker(*parcel));
    }
    const auto& child = *gateways.left.kernel.list().at(0);
    CHECK(child.udp_encapsulation);
    CHECK(child.local.port == 4500);
    CHECK(child.remote.port == 4500);
    CHECK(gateways.right.kernel.list().at(0)->remote.port == 4500);
}

TEST_CASE("a NAT in front of the initiator", "[engine][rfc7296-2.23]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    const auto& right = gateways.right.sas().at(0)->sa();
    CHECK(right.nat.remote);
    CHECK_FALSE(right.nat.local);
    CHECK(right.remote == base::Endpoint{nat.outside, 40001});
    CHECK(gateways.left.sas().at(0)->sa().nat.local);
    CHECK(gateways.right.kernel.list().at(0)->remote == base::Endpoint{nat.outside, 40001});
    CHECK(gateways.right.engine.half_open() == 0);
}

TEST_CASE("transport mode through NATs is between the addresses that each side sees", "[engine][rfc7296-2.23.1]") {
    const bool both = GENERATE(false, true);
    BehindNat nat(host_to_host(policy::Mode::transport), both);
    Gateways& gateways = *nat.gateways;
    const std::string left = both ? "10.0.0.1/32 === 198.51.100.7/32" : "10.0.0.1/32 === 192.0.2.2/32";
    const std::string right = "192.0.2.2/32 === 203.0.113.9/32";
    const auto connected = gateways.wire.initiate(gateways.left, both ? "198.51.100.7" : "192.0.2.2", "gw", {});
    gateways.wire.settle();
    CHECK(gateways.left.outcome(connected) == "ok");
    REQUIRE(gateways.left.kernel.list().size() == 1);
    REQUIRE(gateways.right.kernel.list().size() == 1);
    CHECK(selectors_at(gateways.left) == left);
    CHECK(selectors_at(gateways.right) == right);
    for (Host* host : {&gateways.left, &gateways.right}) {
        const auto operation = gateways.wire.rekey(*host, host->sas().at(0)->sa().id, host->kernel.list().at(0)->child);
        gateways.wire.settle();
        CHECK(host->outcome(operation) == "ok");
        gateways.wire.run_for(seconds(10));
        CHECK(selectors_at(gateways.left) == left);
        CHECK(selectors_at(gateways.right) == right);
    }
}

TEST_CASE("only the one address of a transport mode's end is replaced", "[engine][rfc7296-2.23.1]") {
    ChildWords words = host_to_host(policy::Mode::transport);
    SECTION("not a tunnel's") { words.mode = policy::Mode::tunnel; }
    SECTION("not one of several") { words.local_ts = {"10.0.0.1", "10.0.0.2"}; }
    SECTION("not a network's") { words.local_ts = {"10.0.0.0/24"}; }
    BehindNat nat(words);
    Gateways& gateways = *nat.gateways;
    CHECK(gateways.left.failed(gateways.connect()));
    CHECK(gateways.right.count(Reason::TrafficSelectorsUnacceptable) == 1);
}

TEST_CASE("who sits behind the NAT keeps it open", "[engine][rfc3948-2.3][hostile-a1]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    gateways.connect();
    const auto before = gateways.left.sent.size();
    gateways.wire.run_for(seconds(61));
    REQUIRE(gateways.left.sent.size() == before + 3);
    CHECK(gateways.left.sent.back().bytes == base::Bytes{0xff});
    CHECK(gateways.left.sent.back().from.port == 4500);
    CHECK(gateways.right.engine.counters().keepalives_in == 3);
    CHECK(gateways.right.counted() == 0);
    CHECK(gateways.right.sent.size() == 2);
    CHECK(gateways.left.sent[before].sent - gateways.left.sent[before - 1].sent == seconds(20));
}

TEST_CASE("a peer behind a NAT is followed by its new authenticated requests only", "[engine][rfc7296-2.23]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    gateways.connect();
    nat.base = 50000;
    // An old request from elsewhere moves nothing.
    gateways.wire.inject({nat.outside, 50001}, {gateways.right.address, 4500}, gateways.left.sent[1].bytes);
    gateways.wire.settle();
    CHECK(gateways.right.sas().at(0)->sa().remote.port == 40001);
    const auto operation = gateways.wire.clear(gateways.left, gateways.left.sas().at(0)->sa().id,
                                               gateways.left.kernel.list().at(0)->child);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.right.sas().at(0)->sa().remote.port == 50001);
}

TEST_CASE("who is behind a NAT itself follows to another port, and to no other address",
          "[engine][rfc7296-2.23][hostile-e7]") {
    BehindNat nat({}, true);
    Gateways& gateways = *nat.gateways;
    gateways.wire.initiate(gateways.left, "198.51.100.7", "gw", {});
    gateways.wire.settle();
    const bool same_address = GENERATE(true, false);
    nat.base = 50000;
    if (!same_address) nat.outside = address("203.0.113.66");
    gateways.wire.rekey(gateways.left, gateways.left.sas().at(0)->sa().id);
    gateways.wire.settle();
    const auto& child = *gateways.right.kernel.list().at(0);
    CHECK(child.remote ==
          base::Endpoint{address("203.0.113.9"), static_cast<std::uint16_t>(same_address ? 50001 : 40001)});
    CHECK(gateways.right.sas().back()->sa().remote == child.remote);
}

TEST_CASE("children follow a peer behind a NAT once a second at most", "[engine][rfc7296-2.23][hostile-e7]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    gateways.connect();
    const auto& child = *gateways.right.kernel.list().at(0);
    const auto move_to = [&](std::uint16_t base) {
        nat.base = base;
        gateways.wire.rekey(gateways.left, gateways.left.sas().back()->sa().id);
        gateways.wire.settle();
        return gateways.right.sas().back()->sa().remote.port;
    };
    CHECK(move_to(50000) == 50001);
    CHECK(child.remote.port == 50001);
    CHECK(move_to(60000) == 60001);
    CHECK(child.remote.port == 50001);
    gateways.wire.run_for(seconds(1));
    CHECK(child.remote.port == 60001);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("where a peer behind a NAT is followed to, its children go as well", "[engine][rfc7296-2.23]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    gateways.connect();
    nat.base = 50000;
    gateways.wire.rekey(gateways.left, gateways.left.sas().at(0)->sa().id);
    gateways.wire.settle();
    const base::Endpoint now{nat.outside, 50001};
    const auto& right = *gateways.right.kernel.list().at(0);
    CHECK(right.remote == now);
    CHECK(right.local.port == 4500);
    CHECK(right.udp_encapsulation);
    CHECK(gateways.left.kernel.list().at(0)->remote == base::Endpoint{gateways.right.address, 4500});
    CHECK(gateways.disagreement() == "");
    // A child that is still on its way into the kernel is moved behind its installation.
    gateways.right.kernel_answers = false;
    gateways.wire.rekey(gateways.left, gateways.left.sas().back()->sa().id, gateways.left.kernel.list().at(0)->child);
    gateways.wire.settle();
    nat.base = 60000;
    gateways.wire.run_for(seconds(5));
    for (const auto* child : gateways.right.kernel.list()) CHECK(child->remote.port / 10 * 10 == 50000);
}

TEST_CASE("the kernel's word that a peer behind a NAT has moved is believed", "[engine][rfc7296-2.23][rfc4555-3.8]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    gateways.connect();
    Host& right = gateways.right;
    const auto& child = *right.kernel.list().at(0);
    const base::Endpoint now{nat.outside, 50001};
    gateways.wire.feed(right, ike::PeerMoved{child.ike_sa, child.child, now});
    CHECK(right.sas().at(0)->sa().remote == now);
    CHECK(child.remote == now);
    CHECK(right.reported("peer is at 203.0.113.9"));
    // Once a second at most: the peer decides how often the kernel says so.
    const base::Endpoint then{nat.outside, 60001};
    gateways.wire.feed(right, ike::PeerMoved{child.ike_sa, child.child, then});
    CHECK(child.remote == now);
    gateways.wire.run_for(seconds(1));
    const auto changes = right.kernel.changes();
    gateways.wire.feed(right, ike::PeerMoved{child.ike_sa, child.child, now});
    CHECK(right.kernel.changes() == changes);
    gateways.wire.feed(right, ike::PeerMoved{child.ike_sa, child.child, then});
    CHECK(child.remote == then);
}

TEST_CASE("who is behind a NAT, or knows of none, believes no such word", "[engine][rfc7296-2.23][hostile-e7]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    gateways.connect();
    const auto& left = *gateways.left.kernel.list().at(0);
    const base::Endpoint evil{address("198.51.100.66"), 4500};
    gateways.wire.feed(gateways.left, ike::PeerMoved{left.ike_sa, left.child, evil});
    CHECK(left.remote == base::Endpoint{gateways.right.address, 4500});

    Gateways open;
    open.connect();
    const auto& child = *open.right.kernel.list().at(0);
    open.wire.feed(open.right, ike::PeerMoved{child.ike_sa, child.child, evil});
    CHECK(child.remote == base::Endpoint{open.left.address, 500});
    // Nor of what is not there.
    open.wire.feed(open.right, ike::PeerMoved{child.ike_sa, ike::ChildSaId{99}, evil});
    open.wire.feed(open.right, ike::PeerMoved{ike::IkeSaId{99}, child.child, evil});
    CHECK(open.disagreement() == "");
}

TEST_CASE("who only says that it is behind a NAT follows", "[engine][rfc7296-2.23]") {
    ConnectionWords left;
    left.local = "10.0.0.1";
    ConnectionWords right = mirrored(left);
    right.remote = "";
    right.encap = true;
    Gateways gateways(left, right);
    gateways.wire.add_nat("10.0.0.1", "203.0.113.9");
    gateways.connect();
    const auto& child = *gateways.right.kernel.list().at(0);
    const base::Endpoint now{address("203.0.113.9"), 50001};
    gateways.wire.feed(gateways.right, ike::PeerMoved{child.ike_sa, child.child, now});
    CHECK(child.remote == now);
}

TEST_CASE("a request in flight follows a peer behind a NAT", "[engine][rfc7296-2.23][rfc7296-2.1]") {
    BehindNat nat;
    Gateways& gateways = *nat.gateways;
    gateways.connect();
    nat.base = 50000;
    const Host& right = gateways.right;
    gateways.wire.rekey(gateways.right, right.sas().at(0)->sa().id);
    gateways.wire.settle();
    CHECK(right.sent.back().to.port == 40001);  // which leads nowhere any more
    gateways.wire.clear(gateways.left, gateways.left.sas().at(0)->sa().id, gateways.left.kernel.list().at(0)->child);
    gateways.wire.settle();
    gateways.wire.run_for(seconds(5));
    CHECK(gateways.right.reported("IKE SA rekeyed"));
    CHECK(gateways.right.reported("retransmission 1"));
}

TEST_CASE("a response goes to where its request came from", "[engine][rfc7296-2.11]") {
    Lonely lonely;
    lonely.establish();
    const base::Endpoint elsewhere{address("192.0.2.2"), 4500};
    base::Bytes request = lonely.peer.protect(wire::ExchangeType::informational, 2, false, {});
    request.insert(request.begin(), 4, 0);
    lonely.tell(elsewhere, {lonely.peer.engine.address, 4500}, request);
    const Parcel& answer = lonely.host.sent.back();
    CHECK(answer.to == elsewhere);
    CHECK(answer.from.port == 4500);
    CHECK(has_marker(answer));
    CHECK(lonely.peer.open(base::ByteView(answer.bytes).subspan(4)).has_value());
    CHECK(lonely.sa()->sa().remote.port == 500);
}

}  // namespace xfrmd::tests
