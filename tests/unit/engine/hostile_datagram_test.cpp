// Rows A1-A11 of tests/rfc/hostile.md: datagrams and headers that no IKE SA should hear of (RFC
// 7296 2.5, 2.6, 2.21.4, 3.1; RFC 3948 2.2).
#include "tests/unit/engine/hostile.h"

#include <catch2/generators/catch_generators.hpp>

namespace xfrmd::tests {

namespace {

constexpr std::size_t kVersionAt = 17;
constexpr std::size_t kFlagsAt = 19;
constexpr std::size_t kLengthAt = 24;

base::Bytes with_length(base::Bytes message, std::uint32_t length) {
    for (std::size_t i = 0; i < 4; ++i) message[kLengthAt + i] = static_cast<std::uint8_t>(length >> (24 - 8 * i));
    return message;
}

base::Bytes with_byte(base::Bytes message, std::size_t at, std::uint8_t value) {
    message[at] = value;
    return message;
}

wire::Header stray(wire::ExchangeType exchange, bool is_response) {
    wire::Header header;
    header.spi_i = wire::IkeSpi{0x1111};
    header.spi_r = wire::IkeSpi{0x2222};
    header.exchange = exchange;
    header.from_original_initiator = true;
    header.is_response = is_response;
    header.message_id = wire::MessageId{5};
    return header;
}

}  // namespace

TEST_CASE("datagrams shorter than a header are dropped", "[engine][rfc7296-3.1][hostile-a1]") {
    Lonely lonely;
    for (std::size_t size = 0; size < wire::kHeaderSize; ++size) {
        check_refused(lonely, Reason::DatagramTooShort, [&] { lonely.tell(base::Bytes(size, 0x41)); });
    }
}

TEST_CASE("a keepalive touches nothing but its counter", "[engine][rfc3948-2.3][hostile-a1]") {
    Lonely lonely;
    lonely.establish();
    const auto last_inbound = lonely.sa()->sa().last_inbound;
    lonely.wire.run_for(seconds(1));
    lonely.tell({lonely.peer.self.address, 4500}, {lonely.peer.engine.address, 4500}, {0xff});
    CHECK(lonely.host.engine.counters().keepalives_in == 1);
    CHECK(lonely.host.counted() == 0);
    CHECK(lonely.sa()->sa().last_inbound == last_inbound);
    // On port 500 it is just too short.
    check_refused(lonely, Reason::DatagramTooShort, [&] { lonely.tell({0xff}); });
}

TEST_CASE("a length that is not the datagram's is never believed", "[engine][rfc7296-3.1][hostile-a2]") {
    Lonely lonely;
    const base::Bytes request = lonely.peer.init_request();
    const auto size = static_cast<std::uint32_t>(request.size());
    for (const std::uint32_t length : {0U, 1U, 27U, 28U, size - 1, size + 1, 0x7fffffffU, 0xffffffffU}) {
        check_refused(lonely, Reason::HeaderLengthMismatch, [&] { lonely.tell(with_length(request, length)); });
    }
}

TEST_CASE("other major versions", "[engine][rfc7296-2.5][hostile-a3]") {
    Lonely lonely;
    const base::Bytes request = lonely.peer.init_request();
    SECTION("higher ones are told so, once for each request") {
        for (std::uint8_t major = 3; major < 16; ++major) {
            const auto version = static_cast<std::uint8_t>(major << 4);
            check_refused(
                lonely, Reason::MajorVersionUnsupported, [&] { lonely.tell(with_byte(request, kVersionAt, version)); },
                1);
            const auto answer = read(lonely.host.sent.back().bytes);
            CHECK(answer.header.major_version == 2);
            CHECK(answer.header.is_response);
            CHECK(answer.clear.find(wire::NotifyType::invalid_major_version) != nullptr);
        }
    }
    SECTION("lower ones and responses are not") {
        for (const auto version : std::initializer_list<std::uint8_t>{0x00, 0x10, 0x1f}) {
            check_refused(lonely, Reason::MajorVersionUnsupported,
                          [&] { lonely.tell(with_byte(request, kVersionAt, version)); });
        }
        const base::Bytes response = with_byte(with_byte(request, kVersionAt, 0x30), kFlagsAt, 0x28);
        check_refused(lonely, Reason::MajorVersionUnsupported, [&] { lonely.tell(response); });
    }
    SECTION("and never without bound") {
        for (int i = 0; i < 1000; ++i) lonely.tell(with_byte(request, kVersionAt, 0x30));
        CHECK(lonely.host.sent.size() <= 41);
        CHECK(lonely.host.count(Reason::MajorVersionUnsupported) == 1000);
    }
}

TEST_CASE("minor versions, reserved and version flags are ignored", "[engine][rfc7296-2.5][hostile-a4]") {
    Lonely lonely;
    const auto [at, value] = GENERATE(table<std::size_t, std::uint8_t>({{kVersionAt, 0x2f}, {kFlagsAt, 0x08 | 0xd7}}));
    CHECK(lonely.tell(with_byte(lonely.peer.init_request(), at, value)).size() == 1);
    CHECK(lonely.host.engine.half_open() == 1);
    CHECK(lonely.host.counted() == 0);
}

TEST_CASE("IKE_SA_INIT requests that cannot be first are dropped", "[engine][rfc7296-2.6][hostile-a5]") {
    Lonely lonely;
    const Payloads payloads = lonely.peer.init_payloads();
    wire::Header header = lonely.peer.init_header();
    Reason reason = Reason::SpiInvalid;
    SECTION("SPIr is set") { header.spi_r = wire::IkeSpi{1}; }
    SECTION("SPIi is not") { header.spi_i = wire::IkeSpi::none; }
    SECTION("a message id") {
        header.message_id = wire::MessageId{GENERATE(1U, 0xffffffffU)};
        reason = Reason::MessageIdUnexpected;
    }
    SECTION("not from an initiator") {
        header.from_original_initiator = false;
        reason = Reason::FlagsInconsistent;
    }
    check_refused(lonely, reason, [&] { lonely.tell(wire::encode(header, payloads)); });
}

TEST_CASE("responses nobody asked for are dropped", "[engine][rfc7296-2.21.4][hostile-a6]") {
    Lonely lonely;
    const auto exchange =
        GENERATE(wire::ExchangeType::ike_sa_init, wire::ExchangeType::ike_auth, wire::ExchangeType::create_child_sa,
                 wire::ExchangeType::informational, wire::ExchangeType{99});
    SECTION("for no IKE SA") {
        const Payloads payloads{notify(wire::NotifyType::invalid_ke_payload, {0, 31})};
        check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(wire::encode(stray(exchange, true), payloads)); });
    }
    SECTION("for one that has asked nothing") {
        lonely.establish();
        const bool init = exchange == wire::ExchangeType::ike_sa_init;
        const base::Bytes response =
            init ? wire::encode(lonely.peer.header(exchange, 0, true), lonely.peer.init_payloads())
                 : lonely.peer.protect(exchange, 0, true, {});
        check_refused(lonely, Reason::ResponseUnexpected, [&] { lonely.tell(response); });
    }
    SECTION("with the wrong side's flag") {
        lonely.establish();
        base::Bytes response = lonely.peer.protect(wire::ExchangeType::informational, 0, true, {});
        response[kFlagsAt] = 0x20;
        // Without the I flag our own SPI stands in the place of the other's.
        check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(response); });
    }
}

