#include "ike/policy/traffic_selector.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::policy;
using xfrmd::base::Address;
using xfrmd::base::Reason;

namespace {

TrafficSelector ts(std::string_view text) { return parse_selector(text).value().selector; }

TrafficSelectors list(std::initializer_list<std::string_view> texts) {
    TrafficSelectors selectors;
    for (const auto text : texts) selectors.push_back(ts(text));
    return selectors;
}

std::string narrowed(std::initializer_list<std::string_view> ours, std::initializer_list<std::string_view> offered) {
    return to_string(narrow(list(ours), list(offered)));
}

std::string common(std::string_view a, std::string_view b) {
    const auto one = intersect(ts(a), ts(b));
    const auto other = intersect(ts(b), ts(a));
    CHECK(one == other);
    return one ? one->to_string() : "";
}

std::string error(std::string_view text) {
    const auto parsed = parse_selector(text);
    if (parsed) return "";
    CHECK(parsed.error().reason == Reason::ConfigurationInvalid);
    return parsed.error().detail;
}

}  // namespace

TEST_CASE("a selector survives text", "[policy][rfc7296-3.13.1]") {
    for (const std::string text :
         {"10.1.0.0/24", "0.0.0.0/0", "10.0.0.1/32", "10.0.0.1..10.0.0.5", "2001:db8::/32", "::/0",
          "2001:db8::1..2001:db8::9", "10.1.0.0/24[tcp]", "10.1.0.0/24[tcp/443]", "10.1.0.0/24[udp/1000-2000]",
          "10.1.0.0/24[/53]", "10.1.0.0/24[99]", "10.1.0.0/24[udp/opaque]", "10.1.0.0/24[icmp/8]",
          "::/0[ipv6-icmp/128]", "10.0.0.0/8[/opaque]"}) {
        INFO(text);
        CHECK(ts(text).to_string() == text);
    }
}

TEST_CASE("what means the same is shown in one way", "[policy]") {
    const std::pair<std::string_view, std::string_view> same[] = {
        {"10.1.2.3", "10.1.2.3/32"},
        {"10.1.2.3/16", "10.1.0.0/16"},
        {"10.0.0.0-10.0.0.255", "10.0.0.0/24"},
        {"10.0.0.1-10.0.0.5", "10.0.0.1..10.0.0.5"},
        {"2001:db8::1-2001:db8::5[udp]", "2001:db8::1..2001:db8::5[udp]"},
        {"10.1.0.0/24[]", "10.1.0.0/24"},
        {"10.1.0.0/24[any]", "10.1.0.0/24"},
        {"10.1.0.0/24[any/any]", "10.1.0.0/24"},
        {"10.1.0.0/24[0/0-65535]", "10.1.0.0/24"},
        {"10.1.0.0/24[tcp/]", "10.1.0.0/24[tcp]"},
        {"10.1.0.0/24[tcp/any]", "10.1.0.0/24[tcp]"},
        {"10.1.0.0/24[6/443]", "10.1.0.0/24[tcp/443]"},
        {"10.1.0.0/24[tcp/https]", "10.1.0.0/24[tcp/443]"},
        {"10.1.0.0/24[tcp/ftp-data]", "10.1.0.0/24[tcp/20]"},
        {"10.1.0.0/24[udp/l2tp]", "10.1.0.0/24[udp/1701]"},
        {"10.1.0.0/24[/domain]", "10.1.0.0/24[/53]"},
        {"::/0[icmpv6]", "::/0[ipv6-icmp]"},
        {"10.0.0.0/8[ipsec-esp]", "10.0.0.0/8[esp]"},
    };
    for (const auto& [text, shown] : same) {
        INFO(text);
        CHECK(ts(text).to_string() == shown);
    }
}

