#include "daemon/fetching/fetch_rules.h"
#include "daemon/fetching/own_address.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

std::string objection(std::string_view address) { return objection_to_address(*base::Address::parse(address)); }

TEST_CASE("this host's addresses are known on whatever interface", "[fetching][hostile-d10]") {
    CHECK(is_of_this_host(*base::Address::parse("127.0.0.1")));
    CHECK_FALSE(is_of_this_host(*base::Address::parse("192.0.2.77")));
    CHECK_FALSE(is_of_this_host(*base::Address::parse("2001:db8::77")));
}

}  // namespace

TEST_CASE("URIs of http and https are asked, and no others", "[fetching][hostile-d10]") {
    for (const char* uri : {"http://ca.example", "HTTP://ca.example/root.crl?a=b@c", "https://ca.example:8443/ocsp",
                            "http://192.0.2.1/", "http://[2001:db8::1]:80/a#b"}) {
        INFO(uri);
        CHECK(objection_to_uri(uri).empty());
    }
    for (const char* uri :
         {"", "ldap://ca.example/cn=root", "file:///etc/shadow", "ftp://ca.example/", "gopher://ca.example/",
          "//ca.example/", "http:/ca.example", "httpx://ca.example", "/root.crl"}) {
        INFO(uri);
        CHECK(objection_to_uri(uri) == "is neither http nor https");
    }
    CHECK(objection_to_uri("http:///root.crl") == "names no host");
    CHECK(objection_to_uri("http://joe:secret@ca.example/") == "has a user or password in it");
    CHECK(objection_to_uri("http://ca.example/\r\nHost: other") == "has blanks or strange characters in it");
    CHECK(objection_to_uri(std::string("http://ca.example/\0", 19)) == "has blanks or strange characters in it");
    CHECK(objection_to_uri("http://ca.example/" + std::string(2031, 'x')) == "is longer than 2048 characters");
    CHECK(objection_to_uri("http://ca.example/" + std::string(2030, 'x')).empty());
}

TEST_CASE("nothing is fetched from this host, its links, or from nobody", "[fetching][hostile-d10]") {
    for (const char* address :
         {"127.0.0.1", "127.255.255.255", "169.254.169.254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.1.1.1",
          "240.0.0.1", "255.255.255.255", "::", "::1", "fe80::1", "febf::1", "ff02::1", "fd00:ec2::254"}) {
        INFO(address);
        CHECK_FALSE(objection(address).empty());
    }
    for (const char* address : {"10.0.0.1", "172.16.0.1", "192.168.1.1", "192.0.2.1", "126.255.255.255", "128.0.0.1",
                                "169.253.0.1", "223.255.255.255", "2001:db8::1", "fd00::1", "fec0::1"}) {
        INFO(address);
        CHECK(objection(address).empty());
    }
}

TEST_CASE("an address of IPv6 that stands for one of IPv4 is that one", "[fetching][hostile-d10]") {
    for (const char* address : {"::ffff:127.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0", "::127.0.0.1",
                                "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::1", "2002:a9fe:a9fe::1"}) {
        INFO(address);
        CHECK_FALSE(objection(address).empty());
    }
    for (const char* address : {"::ffff:192.0.2.1", "64:ff9b::c000:201", "2002:c000:201::1"}) {
        INFO(address);
        CHECK(objection(address).empty());
    }
}

TEST_CASE("whose server it is depends on neither scheme, port nor path", "[fetching]") {
    for (const char* uri : {"HTTP://CA.example:80/a", "http://ca.example", "http://ca.example?x", "https://ca.example",
                            "http://ca.example.:81/", "http://ca.example:/"}) {
        CHECK(host_of(uri) == "ca.example");
    }
    CHECK(host_of("http://[2001:DB8::1]:8080/") == "[2001:db8::1]");
    CHECK(host_of("http://[2001:db8::2/") == "[2001:db8::2");
    CHECK(host_of("http://other.example") != "ca.example");
}
