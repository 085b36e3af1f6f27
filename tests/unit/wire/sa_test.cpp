#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/wire/payload_codec.h"
#include "tests/unit/wire/samples.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;
using base::Reason;
using test::hex;

namespace {

base::Bytes encoded(const SecurityAssociation& sa) {
    base::Writer out;
    encode_body(out, sa);
    return out.take();
}

Reason reason_of(const base::Bytes& body) {
    const auto sa = decode_sa(body);
    return sa ? Reason::NotFound : sa.error().reason;
}

// One ESP proposal with one transform, whose attributes follow.
SecurityAssociation with_attributes(const char* attributes) {
    const base::Bytes more = hex(attributes);
    base::Writer out;
    out.bytes(hex("00 00")).u16(static_cast<std::uint16_t>(20 + more.size())).bytes(hex("01 03 04 01 c1c2c3c4"));
    out.bytes(hex("00 00")).u16(static_cast<std::uint16_t>(8 + more.size())).bytes(hex("01 00 000c")).bytes(more);
    const auto sa = decode_sa(out.view());
    REQUIRE(sa);
    CHECK(decode_sa(encoded(*sa)).value() == *sa);
    return *sa;
}

const TransformSubstructure& only_transform(const SecurityAssociation& sa) { return sa.proposals[0].transforms[0]; }

// `count` proposals of `transforms` transforms each.
base::Bytes offer(std::size_t count, std::size_t transforms) {
    SecurityAssociation sa;
    for (std::size_t i = 1; i <= count; ++i) {
        ProposalSubstructure proposal;
        proposal.number = static_cast<std::uint8_t>(i);
        proposal.transforms.resize(transforms);
        sa.proposals.push_back(proposal);
    }
    return encoded(sa);
}

const base::Bytes kEsp =
    hex("02 00 0020 01 03 04 02 c1c2c3c4"
        "    03 00 000c 01 00 0014 800e 0100"
        "    00 00 0008 05 00 0000"
        "00 00 0028 02 03 04 03 c1c2c3c4"
        "    03 00 000c 01 00 000c 800e 0080"
        "    03 00 0008 03 00 000c"
        "    00 00 0008 05 00 0000");

}  // namespace

TEST_CASE("an offer of two ESP proposals, both ways", "[wire][rfc7296-3.3]") {
    const auto sa = decode_sa(kEsp);
    REQUIRE(sa);
    REQUIRE(sa->proposals.size() == 2);
    const ProposalSubstructure& first = sa->proposals[0];
    CHECK(first.number == 1);
    CHECK(first.protocol == policy::ProtocolId::esp);
    CHECK(first.spi == hex("c1c2c3c4"));
    REQUIRE(first.transforms.size() == 2);
    CHECK(first.transforms[0].transform == policy::transform(policy::EncryptionId::aes_gcm_16, 256));
    CHECK(first.transforms[0].others.empty());
    CHECK(first.transforms[1].transform == policy::transform(policy::Esn::no));
    CHECK(sa->proposals[1].number == 2);
    CHECK(sa->proposals[1].transforms[1].transform == policy::transform(policy::IntegrityId::hmac_sha2_256_128));
    CHECK(encoded(*sa) == kEsp);
}

TEST_CASE("an answer keeps the number of the proposal it chose", "[wire][rfc7296-3.3.1]") {
    const auto sa = decode_sa(hex("00 00 0014 07 03 04 01 c1c2c3c4 00 00 0008 05 00 0000"));
    REQUIRE(sa);
    CHECK(sa->proposals[0].number == 7);
}

TEST_CASE("unknown protocols, transform types and ids survive", "[wire][rfc7296-3.3.6][hostile-C3]") {
    const base::Bytes bytes = hex("00 00 0017 01 c8 07 01 01020304050607 00 00 0008 f1 00 ffff");
    const auto sa = decode_sa(bytes);
    REQUIRE(sa);
    CHECK(sa->proposals[0].protocol == policy::ProtocolId{200});
    CHECK(only_transform(*sa).transform == policy::Transform{policy::TransformType{0xf1}, 0xffff, 0});
    CHECK(encoded(*sa) == bytes);
}