TEST_CASE("a request with our own side's flag is dropped", "[engine][rfc7296-3.1][hostile-a6]") {
    Lonely lonely;
    lonely.be_called_and_answer();
    wire::Header header = lonely.peer.header(wire::ExchangeType::informational, 0, false);
    std::swap(header.spi_i, header.spi_r);
    header.from_original_initiator = true;
    check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(wire::encode(header, {})); }, 1);
}

TEST_CASE("unknown SPIs are told so in requests, rate-limited, with everything copied",
          "[engine][rfc7296-2.21.4][hostile-a7]") {
    Lonely lonely;
    const auto exchange = GENERATE(wire::ExchangeType::ike_auth, wire::ExchangeType::create_child_sa,
                                   wire::ExchangeType::informational, wire::ExchangeType{250});
    const base::Bytes request = wire::encode(stray(exchange, false), {});
    check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(request); }, 1);
    const auto answer = read(lonely.host.sent.back().bytes);
    CHECK(answer.header.spi_i == wire::IkeSpi{0x1111});
    CHECK(answer.header.spi_r == wire::IkeSpi{0x2222});
    CHECK(answer.header.message_id == wire::MessageId{5});
    CHECK(answer.header.exchange == exchange);
    CHECK(answer.header.is_response);
    CHECK_FALSE(answer.header.from_original_initiator);
    REQUIRE(answer.clear.notifies.size() == 1);
    CHECK(answer.clear.notifies[0].type == wire::NotifyType::invalid_ike_spi);
    CHECK(lonely.host.sent.back().bytes.size() <= request.size() + 8);

    for (int i = 0; i < 1000; ++i) lonely.tell(request);
    CHECK(lonely.host.sent.size() <= 41);
    const auto before = lonely.host.sent.size();
    lonely.wire.run_for(seconds(1));
    for (int i = 0; i < 1000; ++i) lonely.tell(request);
    CHECK(lonely.host.sent.size() - before <= 21);
    CHECK(lonely.host.sent.size() > before);
    CHECK(lonely.host.count(Reason::UnknownSpi) == 2001);
    CHECK(lonely.sa() == nullptr);
}