TEST_CASE("ICMP types and codes are packed into the port", "[policy][rfc7296-3.13.1]") {
    CHECK(ts("10.0.0.0/8[icmp/8]").first_port == 0x0800);
    CHECK(ts("10.0.0.0/8[icmp/8]").last_port == 0x0800);
    CHECK(ts("10.0.0.0/8[icmp/769]").to_string() == "10.0.0.0/8[icmp/3(1)]");
    CHECK(ts("10.0.0.0/8[icmp/3-4]").to_string() == "10.0.0.0/8[icmp/3-4]");
    CHECK(ts("10.0.0.0/8[icmp/768-1023]").to_string() == "10.0.0.0/8[icmp/3-3(255)]");
    CHECK(ts("::/0[58/128]").first_port == 0x8000);
    CHECK(ts("10.0.0.0/8[udp/8]").first_port == 8);
}

TEST_CASE("a dynamic selector takes the host's address", "[policy][rfc7296-2.9]") {
    const auto dynamic = parse_selector("dynamic[udp/1701]");
    REQUIRE(dynamic);
    CHECK(dynamic->dynamic);
    CHECK(dynamic->resolve(*Address::parse("192.0.2.1")).to_string() == "192.0.2.1/32[udp/1701]");
    CHECK(dynamic->resolve(*Address::parse("2001:db8::1")).to_string() == "2001:db8::1/128[udp/1701]");
    CHECK(parse_selector("dynamic")->resolve(*Address::parse("0.0.0.0")).to_string() == "0.0.0.0/0");
    CHECK(parse_selector("10.0.0.0/8")->resolve(*Address::parse("192.0.2.1")).to_string() == "10.0.0.0/8");
    CHECK_FALSE(parse_selector("10.0.0.0/8")->dynamic);
}

TEST_CASE("what is no selector is refused with the reason", "[policy]") {
    CHECK(error("") == "traffic selector '': '' is no address, prefix or range");
    CHECK(error("10.0.0.0/33") == "traffic selector '10.0.0.0/33': '10.0.0.0/33' is no address, prefix or range");
    CHECK(error("gateway.example") ==
          "traffic selector 'gateway.example': 'gateway.example' is no address, prefix or range");
    CHECK(error("10.0.0.1-") == "traffic selector '10.0.0.1-': '' is no address");
    CHECK(error("10.0.0.9-10.0.0.1") ==
          "traffic selector '10.0.0.9-10.0.0.1': '10.0.0.1' is no address behind the range's first");
    CHECK(
        error("10.0.0.1-2001:db8::1") ==
        "traffic selector '10.0.0.1-2001:db8::1': '2001:db8::1' is no address of the same family as the range's first");
    CHECK(error("10.0.0.0/8[tcp") ==
          "traffic selector '10.0.0.0/8[tcp': '10.0.0.0/8[tcp' is no selector: the bracket does not close at its end");
    CHECK(error("10.0.0.0/8[tcp]x").find("does not close") != std::string::npos);
    CHECK(error("10.0.0.0/8[quic]") ==
          "traffic selector '10.0.0.0/8[quic]': 'quic' is no protocol: neither a number up to 255 nor a known name");
    CHECK(error("10.0.0.0/8[256]").find("'256' is no protocol") != std::string::npos);
    CHECK(error("10.0.0.0/8[tcp/gopher]") ==
          "traffic selector '10.0.0.0/8[tcp/gopher]': 'gopher' is no port: neither a "
          "number up to 65535, a range nor a known service");
    for (const std::string_view text : {"10.0.0.0/8[tcp/65536]", "10.0.0.0/8[tcp/1-]", "10.0.0.0/8[tcp/-1]",
                                        "10.0.0.0/8[tcp/1-2-3]", "10.0.0.0/8[tcp/443 ]", "10.0.0.0/8[tcp/9-1]",
                                        "dynamic2", "Dynamic", "10.0.0.0/8/tcp", "[tcp]", "10.0.0.0/8[[tcp]]"}) {
        INFO(text);
        CHECK_FALSE(error(text).empty());
    }
    CHECK(error(std::string(100000, '[')).size() < 512);
}