TEST_CASE("a well-formed Key Length is the transform's", "[wire][rfc7296-3.3.5]") {
    for (const auto& [attribute, bits] : {std::pair{"800e 0080", 128}, {"800e 0001", 1}, {"800e ffff", 65535}}) {
        const SecurityAssociation sa = with_attributes(attribute);
        CHECK(only_transform(sa).transform.key_bits == bits);
        CHECK(only_transform(sa).others.empty());
    }
}

TEST_CASE("a malformed Key Length makes the transform one that is never chosen", "[wire][rfc7296-3.3.5][hostile-C3]") {
    const SecurityAssociation zero = with_attributes("800e 0000");
    CHECK(only_transform(zero).transform.key_bits == 0);
    CHECK(only_transform(zero).others == std::vector{Attribute{14, true, hex("0000")}});

    const SecurityAssociation long_form = with_attributes("000e 0002 0080");
    CHECK(only_transform(long_form).transform.key_bits == 0);
    CHECK(only_transform(long_form).others == std::vector{Attribute{14, false, hex("0080")}});

    const SecurityAssociation twice = with_attributes("800e 0080 800e 0100");
    CHECK(only_transform(twice).transform.key_bits == 128);
    CHECK(only_transform(twice).others == std::vector{Attribute{14, true, hex("0100")}});

    const SecurityAssociation zero_first = with_attributes("800e 0000 800e 0100");
    CHECK_FALSE(only_transform(zero_first).others.empty());
}

TEST_CASE("unknown attributes are kept in both forms", "[wire][rfc7296-3.3.5]") {
    const SecurityAssociation sa = with_attributes("800e 0080 fffe 1234 0011 0003 aabbcc 0012 0000");
    CHECK(only_transform(sa).transform.key_bits == 128);
    CHECK(only_transform(sa).others == std::vector{Attribute{0x7ffe, true, hex("1234")},
                                                   Attribute{0x11, false, hex("aabbcc")}, Attribute{0x12, false, {}}});
}

TEST_CASE("reserved bytes are ignored and written as zero", "[wire][rfc7296-3.3.1][hostile-A4]") {
    const auto sa = decode_sa(hex("00 ff 0014 01 03 04 01 c1c2c3c4 00 ff 0008 05 ff 0000"));
    REQUIRE(sa);
    CHECK(encoded(*sa) == hex("00 00 0014 01 03 04 01 c1c2c3c4 00 00 0008 05 00 0000"));
}

TEST_CASE("lengths, counts and last flags that contradict each other are malformed",
          "[wire][rfc7296-3.3][hostile-C1]") {
    const char* transform = "00 00 0008 05 00 0000";
    const struct {
        const char* what;
        std::string body;
    } cases[] = {
        {"no proposal", ""},
        {"proposal length 0", std::string("00 00 0000 01 03 04 01 c1c2c3c4") + transform},
        {"proposal length below its header", std::string("00 00 0007 01 03 04 01 c1c2c3c4") + transform},
        {"proposal length below its transforms", std::string("00 00 0013 01 03 04 01 c1c2c3c4") + transform},
        {"proposal length above the payload", std::string("00 00 0015 01 03 04 01 c1c2c3c4") + transform},
        {"proposal says more follow", std::string("02 00 0014 01 03 04 01 c1c2c3c4") + transform},
        {"proposal with the transforms' flag", std::string("03 00 0014 01 03 04 01 c1c2c3c4") + transform},
        {"proposal number 0", std::string("00 00 0014 00 03 04 01 c1c2c3c4") + transform},
        {"no transform", "00 00 000c 01 03 04 00 c1c2c3c4"},
        {"count 0 with a transform", std::string("00 00 0014 01 03 04 00 c1c2c3c4") + transform},
        {"count 2 with a transform", std::string("00 00 0014 01 03 04 02 c1c2c3c4") + transform},
        {"count 255 with a transform", std::string("00 00 0014 01 03 04 ff c1c2c3c4") + transform},
        {"transform length 0", "00 00 0014 01 03 04 01 c1c2c3c4 00 00 0000 05 00 0000"},
        {"transform length 7", "00 00 0014 01 03 04 01 c1c2c3c4 00 00 0007 05 00 0000"},
        {"transform length above its proposal", "00 00 0014 01 03 04 01 c1c2c3c4 00 00 0009 05 00 0000"},
        {"transform says more follow", "00 00 0014 01 03 04 01 c1c2c3c4 03 00 0008 05 00 0000"},
        {"transform with the proposals' flag", "00 00 0014 01 03 04 01 c1c2c3c4 02 00 0008 05 00 0000"},
        {"first of two transforms says last",
         "00 00 001c 01 03 04 02 c1c2c3c4 00 00 0008 05 00 0000 00 00 0008 05 00 0001"},
        {"two transforms, one counted", "00 00 001c 01 03 04 01 c1c2c3c4 00 00 0008 05 00 0000 00 00 0008 05 00 0001"},
        {"a byte behind the last transform", "00 00 0015 01 03 04 01 c1c2c3c4 00 00 0008 05 00 0000 00"},
        {"half an attribute", "00 00 0016 01 03 04 01 c1c2c3c4 00 00 000a 05 00 0000 800e"},
        {"attribute above its transform", "00 00 0018 01 03 04 01 c1c2c3c4 00 00 000c 05 00 0000 0011 0001"},
        {"SPI above its proposal", "00 00 0008 01 03 04 01"},
    };
    for (const auto& [what, body] : cases) {
        INFO(what);
        CHECK(reason_of(hex(body)) == Reason::PayloadMalformed);
    }
}

