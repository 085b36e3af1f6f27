// Rows B1-B8 and B10 of tests/rfc/hostile.md: payload chains, in the clear and under keys (RFC 7296 2.5, 3.2, 3.14).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

namespace xfrmd::tests {

namespace {

using Type = wire::PayloadType;

// A payload as it may not be written: any length field.
base::Bytes raw_payload(Type next, std::uint16_t length, std::size_t body) {
    base::Bytes bytes{static_cast<std::uint8_t>(next), 0, static_cast<std::uint8_t>(length >> 8),
                      static_cast<std::uint8_t>(length)};
    bytes.resize(4 + body, 0x77);
    return bytes;
}

// Chains that are wrong in themselves, each beginning with a notify.
std::vector<base::Bytes> broken_chains() {
    std::vector<base::Bytes> chains;
    for (const auto length : std::initializer_list<std::uint16_t>{0, 1, 2, 3, 5, 1000, 65535})
        chains.push_back(raw_payload(Type::none, length, 0));
    for (std::size_t cut = 1; cut < 4; ++cut) chains.emplace_back(cut, 0);
    base::Bytes trailing = raw_payload(Type::none, 12, 8);
    trailing.push_back(0);
    chains.push_back(trailing);
    base::Bytes endless = raw_payload(Type::notify, 12, 8);
    chains.push_back(endless);
    return chains;
}

base::Bytes clear_message(wire::Header header, Type first, const base::Bytes& chain) {
    header.next_payload = first;
    header.length = static_cast<std::uint32_t>(wire::kHeaderSize + chain.size());
    base::Bytes message = wire::encode_header(header);
    base::append(message, chain);
    return message;
}

Payloads subset(const Payloads& payloads, std::size_t mask) {
    Payloads chosen;
    for (std::size_t i = 0; i < payloads.size(); ++i) {
        if ((mask >> i & 1) != 0) chosen.push_back(payloads[i]);
    }
    return chosen;
}

constexpr auto kAuth = wire::ExchangeType::ike_auth;
constexpr auto kCreate = wire::ExchangeType::create_child_sa;
constexpr auto kInformational = wire::ExchangeType::informational;

Payloads child_request(const ScriptedPeer& peer) {
    return {ScriptedPeer::esp_offer(0xc0ffee03), wire::Nonce{peer.nonce}, peer.own_selectors(),
            peer.engine_selectors()};
}

}  // namespace

TEST_CASE("broken chains in IKE_SA_INIT are dropped", "[engine][rfc7296-3.2][hostile-b1]") {
    Lonely lonely;
    for (const base::Bytes& chain : broken_chains()) {
        check_refused(lonely, Reason::PayloadLengthInvalid,
                      [&] { lonely.tell(clear_message(lonely.peer.init_header(), Type::notify, chain)); });
    }
}

TEST_CASE("a broken chain under keys ends an established IKE SA with INVALID_SYNTAX",
          "[engine][rfc7296-2.21.3][hostile-b1]") {
    const auto chains = broken_chains();
    const auto& chain = chains[GENERATE_COPY(range(std::size_t{0}, broken_chains().size()))];
    Lonely lonely;
    lonely.establish();
    std::vector<base::Bytes> answers;
    check_ended(lonely, Reason::PayloadLengthInvalid,
                [&] { answers = lonely.tell(lonely.peer.protect_raw(kInformational, 2, false, Type::notify, chain)); });
    REQUIRE(answers.size() == 1);
    CHECK(lonely.peer.open(answers[0])->find(wire::NotifyType::invalid_syntax) != nullptr);
}

TEST_CASE("a broken chain in IKE_AUTH ends the attempt on either side", "[engine][rfc7296-2.21.2][hostile-b1]") {
    Lonely lonely;
    const bool as_responder = GENERATE(true, false);
    if (as_responder) {
        lonely.begin();
    } else {
        lonely.be_called();
    }
    check_ended(lonely, Reason::PayloadLengthInvalid, [&] {
        lonely.tell(lonely.peer.protect_raw(kAuth, 1, !as_responder, Type::notify, broken_chains().front()));
    });
}

TEST_CASE("payloads are counted", "[engine][rfc7296-3.2][hostile-b2]") {
    Lonely lonely;
    const auto vendor_ids = [](std::size_t count) { return Payloads(count, wire::VendorId{{}}); };
    SECTION("in the clear") {
        check_refused(lonely, Reason::PayloadCountExceeded,
                      [&] { lonely.tell(lonely.peer.init_request(vendor_ids(5000))); });
    }
    SECTION("under keys") {
        lonely.establish();
        lonely.tell(lonely.peer.protect(kInformational, 2, false, vendor_ids(wire::kMaxPayloads)));
        CHECK(lonely.host.established() == 1);
        check_ended(lonely, Reason::PayloadCountExceeded, [&] {
            lonely.tell(lonely.peer.protect(kInformational, 3, false, vendor_ids(wire::kMaxPayloads + 1)));
        });
    }
}

TEST_CASE("an unknown critical payload is named in the answer", "[engine][rfc7296-2.5][hostile-b3]") {
    const wire::UnknownPayload unknown{Type{200}, true, {1, 2, 3}};
    Lonely lonely;
    const auto named = [](const wire::Payloads& payloads) {
        const auto* refusal = payloads.find(wire::NotifyType::unsupported_critical_payload);
        return refusal != nullptr && refusal->data == base::Bytes{200};
    };
    SECTION("in IKE_SA_INIT") {
        Payloads payloads = lonely.peer.init_payloads();
        payloads.emplace_back(unknown);
        check_refused(
            lonely, Reason::CriticalPayloadUnsupported, [&] { lonely.tell(lonely.peer.init_request(payloads)); }, 1);
        CHECK(named(read(lonely.host.sent.back().bytes).clear));
    }
    SECTION("in IKE_AUTH, which ends it") {
        lonely.begin();
        Payloads payloads = lonely.peer.auth_request();
        payloads.emplace_back(unknown);
        check_ended(lonely, Reason::CriticalPayloadUnsupported,
                    [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, payloads)); });
        CHECK(named(*lonely.peer.open(lonely.host.sent.back().bytes)));
    }
    SECTION("later, which does not") {
        lonely.establish();
        check_refused(
            lonely, Reason::CriticalPayloadUnsupported,
            [&] { lonely.tell(lonely.peer.protect(kInformational, 2, false, {unknown})); }, 1);
        CHECK(named(*lonely.peer.open(lonely.host.sent.back().bytes)));
    }
    SECTION("elsewhere in the clear there is no answer") {
        const auto header = lonely.peer.header(kInformational, 2, false);
        check_refused(lonely, Reason::CriticalPayloadUnsupported,
                      [&] { lonely.tell(wire::encode(header, {unknown})); });
    }
}