TEST_CASE("selectors intersect in addresses, protocol and ports", "[policy][rfc7296-2.9]") {
    CHECK(common("10.0.0.0/8", "10.1.0.0/16") == "10.1.0.0/16");
    CHECK(common("10.0.0.0-10.0.0.9", "10.0.0.5-10.0.0.20") == "10.0.0.5..10.0.0.9");
    CHECK(common("10.0.0.0/24", "10.0.1.0/24").empty());
    CHECK(common("10.0.0.0/24", "2001:db8::/32").empty());
    CHECK(common("0.0.0.0/0", "::/0").empty());
    CHECK(common("10.0.0.0/8[tcp]", "10.0.0.0/8") == "10.0.0.0/8[tcp]");
    CHECK(common("10.0.0.0/8[tcp]", "10.0.0.0/8[udp]").empty());
    CHECK(common("10.0.0.0/8[tcp/80-90]", "10.0.0.0/8[tcp/85-443]") == "10.0.0.0/8[tcp/85-90]");
    CHECK(common("10.0.0.0/8[tcp/80]", "10.0.0.0/8[/80]") == "10.0.0.0/8[tcp/80]");
    CHECK(common("10.0.0.0/8[tcp/80]", "10.0.0.0/8[tcp/81]").empty());
    CHECK(common("10.0.0.0/8[icmp/8]", "10.0.0.0/8[icmp]") == "10.0.0.0/8[icmp/8]");
    CHECK(common("10.0.0.0/8[icmp/8]", "10.0.0.0/8[icmp/0]").empty());
}

TEST_CASE("ANY ports hold OPAQUE, no other ports do", "[policy][rfc4301-4.4.1.1]") {
    CHECK(common("10.0.0.0/8[udp]", "10.0.0.0/8[udp/opaque]") == "10.0.0.0/8[udp/opaque]");
    CHECK(common("10.0.0.0/8[udp/opaque]", "10.0.0.0/8[udp/opaque]") == "10.0.0.0/8[udp/opaque]");
    CHECK(common("10.0.0.0/8[udp/1-65535]", "10.0.0.0/8[udp/opaque]").empty());
    CHECK(common("10.0.0.0/8[udp/0]", "10.0.0.0/8[udp/opaque]").empty());
    CHECK(ts("10.0.0.0/8").contains(ts("10.0.0.0/8[udp/opaque]")));
    CHECK_FALSE(ts("10.0.0.0/8[udp/opaque]").contains(ts("10.0.0.0/8[udp]")));
}

TEST_CASE("a selector contains what it holds wholly", "[policy]") {
    CHECK(ts("10.0.0.0/8").contains(ts("10.0.0.0/8")));
    CHECK(ts("10.0.0.0/8").contains(ts("10.1.0.0/16[tcp/80]")));
    CHECK_FALSE(ts("10.1.0.0/16").contains(ts("10.0.0.0/8")));
    CHECK_FALSE(ts("10.0.0.0/8[tcp]").contains(ts("10.0.0.0/8")));
    CHECK_FALSE(ts("10.0.0.0/8[tcp/80]").contains(ts("10.0.0.0/8[tcp/80-81]")));
    CHECK(ts("10.0.0.1").is_host());
    CHECK_FALSE(ts("10.0.0.0/31").is_host());
}

TEST_CASE("the example of RFC 7296 2.9", "[policy][rfc7296-2.9]") {
    // A packet from 198.51.100.43 to 192.0.2.123 triggered the request; the responder's policy differs.
    const std::initializer_list<std::string_view> ts_i = {"198.51.100.43[tcp/4711]", "198.51.100.0/24"};
    const std::initializer_list<std::string_view> ts_r = {"192.0.2.123[tcp/80]", "192.0.2.0/24"};
    CHECK(narrowed({"198.51.100.0/24"}, ts_i) == "198.51.100.0/24");
    CHECK(narrowed({"198.51.0.0/16"}, ts_i) == "198.51.100.0/24");
    CHECK(narrowed({"198.51.100.43"}, ts_i) == "198.51.100.43/32");
    CHECK(narrowed({"192.0.2.0/25[tcp]"}, ts_r) == "192.0.2.0/25[tcp]");
    CHECK(narrowed({"203.0.113.0/24"}, ts_i).empty());
}