TEST_CASE("a known SPI with another one's partner is unknown", "[engine][rfc7296-2.6][hostile-a7]") {
    Lonely lonely;
    lonely.establish();
    wire::Header header = lonely.peer.header(wire::ExchangeType::informational, 2, false);
    header.spi_i = wire::IkeSpi{0x3333};
    check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(wire::encode(header, {})); }, 1);
}

TEST_CASE("an unprotected INVALID_IKE_SPI changes nothing", "[engine][rfc7296-2.21.4][hostile-a7]") {
    Lonely lonely;
    lonely.establish();
    lonely.wire.clear(lonely.host, lonely.sa()->sa().id, lonely.host.kernel.list().at(0)->child);
    lonely.wire.settle();
    const auto response = wire::encode(lonely.peer.header(wire::ExchangeType::informational, 0, true),
                                       {notify(wire::NotifyType::invalid_ike_spi)});
    check_refused(lonely, Reason::ExchangeTypeUnexpected, [&] { lonely.tell(response); });
}

TEST_CASE("port 4500 without the marker is not IKE", "[engine][rfc3948-2.2][hostile-a8]") {
    Lonely lonely;
    const base::Endpoint from{lonely.peer.self.address, 4500};
    const base::Endpoint to{lonely.peer.engine.address, 4500};
    check_refused(lonely, Reason::NonEspMarkerMissing, [&] { lonely.tell(from, to, lonely.peer.init_request()); });
    for (std::uint8_t spi = 1; spi != 0; ++spi) {
        base::Bytes esp(100, 0x55);
        esp[0] = esp[1] = esp[2] = 0;
        esp[3] = spi;
        check_refused(lonely, Reason::NonEspMarkerMissing, [&] { lonely.tell(from, to, esp); });
    }
    for (const base::Bytes& tiny : {base::Bytes{}, base::Bytes{0}, base::Bytes{0, 0, 0}, base::Bytes{0xff, 0xff}}) {
        check_refused(lonely, Reason::NonEspMarkerMissing, [&] { lonely.tell(from, to, tiny); });
    }
    check_refused(lonely, Reason::DatagramTooShort, [&] { lonely.tell(from, to, base::Bytes(4, 0)); });
    base::Bytes marked(4, 0);
    base::append(marked, lonely.peer.init_request());
    CHECK(lonely.tell(from, to, marked).size() == 1);
    CHECK(base::equal(base::ByteView(lonely.host.sent.back().bytes).first(4), base::Bytes(4, 0)));
}

