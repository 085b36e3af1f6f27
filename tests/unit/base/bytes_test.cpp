#include "ike/base/bytes.h"

#include <catch2/catch_test_macros.hpp>

#include "ike/base/secret_bytes.h"

using namespace xfrmd::base;

TEST_CASE("what a peer sent is printed without control characters", "[base][hostile-h7]") {
    CHECK(printable(as_bytes("moon.example")) == "moon.example");
    CHECK(printable(as_bytes("a\x1b[2J\\\n")) == "a\\x1b[2J\\x5c\\x0a");
    CHECK(printable(as_bytes("abcdef"), 3) == "abc...");
}

TEST_CASE("secrets compare by content and move without a copy left behind", "[base]") {
    SecretBytes a(as_bytes("secret"));
    CHECK(a == SecretBytes(as_bytes("secret")));
    CHECK_FALSE(a == SecretBytes(as_bytes("secreT")));
    CHECK_FALSE(a == SecretBytes(as_bytes("secre")));
    const SecretBytes b = std::move(a);
    CHECK(b.size() == 6);
    CHECK(as_text(b.slice(2, 3).view()) == "cre");
}
