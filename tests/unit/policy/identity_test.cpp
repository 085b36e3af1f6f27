#include "ike/policy/identity.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::policy;
using xfrmd::base::Address;
using xfrmd::base::as_bytes;
using xfrmd::base::Bytes;
using xfrmd::base::Reason;
using xfrmd::base::to_bytes;
using xfrmd::base::to_hex;

namespace {

constexpr auto kFqdn = IdentityType::fqdn;
constexpr auto kMail = IdentityType::rfc822_address;
constexpr auto kKeyId = IdentityType::key_id;
constexpr auto kDn = IdentityType::der_asn1_dn;

Identity id(std::string_view text) { return Identity::parse(text).value(); }
Identity raw(IdentityType type, std::string_view data) { return {type, to_bytes(as_bytes(data))}; }
int fit(std::string_view pattern, std::string_view identity) { return match(id(pattern), id(identity)); }

std::string error(std::string_view text) {
    const auto parsed = Identity::parse(text);
    if (parsed) return "";
    CHECK(parsed.error().reason == Reason::ConfigurationInvalid);
    return parsed.error().detail;
}

}  // namespace

TEST_CASE("the notation tells the type of an identity", "[policy][rfc7296-3.5]") {
    const std::pair<std::string_view, Identity> rows[] = {
        {"192.0.2.1", {IdentityType::ipv4_address, {192, 0, 2, 1}}},
        {"2001:db8::1", Identity::of(*Address::parse("2001:db8::1"))},
        {"moon.example.org", raw(kFqdn, "moon.example.org")},
        {"moon", raw(kFqdn, "moon")},
        {"@moon.example.org", raw(kFqdn, "moon.example.org")},
        {"@192.0.2.1", raw(kFqdn, "192.0.2.1")},
        {"carol@example.org", raw(kMail, "carol@example.org")},
        {"@@carol@example.org", raw(kMail, "carol@example.org")},
        {"@@carol", raw(kMail, "carol")},
        {"@#c0ffee", {kKeyId, {0xc0, 0xff, 0xee}}},
        {"@#C0:FF:EE", {kKeyId, {0xc0, 0xff, 0xee}}},
        {"@#", {kKeyId, {}}},
        {"ipv4:192.0.2.1", {IdentityType::ipv4_address, {192, 0, 2, 1}}},
        {"ipv4:#c0000201", {IdentityType::ipv4_address, {192, 0, 2, 1}}},
        {"ipv6:2001:db8::1", Identity::of(*Address::parse("2001:db8::1"))},
        {"fqdn:192.0.2.1", raw(kFqdn, "192.0.2.1")},
        {"dns:*.example.org", raw(kFqdn, "*.example.org")},
        {"FQDN:moon", raw(kFqdn, "moon")},
        {"email:carol", raw(kMail, "carol")},
        {"rfc822:carol", raw(kMail, "carol")},
        {"userfqdn:carol", raw(kMail, "carol")},
        {"keyid:branch 7", raw(kKeyId, "branch 7")},
        {"keyid:#00ff", {kKeyId, {0x00, 0xff}}},
        {"asn1dn:#3000", {kDn, {0x30, 0x00}}},
        {"asn1gn:#8704c0000201", {IdentityType::der_asn1_gn, {0x87, 0x04, 0xc0, 0x00, 0x02, 0x01}}},
        {"{11}:branch", raw(kKeyId, "branch")},
        {"{201}:#0102", {IdentityType{201}, {1, 2}}},
        {"a:b", raw(kKeyId, "a:b")},
        {"key=value", raw(kKeyId, "key=value")},
    };
    for (const auto& [text, identity] : rows) {
        INFO(text);
        CHECK(id(text) == identity);
    }
}

TEST_CASE("several words stand for any identity", "[policy]") {
    for (const std::string_view text : {"", "%any", "%any6", "0.0.0.0", "*", "::", "0::0"}) {
        INFO(text);
        CHECK(id(text) == Identity{});
        CHECK(id(text).is_any());
    }
}

