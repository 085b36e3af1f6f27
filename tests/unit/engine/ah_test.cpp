// Children of AH (RFC 4302; RFC 7296 1.4.1, 2.17, 3.3): proposals without a cipher, keys for integrity only, Deletes
// that name the protocol, and no way through a NAT (RFC 3715 2.1).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

using policy::IntegrityId;
using policy::ProtocolId;

ConnectionWords with_ah(const std::string& words) { return {.children = {{.esp = "", .ah = words}}}; }

// As the responder wants it after a first child of AH, too.
Payloads auth_with_ah(const ScriptedPeer& peer, std::uint32_t spi) {
    Payloads payloads = peer.auth_request();
    payloads[3] = ScriptedPeer::ah_offer(spi);
    return payloads;
}

}  // namespace

TEST_CASE("a first child of AH", "[engine][rfc4302-2][rfc7296-2.17]") {
    struct Row {
        std::string words;
        IntegrityId integrity;
        std::size_t key_bytes;
        bool esn;
    };
    const auto row = GENERATE(values<Row>({
        {"sha256", IntegrityId::hmac_sha2_256_128, 32, false},
        {"sha512-esn", IntegrityId::hmac_sha2_512_256, 64, true},
        {"sha1-noesn-esn", IntegrityId::hmac_sha1_96, 20, false},
        {"md5", IntegrityId::hmac_md5_96, 16, false},
        {"aesxcbc-sha384", IntegrityId::aes_xcbc_96, 16, false},
        {"sha384-x25519", IntegrityId::hmac_sha2_384_192, 48, false},
        {"default", IntegrityId::hmac_sha2_256_128, 32, false},
    }));
    INFO(row.words);
    Gateways gateways(with_ah(row.words));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    const auto& child = *gateways.left.kernel.list().at(0);
    CHECK(child.suite.protocol == ProtocolId::ah);
    CHECK_FALSE(child.suite.encryption);
    CHECK(child.suite.integrity == row.integrity);
    CHECK(child.suite.esn == row.esn);
    CHECK_FALSE(child.suite.key_exchange);
    CHECK(child.encryption_in.empty());
    CHECK(child.encryption_out.empty());
    CHECK(child.integrity_in.size() == row.key_bytes);
    CHECK(child.integrity_out.size() == row.key_bytes);
    CHECK_FALSE(child.integrity_in == child.integrity_out);
}

TEST_CASE("what an AH child is asked for with", "[engine][rfc7296-3.3]") {
    Lonely lonely(with_ah("sha256-sha384-esn-noesn"));
    const auto operation = lonely.be_called();
    const auto& proposals = lonely.auth_request.sa->proposals;
    REQUIRE(proposals.size() == 1);
    CHECK(proposals[0].protocol == ProtocolId::ah);
    CHECK(proposals[0].spi.size() == 4);
    std::vector<policy::Transform> transforms;
    for (const auto& one : proposals[0].transforms) transforms.push_back(one.transform);
    CHECK(transforms == std::vector{policy::transform(IntegrityId::hmac_sha2_256_128),
                                    policy::transform(IntegrityId::hmac_sha2_384_192),
                                    policy::transform(policy::Esn::yes), policy::transform(policy::Esn::no)});

    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    answer[2] = ScriptedPeer::ah_offer(0xc0ffee03, "sha384-esn");
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    CHECK(lonely.host.outcome(operation) == "ok");
    const auto& child = *lonely.host.kernel.list().at(0);
    CHECK(child.suite.protocol == ProtocolId::ah);
    CHECK(child.suite.esn);
    CHECK(child.spi_out == ike::EspSpi{0xc0ffee03});
}

TEST_CASE("further children of AH, with a key exchange and beside ESP", "[engine][rfc7296-1.3.1][rfc7296-1.4.1]") {
    ConnectionWords words = two_children("");
    words.children.back().ah = "sha256-x25519";
    Gateways gateways(words);
    gateways.connect();
    const auto operation = gateways.connect("second");
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    const auto* child = gateways.left.kernel.list().at(1);
    CHECK(child->suite.protocol == ProtocolId::ah);
    CHECK(child->suite.key_exchange == policy::KeyExchangeId::x25519);

    const bool left_clears = GENERATE(true, false);
    Host& host = left_clears ? gateways.left : gateways.right;
    const auto cleared = gateways.wire.clear(host, host.kernel.list().at(1)->ike_sa, host.kernel.list().at(1)->child);
    gateways.wire.settle();
    CHECK(host.outcome(cleared) == "ok");
    CHECK(gateways.left.kernel.children().size() == 1);
    CHECK(gateways.left.kernel.list().at(0)->suite.protocol == ProtocolId::esp);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("of AH and ESP the first that is common", "[engine][rfc7296-3.3]") {
    struct Row {
        std::string left_esp, left_ah, right_esp, right_ah, chosen;
    };
    const auto row = GENERATE(values<Row>({
        {"aes128gcm16", "sha256", "aes128gcm16", "sha256", "esp"},
        {"aes128gcm16", "sha256", "", "sha256", "ah"},
        {"", "sha256", "aes128gcm16", "sha256", "ah"},
        {"", "sha256", "aes128gcm16", "", ""},
        {"aes128-sha256", "", "", "sha256", ""},
    }));
    INFO(row.left_esp << "+" << row.left_ah << " - " << row.right_esp << "+" << row.right_ah);
    const ConnectionWords left{.children = {{.esp = row.left_esp, .ah = row.left_ah}}};
    const ConnectionWords right{.children = {{.esp = row.right_esp, .ah = row.right_ah}}};
    Gateways gateways(left, mirrored(right));
    const auto operation = gateways.connect();
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.established() == 1);
    if (row.chosen.empty()) {
        CHECK(gateways.left.outcome(operation) == base::name(Reason::NoProposalChosen));
        return;
    }
    CHECK(gateways.left.outcome(operation) == "ok");
    const auto expected = row.chosen == "ah" ? ProtocolId::ah : ProtocolId::esp;
    CHECK(gateways.left.kernel.list().at(0)->suite.protocol == expected);
}

