// Additional key exchanges between IKE_SA_INIT and IKE_AUTH (RFC 9242, RFC 9370 2.2.1, 2.2.2).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include "tests/unit/engine/hybrid.h"
#include "tests/unit/engine/resumed.h"

namespace xfrmd::tests {

namespace {

using wire::ExchangeType;

std::vector<std::pair<ExchangeType, std::uint32_t>> exchanges(const Host& host) {
    std::vector<std::pair<ExchangeType, std::uint32_t>> all;
    for (const Parcel& parcel : host.sent) {
        const wire::Header header = wire::peek_header(parcel.bytes).value();
        all.emplace_back(header.exchange, static_cast<std::uint32_t>(header.message_id));
    }
    return all;
}

const ikev2::sa::Established& established(const Host& host) { return *host.sas().at(0)->established(); }

}  // namespace

TEST_CASE("additional key exchanges come in their order, each in an exchange of its own, before IKE_AUTH",
          "[engine][rfc9370-2.2.1][rfc9370-2.2.2][rfc9242-3.2]") {
    Gateways gateways(ConnectionWords{.ike = "aes128-sha256-x25519-ke4_mlkem512-ke2_ecp256"});
    gateways.connect();
    REQUIRE(gateways.disagreement() == "");
    const std::vector<std::pair<ExchangeType, std::uint32_t>> wanted{{ExchangeType::ike_sa_init, 0},
                                                                     {ExchangeType::ike_intermediate, 1},
                                                                     {ExchangeType::ike_intermediate, 2},
                                                                     {ExchangeType::ike_auth, 3}};
    CHECK(exchanges(gateways.left) == wanted);
    CHECK(exchanges(gateways.right) == wanted);
    for (const Host* host : {&gateways.left, &gateways.right}) {
        CHECK(established(*host).keyed.is_quantum_resistant);
        CHECK(established(*host).children.at(0).is_quantum_resistant);
    }
}

TEST_CASE("ML-KEM may be the only key exchange", "[engine][rfc7296-1.2]") {
    Gateways gateways(ConnectionWords{.ike = "aes128-sha256-mlkem768"});
    gateways.connect();
    REQUIRE(gateways.disagreement() == "");
    CHECK(gateways.left.sent.size() == 2);
    CHECK(established(gateways.left).keyed.is_quantum_resistant);
}

TEST_CASE("an IKE SA without ML-KEM is not told to be quantum-resistant", "[engine]") {
    Gateways gateways(ConnectionWords{.ike = "aes128-sha256-x25519-ke1_ecp256"});
    gateways.connect();
    REQUIRE(gateways.disagreement() == "");
    CHECK_FALSE(established(gateways.left).keyed.is_quantum_resistant);
    CHECK_FALSE(established(gateways.right).children.at(0).is_quantum_resistant);
}

TEST_CASE("whatever datagram is lost, the IKE SA comes up", "[engine][rfc7296-2.1][rfc9242-3.3.1]") {
    const int lost = GENERATE(range(0, 8));
    ike::Options options;
    options.fragment_size = GENERATE(std::size_t{1280}, std::size_t{576});
    const ConnectionWords words{.ike = kHybrid + "-ke2_mlkem1024"};
    Gateways gateways(words, options, options);
    int count = 0;
    gateways.wire.on_the_way = [&](Parcel&) { return count++ != lost; };
    gateways.connect();
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("a repeated IKE_INTERMEDIATE request comes under the keys from before it, and gets the same answer",
          "[engine][rfc7296-2.1][rfc9242-3.3.1]") {
    Hybrid hybrid;
    hybrid.exchange();
    const auto answer = hybrid.host.sent.back().bytes;
    const auto again = hybrid.tell(hybrid.sent);
    REQUIRE(again.size() == 1);
    CHECK(again.at(0) == answer);
    base::Bytes forged = hybrid.sent;
    forged.back() ^= 1;
    CHECK(hybrid.tell(forged).empty());
    hybrid.authenticate();
    CHECK(hybrid.sa()->phase_id() == PhaseId::established);
}

TEST_CASE("IKE_SA_INIT once more is answered until IKE_INTERMEDIATE has come", "[engine][rfc7296-2.1]") {
    Hybrid hybrid;
    const auto init = hybrid.peer.init_request();
    const auto answer = hybrid.tell(init).at(0);
    CHECK(hybrid.tell(init).at(0) == answer);
    hybrid.peer.take_init_response(answer);
    hybrid.request = hybrid.value();
    hybrid.sent = hybrid.peer.protect(ExchangeType::ike_intermediate, 1, false, hybrid.request);
    CHECK(hybrid.tell(hybrid.sent).size() == 1);
    CHECK(hybrid.tell(init).empty());
}

TEST_CASE("AUTH covers what was said in IKE_INTERMEDIATE, and the message id", "[engine][rfc9242-3.3.2]") {
    Hybrid hybrid;
    hybrid.exchange();
    SECTION("as it was") {
        const auto answers = hybrid.authenticate();
        REQUIRE(hybrid.sa() != nullptr);
        CHECK(hybrid.sa()->phase_id() == PhaseId::established);
        CHECK(hybrid.peer.open(answers.at(0))->auth);
    }
    SECTION("not without it") {
        hybrid.peer.int_auth.clear();
        check_ended(hybrid, Reason::AuthenticationFailed, [&] { hybrid.authenticate(); });
    }
    SECTION("not otherwise") {
        const std::size_t at = GENERATE(std::size_t{0}, std::size_t{32}, std::size_t{67});
        hybrid.peer.int_auth.at(at) ^= 1;
        check_ended(hybrid, Reason::AuthenticationFailed, [&] { hybrid.authenticate(); });
    }
}

TEST_CASE("AUTH covers IKE_INTERMEDIATE in whatever fragments it came", "[engine][rfc9242-3.3.2][rfc7383-2.6]") {
    Hybrid hybrid;
    Payloads init = hybrid.peer.init_payloads();
    init.emplace_back(notify(wire::NotifyType::ikev2_fragmentation_supported));
    hybrid.peer.take_init_response(hybrid.tell(hybrid.peer.init_request(init)).at(0));
    hybrid.request = hybrid.value();
    // As it would be whole.
    hybrid.sent = hybrid.peer.protect(ExchangeType::ike_intermediate, 1, false, hybrid.request);
    const base::Bytes inner = wire::encode_inner(hybrid.request);
    const wire::Header header = hybrid.peer.header(ExchangeType::ike_intermediate, 1, false);
    const std::size_t cut = 700;
    const auto second =
        hybrid.peer.protect_fragment(header, {2, 2}, wire::PayloadType::none, base::ByteView(inner).subspan(cut));
    CHECK(hybrid.tell(second).empty());
    const auto first =
        hybrid.peer.protect_fragment(header, {1, 2}, wire::PayloadType::ke, base::ByteView(inner).first(cut));
    const auto answers = hybrid.tell(first);
    REQUIRE(answers.size() == 1);
    hybrid.take(answers.at(0));
    hybrid.authenticate();
    CHECK(hybrid.sa()->phase_id() == PhaseId::established);
}

TEST_CASE("to a peer without IKE_INTERMEDIATE additional key exchanges are unknown types",
          "[engine][rfc9370-2.2.1][rfc9242-3.1]") {
    Hybrid hybrid;
    Payloads init = hybrid.peer.init_payloads();
    init.pop_back();
    const auto answer = hybrid.tell(hybrid.peer.init_request(init)).at(0);
    CHECK(read(answer).clear.find(wire::NotifyType::no_proposal_chosen) != nullptr);
    CHECK(hybrid.sa() == nullptr);
}

TEST_CASE("an answer with additional key exchanges and without IKE_INTERMEDIATE is none", "[engine][rfc9370-2.2.1]") {
    Hybrid hybrid;
    hybrid.wire.initiate(hybrid.host, "192.0.2.2");
    hybrid.wire.settle();
    auto answer = hybrid.peer.answer_init(hybrid.host.sent.back().bytes);
    const auto received = read(answer);
    Payloads payloads{*received.clear.sa, *received.clear.key_exchange, *received.clear.nonce};
    check_refused(hybrid, Reason::ResponderChoseUnofferedTransform,
                  [&] { hybrid.tell(wire::encode(received.header, payloads)); });
    CHECK(hybrid.sa()->phase_id() == PhaseId::init_requested);
}

TEST_CASE("a cookie and another group do not keep additional key exchanges from being agreed on",
          "[engine][rfc7296-2.6][rfc9370-2.2.1]") {
    ike::Options options;
    options.cookie_threshold = 0;
    Gateways gateways(ConnectionWords{.ike = "aes128-sha256-ecp256-x25519-ke1_mlkem768"},
                      mirrored(ConnectionWords{.ike = kHybrid}));
    gateways.connect();
    CHECK(gateways.disagreement() == "");
    CHECK(established(gateways.right).keyed.is_quantum_resistant);
    Gateways with_cookie(ConnectionWords{.ike = kHybrid}, {}, options);
    with_cookie.connect();
    CHECK(with_cookie.disagreement() == "");
    CHECK(with_cookie.left.established() == 1);
}

TEST_CASE("an IKE SA with additional key exchanges is resumed without them", "[engine][rfc9370-2.2.5][rfc9242-4]") {
    Interrupted gateways(resuming(ConnectionWords{.ike = kHybrid}));
    gateways.interrupt();
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    const std::vector<std::pair<ExchangeType, std::uint32_t>> wanted{{ExchangeType::ike_session_resume, 0},
                                                                     {ExchangeType::ike_auth, 1}};
    CHECK(exchanges(gateways.left) == wanted);
    CHECK(gateways.disagreement() == "");
    CHECK(established(gateways.left).keyed.is_quantum_resistant);
}

TEST_CASE("another configuration does not keep key exchanges from going on", "[engine][rfc9370-2.2.2]") {
    Hybrid hybrid;
    hybrid.begin();
    hybrid.wire.feed(hybrid.host, ike::Reconfigure{snapshot(ConnectionWords{.ike = kHybrid})});
    hybrid.request = hybrid.value();
    hybrid.sent = hybrid.peer.protect(ExchangeType::ike_intermediate, 1, false, hybrid.request);
    hybrid.take(hybrid.tell(hybrid.sent).at(0));
    hybrid.authenticate();
    CHECK(hybrid.sa()->phase_id() == PhaseId::established);
}

TEST_CASE("who takes long for its key exchanges has no more time than others", "[engine][rfc8019-4.1][hostile-c7]") {
    Hybrid slow("-ke1_mlkem768-ke2_ecp256");
    slow.begin();
    CHECK(slow.host.engine.half_open() == 1);
    slow.wire.run_for(seconds(31));
    CHECK(slow.host.count(Reason::HalfOpenExpired) == 1);
    CHECK(slow.host.sas().empty());
    CHECK(slow.host.engine.half_open() == 0);
}

// --- What a peer must not do ---

TEST_CASE("IKE_AUTH before all key exchanges are done is dropped", "[engine][rfc9242-3.2][hostile-c7]") {
    Hybrid hybrid;
    hybrid.begin();
    check_refused(hybrid, Reason::ExchangeTypeUnexpected, [&] {
        hybrid.tell(hybrid.peer.protect(ExchangeType::ike_auth, 1, false, hybrid.peer.auth_request()));
    });
    CHECK(hybrid.sa()->phase_id() == PhaseId::intermediate_awaited);
}

TEST_CASE("IKE_INTERMEDIATE that nobody has agreed on is dropped", "[engine][rfc9242-5][hostile-c7]") {
    Hybrid hybrid;
    hybrid.exchange();
    check_refused(hybrid, Reason::ExchangeTypeUnexpected,
                  [&] { hybrid.tell(hybrid.peer.protect(ExchangeType::ike_intermediate, 2, false, hybrid.value())); });
    hybrid.authenticate();
    CHECK(hybrid.sa()->phase_id() == PhaseId::established);
    check_refused(hybrid, Reason::ExchangeTypeUnexpected,
                  [&] { hybrid.tell(hybrid.peer.protect(ExchangeType::ike_intermediate, 3, false, hybrid.value())); });
    Lonely plain;
    plain.begin();
    check_refused(plain, Reason::ExchangeTypeUnexpected,
                  [&] { plain.tell(plain.peer.protect(ExchangeType::ike_intermediate, 1, false, {})); });
}

TEST_CASE("another method, a value of another length, or nothing at all ends the attempt",
          "[engine][rfc9370-2.2.2][rfc9242-3.4][hostile-c7]") {
    Hybrid hybrid;
    hybrid.begin();
    Payloads payloads;
    Reason reason = Reason::PayloadMissing;
    switch (GENERATE(range(0, 4))) {
        case 0:
            break;
        case 1:
            payloads = hybrid.value(policy::KeyExchangeId::mlkem512);
            reason = Reason::PayloadUnexpected;
            break;
        case 2:
            payloads = {wire::KeyExchangePayload{policy::KeyExchangeId::mlkem768, base::Bytes(1183)}};
            reason = Reason::KeyExchangeValueInvalid;
            break;
        default:
            payloads = {wire::KeyExchangePayload{policy::KeyExchangeId::mlkem768, base::Bytes(1184, 0xff)}};
            reason = Reason::KeyExchangeValueInvalid;
    }
    check_ended(hybrid, reason, [&] {
        const auto answers = hybrid.tell(hybrid.peer.protect(ExchangeType::ike_intermediate, 1, false, payloads));
        REQUIRE(answers.size() == 1);
        CHECK(hybrid.peer.open(answers.at(0))->find(wire::NotifyType::invalid_syntax) != nullptr);
    });
}

TEST_CASE("as initiator, an answer to IKE_INTERMEDIATE that is no good ends the attempt",
          "[engine][rfc9242-3.4][hostile-c7]") {
    Hybrid hybrid;
    hybrid.peer.after_init = {};
    hybrid.wire.initiate(hybrid.host, "192.0.2.2");
    hybrid.wire.settle();
    const auto sent = hybrid.tell(hybrid.peer.answer_init(hybrid.host.sent.back().bytes));
    REQUIRE(sent.size() == 1);
    CHECK(hybrid.peer.open(sent.at(0))->key_exchange->method == policy::KeyExchangeId::mlkem768);
    CHECK(hybrid.sa()->phase_id() == PhaseId::intermediate_requested);
    const auto answer = [&](const Payloads& payloads) {
        hybrid.tell(hybrid.peer.protect(ExchangeType::ike_intermediate, 1, true, payloads));
    };
    SECTION("a refusal") {
        check_ended(hybrid, Reason::PeerRefused, [&] { answer({notify(wire::NotifyType::invalid_syntax)}); });
    }
    SECTION("another method") {
        check_ended(hybrid, Reason::PayloadUnexpected,
                    [&] { answer({wire::KeyExchangePayload{policy::KeyExchangeId::x25519, base::Bytes(32, 9)}}); });
    }
    SECTION("a ciphertext of another length") {
        check_ended(hybrid, Reason::KeyExchangeValueInvalid,
                    [&] { answer({wire::KeyExchangePayload{policy::KeyExchangeId::mlkem768, base::Bytes(1087)}}); });
    }
    SECTION("a ciphertext that was made with another key: nobody can read what follows") {
        answer({wire::KeyExchangePayload{policy::KeyExchangeId::mlkem768, base::Bytes(1088)}});
        CHECK(hybrid.sa()->phase_id() == PhaseId::auth_requested);
        CHECK_FALSE(hybrid.peer.open(hybrid.host.sent.back().bytes));
    }
}

}  // namespace xfrmd::tests
