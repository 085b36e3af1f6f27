#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>

#include "netlink/algorithms.h"
#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

TEST_CASE("an SA that was added is found with what it was given, and has carried nothing", "[netlink][rfc4301-4.4.2]") {
    const auto kernel = make_kernel();
    const SaId id = sa(0xc1234567).id;
    REQUIRE(make(*kernel, add(sa(0xc1234567))));
    const auto found = kernel->find_sa(id);
    REQUIRE(found);
    CHECK(found->id == id);
    CHECK(found->source == address("192.0.2.1"));
    CHECK(found->reqid == Reqid{7});
    CHECK(found->mode == Mode::tunnel);
    CHECK(found->bytes == 0);
    CHECK(found->packets == 0);
    CHECK_FALSE(found->used);
}

TEST_CASE("an SPI is taken for its destination only", "[netlink][rfc4303-2.1]") {
    const auto kernel = make_kernel();
    REQUIRE(make(*kernel, add(sa(0xc0000001))));
    SaSpec from_elsewhere = sa(0xc0000001);
    from_elsewhere.source = address("192.0.2.99");
    CHECK(errno_of(make(*kernel, add(std::move(from_elsewhere)))) == EEXIST);
    SaSpec to_elsewhere = sa(0xc0000001);
    to_elsewhere.id.destination = address("192.0.2.99");
    CHECK(make(*kernel, add(std::move(to_elsewhere))));
    CHECK(make(*kernel, add(sa(0xc0000002))));
    CHECK(kernel->list_sas()->size() == 3);
}

TEST_CASE("an SA that is not there is neither found nor updated nor deleted", "[netlink]") {
    const auto kernel = make_kernel();
    const SaId id = sa(0xc0000001).id;
    CHECK(errno_of(kernel->find_sa(id)) == ESRCH);
    CHECK(errno_of(make(*kernel, UpdateSa{sa(0xc0000001)})) == ESRCH);
    CHECK(errno_of(make(*kernel, DeleteSa{id})) == ESRCH);
    REQUIRE(make(*kernel, add(sa(0xc0000001))));
    CHECK(make(*kernel, DeleteSa{id}));
    CHECK(errno_of(make(*kernel, DeleteSa{id})) == ESRCH);
    CHECK(kernel->list_sas()->empty());
}

TEST_CASE("the SA's encapsulation ports can be updated, but not whether there is encapsulation", "[netlink][rfc3948]") {
    const auto kernel = make_kernel();
    SaSpec encapsulated = sa(0xc0000001);
    encapsulated.encapsulation = UdpEncapsulation{4500, 4500};
    REQUIRE(make(*kernel, add(clone(encapsulated))));
    encapsulated.encapsulation->source_port = 61234;
    CHECK(make(*kernel, UpdateSa{clone(encapsulated)}));
    CHECK(errno_of(make(*kernel, UpdateSa{sa(0xc0000001)})) == EINVAL);
    REQUIRE(make(*kernel, add(sa(0xc0000002))));
    CHECK(make(*kernel, UpdateSa{sa(0xc0000002)}));
}

// What the reconciler does with inherited SAs, whose keys nobody knows any more.
TEST_CASE("an SA of any protocol gets another limit from whoever has algorithms of that protocol",
          "[netlink][rfc4301-4.4.2.1][rfc4302][rfc3173]") {
    const auto kernel = make_kernel();
    SaSpec esp = sa(0xc0000001);
    SaSpec ah = sa(0xc0000002, Mac{"hmac(sha256)", key(32), 128});
    ah.id.protocol = kAh;
    SaSpec ipcomp = sa(0x1001, Compression{"deflate"});
    ipcomp.id.protocol = kIpComp;
    ipcomp.replay_window = 0;
    SaSpec* const all[] = {&esp, &ah, &ipcomp};
    for (SaSpec* one : all) REQUIRE(make(*kernel, add(clone(*one))));
    esp.algorithms = CipherAndMac{"ecb(cipher_null)", {}, "", {}, 0};
    ah.algorithms = Mac{"hmac(sha256)", base::SecretBytes(32), 96};
    for (SaSpec* one : all) {
        INFO(to_string(*one));
        one->lifetime.hard.since_added = std::chrono::seconds(3600);
        CHECK(errno_of(make(*kernel, UpdateSa{clone(*one)})) == 0);
        CHECK(kernel->find_sa(one->id)->lifetime == one->lifetime);
    }
    CHECK(kernel->find_sa(esp.id)->algorithms.cipher == "rfc4106(gcm(aes))");
    CHECK(kernel->find_sa(ah.id)->algorithms.icv_bits == 128);
}