TEST_CASE("what is no identity is refused with the reason", "[policy]") {
    CHECK(error("@#c0f") == "identity '@#c0f': what follows '#' is not hexadecimal");
    CHECK(error("keyid:#xy") == "identity 'keyid:#xy': what follows '#' is not hexadecimal");
    CHECK(error("ipv4:moon") == "identity 'ipv4:moon': not an address of that kind");
    CHECK(error("ipv4:2001:db8::1") == "identity 'ipv4:2001:db8::1': not an address of that kind");
    CHECK(error("ipv6:#c0000201") == "identity 'ipv6:#c0000201': not the size of an address");
    CHECK(error("asn1dn:moon") ==
          "identity 'asn1dn:moon': not a distinguished name such as 'C=CH, O=strongSwan, CN=moon'");
}

TEST_CASE("identities are shown in the notation they are written in", "[policy][rfc7296-3.5]") {
    for (const std::string text :
         {"%any", "192.0.2.1", "2001:db8::1", "moon.example.org", "carol@example.org", "branch:7", "@#00ff", "@#",
          "C=CH, O=Linux strongSwan, CN=moon.strongswan.org", "asn1gn:#8704c0000201", "asn1dn:#3003", "{201}:#0102"}) {
        INFO(text);
        CHECK(id(text).to_string() == text);
    }
}

TEST_CASE("a peer's bytes are escaped and cut", "[policy][rfc7296-3.5]") {
    CHECK(raw(kFqdn, std::string_view("a\0b\n\x1b[2J", 8)).to_string() == "a\\x00b\\x0a\\x1b[2J");
    CHECK(raw(kKeyId, "two words").to_string() == "@#74776f20776f726473");
    CHECK(raw(IdentityType::ipv4_address, "abc").to_string() == "ipv4:#616263");
    CHECK(raw(IdentityType::ipv6_address, "abcd").to_string() == "ipv6:#61626364");
    CHECK(raw(IdentityType::ipv4_address, std::string(16, 'x')).to_string().starts_with("ipv4:#78"));
    for (const unsigned type : {0U, 1U, 2U, 3U, 5U, 9U, 10U, 11U, 200U}) {
        const Identity huge = raw(static_cast<IdentityType>(type), std::string(60000, '\xff'));
        INFO(type);
        CHECK(huge.to_string().size() < 1100);
    }
}

TEST_CASE("a distinguished name becomes DER", "[policy][rfc5280-4.1.2.4]") {
    CHECK(to_hex(id("C=CH, O=strongSwan, CN=x").data) ==
          "302e"
          "310b3009060355040613024348"
          "311330110603550"
          "40a130a7374726f6e675377616e"
          "310a300806035504031301"
          "78");
    CHECK(id("/C=CH/O=strongSwan/CN=x") == id("C=CH, O=strongSwan, CN=x"));
    CHECK(id("c=CH,o = strongSwan ,cn= x") == id("C=CH, O=strongSwan, CN=x"));
    CHECK(id("asn1dn:C=CH, O=strongSwan, CN=x") == id("C=CH, O=strongSwan, CN=x"));
    // What is no PrintableString goes as UTF8String, mail addresses as IA5String.
    CHECK(to_hex(id("CN=a*").data) == "300d310b300906035504030c02612a");
    CHECK(to_hex(id("E=a@b").data) ==
          "30143112301006092a864886f70d010901160361406"
          "2");
    CHECK(id("CN=").data.size() == 13);
}

TEST_CASE("long names get long lengths", "[policy][rfc5280-4.1.2.4]") {
    for (const std::size_t size : {100U, 127U, 128U, 200U, 255U, 256U, 5000U}) {
        const Identity name = id("CN=" + std::string(size, 'a'));
        CHECK(name.type == kDn);
        CHECK(name.to_string().starts_with("CN=aaa"));
    }
    CHECK(id("CN=" + std::string(70000, 'a')).type == kKeyId);
}

TEST_CASE("every attribute word survives text", "[policy]") {
    for (const std::string word : {"CN", "S", "SN", "C",           "L",  "ST",  "O",  "OU", "T", "D",  "N",
                                   "G",  "I", "ID", "dnQualifier", "ND", "UID", "DC", "EN", "E", "UN", "UA"}) {
        CHECK(id(word + "=x").to_string() == word + "=x");
    }
    CHECK(id("serialNumber=x") == id("SN=x"));
    CHECK(id("emailAddress=x") == id("E=x"));
    CHECK(id("Email=x") == id("E=x"));
    CHECK(id("employeeNumber=x") == id("EN=x"));
    CHECK(id("unstructuredName=x") == id("UN=x"));
    CHECK(id("unstructuredAddress=x") == id("UA=x"));
    CHECK(id("XX=x").type == kKeyId);
    CHECK(id("CN=x, moon").type == kKeyId);
}

