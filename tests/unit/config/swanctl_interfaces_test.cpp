#include <catch2/catch_test_macros.hpp>

#include "tests/unit/config/loading.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

// The settings begin on line 2.
std::string interface_with(const std::string& settings, const std::string& name = "st0") {
    return "interfaces { " + name + " {\n" + settings + "\n} }\n";
}

policy::XfrmInterface only_interface(const std::string& text) {
    auto result = load_text(text);
    if (!result) FAIL(print(result.error()));
    REQUIRE(result->configuration.interfaces.size() == 1);
    return result->configuration.interfaces.front();
}

base::Prefix own(std::string_view address, unsigned length) { return {*base::Address::parse(address), length}; }

}  // namespace

TEST_CASE("an interface is read with its defaults", "[config][interfaces]") {
    const auto interface = only_interface(interface_with("if_id = 42"));
    CHECK(interface == policy::XfrmInterface{"st0", 42, {}, 0, "", {}});
    CHECK(only_interface(interface_with("if_id = 0xffffffff\nmtu = 0")).if_id == 0xffffffff);
}

TEST_CASE("every key of an interface arrives", "[config][interfaces]") {
    const auto interface = only_interface(interface_with(
        "name = st0.7\nif_id = 0x2a\naddrs = 10.0.0.1/24, fd00::1/64, 10.9.9.9\nmtu = 1280\nparent = eth0.7\n"
        "routes = 10.2.0.0/16, 0.0.0.0/1, fd02::/64",
        "ipsec7"));
    CHECK(interface.name == "st0.7");
    CHECK(interface.if_id == 42);
    CHECK(interface.addrs == std::vector{own("10.0.0.1", 24), own("fd00::1", 64), own("10.9.9.9", 32)});
    CHECK(interface.mtu == 1280);
    CHECK(interface.parent == "eth0.7");
    CHECK(interface.routes == std::vector{own("10.2.0.0", 16), own("0.0.0.0", 1), own("fd02::", 64)});
    CHECK(print(load_text(interface_with("if_id = 1")).value()) ==
          "configuration is valid: 0 connections, 0 children, 0 pre-shared keys, 1 interface\n");
}

TEST_CASE("what an interface cannot be is an error with its place", "[config][interfaces]") {
    const auto errors = [](const std::string& settings) {
        return errors_of(interface_with("if_id = 42\n" + settings));
    };
    CHECK(errors("addrs = 10.0.0.1/33") ==
          "/s.conf:3:9: interfaces.st0.addrs: '10.0.0.1/33' is no address with a "
          "prefix length, like 10.0.0.1/24\n");
    CHECK(errors("addrs = gw.example/24").starts_with("/s.conf:3:9: interfaces.st0.addrs: 'gw.example/24' is no"));
    CHECK(errors("addrs = 0.0.0.0/0").starts_with("/s.conf:3:9: interfaces.st0.addrs: '0.0.0.0/0' is no"));
    CHECK(errors("addrs = ff02::1/64").starts_with("/s.conf:3:9: interfaces.st0.addrs: 'ff02::1/64' is no"));
    CHECK(errors("mtu = 67") == "/s.conf:3:7: interfaces.st0.mtu: expected a number from 68 to 65535\n");
    CHECK(errors("mtu = 65536") == "/s.conf:3:7: interfaces.st0.mtu: expected a number from 68 to 65535\n");
    CHECK(errors("mtu = 1279\naddrs = 10.0.0.1/24").empty());
    CHECK(errors("mtu = 1279\naddrs = fd00::1/64") ==
          "/s.conf:3:7: interfaces.st0.mtu: IPv6 needs 1280 at least (RFC 8200)\n");
    CHECK(errors("mtu = 1279\nroutes = fd00::/64") ==
          "/s.conf:3:7: interfaces.st0.mtu: IPv6 needs 1280 at least (RFC 8200)\n");
    CHECK(errors("parent = a/b").starts_with("/s.conf:3:10: interfaces.st0.parent: 'a/b' is no name"));
    CHECK(errors("parent = st0") == "/s.conf:3:10: interfaces.st0.parent: an interface cannot sit on itself\n");
    CHECK(errors("routes = 10.2.0.0/99") ==
          "/s.conf:3:10: interfaces.st0.routes: '10.2.0.0/99' is no network, like 10.2.0.0/16\n");
    CHECK(errors("routes = 224.0.0.0/4").starts_with("/s.conf:3:10: interfaces.st0.routes: '224.0.0.0/4' is multi"));
    CHECK(errors("address = 10.0.0.1/24").starts_with("/s.conf:3:1: interfaces.st0: unknown key 'address'"));
    CHECK(errors("inner { }") == "/s.conf:3:1: interfaces.st0: unknown section in it\n");
}

TEST_CASE("an interface needs an if_id and a name that Linux takes", "[config][interfaces]") {
    CHECK(errors_of(interface_with("")) == "/s.conf:1:14: interfaces.st0: 'if_id' is missing\n");
    CHECK(errors_of(interface_with("if_id = 0")) ==
          "/s.conf:2:9: interfaces.st0.if_id: expected a number from 1 to 4294967295\n");
    CHECK(errors_of(interface_with("if_id = 4294967296")).starts_with("/s.conf:2:9: interfaces.st0.if_id: expected"));
    CHECK(errors_of(interface_with("if_id = %unique")).starts_with("/s.conf:2:9: interfaces.st0.if_id: expected"));
    CHECK(errors_of(interface_with("if_id = 1", "a-name-of-16-byte"))
              .starts_with("/s.conf:1:14: interfaces.a-name-of-16-byte: 'a-name-of-16-byte' is no name"));
    CHECK(errors_of(interface_with("if_id = 1\nname = a-name-of-16-byte"))
              .starts_with("/s.conf:3:8: interfaces.st0.name: 'a-name-of-16-byte' is no name"));
    CHECK(errors_of(interface_with("if_id = 1\nname = \"\"")) == "/s.conf:3:8: interfaces.st0.name: expected a name\n");
    CHECK(errors_of(interface_with("if_id = 1\nname = short", "a-name-of-16-byte")).empty());
    CHECK(errors_of(interface_with("if_id = 1", "st0.0")) == "/s.conf:1:17: names cannot have a dot\n");
    CHECK(errors_of("interfaces { if_id = 7 }").starts_with("/s.conf:1:14: interfaces: only sections"));
    CHECK(errors_of("interface { a { if_id = 7 } }") ==
          "/s.conf:1:1: unknown section 'interface'; did you mean 'interfaces'?\n");
}

TEST_CASE("no two interfaces have a name, an if_id or a route in common", "[config][interfaces]") {
    const auto errors = [](const std::string& a, const std::string& b) {
        return errors_of("interfaces {\na {\n" + a + "\n}\nb {\n" + b + "\n}\n}");
    };
    CHECK(errors("if_id = 1", "if_id = 2").empty());
    CHECK(errors("if_id = 1", "if_id = 0x1") == "/s.conf:6:9: interfaces.b.if_id: interfaces.a has the same\n");
    CHECK(errors("if_id = 1", "if_id = 2\nname = a") == "/s.conf:7:8: interfaces.b.name: interfaces.a has the same\n");
    CHECK(errors("if_id = 1\nroutes = 10.2.0.0/16", "if_id = 2\nroutes = 10.2.0.0/24").empty());
    CHECK(errors("if_id = 1\nroutes = 10.2.0.0/16", "if_id = 2\nroutes = 10.2.3.4/16") ==
          "/s.conf:8:10: interfaces.b.routes: interfaces.a has 10.2.0.0/16, too\n");
}