TEST_CASE("an unknown payload that is not critical is skipped", "[engine][rfc7296-2.5][hostile-b3][hostile-b6]") {
    // 1..13 were IKEv1's payloads, 128 and above are private.
    const auto type = static_cast<std::uint8_t>(GENERATE(1, 5, 13, 32, 49, 54, 128, 255));
    const wire::UnknownPayload unknown{Type{type}, false, {1, 2, 3}};
    Lonely lonely;
    Payloads init = lonely.peer.init_payloads();
    init.insert(init.begin(), unknown);
    lonely.peer.take_init_response(lonely.tell(lonely.peer.init_request(init)).at(0));
    Payloads auth = lonely.peer.auth_request();
    auth.insert(auth.begin() + 1, unknown);
    lonely.tell(lonely.peer.protect(kAuth, 1, false, auth));
    CHECK(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("the critical bit of a known payload is ignored", "[engine][rfc7296-2.5][hostile-b3]") {
    Lonely lonely;
    base::Bytes request = lonely.peer.init_request();
    request[wire::kHeaderSize + 1] |= 0x80;
    CHECK(lonely.tell(request).size() == 1);
    CHECK(lonely.host.engine.half_open() == 1);
}

TEST_CASE("payloads that come once do not come twice", "[engine][rfc7296-2.21][hostile-b4]") {
    Lonely lonely;
    SECTION("in IKE_SA_INIT it is dropped") {
        for (const auto which : std::initializer_list<std::size_t>{0, 1, 2}) {
            Payloads payloads = lonely.peer.init_payloads();
            payloads.push_back(payloads[which]);
            check_refused(lonely, Reason::PayloadRepeated, [&] { lonely.tell(lonely.peer.init_request(payloads)); });
        }
    }
    SECTION("in IKE_AUTH it ends the attempt with INVALID_SYNTAX") {
        const auto which = GENERATE(range(std::size_t{0}, std::size_t{6}));
        lonely.begin();
        Payloads payloads = lonely.peer.auth_request();
        payloads.push_back(payloads[which]);
        check_ended(lonely, Reason::PayloadRepeated,
                    [&] { lonely.tell(lonely.peer.protect(kAuth, 1, false, payloads)); });
        CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->find(wire::NotifyType::invalid_syntax) != nullptr);
    }
}

TEST_CASE("IKE_SA_INIT requests with payloads missing, all subsets", "[engine][rfc7296-1.2][hostile-b5]") {
    Lonely lonely;
    for (std::size_t mask = 0; mask < 7; ++mask) {
        check_refused(lonely, Reason::PayloadMissing,
                      [&] { lonely.tell(lonely.peer.init_request(subset(lonely.peer.init_payloads(), mask))); });
    }
}

TEST_CASE("IKE_SA_INIT responses with payloads missing, all subsets", "[engine][rfc7296-1.2][hostile-b5]") {
    Lonely lonely;
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    const base::Bytes request = lonely.host.sent.back().bytes;
    const auto whole = read(lonely.peer.answer_init(request));
    for (std::size_t mask = 0; mask < 7; ++mask) {
        check_refused(lonely, Reason::PayloadMissing,
                      [&] { lonely.tell(wire::encode(whole.header, subset(lonely.peer.init_payloads(), mask))); });
    }
    CHECK(lonely.tell(wire::encode(whole.header, lonely.peer.init_payloads())).size() == 1);
}

TEST_CASE("IKE_AUTH requests with payloads missing, all subsets", "[engine][rfc7296-1.2][hostile-b5]") {
    const auto mask = GENERATE(range(std::size_t{0}, std::size_t{63}));
    Lonely lonely;
    lonely.begin();
    const Payloads whole = lonely.peer.auth_request();
    const Snap before(lonely.host);
    lonely.tell(lonely.peer.protect(kAuth, 1, false, subset(whole, mask)));
    // IDr may be missing, and all that a child needs (RFC 6023).
    const bool complete = (mask | 2U) == 63;
    const bool accepted = complete || (mask | 2U) == 7;
    INFO(mask);
    CHECK(lonely.host.established() == (accepted ? 1U : 0U));
    CHECK(lonely.host.kernel.children().size() == (complete ? 1U : 0U));
    CHECK(lonely.host.engine.half_open() == 0);
    CHECK(lonely.host.counted() == (accepted ? 0U : 1U));
    CHECK(lonely.host.sent.size() == before.sent + 1);
}

TEST_CASE("IKE_AUTH responses with payloads missing, all subsets", "[engine][rfc7296-1.2][hostile-b5][hostile-f3]") {
    const auto mask = GENERATE(range(std::size_t{0}, std::size_t{31}));
    Lonely lonely;
    const auto operation = lonely.be_called();
    lonely.tell(lonely.peer.protect(kAuth, 1, true, subset(lonely.peer.auth_response(lonely.auth_request), mask)));
    INFO(mask);
    CHECK(lonely.host.failed(operation));
    CHECK(lonely.host.kernel.children().empty());
    // IDr and AUTH alone: the peer is who it should be, there is only no child.
    CHECK(lonely.host.established() == (mask == 3 ? 1U : 0U));
    CHECK(lonely.host.counted() == 1);
}

TEST_CASE("CREATE_CHILD_SA requests with payloads missing, all subsets", "[engine][rfc7296-1.3.1][hostile-b5]") {
    const auto mask = GENERATE(range(std::size_t{0}, std::size_t{15}));
    Lonely lonely;
    lonely.establish();
    check_ended(lonely, Reason::PayloadMissing,
                [&] { lonely.tell(lonely.peer.protect(kCreate, 2, false, subset(child_request(lonely.peer), mask))); });
    CHECK(lonely.peer.open(lonely.host.sent.back().bytes)->find(wire::NotifyType::invalid_syntax) != nullptr);
}

TEST_CASE("CREATE_CHILD_SA responses with payloads missing, all subsets",
          "[engine][rfc7296-1.3.1][hostile-b5][hostile-f3]") {
    const auto mask = GENERATE(range(std::size_t{0}, std::size_t{15}));
    Lonely lonely(two_children());
    lonely.be_called_and_answer();
    const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2", "gw", "second");
    lonely.wire.settle();
    const auto request = lonely.peer.open(lonely.host.sent.back().bytes);
    const Payloads whole{ScriptedPeer::esp_offer(0xc0ffee04), wire::Nonce{lonely.peer.nonce}, *request->ts_i,
                         *request->ts_r};
    lonely.tell(lonely.peer.protect(kCreate, 2, true, subset(whole, mask)));
    INFO(mask);
    CHECK(lonely.host.failed(operation));
    CHECK(lonely.host.counted() == 1);
    CHECK(disagreement_inside(lonely.host) == "");
}

TEST_CASE("SK inside SK is refused", "[engine][rfc7296-3.14][hostile-b6]") {
    Lonely lonely;
    lonely.establish();
    check_ended(lonely, Reason::PayloadUnexpected, [&] {
        lonely.tell(
            lonely.peer.protect_raw(kInformational, 2, false, Type::encrypted, raw_payload(Type::none, 104, 100)));
    });
}

TEST_CASE("SK in IKE_SA_INIT is dropped", "[engine][rfc7296-3.14][hostile-b7]") {
    Lonely lonely;
    check_refused(lonely, Reason::PayloadUnexpected, [&] {
        lonely.tell(clear_message(lonely.peer.init_header(), Type::encrypted, raw_payload(Type::none, 104, 100)));
    });
}

TEST_CASE("SK that is not the last payload is dropped", "[engine][rfc7296-3.14][hostile-b7]") {
    Lonely lonely;
    lonely.establish();
    base::Bytes message = lonely.peer.protect(kInformational, 2, false, {});
    message.resize(message.size() + 8, 0);
    message[27] = static_cast<std::uint8_t>(message.size());
    check_refused(lonely, Reason::EncryptedPayloadMalformed, [&] { lonely.tell(message); });
}

TEST_CASE("what stands in the clear beside SK counts for nothing", "[engine][rfc7296-3.14][hostile-b7]") {
    Lonely lonely;
    lonely.establish();
    SECTION("added on the way: the check fails") {
        const base::Bytes message = lonely.peer.protect(kInformational, 2, false, {});
        const auto received = read(message);
        base::Bytes chain = raw_payload(Type::encrypted, 8, 4);
        base::append(chain, base::ByteView(message).subspan(wire::kHeaderSize));
        check_refused(lonely, Reason::IntegrityCheckFailed,
                      [&] { lonely.tell(clear_message(received.header, Type::notify, chain)); });
    }
    SECTION("all in the clear: no message at all") {
        const Payloads payloads{wire::Delete{policy::ProtocolId::ike, {}}};
        check_refused(lonely, Reason::ExchangeTypeUnexpected,
                      [&] { lonely.tell(wire::encode(lonely.peer.header(kInformational, 2, false), payloads)); });
    }
}

TEST_CASE("IKE_AUTH in the clear is no IKE_AUTH", "[engine][rfc7296-1.2][hostile-b7]") {
    Lonely lonely;
    lonely.begin();
    check_refused(lonely, Reason::ExchangeTypeUnexpected,
                  [&] { lonely.tell(wire::encode(lonely.peer.header(kAuth, 1, false), lonely.peer.auth_request())); });
    lonely.tell(lonely.peer.protect(kAuth, 1, false, lonely.peer.auth_request()));
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("SK bodies of every size are dropped before they are opened", "[engine][rfc7296-3.14][hostile-b8]") {
    Lonely lonely;
    lonely.establish();
    const auto header = lonely.peer.header(kInformational, 2, false);
    for (std::size_t size = 0; size < 100; ++size) {
        const auto length = static_cast<std::uint16_t>(4 + size);
        const base::Bytes message = clear_message(header, Type::encrypted, raw_payload(Type::none, length, size));
        // AES-CBC with HMAC-SHA2-256-128: 16 bytes of IV, whole blocks, 16 bytes of ICV.
        const bool fits = size >= 48 && size % 16 == 0;
        check_refused(lonely, fits ? Reason::IntegrityCheckFailed : Reason::EncryptedPayloadMalformed,
                      [&] { lonely.tell(message); });
    }
}

TEST_CASE("corrupted messages are dropped, wherever they are hit", "[engine][rfc7296-3.14][hostile-b8][hostile-b10]") {
    Lonely lonely;
    lonely.establish();
    const base::Bytes message =
        lonely.peer.protect(kInformational, 2, false, {wire::Delete{policy::ProtocolId::ike, {}}});
    for (std::size_t at = 0; at < message.size(); ++at) {
        base::Bytes corrupted = message;
        corrupted[at] ^= 0x10;
        lonely.tell(corrupted);
        REQUIRE(lonely.host.established() == 1);
        REQUIRE(lonely.host.counted() == at + 1);
    }
    lonely.tell(message);
    CHECK(lonely.sa() == nullptr);
}

namespace {

// RFC 7296 2.15: what AUTH is made over of this message, and AUTH itself: the bodies of IDi and AUTH, where they begin
// and end in `inner`. The three reserved octets behind AUTH's method (3.8) count for nothing.
std::vector<std::size_t> authenticated_octets(base::ByteView inner) {
    std::vector<std::size_t> octets;
    Type type = Type::id_i;
    for (std::size_t start = 0; start < inner.size();) {
        const std::size_t end = start + (std::size_t{inner[start + 2]} << 8 | inner[start + 3]);
        for (std::size_t at = start + 4; at < end; ++at) {
            const bool is_reserved = at > start + 4 && at < start + 8;
            const bool counts = type == Type::id_i || (type == Type::auth && !is_reserved);
            if (counts) octets.push_back(at);
        }
        type = Type{inner[start]};
        start = end;
    }
    return octets;
}

}  // namespace

TEST_CASE("corrupted identities and AUTH payloads do not authenticate", "[engine][rfc7296-2.15][hostile-b10]") {
    const auto send = [](std::size_t corrupted, Lonely& to) {
        const Payloads payloads = to.peer.auth_request();
        base::Bytes inner = wire::encode_inner(payloads);
        if (corrupted < inner.size()) inner[corrupted] ^= 0x21;
        to.tell(to.peer.protect_raw(kAuth, 1, false, wire::first_type(payloads), inner));
    };
    Lonely lonely;
    lonely.begin();
    const std::vector<std::size_t> octets = authenticated_octets(wire::encode_inner(lonely.peer.auth_request()));
    REQUIRE(octets.size() > 32);
    for (const std::size_t at : octets) {
        INFO(at);
        Lonely fresh;
        fresh.begin();
        send(at, fresh);
        CHECK(fresh.host.established() == 0);
        CHECK(fresh.host.engine.half_open() == 0);
        CHECK(fresh.host.counted() == 1);
        CHECK(fresh.host.kernel.complaints().empty());
    }
    send(SIZE_MAX, lonely);
    CHECK(lonely.host.established() == 1);
}

}  // namespace xfrmd::tests