TEST_CASE("a comma inside an attribute is escaped both ways", "[policy][rfc4514-2.4]") {
    const Identity name = id("O=Acme\\, Inc., CN=moon");
    CHECK(name.to_string() == "O=Acme\\, Inc., CN=moon");
    CHECK(id(name.to_string()) == name);
}

TEST_CASE("unknown attributes are shown by their OID", "[policy]") {
    // 2.5.4.99 = "x"
    const Identity name = id("asn1dn:#300c310a30080603550463130178");
    CHECK(name.to_string() == "#550463=x");
}

TEST_CASE("a cut or spoilt name in DER is shown as bytes and matches itself only", "[policy][rfc4945-3.1.5]") {
    const Bytes whole = id("C=CH, O=strongSwan, CN=x").data;
    for (std::size_t size = 0; size < whole.size(); ++size) {
        const Identity cut{kDn, Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))};
        CHECK(cut.to_string().starts_with("asn1dn:#"));
        CHECK(match(cut, cut) == 3);
        CHECK(match(id("C=*, O=*, CN=*"), cut) == 0);
    }
    for (std::size_t at = 0; at < whole.size(); ++at) {
        for (unsigned value = 0; value < 256; ++value) {
            Identity spoilt{kDn, whole};
            spoilt.data[at] = static_cast<std::uint8_t>(value);
            CHECK_FALSE(spoilt.to_string().empty());
            CHECK(match(spoilt, spoilt) == 3);
        }
    }
}

TEST_CASE("claimed lengths are not believed", "[policy][rfc4945-3.1.5]") {
    for (const std::string_view hex : {"asn1dn:#3084ffffffff", "asn1dn:#3080", "asn1dn:#30820001", "asn1dn:#30ff",
                                       "asn1dn:#3002310000", "asn1dn:#30823000"}) {
        INFO(hex);
        CHECK(id(hex).to_string().starts_with("asn1dn:#"));
    }
    std::string many;
    for (unsigned i = 0; i < 65; ++i) many += "CN=x,";
    CHECK(id(many).to_string().starts_with("asn1dn:#"));
}

TEST_CASE("how well identities fit", "[policy][rfc4301-4.4.3.1]") {
    CHECK(fit("%any", "moon.example.org") == 1);
    CHECK(fit("%any", "%any") == 1);
    CHECK(fit("moon.example.org", "%any") == 0);
    CHECK(fit("moon.example.org", "moon.example.org") == 3);
    CHECK(fit("moon.example.org", "MOON.Example.ORG") == 3);
    CHECK(fit("moon.example.org", "moon.example.or") == 0);
    CHECK(fit("*.example.org", "moon.example.org") == 2);
    CHECK(fit("*.EXAMPLE.org", "moon.example.ORG") == 2);
    CHECK(fit("*.example.org", "*.example.org") == 3);
    CHECK(fit("*.example.org", "example.org") == 0);
    CHECK(fit("*.example.org", ".example.org") == 0);
    CHECK(fit("*@example.org", "carol@example.org") == 2);
    CHECK(fit("*@example.org", "@carol.example.org") == 0);
    CHECK(fit("fqdn:*", "moon") == 1);
    CHECK(fit("moon.*", "moon.example.org") == 0);
    CHECK(fit("moon", "@@moon") == 0);
    CHECK(fit("192.0.2.1", "192.0.2.1") == 3);
    CHECK(fit("192.0.2.1", "192.0.2.2") == 0);
    CHECK(fit("192.0.2.1", "@192.0.2.1") == 0);
    CHECK(fit("keyid:Branch", "keyid:branch") == 0);
    CHECK(fit("keyid:*", "keyid:branch") == 0);
}

TEST_CASE("a name with a terminator in it matches nothing but %any", "[policy][rfc7296-3.5]") {
    const Identity evil = raw(kFqdn, std::string_view("evil\0.example.org", 17));
    CHECK(match(id("*.example.org"), evil) == 0);
    CHECK(match(evil, evil) == 0);
    CHECK(match(Identity{}, evil) == 1);
}

