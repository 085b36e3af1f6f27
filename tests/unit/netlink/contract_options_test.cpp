#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/features.h"
#include "netlink/installer.h"
#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

using std::chrono::seconds;

// Adds it, and tells what the kernel has in another way.
std::string added_differently(Kernel& kernel, SaSpec spec) {
    const SaSpec wanted = clone(spec);
    const auto added = make(kernel, add(std::move(spec)));
    if (!added) return added.error().text;
    const auto had = kernel.find_sa(wanted.id);
    return had ? difference(wanted, *had) : had.error().text;
}

// Newer things are asked for where they are.
bool has(Kernel& kernel, bool KernelFeatures::* feature) {
    const auto features = find_features(kernel);
    REQUIRE(features);
    return *features.*feature;
}

int refusal(Kernel& kernel, SaSpec spec) { return errno_of(make(kernel, add(std::move(spec)))); }

SaSpec ah(std::uint32_t spi) {
    SaSpec made = sa(spi, Mac{"hmac(sha256)", key(32), 128});
    made.id.protocol = kAh;
    return made;
}

SaSpec ipcomp(std::uint32_t cpi) {
    SaSpec made = sa(cpi, Compression{"deflate"});
    made.id.protocol = kIpComp;
    return made;
}

SaSpec beet(std::uint32_t spi) {
    SaSpec made = sa(spi);
    made.mode = Mode::beet;
    made.selector = selector("10.1.0.1/32", "10.2.0.1/32");
    return made;
}

}  // namespace

TEST_CASE("AH authenticates, in transport and in tunnel mode", "[netlink][rfc4302]") {
    const auto kernel = make_kernel();
    for (const char* mac : {"hmac(sha256)", "hmac(sha1)", "hmac(md5)", "xcbc(aes)"}) {
        INFO(mac);
        const std::string name = mac;
        const std::size_t bytes = name == "hmac(sha256)" ? 32 : name == "hmac(sha1)" ? 20 : 16;
        SaSpec spec = ah(0xc0000001);
        spec.algorithms = Mac{name, key(bytes), 96};
        const SaId id = spec.id;
        CHECK(added_differently(*kernel, clone(spec)).empty());
        CHECK(make(*kernel, DeleteSa{id}));
        spec.mode = Mode::transport;
        spec.esn = true;
        CHECK(added_differently(*kernel, std::move(spec)).empty());
        CHECK(make(*kernel, DeleteSa{id}));
    }
    // The SPI is AH's own.
    CHECK(make(*kernel, add(ah(0xc0000001))));
    CHECK(make(*kernel, add(sa(0xc0000001))));
    CHECK(refusal(*kernel, ah(0xc0000001)) == EEXIST);
}

TEST_CASE("IPComp compresses, and knows no other CPI than 16 bits", "[netlink][rfc3173-3.3]") {
    const auto kernel = make_kernel();
    CHECK(added_differently(*kernel, ipcomp(0x1234)).empty());
    SaSpec transport = ipcomp(0x1235);
    transport.mode = Mode::transport;
    CHECK(added_differently(*kernel, std::move(transport)).empty());
    CHECK(kernel->list_sas()->size() == 2);
    CHECK(refusal(*kernel, ipcomp(0x1234)) == EEXIST);
    CHECK(refusal(*kernel, ipcomp(0)) == EINVAL);
    CHECK(refusal(*kernel, ipcomp(0x10000)) == EINVAL);
    SaSpec unknown = ipcomp(0x1236);
    unknown.algorithms = Compression{"rot13"};
    CHECK(refusal(*kernel, std::move(unknown)) == ENOSYS);
    CHECK(make(*kernel, DeleteSa{ipcomp(0x1234).id}));
}

TEST_CASE("BEET has two hosts inside, of either family", "[netlink][rfc7402]") {
    const auto kernel = make_kernel();
    CHECK(added_differently(*kernel, beet(0xc0000001)).empty());
    SaSpec mixed = beet(0xc0000002);
    mixed.selector = selector("fd01::1/128", "fd02::1/128");
    CHECK(added_differently(*kernel, std::move(mixed)).empty());
    SaSpec nowhere = beet(0xc0000003);
    nowhere.selector.reset();
    CHECK(refusal(*kernel, std::move(nowhere)) == EINVAL);
    SaSpec nets = beet(0xc0000003);
    nets.selector = selector("10.1.0.0/24", "10.2.0.1/32");
    CHECK(refusal(*kernel, std::move(nets)) == EINVAL);
}