TEST_CASE("a packet's selector goes first where the others hold it", "[policy][rfc7296-2.9]") {
    const auto offered = [](std::string_view packet) {
        return to_string(with_packet_first(list({"10.1.0.0/16", "10.3.0.1"}), list({packet}).front()));
    };
    CHECK(offered("10.1.0.10[tcp/80]") == "10.1.0.10/32[tcp/80] 10.1.0.0/16 10.3.0.1/32");
    CHECK(offered("10.3.0.1") == "10.1.0.0/16 10.3.0.1/32");
    CHECK(offered("10.2.0.10") == "10.1.0.0/16 10.3.0.1/32");
}

TEST_CASE("narrowing keeps our order and drops what another selector holds", "[policy][rfc7296-2.9]") {
    CHECK(narrowed({"10.2.0.0/16", "10.1.0.0/16"}, {"10.1.0.0/24", "10.2.0.0/24"}) == "10.2.0.0/24 10.1.0.0/24");
    CHECK(narrowed({"10.0.0.0/8"}, {"10.1.0.0/24", "10.1.0.0/24", "10.1.0.0/16"}) == "10.1.0.0/16");
    CHECK(narrowed({"10.1.0.0/16", "10.0.0.0/8"}, {"10.1.0.0/16"}) == "10.1.0.0/16");
    CHECK(narrowed({"0.0.0.0/0", "::/0"}, {"10.0.0.0/8", "2001:db8::/32"}) == "10.0.0.0/8 2001:db8::/32");
    CHECK(narrowed({"0.0.0.0/0"}, {"2001:db8::/32"}).empty());
    CHECK(narrowed({}, {"10.0.0.0/8"}).empty());
    CHECK(narrowed({"10.0.0.0/8"}, {}).empty());
    CHECK(narrowed({"10.0.0.1[udp/1701]"}, {"10.0.0.1[udp/1701]", "10.0.0.1[udp/40000]"}) == "10.0.0.1/32[udp/1701]");
}

TEST_CASE("narrowing never gives more than either side or than an answer can hold", "[policy][rfc7296-3.13]") {
    TrafficSelectors ours;
    TrafficSelectors offered;
    for (unsigned i = 0; i < 400; ++i) {
        const std::string net = std::to_string(i / 200) + "." + std::to_string(i % 200);
        ours.push_back(ts("10." + net + ".0/24"));
        offered.push_back(ts("10." + net + ".0/25[udp/" + std::to_string(i) + "]"));
    }
    const TrafficSelectors common_ones = narrow(ours, offered);
    CHECK(common_ones.size() == 255);
    CHECK(covers(ours, common_ones));
    CHECK(covers(offered, common_ones));
    const TrafficSelectors everything(400, ts("0.0.0.0/0"));
    CHECK(narrow(everything, offered).size() == 255);
    CHECK(narrow(everything, everything).size() == 1);
}

TEST_CASE("an answer must lie within what was offered", "[policy][rfc7296-2.9]") {
    const TrafficSelectors offered = list({"10.1.0.0/16", "10.2.0.0/16[tcp]"});
    CHECK(covers(offered, list({"10.1.2.0/24", "10.2.0.1[tcp/80]"})));
    CHECK(covers(offered, {}));
    CHECK_FALSE(covers(offered, list({"10.1.2.0/24", "10.2.0.1"})));
    CHECK_FALSE(covers(offered, list({"10.0.0.0/8"})));
    CHECK_FALSE(covers({}, list({"10.1.0.0/16"})));
}

TEST_CASE("the text of many selectors is cut", "[policy]") {
    const TrafficSelectors many(255,
                                ts("2001:db8:1111:2222:3333:4444:5555:6666-2001:db8:1111:2222:3333:4444:5555:7777"));
    CHECK(to_string(many).size() < 1200);
    CHECK(to_string(many).ends_with(" ..."));
}
