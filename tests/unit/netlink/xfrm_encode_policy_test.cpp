#include <catch2/catch_test_macros.hpp>

#include "tests/unit/netlink/specs.h"
#include "tests/unit/netlink/xfrm_layout.h"

namespace xfrmd::netlink::test {

TEST_CASE("NEWPOLICY and UPDPOLICY: selector, priority, direction and template", "[netlink][rfc4301-4.4.1]") {
    PolicySpec spec = policy(Direction::out, selector("10.1.0.77/24", "10.2.0.0/24"));
    spec.templates[0].source = address("2001:db8::1");
    spec.templates[0].destination = address("2001:db8::2");
    spec.templates[0].spi = Spi{0xc1234567};
    const auto expected = [&](unsigned direction, unsigned mode) {
        Layout payload;
        put_lifetimes(put(payload, kNetToNet)).native32(375423).native32(0);  // priority, index
        payload.u8(direction).u8(0).u8(0).u8(0).zeros(4);                     // allow, no flags, shared by anybody
        payload.native16(4 + 64).native16(kTemplateAttribute);
        payload.address(octets("2001:db8::2")).net32(0xc1234567).u8(50).zeros(3);
        payload.native16(kInet6).zeros(2).address(octets("2001:db8::1")).native32(7);
        payload.u8(mode).u8(0).u8(0).zeros(1).native32(~0U).native32(~0U).native32(~0U);
        return payload;
    };
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, expected(1, 1)));
    CHECK(encoded(UpdatePolicy{spec}) == expected_message(kUpdPolicy, kAddOrReplace, expected(1, 1)));
    spec.id.direction = Direction::in;
    spec.templates[0].mode = Mode::transport;
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, expected(0, 0)));
    spec.id.direction = Direction::forward;
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, expected(2, 0)));
}

TEST_CASE("NEWPOLICY: a bundle with mark, if_id, interface, index and offload", "[netlink][rfc4301-4.4.1]") {
    PolicySpec spec = policy(Direction::in, selector("10.1.0.0/24", "10.2.0.0/24"));
    spec.id.selector.interface = 5;
    spec.id.mark = {1, 0xff};
    spec.id.if_id = 42;
    spec.index = 0x80000008;
    spec.priority = 9;
    spec.icmp = true;
    spec.asks_for_cpus = true;
    spec.offload_interface = 6;
    Template esp = spec.templates.front();
    esp.mode = Mode::transport;
    spec.templates = {spec.templates.front(), esp};
    spec.templates[0].protocol = kIpComp;
    spec.templates[0].optional = true;
    Layout payload;
    payload.address(octets("10.2.0.0")).address(octets("10.1.0.0")).zeros(8);
    payload.native16(kInet).u8(24).u8(24).zeros(4).native32(5).native32(0);
    put_lifetimes(payload).native32(9).native32(0x80000008).u8(0).u8(0).u8(6).u8(0).zeros(4);
    payload.native16(4 + 2 * 64).native16(kTemplateAttribute);
    for (const bool first : {true, false}) {
        payload.address(octets("192.0.2.2")).net32(0).u8(first ? 108 : 50).zeros(3);
        payload.native16(kInet).zeros(2).address(octets("192.0.2.1")).native32(7);
        payload.u8(first ? 1 : 0).u8(0).u8(first ? 1 : 0).zeros(1).native32(~0U).native32(~0U).native32(~0U);
    }
    payload.native16(12).native16(21).native32(1).native32(0xff).native16(8).native16(31).native32(42);
    payload.native16(12).native16(28).native32(6).u8(4).zeros(3);
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, payload));
}

TEST_CASE("NEWPOLICY: what blocks has no template", "[netlink][rfc4301-4.4.1]") {
    PolicySpec spec = policy(Direction::out, selector("10.1.0.0/24", "10.2.0.0/24"));
    spec.action = PolicyAction::block;
    spec.templates.clear();
    Layout payload;
    put_lifetimes(put(payload, kNetToNet)).native32(375423).native32(0).u8(1).u8(1).u8(0).u8(0).zeros(4);
    CHECK(encoded(AddPolicy{spec}) == expected_message(kNewPolicy, kAdd, payload));
}

TEST_CASE("DELPOLICY: the selector as it was added, whatever else was in its bits", "[netlink]") {
    const auto expected = [](const SelectorFields& selector, unsigned direction) {
        Layout payload;
        put(payload, selector).native32(0).u8(direction).zeros(3);
        return expected_message(kDelPolicy, kPlain, payload);
    };
    CHECK(encoded(DeletePolicy{{Direction::forward, selector("10.1.0.0/24", "10.2.0.0/24")}, 0}) ==
          expected(kNetToNet, 2));
    Selector odd = selector("10.1.0.0/24", "10.2.0.0/24");
    odd.source.network = address("10.1.0.77");
    odd.source_port = {99, 0};
    CHECK(encoded(DeletePolicy{{Direction::forward, odd}}) == expected(kNetToNet, 2));
    Layout by_index;
    put(by_index, kNetToNet).native32(0x80000002).u8(2).zeros(3).native16(8).native16(31).native32(42);
    CHECK(encoded(DeletePolicy{{Direction::forward, selector("10.1.0.0/24", "10.2.0.0/24"), {}, 42}, 0x80000002}) ==
          expected_message(kDelPolicy, kPlain, by_index));
    MessageBatch batch(1, 256);
    encode_find_policy({Direction::forward, selector("10.1.0.0/24", "10.2.0.0/24"), {}, 42}, batch);
    Layout by_selector;
    put(by_selector, kNetToNet).native32(0).u8(2).zeros(3).native16(8).native16(31).native32(42);
    CHECK(sealed(batch) == expected_message(kGetPolicy, kPlain, by_selector));
    Selector ping{prefix("fd01::/64"), prefix("fd02::1/128"), 58, {128, 0xffff}, {0, 0xffff}, 0};
    CHECK(encoded(DeletePolicy{{Direction::out, ping}}) ==
          expected({"fd01::", "fd02::1", 64, 128, kInet6, 58, 128, 0xffff, 0, 0xffff}, 1));
}

}  // namespace xfrmd::netlink::test
