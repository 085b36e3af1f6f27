// The addresses that both ends have beside the one in use, and a responder whose own one goes away (RFC 4555 3.4, 3.6).
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

ConnectionWords mobile() {
    ConnectionWords words;
    words.mobike = true;
    return words;
}

using Addresses = std::vector<base::Address>;

Addresses addresses(std::initializer_list<const char*> texts) {
    Addresses all;
    for (const char* text : texts) all.push_back(address(text));
    return all;
}

// left has begun; both may be anywhere.
struct World : Gateways {
    World() : Gateways(anywhere(mobile()), anywhere(mirrored(mobile()))) {}
    static policy::Snapshot anywhere(const ConnectionWords& words) {
        policy::Connection wanted = connection(words);
        for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
            wanted.local_addrs.push_back(base::AddressRange::of({base::Address::any(family), 0}));
        }
        if (words.local == "192.0.2.2") wanted.remote_addrs.clear();
        return snapshot({std::move(wanted)}, {{kSecret, {}}});
    }
    void have(Host& host, std::initializer_list<const char*> all) {
        wire.feed(host, ike::OwnAddresses{addresses(all)});
    }
    // Routing says so once the address in use has gone.
    void move(Host& host, const char* to) {
        const auto& sa = host.sas().back()->sa();
        host.address = address(to);
        wire.feed(host, ike::UsePath{sa.id, host.address, sa.remote.address});
    }
    const ikev2::sa::Mobility& mobility(const Host& host) const { return host.sas().back()->sa().mobility; }
    base::Address where(const Host& host, const Host& seen_by) const {
        const ike::ChildInstall* child = seen_by.kernel.list().at(0);
        return &host == &seen_by ? child->local.address : child->remote.address;
    }
};

}  // namespace

TEST_CASE("IKE_AUTH tells what other addresses there are", "[engine][rfc4555-3.4]") {
    World world;
    world.have(world.left, {"192.0.2.1", "198.51.100.1", "127.0.0.1", "fe80::1", "2001:db8::1"});
    world.have(world.right, {"192.0.2.2"});
    world.connect();
    CHECK(world.mobility(world.right).elsewhere == addresses({"198.51.100.1", "2001:db8::1"}));
    CHECK(world.mobility(world.left).elsewhere.empty());
    CHECK(world.left.counted() + world.right.counted() == 0);
}

TEST_CASE("no more than eight addresses are told, and those only that the connection names", "[engine][rfc4555-3.4]") {
    World world;
    Addresses many;
    for (int i = 10; i < 30; ++i) many.push_back(address("198.51.100." + std::to_string(i)));
    world.wire.feed(world.left, ike::OwnAddresses{many});
    world.connect();
    CHECK(world.mobility(world.right).elsewhere == Addresses(many.begin(), many.begin() + 8));

    Gateways named(mobile(), mirrored(mobile()));
    named.wire.feed(named.left, ike::OwnAddresses{many});
    named.connect();
    CHECK(named.right.sas().back()->sa().mobility.elsewhere.empty());
}

TEST_CASE("a peer learns of addresses that come and go", "[engine][rfc4555-3.6]") {
    World world;
    world.have(world.right, {"192.0.2.2"});
    world.connect();
    const std::size_t sent = world.right.sent.size();
    world.have(world.right, {"192.0.2.2", "198.51.100.2"});
    world.wire.settle();
    CHECK(world.mobility(world.left).elsewhere == addresses({"198.51.100.2"}));
    world.have(world.right, {"198.51.100.2", "192.0.2.2"});  // nothing new
    world.wire.settle();
    CHECK(world.right.sent.size() == sent + 1);
    world.have(world.right, {"192.0.2.2"});
    world.wire.settle();
    CHECK(world.mobility(world.left).elsewhere.empty());
    CHECK(world.left.sought.empty());
    CHECK(world.left.counted() + world.right.counted() == 0);
}

TEST_CASE("a peer without MOBIKE is told nothing", "[engine][rfc4555-3.2]") {
    ConnectionWords words = mobile();
    words.mobike = false;
    Gateways gateways(words, mirrored(mobile()));
    gateways.wire.feed(gateways.right, ike::OwnAddresses{addresses({"198.51.100.2"})});
    gateways.connect();
    const std::size_t sent = gateways.right.sent.size();
    gateways.wire.feed(gateways.right, ike::OwnAddresses{addresses({"198.51.100.3"})});
    gateways.wire.settle();
    CHECK(gateways.right.sent.size() == sent);
}

TEST_CASE("the responder's address goes, and its children go on from another one", "[engine][rfc4555-3.6]") {
    World world;
    world.have(world.right, {"192.0.2.2"});
    world.connect();
    world.move(world.right, "192.0.2.12");
    world.have(world.right, {"192.0.2.12"});
    world.wire.run_for(seconds(2));
    CHECK(world.left.sas().back()->sa().remote.address == address("192.0.2.12"));
    CHECK(world.where(world.right, world.right) == address("192.0.2.12"));
    CHECK(world.where(world.right, world.left) == address("192.0.2.12"));
    CHECK(world.mobility(world.left).elsewhere.empty());
    CHECK(world.disagreement() == "");
    CHECK(world.left.counted() + world.right.counted() == 0);
}

TEST_CASE("packets to the responder's new address wait for its answer from there", "[engine][rfc4555-5.3]") {
    World world;
    world.have(world.right, {"192.0.2.2"});
    world.connect();
    bool is_deaf = false;
    world.wire.on_the_way = [&](Parcel& parcel) { return !is_deaf || parcel.to.address != address("192.0.2.12"); };
    world.wire.after_feed = [&](Host& host) { is_deaf = is_deaf || (&host == &world.left && !host.sought.empty()); };
    world.move(world.right, "192.0.2.12");
    world.have(world.right, {"192.0.2.12"});
    world.wire.run_for(seconds(3));
    CHECK(world.left.sas().back()->sa().remote.address == address("192.0.2.12"));
    CHECK(world.where(world.right, world.left) == address("192.0.2.2"));
    is_deaf = false;
    world.wire.after_feed = nullptr;
    world.wire.run_for(seconds(10));
    CHECK(world.where(world.right, world.left) == address("192.0.2.12"));
}

TEST_CASE("a responder that loses its address while it asks goes on from another one", "[engine][rfc4555-3.6]") {
    World world;
    world.have(world.right, {"192.0.2.2"});
    world.connect();
    world.right.address = address("192.0.2.12");
    world.have(world.right, {"192.0.2.12"});  // told from where nobody answers any more
    world.wire.settle();
    world.move(world.right, "192.0.2.12");
    world.wire.run_for(seconds(2));
    CHECK(world.where(world.right, world.right) == address("192.0.2.12"));
    CHECK(world.where(world.right, world.left) == address("192.0.2.12"));
    CHECK(world.disagreement() == "");
}

TEST_CASE("what a responder still has, the initiator does not leave", "[engine][rfc4555-3.6]") {
    World world;
    world.have(world.right, {"192.0.2.2"});
    world.connect();
    // From another address, but the old one is in the list.
    world.right.address = address("192.0.2.12");
    const auto& sa = world.right.sas().back()->sa();
    world.have(world.right, {"192.0.2.2", "192.0.2.12"});
    world.wire.feed(world.right, ike::UsePath{sa.id, address("192.0.2.12"), sa.remote.address});
    world.wire.run_for(seconds(1));
    CHECK(world.left.sought.empty());
    CHECK(world.mobility(world.left).elsewhere == addresses({"192.0.2.2"}));
}

}  // namespace xfrmd::tests