TEST_CASE("an SA of AH gets another limit with another ICV, whatever its MAC", "[netlink][rfc4301-4.4.2.1][rfc4302]") {
    const auto kernel = make_kernel();
    for (const KernelAlgorithm& mac : kKernelAlgorithms) {
        if (mac.kind != AlgorithmKind::mac) continue;
        for (const std::uint16_t icv_bits : mac.icv_bits) {
            if (icv_bits == 0) continue;
            INFO(mac.name << " " << icv_bits);
            const std::size_t key_bytes = mac.key_bits.front() / 8U;
            SaSpec ah = sa(0xc0000001, Mac{std::string(mac.name), key(key_bytes), icv_bits});
            ah.id.protocol = kAh;
            REQUIRE(make(*kernel, add(clone(ah))));
            ah.algorithms = Mac{std::string(mac.name), base::SecretBytes(key_bytes), icv_bits == 96 ? 128U : 96U};
            ah.lifetime.hard.since_added = std::chrono::seconds(3600);
            CHECK(errno_of(make(*kernel, UpdateSa{clone(ah)})) == 0);
            CHECK(kernel->find_sa(ah.id)->lifetime == ah.lifetime);
            CHECK(kernel->find_sa(ah.id)->algorithms.icv_bits == icv_bits);
            REQUIRE(make(*kernel, DeleteSa{ah.id}));
        }
    }
}

TEST_CASE("SAs of IPv6, of transport mode and with a selector are taken", "[netlink][rfc4301-4.4.2]") {
    const auto kernel = make_kernel();
    SaSpec ipv6 = sa(0xc0000001);
    ipv6.source = address("2001:db8::1");
    ipv6.id.destination = address("2001:db8::2");
    ipv6.encapsulation = UdpEncapsulation{4500, 4500};
    const SaId ipv6_id = ipv6.id;
    CHECK(make(*kernel, add(std::move(ipv6))));
    CHECK(kernel->find_sa(ipv6_id)->source == address("2001:db8::1"));

    SaSpec transport = sa(0xc0000002, cbc_sha256());
    transport.mode = Mode::transport;
    transport.selector = selector("192.0.2.1/32", "192.0.2.2/32");
    transport.selector->protocol = 6;
    transport.selector->source_port = {443, 0xffff};
    CHECK(make(*kernel, add(std::move(transport))));
    CHECK(kernel->find_sa(sa(0xc0000002).id)->mode == Mode::transport);
}

TEST_CASE("replay windows of every size, with and without extended sequence numbers", "[netlink][rfc4303-3.4.3]") {
    const auto kernel = make_kernel();
    std::uint32_t spi = 0xc0000001;
    for (const std::uint32_t window : {0U, 1U, 32U, 33U, 64U, 100U, 4096U}) {
        for (const bool esn : {false, true}) {
            for (const bool inbound : {false, true}) {
                SaSpec spec = sa(spi++);
                spec.replay_window = window;
                spec.esn = esn;
                spec.inbound = inbound;
                INFO("window " << window << " esn " << esn << " inbound " << inbound);
                CHECK(errno_of(make(*kernel, add(std::move(spec)))) == (esn && inbound && window == 0 ? EINVAL : 0));
            }
        }
    }
    SaSpec beyond = sa(spi);
    beyond.replay_window = 4097;
    CHECK(errno_of(make(*kernel, add(std::move(beyond)))) == EINVAL);
}

namespace {

SaSpec sa_with(const KernelAlgorithm& algorithm, std::uint32_t spi, std::size_t key_bits, std::uint32_t icv_bits) {
    const std::string name(algorithm.name);
    switch (algorithm.kind) {
        case AlgorithmKind::aead:
            return sa(spi, Aead{name, key(key_bits / 8), icv_bits});
        case AlgorithmKind::cipher:
            return sa(spi, CipherAndMac{name, key(key_bits / 8), "hmac(sha256)", key(32), 128});
        case AlgorithmKind::compression: {
            SaSpec made = sa(spi & 0xffff, Compression{name});
            made.id.protocol = kIpComp;
            return made;
        }
        case AlgorithmKind::mac:
            break;
    }
    return sa(spi, CipherAndMac{"cbc(aes)", key(16), name, key(key_bits / 8), icv_bits});
}

}  // namespace

TEST_CASE("every algorithm of the table is taken with each of its sizes", "[netlink][rfc8221]") {
    const auto kernel = make_kernel();
    std::uint32_t spi = 0xc0000001;
    for (const KernelAlgorithm& algorithm : kKernelAlgorithms) {
        for (const std::uint16_t key_bits : algorithm.key_bits) {
            if (key_bits == 0 && algorithm.key_bits.front() != 0) continue;
            for (const std::uint16_t icv_bits : algorithm.icv_bits) {
                if (icv_bits == 0 && algorithm.icv_bits.front() != 0) continue;
                INFO(algorithm.name << " key " << key_bits << " icv " << icv_bits);
                const auto added = make(*kernel, add(sa_with(algorithm, spi++, key_bits, icv_bits)));
                INFO((added ? "" : added.error().text));
                CHECK(added);
            }
        }
    }
    CHECK(make(*kernel, add(sa(spi, CipherAndMac{"cbc(aes)", key(16), "", {}, 0}))));
}