TEST_CASE("distinguished names match by attribute", "[policy][rfc5280-7.1]") {
    CHECK(fit("C=CH, O=strongSwan, CN=moon", "C=CH, O=strongSwan, CN=moon") == 3);
    CHECK(fit("C=CH, O=strongSwan, CN=moon", "C=ch, O=STRONGSWAN, CN=Moon") == 3);
    CHECK(fit("C=CH, O=strongSwan, CN=*", "C=CH, O=strongSwan, CN=moon") == 2);
    CHECK(fit("C=CH, O=*, CN=*", "C=CH, O=strongSwan, CN=moon") == 2);
    CHECK(fit("C=CH, O=strongSwan, CN=*", "C=DE, O=strongSwan, CN=moon") == 0);
    CHECK(fit("C=CH, O=strongSwan, CN=*", "C=CH, O=strongSwan") == 0);
    CHECK(fit("C=CH, O=strongSwan", "C=CH, O=strongSwan, CN=moon") == 0);
    CHECK(fit("C=CH, O=strongSwan, CN=moon", "C=CH, O=strongSwan, OU=moon") == 0);
    // UTF8String "moon" against PrintableString "moon": equal bytes fit, another case does not.
    CHECK(match(id("CN=moon"), id("asn1dn:#300f310d300b06035504030c046d6f6f6e")) == 3);
    CHECK(match(id("CN=Moon"), id("asn1dn:#300f310d300b06035504030c046d6f6f6e")) == 0);
    CHECK(fit("E=Carol@example.org", "E=carol@EXAMPLE.org") == 3);
}

TEST_CASE("the order of a distinguished name's attributes does not count", "[policy]") {
    CHECK(fit("C=CH, O=strongSwan, CN=moon", "CN=moon, O=strongSwan, C=CH") == 3);
    CHECK(fit("CN=*, O=strongSwan, C=CH", "C=CH, O=strongSwan, CN=moon") == 2);
    CHECK(fit("OU=*, OU=a, CN=moon", "CN=moon, OU=a, OU=b") == 2);
    CHECK(fit("OU=*, OU=*, CN=moon", "CN=moon, OU=a, OU=b") == 2);
    CHECK(fit("OU=a, OU=a, CN=moon", "CN=moon, OU=a, OU=b") == 0);
    CHECK(fit("OU=a, OU=b, CN=moon", "CN=moon, OU=a, OU=a") == 0);
    CHECK(fit("OU=*, CN=moon", "CN=moon, OU=a, OU=b") == 0);
    CHECK(id("C=CH, O=strongSwan, CN=moon").folded() == id("CN=moon, O=StrongSwan, C=CH").folded());
    // One attribute whose value goes on like a second one: "ab", the OID of O, "c".
    CHECK(id("CN=ab, O=c").folded() != id("asn1dn:#3011310f300d06035504031306616255040a63").folded());
}

TEST_CASE("an exact identity names one peer", "[policy]") {
    for (const std::string_view text :
         {"192.0.2.1", "moon", "carol@example.org", "CN=moon", "keyid:*", "asn1dn:#3003"}) {
        INFO(text);
        CHECK(id(text).is_exact());
    }
    for (const std::string_view text : {"%any", "*.example.org", "*@example.org", "C=CH, CN=*"}) {
        INFO(text);
        CHECK_FALSE(id(text).is_exact());
    }
}

TEST_CASE("identities that match exactly fold to the same bytes", "[policy]") {
    const std::pair<std::string_view, std::string_view> equal[] = {
        {"moon.example.org", "MOON.example.org"},
        {"Carol@example.org", "carol@Example.org"},
        {"C=CH, CN=Moon", "C=ch, CN=moon"},
        {"CN=moon", "asn1dn:#300f310d300b06035504030c046d6f6f6e"},
    };
    for (const auto& [a, b] : equal) {
        CHECK(fit(a, b) == 3);
        CHECK(id(a).folded() == id(b).folded());
    }
    CHECK(id("moon").folded() != id("@@moon").folded());
    CHECK(id("keyid:a").folded() != id("keyid:A").folded());
}

TEST_CASE("nobody is nobody else", "[policy][rfc7619-2.4]") {
    const Identity nobody = Identity::null();
    CHECK(nobody.to_string() == "%null");
    CHECK_FALSE(nobody.is_exact());
    CHECK(match(nobody, nobody) == kExactMatch);
    CHECK(match(id("%any"), nobody) == 0);
    CHECK(match(nobody, id("%any")) == 0);
    CHECK(match(nobody, id("moon")) == 0);
    CHECK(match(id("*"), nobody) == 0);
}