TEST_CASE("an update repeats the direction that the SA was told", "[netlink]") {
    const auto kernel = make_kernel();
    if (!has(*kernel, &KernelFeatures::sa_direction)) return;
    for (const bool inbound : {true, false}) {
        INFO("inbound " << inbound);
        SaSpec spec = sa(inbound ? 0xc0000001 : 0xc0000002);
        spec.inbound = inbound;
        spec.tell_direction = true;
        REQUIRE(make(*kernel, add(clone(spec))));
        spec.lifetime.hard.since_added = seconds(3600);
        CHECK(make(*kernel, UpdateSa{clone(spec)}));
        CHECK(kernel->find_sa(spec.id)->lifetime.hard.since_added == seconds(3600));
        spec.tell_direction = false;
        CHECK(errno_of(make(*kernel, UpdateSa{clone(spec)})) == ESRCH);
    }
}

TEST_CASE("an SA keeps what else it was asked for", "[netlink][rfc4301-4.4.2]") {
    const auto kernel = make_kernel();
    for (const bool inbound : {true, false}) {
        for (const bool told : {true, false}) {
            if (told && !has(*kernel, &KernelFeatures::sa_direction)) continue;
            INFO("inbound " << inbound << " told " << told);
            SaSpec spec = sa(inbound ? 0xc0000001 : 0xc0000002);
            spec.inbound = inbound;
            spec.tell_direction = told;
            spec.esn = true;
            spec.replay_window = 128;
            spec.flags = {false, false, true, false, true, true};
            spec.output_mark = {0x100, 0xf00};
            spec.if_id = 42;
            spec.tfc_bytes = 1400;
            spec.lifetime = {{1000, 100, seconds(3600), seconds(1800)}, {2000, 200, seconds(7200), seconds(3601)}};
            const SaId id = spec.id;
            CHECK(added_differently(*kernel, std::move(spec)).empty());
            const auto state = kernel->find_sa(id);
            REQUIRE(state);
            CHECK(state->inbound == (told ? std::optional(inbound) : std::nullopt));
            CHECK(state->lifetime.hard.bytes == 2000);
            CHECK(state->if_id == 42);
            CHECK(state->output_mark == Mark{0x100, 0xf00});
            CHECK(state->replay_window == (inbound ? 128 : told ? 0 : 1));
            CHECK(make(*kernel, DeleteSa{id}));
        }
    }
}

TEST_CASE("an SA for each CPU, and keepalives from the kernel", "[netlink][rfc9611][rfc3948-2.3]") {
    const auto kernel = make_kernel();
    SaSpec first = sa(0xc0000001);
    first.cpu = 0;
    if (has(*kernel, &KernelFeatures::per_cpu)) CHECK(added_differently(*kernel, std::move(first)).empty());
    SaSpec kept_alive = sa(0xc0000002);
    kept_alive.inbound = false;
    kept_alive.encapsulation = UdpEncapsulation{4500, 61234};
    kept_alive.nat_keepalive = seconds(20);
    CHECK(added_differently(*kernel, std::move(kept_alive)).empty());
    if (has(*kernel, &KernelFeatures::nat_keepalive)) {
        CHECK(kernel->find_sa(sa(0xc0000002).id)->nat_keepalive == seconds(20));
    }
    SaSpec not_encapsulated = sa(0xc0000003);
    not_encapsulated.nat_keepalive = seconds(20);
    CHECK(refusal(*kernel, std::move(not_encapsulated)) == EINVAL);
}

