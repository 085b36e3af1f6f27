// IKE fragmentation (RFC 7383): messages in pieces, put together, sent again, and refused.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>

#include <algorithm>

#include "ike/ikev2/sa/reassembly.h"
#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

using ikev2::sa::Reassembly;
using policy::Fragmentation;

// So little that IKE_AUTH takes several.
constexpr std::size_t kSmall = 200;
constexpr std::size_t kIpv4AndUdp = 28;

Gateways small_gateways(Fragmentation left = Fragmentation::yes, Fragmentation right = Fragmentation::yes) {
    const auto with = [](const ConnectionWords& words, Fragmentation wish) {
        policy::Connection one = connection(words);
        one.fragmentation = wish;
        return snapshot({one}, {{kSecret, {}}});
    };
    ike::Options options;
    options.fragment_size = kSmall;
    const ConnectionWords words;
    return {with(words, left), with(mirrored(words), right), options, options};
}

bool is_fragment(const Parcel& parcel) {
    return parcel.bytes.at(16) == static_cast<std::uint8_t>(wire::PayloadType::encrypted_fragment);
}
std::size_t fragments(const Host& host) {
    return static_cast<std::size_t>(std::count_if(host.sent.begin(), host.sent.end(), is_fragment));
}

wire::Encrypted piece(std::uint16_t number, std::uint16_t total) {
    return {wire::PayloadType::nonce, {}, {}, wire::Fragment{number, total}};
}
constexpr wire::MessageId kFirst{1};
constexpr wire::MessageId kSecond{2};
constexpr base::Instant kLate{seconds(9)};

}  // namespace

TEST_CASE("messages that are too long go in fragments, both ways, and no datagram is too long",
          "[engine][rfc7383-2.5]") {
    Gateways gateways = small_gateways();
    gateways.connect();
    REQUIRE(gateways.disagreement().empty());
    CHECK(fragments(gateways.left) >= 2);
    CHECK(fragments(gateways.right) >= 2);
    const auto sa = gateways.left.sas().at(0)->sa().id;
    gateways.wire.rekey(gateways.left, sa);
    gateways.wire.run_for(seconds(1));
    gateways.wire.rekey(gateways.right, gateways.right.sas().at(0)->sa().id,
                        gateways.right.sas().at(0)->established()->children.at(0).number);
    gateways.wire.run_for(seconds(10));
    CHECK(gateways.disagreement().empty());
    for (const Host* host : {&gateways.left, &gateways.right}) {
        for (const Parcel& parcel : host->sent) {
            // RFC 7383 2.2: never IKE_SA_INIT.
            const bool first = parcel.bytes.at(18) == static_cast<std::uint8_t>(wire::ExchangeType::ike_sa_init);
            CHECK((first || parcel.bytes.size() + kIpv4AndUdp <= kSmall));
            CHECK_FALSE((first && is_fragment(parcel)));
        }
    }
}

TEST_CASE("the first fragment says what is in the message, the others nothing", "[engine][rfc7383-2.5]") {
    Gateways gateways = small_gateways();
    gateways.connect();
    for (const Host* host : {&gateways.left, &gateways.right}) {
        REQUIRE(fragments(*host) >= 2);
        std::uint16_t next = 1;
        for (const Parcel& parcel : host->sent) {
            if (!is_fragment(parcel)) continue;
            const wire::Received received = read(parcel.bytes);
            REQUIRE(received.encrypted);
            const auto first = host == &gateways.left ? wire::PayloadType::id_i : wire::PayloadType::id_r;
            CHECK(received.encrypted->fragment->number == next);
            CHECK(received.encrypted->first_inner == (next == 1 ? first : wire::PayloadType::none));
            CHECK(received.header.exchange == wire::ExchangeType::ike_auth);
            CHECK(received.header.message_id == wire::MessageId{1});
            CHECK(received.header.is_response == (host == &gateways.right));
            next = received.encrypted->fragment->number == received.encrypted->fragment->total ? 1 : next + 1;
        }
    }
}