TEST_CASE("sources that cannot be a peer are dropped", "[engine][rfc7296-2.11][hostile-a9]") {
    Lonely lonely;
    const base::Endpoint source =
        GENERATE(base::Endpoint{address("192.0.2.1"), 500}, base::Endpoint{address("224.0.0.1"), 500},
                 base::Endpoint{address("255.255.255.255"), 500}, base::Endpoint{address("192.0.2.2"), 0},
                 base::Endpoint{address("0.0.0.0"), 500}, base::Endpoint{address("ff02::1"), 500});
    check_refused(lonely, Reason::SourceAddressInvalid, [&] { lonely.tell_from(source, lonely.peer.init_request()); });
}

TEST_CASE("our own request reflected forms no IKE SA with ourselves", "[engine][rfc7296-2.6][hostile-a9]") {
    Lonely lonely;
    lonely.wire.initiate(lonely.host, "192.0.2.2");
    lonely.wire.settle();
    const base::Bytes request = lonely.host.sent.back().bytes;
    check_refused(lonely, Reason::ReflectedMessage, [&] { lonely.tell(request); });
    const auto sent = lonely.tell(lonely.peer.answer_init(request));
    // Our IKE_AUTH comes back: its receiver is the SPI of the other side.
    check_refused(lonely, Reason::UnknownSpi, [&] { lonely.tell(sent.at(0)); }, 1);
}

TEST_CASE("half-open IKE SAs of one address are few", "[engine][rfc8019-4.2][hostile-a11]") {
    ike::Options options;
    options.cookie_threshold_per_address = 100;
    Lonely lonely(ConnectionWords{.remote = ""}, options);
    const auto begin_from = [&](const std::string& from, std::uint64_t seed) {
        lonely.tell_from({address(from), 500}, ScriptedPeer(seed).init_request());
    };
    for (std::uint64_t seed = 1; seed <= 20; ++seed) begin_from("198.51.100.1", seed);
    CHECK(lonely.host.engine.half_open() == 8);
    CHECK(lonely.host.count(Reason::RateLimited) == 12);
    begin_from("198.51.100.2", 21);
    CHECK(lonely.host.engine.half_open() == 9);
    lonely.wire.run_for(seconds(31));
    CHECK(lonely.host.engine.half_open() == 0);
    CHECK(lonely.host.sas().empty());
    begin_from("198.51.100.1", 22);
    CHECK(lonely.host.engine.half_open() == 1);
}

TEST_CASE("IPv6 addresses of one /64 count together", "[engine][rfc8019-4.2][hostile-a11]") {
    ike::Options options;
    options.cookie_threshold_per_address = 100;
    Lonely lonely(ConnectionWords{.local = "2001:db8::1", .remote = ""}, options);
    lonely.peer.engine.address = address("2001:db8::1");
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        lonely.tell_from({address("2001:db8:7::" + std::to_string(seed)), 500}, ScriptedPeer(seed).init_request());
    }
    CHECK(lonely.host.engine.half_open() == 8);
    CHECK(lonely.host.count(Reason::RateLimited) == 12);
}

TEST_CASE("the table of IKE SAs is bounded", "[engine][rfc8019-4.2][hostile-a10]") {
    ike::Options few;
    few.most_ike_sas = 1;
    Lonely lonely({}, few);
    lonely.establish();
    check_refused(lonely, Reason::TableFull, [&] { lonely.tell(ScriptedPeer(9).init_request()); });
    lonely.wire.clear(lonely.host, lonely.sa()->sa().id, {}, true);
    lonely.tell(ScriptedPeer(9).init_request());
    CHECK(lonely.host.engine.half_open() == 1);
    const auto operation = lonely.wire.initiate(lonely.host, "192.0.2.2");
    CHECK(lonely.host.outcome(operation) == base::name(Reason::TableFull));
}

}  // namespace xfrmd::tests