TEST_CASE("SAs of one reqid for several CPUs, one that rests, and a policy that asks for more",
          "[netlink][rfc9611-6]") {
    const auto kernel = make_kernel();
    if (!has(*kernel, &KernelFeatures::per_cpu)) return;
    Books books(*kernel);
    Installer installer(books);
    TunnelSpec all = tunnel(0xc0000001, 0xc1000001);
    all.policy.by_cpu = true;
    all.sa.age_out = Age{std::chrono::sys_seconds(seconds(1'000'000'000)), seconds(1'000'000)};
    all.sa.lifetime.hard.since_added = std::chrono::years(50);
    TunnelSpec first = tunnel(0xc0000002, 0xc1000002);
    first.policy.by_cpu = first.defers_outbound = true;
    first.sa.cpu = 0;
    const auto for_all = installer.install(std::move(all));
    const auto for_first = installer.install(std::move(first));
    REQUIRE(for_all);
    REQUIRE(for_first);
    CHECK(kernel->find_sa(for_all->outbound)->added == std::chrono::sys_seconds(seconds(1'000'000'000)));
    CHECK(kernel->find_sa(for_all->outbound)->lifetime.hard.since_added == std::chrono::years(50) + seconds(1'000'000));
    CHECK(kernel->find_sa(for_first->outbound)->reqid != for_first->reqid);
    CHECK(kernel->find_sa(for_first->inbound)->reqid == for_first->reqid);
    REQUIRE(installer.use(*for_first));
    CHECK(kernel->find_sa(for_first->outbound)->reqid == for_all->reqid);
    CHECK(kernel->find_sa(for_first->outbound)->cpu == 0U);
    REQUIRE(installer.ask_for_cpus(*for_first, true));
    const PolicyId out{Direction::out, tunnel(1, 2).selectors.front()};
    CHECK(kernel->find_policy(out)->policy.asks_for_cpus);
    CHECK(kernel->find_policy(out)->policy.templates.front().spi == Spi{0});
    REQUIRE(installer.rest(*for_first));
    CHECK(kernel->find_sa(for_first->outbound)->reqid != for_first->reqid);
    REQUIRE(installer.remove(*for_first));
    REQUIRE(installer.remove(*for_all));
    CHECK(kernel->list_sas()->empty());
}

TEST_CASE("IP-TFS in both directions", "[netlink][rfc9347]") {
    const auto kernel = make_kernel();
    if (!has(*kernel, &KernelFeatures::iptfs)) SKIP("this kernel has no IP-TFS");
    for (const bool inbound : {true, false}) {
        SaSpec spec = sa(inbound ? 0xc0000001 : 0xc0000002);
        spec.mode = Mode::iptfs;
        spec.inbound = inbound;
        spec.iptfs = {1000, 3, true, 500, 100000, 1400};
        CHECK(added_differently(*kernel, std::move(spec)).empty());
    }
}

TEST_CASE("a mark is part of an SA's name", "[netlink]") {
    const auto kernel = make_kernel();
    const auto marked = [](Mark mark) {
        SaSpec spec = sa(0xc0000001);
        spec.id.mark = mark;
        return spec;
    };
    CHECK(added_differently(*kernel, marked({1, 0xff})).empty());
    CHECK(added_differently(*kernel, marked({2, 0xff})).empty());
    CHECK(refusal(*kernel, marked({1, 0xff})) == EEXIST);
    CHECK(refusal(*kernel, marked({0x101, 0xfff})) == EEXIST);  // 0x101 & 0xff is the first one's
    CHECK(refusal(*kernel, marked({0x100, 0xff})) == EINVAL);
    CHECK(errno_of(kernel->find_sa(sa(0xc0000001).id)) == ESRCH);
    CHECK(errno_of(make(*kernel, DeleteSa{marked({3, 0xff}).id})) == ESRCH);
    CHECK(make(*kernel, DeleteSa{marked({1, 0xff}).id}));
    CHECK(kernel->find_sa(marked({2, 0xff}).id)->id == marked({2, 0xff}).id);
    CHECK(kernel->list_sas()->size() == 1);
    // An SA without mark is everybody's.
    CHECK(make(*kernel, add(sa(0xc0000002))));
    SaSpec same_spi = sa(0xc0000002);
    same_spi.id.mark = {7, 0xff};
    CHECK(refusal(*kernel, std::move(same_spi)) == EEXIST);
}

TEST_CASE("an update takes over ports, lifetime, output mark and if_id, and nothing else", "[netlink]") {
    const auto kernel = make_kernel();
    SaSpec spec = sa(0xc0000001);
    spec.encapsulation = UdpEncapsulation{4500, 4500};
    REQUIRE(make(*kernel, add(clone(spec))));
    spec.encapsulation = UdpEncapsulation{61234, 4500};
    spec.lifetime.hard.packets = 77;
    spec.output_mark = {1, 1};
    spec.if_id = 9;
    SaSpec update = clone(spec);
    update.reqid = Reqid{99};
    update.replay_window = 64;
    update.algorithms = cbc_sha256();
    update.flags.copy_ecn = false;
    REQUIRE(make(*kernel, UpdateSa{std::move(update)}));
    CHECK(difference(spec, *kernel->find_sa(spec.id)).empty());
    SaSpec without = sa(0xc0000001);
    without.encapsulation = UdpEncapsulation{61234, 4500};
    REQUIRE(make(*kernel, UpdateSa{std::move(without)}));
    spec.lifetime = {};
    CHECK(difference(spec, *kernel->find_sa(spec.id)).empty());
}

TEST_CASE("what a protocol cannot do is refused", "[netlink][hostile-g4]") {
    const auto kernel = make_kernel();
    const auto spoiled = [&](SaSpec spec, auto spoil) {
        spoil(spec);
        return refusal(*kernel, std::move(spec));
    };
    CHECK(spoiled(ah(0xc0000001), [](SaSpec& spec) { spec.algorithms = gcm(); }) == EINVAL);
    CHECK(spoiled(ah(0xc0000001), [](SaSpec& spec) { spec.encapsulation = UdpEncapsulation{}; }) == EINVAL);
    CHECK(spoiled(ah(0xc0000001), [](SaSpec& spec) { spec.tfc_bytes = 100; }) == EINVAL);
    CHECK(spoiled(ah(0xc0000001), [](SaSpec& spec) { spec.mode = Mode::iptfs; }) == EINVAL);
    CHECK(spoiled(ipcomp(0x1234), [](SaSpec& spec) { spec.esn = true; }) == EINVAL);
    CHECK(spoiled(ipcomp(0x1234), [](SaSpec& spec) { spec.mode = Mode::beet; }) == EINVAL);
    CHECK(spoiled(sa(0xc0000001), [](SaSpec& spec) { spec.algorithms = Mac{"hmac(sha256)", key(32), 128}; }) == EINVAL);
    CHECK(spoiled(sa(0xc0000001), [](SaSpec& spec) { spec.algorithms = Compression{"deflate"}; }) == EINVAL);
    CHECK(spoiled(sa(0xc0000001), [](SaSpec& spec) { spec.output_mark = {2, 1}; }) == EINVAL);
    CHECK(spoiled(sa(0xc0000001), [](SaSpec& spec) { spec.offload = Offload{}; }) == EINVAL);
    CHECK(spoiled(sa(0xc0000001), [](SaSpec& spec) { spec.lifetime.hard.since_added = seconds(-1); }) == EINVAL);
    CHECK(spoiled(sa(0xc0000001), [](SaSpec& spec) { spec.lifetime = {{200, 0, {}, {}}, {100, 0, {}, {}}}; }) ==
          EINVAL);
    CHECK(spoiled(sa(0xc0000001), [](SaSpec& spec) {
              spec.mode = Mode::transport;
              spec.tfc_bytes = 100;
          }) == EINVAL);
    CHECK(kernel->list_sas()->empty());
}

TEST_CASE("offload to a device that cannot: the cryptography falls back, the rest is refused",
          "[netlink][hostile-g11]") {
    const auto kernel = make_kernel();
    SaSpec spec = sa(0xc0000001);
    spec.mode = Mode::transport;
    spec.offload = Offload{1, OffloadKind::packet};  // the loopback
    CHECK(refusal(*kernel, clone(spec)) == EINVAL);
    spec.offload->kind = OffloadKind::crypto;
    CHECK(make(*kernel, add(clone(spec))));
    CHECK_FALSE(kernel->find_sa(spec.id)->offload);
    PolicySpec leading = policy(Direction::out, selector("10.1.0.0/24", "10.2.0.0/24"));
    leading.offload_interface = 1;
    CHECK(errno_of(make(*kernel, add(leading))) == EINVAL);
    CHECK(errno_of(make(*kernel, UpdatePolicy{leading})) == EINVAL);
    CHECK(kernel->list_policies()->empty());
}

}  // namespace xfrmd::netlink::test