TEST_CASE("an AH child is deleted by its protocol and SPI, not by the SPI alone", "[engine][rfc7296-1.4.1]") {
    ConnectionWords words;
    words.children[0].ah = "sha256";
    Lonely lonely(words);
    lonely.begin();
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, auth_with_ah(lonely.peer, 0xc0ffee01)));
    // The same SPI once more, in ESP.
    lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false,
                                    {ScriptedPeer::esp_offer(0xc0ffee01), wire::Nonce{lonely.peer.nonce},
                                     lonely.peer.own_selectors(), lonely.peer.engine_selectors()}));
    REQUIRE(lonely.host.kernel.children().size() == 2);
    const auto inbound = [&](std::size_t i) {
        return std::vector{static_cast<std::uint32_t>(lonely.host.kernel.list().at(i)->spi_in)};
    };
    const wire::Delete ours_ah{ProtocolId::ah, inbound(0)};
    const wire::Delete ours_esp{ProtocolId::esp, inbound(1)};
    const wire::Delete ah{ProtocolId::ah, {0xc0ffee01}};
    const wire::Delete esp{ProtocolId::esp, {0xc0ffee01}};
    const bool both = GENERATE(true, false);
    if (both) {
        const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 3, false, {ah, esp}));
        CHECK(lonely.peer.open(sent.at(0))->deletes == std::vector{ours_esp, ours_ah});
    } else {
        auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 3, false, {ah, ah}));
        CHECK(lonely.peer.open(sent.at(0))->deletes == std::vector{ours_ah});
        REQUIRE(lonely.host.kernel.children().size() == 1);
        CHECK(lonely.host.kernel.list().at(0)->suite.protocol == ProtocolId::esp);
        sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 4, false, {ah, esp}));
        CHECK(lonely.peer.open(sent.at(0))->deletes == std::vector{ours_esp});
    }
    CHECK(lonely.host.kernel.children().empty());
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("an AH child that cannot be had is deleted as one of AH", "[engine][rfc7296-1.4.1]") {
    Lonely lonely(with_ah("sha256"));
    lonely.be_called();
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    answer[2] = ScriptedPeer::ah_offer(0xc0ffee03);
    std::get<wire::TrafficSelectorPayload>(answer[4]).selectors = selectors({"10.0.0.0/8"});
    const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    const auto deletes = lonely.peer.open(sent.at(0))->deletes;
    REQUIRE(deletes.size() == 1);
    CHECK(deletes[0].protocol == ProtocolId::ah);
    CHECK(lonely.host.kernel.children().empty());
}

TEST_CASE("AH does not pass a NAT", "[engine][rfc3715-2.1][rfc3948-1]") {
    ConnectionWords words = with_ah("sha256");
    words.encap = true;
    SECTION("as initiator it is not even asked for") {
        Gateways gateways(words);
        const auto operation = gateways.connect();
        CHECK(gateways.left.outcome(operation) == base::name(Reason::NoProposalChosen));
        CHECK(gateways.left.end_of(operation)->result.error().detail.find("NAT") != std::string::npos);
        CHECK(gateways.left.sas().empty());
        CHECK(gateways.left.sent.size() == 1);
    }
    SECTION("children of ESP beside it come up") {
        words.children.push_back(two_children().children.back());
        Gateways gateways(words);
        const auto refused = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "net");
        const auto operation = gateways.wire.initiate(gateways.left, "192.0.2.2", "gw", "second");
        gateways.wire.settle();
        CHECK(gateways.left.outcome(refused) == base::name(Reason::NoProposalChosen));
        CHECK(gateways.left.outcome(operation) == "ok");
        const auto again = gateways.connect("net");
        CHECK(gateways.left.outcome(again) == base::name(Reason::NoProposalChosen));
        CHECK(gateways.left.kernel.children().size() == 1);
        CHECK(gateways.disagreement() == "");
    }
    SECTION("a child that may be either is ESP") {
        words.children[0].esp = "aes128-sha256";
        Gateways gateways(words);
        CHECK(gateways.left.outcome(gateways.connect()) == "ok");
        CHECK(gateways.left.kernel.list().at(0)->suite.protocol == ProtocolId::esp);
        CHECK(gateways.disagreement() == "");
    }
    SECTION("as responder it is refused") {
        Lonely lonely(with_ah("sha256"));
        Payloads init = lonely.peer.init_payloads();
        init.emplace_back(notify(wire::NotifyType::nat_detection_source_ip, base::Bytes(20, 1)));
        init.emplace_back(notify(wire::NotifyType::nat_detection_destination_ip, base::Bytes(20, 1)));
        lonely.peer.take_init_response(lonely.tell(lonely.peer.init_request(init)).at(0));
        const auto sent = lonely.tell(
            lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, auth_with_ah(lonely.peer, 0xc0ffee01)));
        CHECK(lonely.peer.open(sent.at(0))->find(wire::NotifyType::no_proposal_chosen) != nullptr);
        CHECK(lonely.host.count(Reason::NoProposalChosen) == 1);
        CHECK(lonely.host.reported("NAT"));
        CHECK(lonely.host.established() == 1);
        CHECK(lonely.host.kernel.children().empty());
    }
}

}  // namespace xfrmd::tests
