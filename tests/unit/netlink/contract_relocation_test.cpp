#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <cerrno>

#include "netlink/installer.h"
#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

SaProgress progress(std::uint64_t sent, std::uint64_t received) {
    return {sent, received, {}, 70'000, 700, sys_seconds(seconds(1'700'000'000)), sys_seconds(seconds(1'700'000'100))};
}

const OuterEnds kElsewhere{address("192.0.2.11"), address("192.0.2.12"), std::nullopt};

struct Moving {
    std::unique_ptr<Kernel> kernel = make_kernel();
    Books books{*kernel};
    Installer installer{books};

    // As it is after some use: packets cannot be sent here.
    InstalledTunnel worn(TunnelSpec spec) {
        InstalledTunnel tunnel = installer.install(std::move(spec)).value();
        for (const SaId& id : sa_ids_of(tunnel)) {
            SaSpec sa = kernel->read_sa(id).value();
            sa.inbound = id == tunnel.inbound;
            sa.progress = sa.inbound ? progress(0, 4711) : progress(4711, 0);
            REQUIRE(make(*kernel, DeleteSa{id}));
            REQUIRE(make(*kernel, add(std::move(sa))));
        }
        return tunnel;
    }
};

}  // namespace

TEST_CASE("what is read of an SA makes the same SA again, and it goes on where it was", "[netlink][rfc4303-3.3.3]") {
    const bool esn = GENERATE(false, true);
    const bool wide = GENERATE(false, true);
    const auto kernel = make_kernel();
    SaSpec worn = sa(0xc0000001, GENERATE(true, false) ? gcm() : cbc_sha256());
    worn.esn = esn;
    worn.replay_window = wide ? 128 : 32;
    worn.progress = progress(0, esn ? 0x5'0000'0004 : 99);
    worn.progress->received_before = std::vector<std::uint32_t>(wide ? 4 : 1, 0xf0f0f0f1);
    REQUIRE(make(*kernel, add(clone(worn))));
    auto read = kernel->read_sa(worn.id);
    REQUIRE(read);
    CHECK(names_of(read->algorithms) == names_of(worn.algorithms));
    CHECK(*read->progress == *worn.progress);
    read->inbound = true;
    REQUIRE(make(*kernel, DeleteSa{worn.id}));
    const auto before = effective(worn);
    REQUIRE(make(*kernel, add(std::move(*read))));
    const auto after = kernel->find_sa(worn.id);
    REQUIRE(after);
    CHECK(static_cast<const SaProperties&>(*after) == before);
    CHECK(after->bytes == 70'000);
    CHECK(after->packets == 700);
    CHECK(after->added == sys_seconds(seconds(1'700'000'000)));
    CHECK(*kernel->read_sa(worn.id)->progress == *worn.progress);
}

TEST_CASE("keys come back as they went in", "[netlink]") {
    const auto kernel = make_kernel();
    REQUIRE(make(*kernel, add(sa(0xc0000001, cbc_sha256()))));
    const auto read = kernel->read_sa(sa(0xc0000001).id);
    REQUIRE(read);
    const auto& pair = std::get<CipherAndMac>(read->algorithms);
    CHECK(pair.cipher_key == key(16));
    CHECK(pair.mac_key == key(32));
    REQUIRE(make(*kernel, add(sa(0xc0000002))));
    CHECK(std::get<Aead>(kernel->read_sa(sa(0xc0000002).id)->algorithms).key == key(20));
    CHECK(errno_of(kernel->read_sa(sa(0xc0000003).id)) == ESRCH);
}

TEST_CASE("a tunnel moves with both its SAs and all its policies", "[netlink][rfc4555-3.5]") {
    Moving moving;
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    spec.esn = GENERATE(false, true);
    const InstalledTunnel before = moving.worn(std::move(spec));
    const auto outcome = moving.installer.move(before, kElsewhere);
    REQUIRE(outcome.moved);
    const InstalledTunnel& after = outcome.tunnel;
    CHECK(after.inbound.destination == kElsewhere.local);
    CHECK(after.outbound.destination == kElsewhere.remote);
    CHECK(moving.kernel->list_sas()->size() == 2);
    const auto in = moving.kernel->read_sa(after.inbound);
    const auto out = moving.kernel->read_sa(after.outbound);
    REQUIRE(in);
    REQUIRE(out);
    CHECK(in->source == kElsewhere.remote);
    CHECK(in->progress->received == 4711);
    CHECK(out->source == kElsewhere.local);
    // None of the numbers that may have been used meanwhile.
    CHECK(out->progress->sent == 4711 + Relocation::kLeftOut);
    const auto policies = moving.kernel->list_policies();
    for (const PolicyState& state : *policies) {
        const Template& hop = state.policy.templates.front();
        const bool is_out = state.policy.id.direction == Direction::out;
        CHECK(hop.source == (is_out ? kElsewhere.local : kElsewhere.remote));
        CHECK(hop.destination == (is_out ? kElsewhere.remote : kElsewhere.local));
    }
    CHECK(policies->size() == 3);
    REQUIRE(moving.installer.remove(after));
    CHECK(moving.kernel->list_sas()->empty());
    CHECK(moving.kernel->list_policies()->empty());
}

TEST_CASE("one end alone may move", "[netlink][rfc4555-3.5]") {
    Moving moving;
    const InstalledTunnel before = moving.worn(tunnel(0xc0000001, 0xd0000001));
    const bool ours = GENERATE(true, false);
    const OuterEnds ends{address(ours ? "192.0.2.11" : "192.0.2.1"), address(ours ? "192.0.2.2" : "192.0.2.12"), {}};
    const auto outcome = moving.installer.move(before, ends);
    REQUIRE(outcome.moved);
    CHECK(moving.kernel->list_sas()->size() == 2);
    CHECK(moving.kernel->find_sa(outcome.tunnel.inbound)->source == ends.remote);
    CHECK(moving.kernel->find_sa(outcome.tunnel.outbound)->source == ends.local);
    CHECK(moving.kernel->read_sa(outcome.tunnel.outbound)->progress->sent == 4711 + Relocation::kLeftOut);
    const auto back = moving.installer.move(outcome.tunnel, {address("192.0.2.1"), address("192.0.2.2"), {}});
    REQUIRE(back.moved);
    CHECK(back.tunnel == before);
}

TEST_CASE("other ports of the encapsulation leave the SAs where they are", "[netlink][rfc7296-2.23][rfc3948]") {
    Moving moving;
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    spec.encapsulation = UdpEncapsulation{4500, 40001};
    const InstalledTunnel before = moving.worn(std::move(spec));
    const auto outcome =
        moving.installer.move(before, {address("192.0.2.1"), address("192.0.2.2"), UdpEncapsulation{4500, 50001}});
    REQUIRE(outcome.moved);
    CHECK(outcome.tunnel == before);
    CHECK(moving.kernel->find_sa(before.inbound)->encapsulation == UdpEncapsulation{50001, 4500});
    CHECK(moving.kernel->find_sa(before.outbound)->encapsulation == UdpEncapsulation{4500, 50001});
    CHECK(moving.kernel->read_sa(before.outbound)->progress->sent == 4711);
}

TEST_CASE("encapsulation comes and goes with a move", "[netlink][rfc4555-3.5][rfc3948]") {
    Moving moving;
    const InstalledTunnel before = moving.worn(tunnel(0xc0000001, 0xd0000001));
    OuterEnds ends{address("192.0.2.1"), address("192.0.2.2"), UdpEncapsulation{4500, 4500}};
    REQUIRE(moving.installer.move(before, ends).moved);
    CHECK(moving.kernel->find_sa(before.inbound)->encapsulation == UdpEncapsulation{4500, 4500});
    CHECK(moving.kernel->read_sa(before.outbound)->progress->sent == 4711 + Relocation::kLeftOut);
    ends.encapsulation.reset();
    REQUIRE(moving.installer.move(before, ends).moved);
    CHECK_FALSE(moving.kernel->find_sa(before.outbound)->encapsulation);
}

TEST_CASE("with IPComp all four SAs move", "[netlink][rfc4555-3.5][rfc3173]") {
    Moving moving;
    TunnelSpec spec = tunnel(0xc0000001, 0xd0000001);
    spec.ipcomp = IpCompSpis{Spi{0x1001}, Spi{0x2001}};
    const InstalledTunnel before = moving.installer.install(std::move(spec)).value();
    const auto outcome = moving.installer.move(before, {kElsewhere.local, kElsewhere.remote, UdpEncapsulation{}});
    REQUIRE(outcome.moved);
    for (const SaId& id : sa_ids_of(outcome.tunnel)) {
        const auto found = moving.kernel->find_sa(id);
        REQUIRE(found);
        CHECK(found->encapsulation.has_value() == (id.protocol == kEsp));
    }
    CHECK(moving.kernel->list_sas()->size() == 4);
}

}  // namespace xfrmd::netlink::test
