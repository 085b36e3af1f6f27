// Rows C1-C6, C8 of tests/rfc/hostile.md: proposals, key exchange values and nonces that should not be (RFC
// 7296 2.7, 2.10, 3.3; RFC 6989).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

#include "ike/ikev2/exchange/offers.h"

namespace xfrmd::tests {

namespace {

using policy::EncryptionId;
using policy::IntegrityId;
using policy::KeyExchangeId;
using policy::PrfId;

const policy::Transform kCipher = policy::transform(EncryptionId::aes_cbc, 128);
const policy::Transform kIntegrity = policy::transform(IntegrityId::hmac_sha2_256_128);
const policy::Transform kPrf = policy::transform(PrfId::hmac_sha2_256);
const policy::Transform kMethod = policy::transform(KeyExchangeId::x25519);

wire::SecurityAssociation ike_offer(std::vector<policy::Transform> transforms) {
    return ikev2::exchange::offer({{policy::ProtocolId::ike, std::move(transforms)}}, {});
}

Payloads init_with(ScriptedPeer& peer, wire::SecurityAssociation offer) {
    Payloads payloads = peer.init_payloads();
    payloads[0] = std::move(offer);
    return payloads;
}

const wire::Notify* refusal_in(const std::vector<base::Bytes>& answers, wire::NotifyType type) {
    static wire::Received received;
    received = read(answers.at(0));
    return received.clear.find(type);
}

}  // namespace

TEST_CASE("proposals that cannot work are skipped", "[engine][rfc7296-3.3.3][hostile-c2][hostile-c3][hostile-c4]") {
    const auto offer = GENERATE_COPY(values<std::vector<policy::Transform>>({
        {kCipher, kIntegrity, kPrf},
        {kCipher, kIntegrity, kMethod},
        {kCipher, kPrf, kMethod},
        {kIntegrity, kPrf, kMethod},
        {policy::transform(EncryptionId::aes_gcm_16, 128), kIntegrity, kPrf, kMethod},
        {policy::transform(EncryptionId::null), kIntegrity, kPrf, kMethod},
        {policy::transform(EncryptionId::aes_cbc, 0), kIntegrity, kPrf, kMethod},
        {policy::transform(EncryptionId::aes_cbc, 1), kIntegrity, kPrf, kMethod},
        {policy::transform(EncryptionId::aes_cbc, 65535), kIntegrity, kPrf, kMethod},
        {policy::transform(EncryptionId{1024}), kIntegrity, kPrf, kMethod},
        {policy::transform(EncryptionId{65535}), kIntegrity, kPrf, kMethod},
        {kCipher, kIntegrity, kPrf, kMethod, policy::transform(policy::Esn::no)},
        {kCipher, policy::transform(IntegrityId::none), kPrf, kMethod},
        {kCipher, kIntegrity, kPrf, policy::transform(KeyExchangeId::none)},
    }));
    Lonely lonely;
    std::vector<base::Bytes> answers;
    check_refused(
        lonely, Reason::NoProposalChosen,
        [&] { answers = lonely.tell(lonely.peer.init_request(init_with(lonely.peer, ike_offer(offer)))); }, 1);
    CHECK(refusal_in(answers, wire::NotifyType::no_proposal_chosen) != nullptr);
}

TEST_CASE("transforms with attributes nobody knows are not chosen", "[engine][rfc7296-3.3.6][hostile-c3]") {
    Lonely lonely;
    auto offer = ike_offer({kCipher, kIntegrity, kPrf, kMethod});
    offer.proposals[0].transforms[0].others.push_back({99, true, {0, 1}});
    check_refused(
        lonely, Reason::NoProposalChosen, [&] { lonely.tell(lonely.peer.init_request(init_with(lonely.peer, offer))); },
        1);
    // Beside one without, that one is.
    offer.proposals[0].transforms.push_back({kCipher, {}});
    lonely.tell(lonely.peer.init_request(init_with(lonely.peer, offer)));
    CHECK(lonely.host.engine.half_open() == 1);
}

TEST_CASE("a good proposal is found among many, and repeated ids do no harm",
          "[engine][rfc7296-3.3][hostile-c1][hostile-c3]") {
    Lonely lonely;
    wire::SecurityAssociation offer;
    const auto junk = ike_offer({policy::transform(EncryptionId{1030}), policy::transform(EncryptionId{1030}), kPrf});
    const auto good = ike_offer({kCipher, kCipher, kIntegrity, kPrf, kPrf, kMethod, kMethod});
    for (std::uint8_t number = 1; number < 255; ++number) {
        offer.proposals.push_back(junk.proposals[0]);
        offer.proposals.back().number = number;
    }
    offer.proposals.push_back(good.proposals[0]);
    offer.proposals.back().number = 255;
    const auto answers = lonely.tell(lonely.peer.init_request(init_with(lonely.peer, offer)));
    CHECK(lonely.host.engine.half_open() == 1);
    CHECK(read(answers.at(0)).clear.sa->proposals.at(0).number == 255);
    CHECK(read(answers.at(0)).clear.sa->proposals.at(0).transforms.size() == 4);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("more transforms than anybody needs are dropped", "[engine][rfc7296-3.3.1][hostile-c1]") {
    Lonely lonely;
    wire::SecurityAssociation offer;
    for (std::uint8_t number = 1; number < 20; ++number) {
        offer.proposals.push_back(
            {number, policy::ProtocolId::ike, {}, std::vector<wire::TransformSubstructure>(255, {kCipher, {}})});
    }
    check_refused(lonely, Reason::PayloadCountExceeded,
                  [&] { lonely.tell(lonely.peer.init_request(init_with(lonely.peer, offer))); });
}

TEST_CASE("proposals for other protocols or with SPIs are no IKE proposals", "[engine][rfc7296-3.3.1][hostile-c1]") {
    Lonely lonely;
    auto offer = ike_offer({kCipher, kIntegrity, kPrf, kMethod});
    SECTION("an SPI") { offer.proposals[0].spi = base::Bytes(8, 1); }
    SECTION("ESP") { offer = ScriptedPeer::esp_offer(0xc0ffee05); }
    SECTION("a protocol nobody knows") { offer.proposals[0].protocol = policy::ProtocolId{77}; }
    check_refused(
        lonely, Reason::NoProposalChosen, [&] { lonely.tell(lonely.peer.init_request(init_with(lonely.peer, offer))); },
        1);
}

TEST_CASE("substructures whose lengths disagree are dropped", "[engine][rfc7296-3.3][hostile-c1]") {
    Lonely lonely;
    const base::Bytes request = lonely.peer.init_request();
    const std::size_t proposal = wire::kHeaderSize + 4;
    // Last Substruc, Proposal Length, SPI Size, Num Transforms, first transform's length.
    for (const std::size_t at :
         {proposal, proposal + 2, proposal + 3, proposal + 6, proposal + 7, proposal + 10, proposal + 11}) {
        for (const auto value : std::initializer_list<std::uint8_t>{1, 3, 9, 200, 255}) {
            base::Bytes broken = request;
            if (broken[at] == value) continue;
            broken[at] = value;
            INFO(at << " " << unsigned{value});
            check_refused(lonely, Reason::PayloadMalformed, [&] { lonely.tell(broken); });
        }
    }
}

TEST_CASE("a key exchange of another group is answered with the wanted one", "[engine][rfc7296-1.3][hostile-c5]") {
    Lonely lonely;
    Payloads payloads = lonely.peer.init_payloads();
    payloads[1] = wire::KeyExchangePayload{KeyExchangeId::modp2048, base::Bytes(256, 7)};
    std::vector<base::Bytes> answers;
    check_refused(
        lonely, Reason::KeyExchangeMethodMismatch, [&] { answers = lonely.tell(lonely.peer.init_request(payloads)); },
        1);
    const auto* refusal = refusal_in(answers, wire::NotifyType::invalid_ke_payload);
    REQUIRE(refusal != nullptr);
    CHECK(refusal->data == base::Bytes{0, 31});
}

TEST_CASE("a hundred peers with a wrong guess are all told", "[engine][rfc7296-1.3][hostile-c5]") {
    Lonely lonely(ConnectionWords{.remote = ""});
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        ScriptedPeer peer(seed);
        Payloads payloads = peer.init_payloads();
        payloads[1] = wire::KeyExchangePayload{KeyExchangeId::modp2048, base::Bytes(256, 7)};
        const base::Endpoint from{address("198.51.100." + std::to_string(seed)), 500};
        const auto answers = lonely.tell_from(from, peer.init_request(payloads));
        CHECK(refusal_in(answers, wire::NotifyType::invalid_ke_payload) != nullptr);
    }
    CHECK(lonely.host.count(Reason::KeyExchangeMethodMismatch) == 100);
}

TEST_CASE("key exchange values that are none leave no IKE SA", "[engine][rfc6989-2][rfc7748-6.1][hostile-c6]") {
    struct Row {
        std::string ike;
        KeyExchangeId method;
        base::Bytes value;
    };
    const auto row = GENERATE(values<Row>({
        {"x25519", KeyExchangeId::x25519, base::Bytes(32, 0)},
        {"x25519", KeyExchangeId::x25519, base::Bytes(31, 9)},
        {"x25519", KeyExchangeId::x25519, base::Bytes(33, 9)},
        {"x25519", KeyExchangeId::x25519, {}},
        {"modp2048", KeyExchangeId::modp2048, base::Bytes(256, 0)},
        {"modp2048", KeyExchangeId::modp2048, base::Bytes(256, 0xff)},
        {"modp2048", KeyExchangeId::modp2048, base::Bytes(255, 7)},
        {"ecp256", KeyExchangeId::ecp256, base::Bytes(64, 0)},
        {"ecp256", KeyExchangeId::ecp256, base::Bytes(64, 7)},
        {"ecp256", KeyExchangeId::ecp256, base::Bytes(65, 4)},
    }));
    Lonely lonely({.ike = "aes128-sha256-" + row.ike});
    Payloads payloads = lonely.peer.init_payloads();
    payloads[0] = ike_offer({kCipher, kIntegrity, kPrf, policy::transform(row.method)});
    payloads[1] = wire::KeyExchangePayload{row.method, row.value};
    check_refused(lonely, Reason::KeyExchangeValueInvalid, [&] { lonely.tell(lonely.peer.init_request(payloads)); }, 1);
    CHECK(read(lonely.host.sent.back().bytes).clear.find(wire::NotifyType::invalid_syntax) != nullptr);
}

TEST_CASE("as initiator a bad answer is remembered and a better one awaited",
          "[engine][rfc7296-2.21.1][hostile-c6][hostile-c8]") {
    Lonely lonely;
    const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    const base::Bytes request = lonely.host.sent.back().bytes;
    ScriptedPeer stranger(8);
    wire::Header header = read(stranger.answer_init(request)).header;
    Payloads payloads = stranger.init_payloads();
    Reason reason{};
    SECTION("all-zero value") {
        payloads[1] = wire::KeyExchangePayload{KeyExchangeId::x25519, base::Bytes(32, 0)};
        reason = Reason::KeyExchangeValueInvalid;
    }
    SECTION("our own nonce") {
        payloads[2] = wire::Nonce{read(request).clear.nonce->data};
        reason = Reason::NonceReflected;
    }
    SECTION("what we did not offer") {
        payloads[0] = ike_offer({policy::transform(EncryptionId::aes_cbc, 256), kIntegrity, kPrf, kMethod});
        reason = Reason::ResponderChoseUnofferedTransform;
    }
    SECTION("two proposals") {
        auto offer = ike_offer({kCipher, kIntegrity, kPrf, kMethod});
        offer.proposals.push_back(offer.proposals[0]);
        offer.proposals[1].number = 2;
        payloads[0] = offer;
        reason = Reason::ResponderChoseUnofferedTransform;
    }
    SECTION("another group's value") {
        payloads[1] = wire::KeyExchangePayload{KeyExchangeId::ecp256, base::Bytes(64, 7)};
        reason = Reason::ResponderChoseUnofferedTransform;
    }
    SECTION("no SPI of its own") {
        header.spi_r = wire::IkeSpi::none;
        reason = Reason::SpiInvalid;
    }
    check_refused(lonely, reason, [&] { lonely.tell(wire::encode(header, payloads)); });
    CHECK(lonely.sa()->phase_id() == PhaseId::init_requested);
    const auto sent = lonely.tell(lonely.peer.answer_init(request));
    lonely.auth_request = lonely.peer.open(sent.at(0)).value();
    lonely.tell(
        lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, lonely.peer.auth_response(lonely.auth_request)));
    CHECK(lonely.host.outcome(operation) == "ok");
}