TEST_CASE("who takes fragments says so in IKE_SA_INIT", "[engine][rfc7383-2.3]") {
    const Fragmentation wish = GENERATE(Fragmentation::yes, Fragmentation::accept, Fragmentation::no);
    Gateways gateways = small_gateways(wish, wish);
    gateways.connect();
    for (const Host* host : {&gateways.left, &gateways.right}) {
        const wire::Payloads first = read(host->sent.at(0).bytes).clear;
        const wire::Notify* said = first.find(wire::NotifyType::ikev2_fragmentation_supported);
        REQUIRE((said != nullptr) == (wish != Fragmentation::no));
        if (said != nullptr) CHECK(*said == notify(wire::NotifyType{16430}));
    }
}

TEST_CASE("fragments come only where both have said so", "[engine][rfc7383-2.3]") {
    using enum Fragmentation;
    const auto [left, right] = GENERATE(table<Fragmentation, Fragmentation>({{no, yes}, {yes, no}, {accept, accept}}));
    Gateways gateways = small_gateways(left, right);
    gateways.connect();
    CHECK(gateways.disagreement().empty());
    CHECK(fragments(gateways.left) + fragments(gateways.right) == 0);
}

TEST_CASE("fragmentation = accept takes fragments and sends none", "[engine][rfc7383-2.3]") {
    Gateways gateways = small_gateways(Fragmentation::accept);
    gateways.connect();
    CHECK(gateways.disagreement().empty());
    CHECK(fragments(gateways.left) == 0);
    CHECK(fragments(gateways.right) >= 2);
}

TEST_CASE("lost, repeated and reordered fragments make one message", "[engine][rfc7383-2.6]") {
    const auto seed = GENERATE(Catch::Generators::range(1, 40));
    Gateways gateways = small_gateways();
    gateways.wire.seed(static_cast<std::uint64_t>(seed));
    gateways.wire.faults = {0.15, 0.3, milliseconds(1), milliseconds(40)};
    const auto operation = gateways.connect();
    gateways.wire.run_for(seconds(160));
    REQUIRE(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement().empty());
}

TEST_CASE("a repeated request is answered once, for its first fragment", "[engine][rfc7383-2.6.1][hostile-e5]") {
    Gateways gateways = small_gateways();
    gateways.connect();
    std::vector<Parcel> request;
    std::copy_if(gateways.left.sent.begin(), gateways.left.sent.end(), std::back_inserter(request), is_fragment);
    REQUIRE(request.size() >= 2);
    const std::size_t before = gateways.right.sent.size();
    const std::size_t answer = fragments(gateways.right);
    for (const Parcel& parcel : request) gateways.wire.inject(parcel.from, parcel.to, parcel.bytes);
    gateways.wire.settle();
    CHECK(gateways.right.sent.size() == before + answer);
    CHECK(gateways.right.count(Reason::MessageIdUnexpected) == request.size() - 1);
    CHECK(gateways.right.counted() == request.size() - 1);
}

TEST_CASE("a message that never becomes whole is forgotten", "[engine][rfc7383-2.6][hostile-e3]") {
    Gateways gateways = small_gateways();
    gateways.connect();
    gateways.wire.on_the_way = [](Parcel& parcel) { return is_fragment(parcel) && parcel.bytes.at(33) == 1; };
    gateways.wire.rekey(gateways.left, gateways.left.sas().at(0)->sa().id);
    gateways.wire.run_for(seconds(10));
    const auto& right = gateways.right.sas().at(0)->sa();
    CHECK(right.fragmented_request.forgotten_at() != base::kNever);
    gateways.wire.run_for(seconds(200));
    CHECK(right.fragmented_request.forgotten_at() == base::kNever);
    CHECK(gateways.right.established() == 1);
}