TEST_CASE("proposal numbers count up by one", "[wire][rfc7296-3.3.1][hostile-C1]") {
    for (const unsigned second : {0U, 1U, 3U, 255U}) {
        base::Bytes body = kEsp;
        body[0x20 + 4] = static_cast<std::uint8_t>(second);
        CHECK(reason_of(body) == Reason::PayloadMalformed);
    }
}

TEST_CASE("the first of two proposals must not say last", "[wire][rfc7296-3.3.1][hostile-C1]") {
    base::Bytes body = kEsp;
    body[0] = 0;
    CHECK(reason_of(body) == Reason::PayloadMalformed);
}

TEST_CASE("SPI sizes are those of the protocol", "[wire][rfc7296-3.3.1][hostile-C1]") {
    for (unsigned size = 0; size < 256; ++size) {
        for (unsigned protocol = 1; protocol <= 4; ++protocol) {
            SecurityAssociation sa;
            sa.proposals.resize(1);
            sa.proposals[0].protocol = static_cast<policy::ProtocolId>(protocol);
            sa.proposals[0].spi.resize(size);
            sa.proposals[0].transforms.resize(1);
            const bool fits = protocol == 1 ? size == 0 || size == 8 : protocol == 4 || size == 4;
            INFO("protocol " << protocol << ", size " << size);
            CHECK(decode_sa(encoded(sa)).has_value() == fits);
        }
    }
}

TEST_CASE("the lists of one SA payload are capped", "[wire][rfc7296-3.3][hostile-C1]") {
    CHECK(decode_sa(offer(4, 255)));
    CHECK(decode_sa(offer(255, 4)));
    CHECK(decode_sa(offer(1024 / 128, 128)));
    CHECK(reason_of(offer(5, 255)) == Reason::PayloadCountExceeded);
    CHECK(reason_of(offer(255, 31)) == Reason::PayloadCountExceeded);

    SecurityAssociation sa;
    sa.proposals.resize(1);
    sa.proposals[0].transforms.resize(2);
    sa.proposals[0].transforms[0].others.resize(kMaxOtherAttributes / 2, Attribute{1, true, hex("0001")});
    sa.proposals[0].transforms[1].others.resize(kMaxOtherAttributes / 2, Attribute{1, false, hex("00")});
    CHECK(decode_sa(encoded(sa)).value() == sa);
    sa.proposals[0].transforms[1].others.push_back({1, false, {}});
    CHECK(reason_of(encoded(sa)) == Reason::PayloadCountExceeded);
}

TEST_CASE("an SA payload cut anywhere is malformed", "[wire][rfc7296-3.3][hostile-C1]") {
    for (std::size_t size = 0; size < kEsp.size(); ++size) {
        CHECK(reason_of(base::Bytes(kEsp.begin(), kEsp.begin() + static_cast<std::ptrdiff_t>(size))) ==
              Reason::PayloadMalformed);
    }
}