TEST_CASE("nonces of a wrong length are dropped", "[engine][rfc7296-3.9][hostile-c8]") {
    Lonely lonely;
    for (const auto size : std::initializer_list<std::size_t>{0, 1, 15, 257, 1000}) {
        Payloads payloads = lonely.peer.init_payloads();
        payloads[2] = wire::Nonce{base::Bytes(size, 5)};
        check_refused(lonely, Reason::NonceLengthInvalid, [&] { lonely.tell(lonely.peer.init_request(payloads)); });
    }
}

TEST_CASE("a child's proposals that cannot work give no child", "[engine][rfc7296-3.3.3][hostile-c2][hostile-f11]") {
    const auto child_with = [](wire::SecurityAssociation offer) {
        Lonely lonely;
        lonely.establish();
        const Payloads request{std::move(offer), wire::Nonce{lonely.peer.nonce}, lonely.peer.own_selectors(),
                               lonely.peer.engine_selectors()};
        check_refused(
            lonely, Reason::NoProposalChosen,
            [&] { lonely.tell(lonely.peer.protect(wire::ExchangeType::create_child_sa, 2, false, request)); }, 1);
        CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->find(wire::NotifyType::no_proposal_chosen) != nullptr);
    };
    SECTION("another cipher") { child_with(ScriptedPeer::esp_offer(0xc0ffee05, "aes256gcm16")); }
    SECTION("a reserved SPI") { child_with(ScriptedPeer::esp_offer(GENERATE(0U, 1U, 255U))); }
    SECTION("no cipher") {
        auto offer = ScriptedPeer::esp_offer(0xc0ffee05);
        offer.proposals[0].transforms.erase(offer.proposals[0].transforms.begin());
        child_with(offer);
    }
    SECTION("an AEAD with integrity") {
        auto offer = ScriptedPeer::esp_offer(0xc0ffee05);
        offer.proposals[0].transforms.push_back({kIntegrity, {}});
        child_with(offer);
    }
}

}  // namespace xfrmd::tests
