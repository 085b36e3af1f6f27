// Rows C2 and F14 of tests/rfc/hostile.md: a child's options as nobody should send them: IPCOMP_SUPPORTED of the wrong
// size, number or place, proposals of AH that are none (RFC 7296 2.22, 3.3, 3.10; RFC 3173 3.3).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

#include "ike/base/writer.h"
#include "ike/ikev2/exchange/offers.h"

namespace xfrmd::tests {

namespace {

constexpr auto kAuth = wire::ExchangeType::ike_auth;

const base::Bytes kGood = {0x12, 0x34, 2};

wire::Notify ipcomp(base::Bytes data) { return notify(wire::NotifyType::ipcomp_supported, std::move(data)); }

std::vector<base::Bytes> unusable() {
    return {{},
            {0x12},
            {0x12, 0x34},
            {0x12, 0x34, 2, 0},  // DEFLATE has no attributes
            {0, 0, 2},           // CPIs that are not for negotiation
            {0, 2, 2},
            {0, 255, 2},
            {0xf0, 0, 2},
            {0xff, 0xff, 2},
            {0x12, 0x34, 0},  // algorithms we do not speak
            {0x12, 0x34, 1},
            {0x12, 0x34, 3},
            {0x12, 0x34, 4},
            {0x12, 0x34, 255},
            base::Bytes(2000, 2)};
}

Lonely wants_ipcomp() { return Lonely({.children = {{.ipcomp = true}}}); }

wire::Payloads tell_request(Lonely& lonely, const std::vector<wire::Notify>& notifies) {
    lonely.begin();
    Payloads request = lonely.peer.auth_request();
    request.insert(request.end(), notifies.begin(), notifies.end());
    return lonely.peer.open(lonely.tell(lonely.peer.protect(kAuth, 1, false, request)).at(0)).value();
}

std::vector<base::Bytes> tell_answer(Lonely& lonely, const std::vector<wire::Notify>& notifies) {
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    answer.insert(answer.end(), notifies.begin(), notifies.end());
    return lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
}

}  // namespace

TEST_CASE("offers of IPComp that we cannot take are not taken", "[engine][rfc7296-2.22][hostile-f14]") {
    for (const base::Bytes& data : unusable()) {
        Lonely lonely = wants_ipcomp();
        const auto answer = tell_request(lonely, {ipcomp(data)});
        INFO(base::to_hex(data));
        CHECK(answer.find(wire::NotifyType::ipcomp_supported) == nullptr);
        REQUIRE(lonely.host.kernel.children().size() == 1);
        CHECK_FALSE(lonely.host.kernel.list().at(0)->ipcomp);
        CHECK(lonely.host.counted() == 0);
    }
}

TEST_CASE("of many offers of IPComp the first usable one is taken, once", "[engine][rfc7296-2.22][hostile-f14]") {
    std::vector<wire::Notify> offers;
    for (const base::Bytes& data : unusable()) offers.push_back(ipcomp(data));
    for (std::uint8_t i = 0; i < 20; ++i) offers.push_back(ipcomp({0x12, static_cast<std::uint8_t>(0x34 + i), 2}));
    Lonely lonely = wants_ipcomp();
    const auto answer = tell_request(lonely, offers);
    CHECK(answer.notifies.size() == 1);
    CHECK(lonely.host.kernel.list().at(0)->ipcomp->out == ike::Cpi{0x1234});
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("IPComp that is not configured is not answered", "[engine][rfc7296-2.22]") {
    Lonely lonely;
    CHECK(tell_request(lonely, {ipcomp(kGood)}).notifies.empty());
    CHECK_FALSE(lonely.host.kernel.list().at(0)->ipcomp);
}

TEST_CASE("IPComp as it was not proposed is no child", "[engine][rfc7296-2.22][hostile-f14]") {
    for (const base::Bytes& data : unusable()) {
        Lonely lonely = wants_ipcomp();
        const auto operation = lonely.be_called();
        const auto* offer = lonely.auth_request.find(wire::NotifyType::ipcomp_supported);
        REQUIRE(offer != nullptr);
        REQUIRE(offer->data.size() == 3);
        CHECK(offer->data[2] == 2);
        const auto sent = tell_answer(lonely, {ipcomp(data)});
        INFO(base::to_hex(data));
        CHECK(lonely.host.outcome(operation) == base::name(Reason::ResponderChoseUnofferedTransform));
        CHECK(lonely.host.count(Reason::ResponderChoseUnofferedTransform) == 1);
        CHECK(lonely.host.kernel.children().empty());
        CHECK(lonely.host.established() == 1);
        REQUIRE(sent.size() == 1);
        CHECK(lonely.peer.open(sent[0])->deletes.size() == 1);
    }
}

TEST_CASE("answers to IPComp", "[engine][rfc7296-2.22]") {
    struct Row {
        bool asked;
        std::vector<base::Bytes> answered;
        std::string outcome;
        bool compresses;
    };
    const std::string refused(base::name(Reason::ResponderChoseUnofferedTransform));
    const auto row = GENERATE_COPY(values<Row>({
        {true, {kGood}, "ok", true},
        {true, {}, "ok", false},
        {true, {kGood, kGood}, refused, false},
        {true, {kGood, {}}, refused, false},
        {false, {kGood}, refused, false},
        {false, {{}}, refused, false},
    }));
    Lonely lonely({.children = {{.ipcomp = row.asked}}});
    const auto operation = lonely.be_called();
    std::vector<wire::Notify> notifies;
    for (const base::Bytes& data : row.answered) notifies.push_back(ipcomp(data));
    tell_answer(lonely, notifies);
    CHECK(lonely.host.outcome(operation) == row.outcome);
    CHECK(lonely.host.kernel.children().size() == (row.outcome == "ok" ? 1 : 0));
    if (row.outcome != "ok") return;
    CHECK(lonely.host.kernel.list().at(0)->ipcomp.has_value() == row.compresses);
    if (row.compresses) CHECK(lonely.host.kernel.list().at(0)->ipcomp->out == ike::Cpi{0x1234});
}

TEST_CASE("proposals of AH that are none", "[engine][rfc7296-3.3.3][hostile-c2]") {
    using policy::transform;
    const auto sha256 = transform(policy::IntegrityId::hmac_sha2_256_128);
    const auto no_esn = transform(policy::Esn::no);
    const auto transforms = GENERATE_COPY(values<std::vector<policy::Transform>>({
        {no_esn},
        {transform(policy::IntegrityId::none), no_esn},
        {transform(policy::IntegrityId{9}), no_esn},
        {transform(policy::EncryptionId::aes_cbc, 128), sha256, no_esn},
        {transform(policy::EncryptionId::null), sha256, no_esn},
        {transform(policy::PrfId::hmac_sha2_256), sha256, no_esn},
        {sha256, transform(policy::Esn{2})},
        {sha256, transform(policy::Esn::yes)},
        {{policy::TransformType::integrity, 12, 128}, no_esn},
    }));
    const std::uint32_t spi = GENERATE(0xc0ffee01U, 0x100U);
    Lonely lonely({.children = {{.esp = "", .ah = "sha256"}}});
    lonely.begin();
    Payloads request = lonely.peer.auth_request();
    request[3] = ikev2::exchange::offer({{policy::ProtocolId::ah, transforms}}, base::Writer().u32(spi).take());
    const auto answer = lonely.peer.open(lonely.tell(lonely.peer.protect(kAuth, 1, false, request)).at(0));
    CHECK(answer->find(wire::NotifyType::no_proposal_chosen) != nullptr);
    CHECK(lonely.host.count(Reason::NoProposalChosen) == 1);
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.host.kernel.children().empty());
}

TEST_CASE("reserved SPIs of a peer are none", "[engine][rfc4303-2.1][rfc4302-2.4]") {
    const std::uint32_t spi = GENERATE(0U, 1U, 255U);
    const bool ah = GENERATE(true, false);
    const bool as_responder = GENERATE(true, false);
    Lonely lonely({.children = {{.ah = "sha256"}}});
    const auto offer = ah ? ScriptedPeer::ah_offer(spi) : ScriptedPeer::esp_offer(spi);
    if (as_responder) {
        lonely.begin();
        Payloads request = lonely.peer.auth_request();
        request[3] = offer;
        lonely.tell(lonely.peer.protect(kAuth, 1, false, request));
    } else {
        const auto operation = lonely.be_called();
        Payloads answer = lonely.peer.auth_response(lonely.auth_request);
        answer[2] = offer;
        std::get<wire::SecurityAssociation>(answer[2]).proposals[0].number = ah ? 2 : 1;
        lonely.tell(lonely.peer.protect(kAuth, 1, true, answer));
        CHECK(lonely.host.outcome(operation) == base::name(Reason::NoProposalChosen));
    }
    CHECK(lonely.host.count(Reason::NoProposalChosen) == 1);
    CHECK(lonely.host.established() == 1);
    CHECK(lonely.host.kernel.children().empty());
}

}  // namespace xfrmd::tests