TEST_CASE("algorithms that are not there, and sizes that are none of theirs", "[netlink][hostile-g4]") {
    const auto kernel = make_kernel();
    const auto refusal = [&](Algorithms algorithms) {
        return errno_of(make(*kernel, add(sa(0xc0000001, std::move(algorithms)))));
    };
    CHECK(refusal(Aead{"rfc4106(gcm(rot13))", key(20), 128}) == ENOSYS);
    CHECK(refusal(Aead{"rfc4106(gcm(aes))", key(20), 120}) == ENOSYS);
    CHECK(refusal(Aead{"rfc4106(gcm(aes))", key(19), 128}) == EINVAL);
    CHECK(refusal(CipherAndMac{"cbc(rot13)", key(16), "hmac(sha256)", key(32), 128}) == ENOSYS);
    CHECK(refusal(CipherAndMac{"cbc(aes)", key(15), "hmac(sha256)", key(32), 128}) == EINVAL);
    CHECK(refusal(CipherAndMac{"cbc(aes)", key(16), "hmac(rot13)", key(32), 128}) == ENOSYS);
    CHECK(refusal(CipherAndMac{"cbc(aes)", key(16), "hmac(sha256)", key(32), 512}) == EINVAL);
    CHECK(kernel->list_sas()->empty());
}

TEST_CASE("an SA that contradicts itself is refused", "[netlink][rfc4303-2.1]") {
    const auto kernel = make_kernel();
    const auto refusal = [&](auto spoil) {
        SaSpec spec = sa(0xc0000001);
        spoil(spec);
        return errno_of(make(*kernel, add(std::move(spec))));
    };
    CHECK(refusal([](SaSpec& spec) { spec.id.spi = Spi{0}; }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.id.spi = Spi{255}; }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.id.spi = Spi{256}; }) == 0);
    CHECK(refusal([](SaSpec& spec) { spec.source = address("2001:db8::1"); }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.id.protocol = 51; }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.selector = selector("10.1.0.0/24", "10.2.0.0/24"); }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.encapsulation = UdpEncapsulation{0, 4500}; }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.algorithms = Aead{}; }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.algorithms = Aead{std::string(64, 'a'), key(20), 128}; }) == EINVAL);
    CHECK(refusal([](SaSpec& spec) { spec.algorithms = Aead{"rfc4106(gcm(aes))", key(300), 128}; }) == EINVAL);
    CHECK(kernel->list_sas()->size() == 1);
}

TEST_CASE("every change of a long batch is made or refused on its own", "[netlink][hostile-g4]") {
    const auto kernel = make_kernel();
    constexpr std::uint32_t kCount = 200;
    std::vector<Change> changes;
    // Every fifth is refused by the kernel, every seventh before it gets there.
    for (std::uint32_t i = 0; i < kCount; ++i) {
        SaSpec spec = sa(0xc0000000 + (i % 5 == 4 ? i - 1 : i));
        if (i % 7 == 6) spec.id.spi = Spi{1};
        changes.push_back(add(std::move(spec)));
    }
    const auto results = kernel->apply(changes);
    REQUIRE(results.size() == kCount);
    std::size_t added = 0;
    for (std::uint32_t i = 0; i < kCount; ++i) {
        const bool is_taken = i % 5 == 4 && (i - 1) % 7 != 6;
        const int expected = i % 7 == 6 ? EINVAL : is_taken ? EEXIST : 0;
        INFO(i);
        CHECK(errno_of(results[i]) == expected);
        added += expected == 0 ? 1U : 0U;
    }
    CHECK(kernel->list_sas()->size() == added);
    CHECK(kernel->apply({}).empty());
}

TEST_CASE("changes that are longer together than a socket may send at once are made", "[netlink]") {
    const auto kernel = make_kernel();
    std::vector<Change> changes;
    for (std::uint32_t i = 0; i < 320; ++i) {
        SaSpec spec = sa(0xc0000000 + i);
        spec.replay_window = kLargestReplayWindow;
        changes.push_back(add(std::move(spec)));
    }
    for (const auto& result : kernel->apply(changes)) REQUIRE(result);
    CHECK(kernel->list_sas()->size() == 320);
}

TEST_CASE("a list longer than a netlink datagram is whole", "[netlink][hostile-g3]") {
    const auto kernel = make_kernel();
    std::vector<Change> changes;
    for (std::uint32_t i = 0; i < 1000; ++i) changes.push_back(add(sa(0xc0000000 + i)));
    for (const auto& result : kernel->apply(changes)) REQUIRE(result);
    const auto listed = kernel->list_sas();
    REQUIRE(listed);
    std::vector<std::uint32_t> spis;
    for (const SaState& state : *listed) spis.push_back(static_cast<std::uint32_t>(state.id.spi));
    std::sort(spis.begin(), spis.end());
    REQUIRE(spis.size() == 1000);
    CHECK(spis.front() == 0xc0000000);
    CHECK(spis.back() == 0xc00003e7);
    CHECK(std::unique(spis.begin(), spis.end()) == spis.end());
}

TEST_CASE("a probe succeeds where SAs can be added, and leaves nothing behind", "[netlink][hostile-g6]") {
    const auto kernel = make_kernel();
    CHECK(kernel->probe());
    CHECK(kernel->probe());
    CHECK(kernel->list_sas()->empty());
}

}  // namespace xfrmd::netlink::test