TEST_CASE("a fragment that was changed on its way counts for nothing", "[engine][rfc7383-2.6][hostile-e1]") {
    Gateways gateways = small_gateways();
    unsigned changed = 0;
    gateways.wire.on_the_way = [&](Parcel& parcel) {
        if (!is_fragment(parcel) || changed == 3) return true;
        ++changed;
        // Number, total, and what is sealed.
        const std::size_t places[] = {33, 35, parcel.bytes.size() - 1};
        parcel.bytes.at(places[changed - 1]) ^= 3;
        return true;
    };
    const auto operation = gateways.connect();
    gateways.wire.run_for(seconds(30));
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement().empty());
    CHECK(gateways.right.count(Reason::IntegrityCheckFailed) + gateways.right.count(Reason::FragmentInvalid) >= 2);
}

TEST_CASE("a message is whole when all of its fragments are there, in any order", "[engine][rfc7383-2.6]") {
    Reassembly whole;
    CHECK_FALSE(*whole.add(kFirst, piece(3, 3), {5}, kLate));
    CHECK_FALSE(*whole.add(kFirst, piece(1, 3), {1, 2}, kLate));
    CHECK_FALSE(*whole.add(kFirst, piece(1, 3), {7, 7}, kLate));
    const auto joined = whole.add(kFirst, piece(2, 3), {3, 4}, kLate);
    REQUIRE(*joined);
    CHECK((*joined)->bytes == base::Bytes{1, 2, 3, 4, 5});
    CHECK((*joined)->first == wire::PayloadType::nonce);
    CHECK(whole.forgotten_at() == base::kNever);
}

TEST_CASE("a larger total begins a message anew, a smaller one is late", "[engine][rfc7383-2.5.2][hostile-e1]") {
    Reassembly whole;
    CHECK_FALSE(*whole.add(kFirst, piece(1, 2), {1}, kLate));
    CHECK_FALSE(*whole.add(kFirst, piece(2, 3), {2}, kLate));
    CHECK(whole.add(kFirst, piece(2, 2), {2}, kLate).error().reason == Reason::FragmentInvalid);
    CHECK_FALSE(*whole.add(kFirst, piece(3, 3), {3}, kLate));
    CHECK((*whole.add(kFirst, piece(1, 3), {1}, kLate))->bytes == base::Bytes{1, 2, 3});
    // Another message takes the place of one that is not whole.
    CHECK_FALSE(*whole.add(kFirst, piece(1, 2), {1}, kLate));
    CHECK_FALSE(*whole.add(kSecond, piece(2, 2), {6}, kLate));
    CHECK((*whole.add(kSecond, piece(1, 2), {5}, kLate))->bytes == base::Bytes{5, 6});
}

TEST_CASE("no message is longer than 32 KiB or of more than 64 fragments", "[engine][rfc7383-5][hostile-e3]") {
    Reassembly whole;
    CHECK(whole.add(kFirst, piece(1, 65), {1}, kLate).error().reason == Reason::FragmentInvalid);
    for (std::uint16_t number = 1; number <= 32; ++number) {
        CHECK_FALSE(*whole.add(kFirst, piece(number, 34), base::Bytes(1024), kLate));
    }
    CHECK(whole.add(kFirst, piece(33, 34), {1}, kLate).error().reason == Reason::FragmentInvalid);
}

TEST_CASE("a fragment of numbers that cannot be is none", "[engine][rfc7383-2.5][hostile-e1]") {
    const auto [number, total] = GENERATE(table<std::uint16_t, std::uint16_t>({{0, 1}, {0, 0}, {1, 0}, {3, 2}}));
    wire::Header header;
    header.exchange = wire::ExchangeType::informational;
    base::Bytes bytes = wire::encode_fragment_prefix(header, wire::PayloadType::none, {number, total}, 8);
    bytes.resize(bytes.size() + 8);
    CHECK(wire::decode(bytes).error().reason == Reason::FragmentInvalid);
    bytes = wire::encode_fragment_prefix(header, wire::PayloadType::none, {1, 2}, 8);
    bytes.resize(bytes.size() + 8);
    const auto good = wire::decode(bytes);
    REQUIRE(good);
    CHECK(good->encrypted->fragment == wire::Fragment{1, 2});
    CHECK(good->encrypted->sealed.size() == 8);
}

}  // namespace xfrmd::tests
