// Rekeyings of child SAs that are refused, fail, or never end (RFC 7296 1.3.3, 2.8.1, 2.25).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <set>

#include "tests/unit/engine/rekeyable_child.h"

namespace xfrmd::tests {

TEST_CASE("a child that our kernel refused is gone at the peer before the next is asked for", "[engine][rfc7296-2.8]") {
    RekeyableChild gateways;
    bool refuses = true;
    gateways.left.kernel.verdict = [&](const ike::ChildInstall&) -> base::Result<void> {
        if (!std::exchange(refuses, false)) return {};
        return base::fail(Reason::KernelRefused, "busy");
    };
    const auto first = gateways.rekey(gateways.left);
    const auto second = gateways.rekey(gateways.left);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(first) == base::name(Reason::KernelRefused));
    CHECK(gateways.left.outcome(second) == "ok");
    expect_one_child(gateways);
}

TEST_CASE("a rekeying that a kernel refuses is tried again, and the child lives on", "[engine][rfc7296-2.25]") {
    RekeyableChild gateways;
    const bool is_ours = GENERATE(true, false);
    FakeKernel& kernel = is_ours ? gateways.left.kernel : gateways.right.kernel;
    kernel.verdict = [](const ike::ChildInstall&) { return base::fail(Reason::KernelRefused, "busy"); };
    const auto operation = gateways.rekey(gateways.left);
    gateways.wire.settle();
    CHECK(gateways.left.outcome(operation) == base::name(is_ours ? Reason::KernelRefused : Reason::TemporaryFailure));
    CHECK(gateways.left.kernel.children().size() == 1);
    kernel.verdict = nullptr;
    const auto before = first_child(gateways.left).spi_in;
    gateways.wire.run_for(seconds(60));
    CHECK(first_child(gateways.left).spi_in != before);
    expect_one_child(gateways);
}

TEST_CASE("a child whose replacement the peer deletes is rekeyed later", "[engine][rfc7296-2.25]") {
    Lonely lonely;
    lonely.establish();
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, lonely.peer.child_rekeying(2)));
    REQUIRE(lonely.host.kernel.children().size() == 2);
    lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 3, false,
                                    {wire::Delete{policy::ProtocolId::esp, {0xc0ffee02}}}));
    REQUIRE(live_children(lonely.host) == 1);
    CHECK(first_child(lonely.host).rekey_at != base::kNever);
    lonely.wire.run_for(seconds(10));
    CHECK(lonely.host.kernel.children().size() == 1);
}

TEST_CASE("a child that the peer made of ours and has deleted again is no rival", "[engine][rfc7296-2.8.1]") {
    Lonely lonely;
    lonely.establish();
    const auto operation = lonely.wire.rekey(lonely.host, ike_sa(lonely.host), first_child(lonely.host).id);
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, lonely.peer.child_rekeying(2)));
    lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 3, false,
                                    {wire::Delete{policy::ProtocolId::esp, {0xc0ffee02}}}));
    const bool is_lowest = GENERATE(true, false);
    lonely.tell(
        lonely.peer.protect(wire::ExchangeType::create_child_sa, 0, true,
                            {ScriptedPeer::esp_offer(0xc0ffee20), wire::Nonce{base::Bytes(32, is_lowest ? 0 : 0xff)},
                             wire::TrafficSelectorPayload{true, selectors({"10.1.0.0/16"}), {}},
                             wire::TrafficSelectorPayload{false, selectors({"10.2.0.0/16"}), {}}}));
    CHECK(lonely.host.outcome(operation) == "ok");
    REQUIRE(lonely.host.kernel.outbound("net") != nullptr);
    CHECK(lonely.host.kernel.outbound("net")->spi_out == ike::EspSpi{0xc0ffee20});
    CHECK_FALSE(lonely.sa()->established()->children.back().is_redundant);
}

TEST_CASE("a child that cannot be rekeyed here and now is rekeyed later", "[engine][rfc7296-2.25]") {
    // IKE_AUTH has no key exchange of the child's own, so it comes up.
    auto unable = connection({});
    unable.children.at(0).esp_proposals.at(0).transforms.push_back(policy::transform(policy::KeyExchangeId{38}));
    Gateways gateways(snapshot({unable}, {{kSecret, {}}}), snapshot(mirrored({})));
    gateways.connect();
    const auto operation = gateways.wire.rekey(gateways.left, ike_sa(gateways.left), first_child(gateways.left).id);
    CHECK(gateways.left.outcome(operation) == base::name(Reason::AlgorithmUnavailable));
    CHECK(first_child(gateways.left).rekey_at != base::kNever);
}

TEST_CASE("a rekeying that fails is no failure of the child", "[engine][rfc7296-2.25]") {
    RekeyableChild gateways;
    Host& refusing = GENERATE(true, false) ? gateways.left : gateways.right;
    refusing.kernel.verdict = [](const ike::ChildInstall&) { return base::fail(Reason::KernelRefused, "busy"); };
    gateways.rekey(gateways.left);
    gateways.wire.settle();
    for (const Host* host : {&gateways.left, &gateways.right}) {
        for (const ike::Report& report : host->reports) CHECK(report.milestone.turn != ike::Turn::child_failed);
        CHECK_FALSE(host->reported("child SA net failed"));
    }
}

TEST_CASE("a rekeying that the peer was first to do is done", "[engine][rfc7296-2.8.1]") {
    RekeyableChild gateways;
    // RFC 7296 2.8.1, the second sequence: the peer sees our request when the old child has gone.
    bool lost = true;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        const bool is_request = (parcel.bytes.at(19) & 0x20) == 0;
        return !(lost && is_request && parcel.from.address == gateways.left.address);
    };
    const auto operation = gateways.rekey(gateways.left);
    gateways.rekey(gateways.right);
    gateways.wire.settle();
    lost = false;
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK_FALSE(gateways.left.reported("not rekeyed"));
    CHECK(gateways.left.reported("rekeyings of child SA net crossed; the peer's goes on"));
    CHECK(crossings(gateways.left) == 1);
    expect_one_child(gateways);
}

TEST_CASE("who rekeys without end and deletes nothing is stopped", "[engine][rfc7296-1.3.3][hostile-f9]") {
    ike::Options options;
    options.most_children = 2;
    Lonely lonely(ConnectionWords{}, options);
    lonely.establish();
    std::size_t refused = 0;
    for (std::uint8_t id = 2; id < 10; ++id) {
        const auto answers = lonely.tell(
            lonely.peer.protect(wire::ExchangeType::create_child_sa, id, false, lonely.peer.child_rekeying(id)));
        refused += lonely.peer.open(answers.at(0))->find(wire::NotifyType::no_additional_sas) != nullptr;
    }
    CHECK(refused == 5);
    CHECK(lonely.host.count(Reason::NoAdditionalSas) == 5);
    CHECK(lonely.host.kernel.children().size() == 4);
}

}  // namespace xfrmd::tests
