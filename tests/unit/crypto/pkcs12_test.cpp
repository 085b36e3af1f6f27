// PKCS#12 files as OpenSSL writes them.

#include "ike/crypto/pkcs12.h"

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/pkcs12_key.h"
#include "support.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using crypto::Pkcs12;

namespace {

base::Result<Pkcs12> read(base::ByteView file, std::string_view passphrase) {
    SeededRandom random(1);
    return Pkcs12::read(file, base::as_bytes(passphrase), random);
}

std::string refusal(base::ByteView file, std::string_view passphrase) {
    const auto contents = read(file, passphrase);
    REQUIRE_FALSE(contents);
    CHECK(contents.error().reason == base::Reason::ConfigurationInvalid);
    return contents.error().detail;
}

}  // namespace

TEST_CASE("certificates and key come out of a PKCS#12 file", "[pkcs12][rfc7292-4]") {
    for (const auto& row : vectors("pkcs12.json", "files")) {
        INFO(row.at("name"));
        const auto contents = read(hex(row.at("file")), row.at("passphrase").get_ref<const std::string&>());
        REQUIRE(contents);
        REQUIRE(contents->certificates.size() == row.at("certificates"));
        REQUIRE(contents->private_keys.size() == 1);
        CHECK(contents->certificates.front().der() == hex(row.at("certificate")));
        CHECK(contents->private_keys.front().public_key() == contents->certificates.front().public_key());
    }
}

TEST_CASE("a PKCS#12 file needs its passphrase", "[pkcs12]") {
    for (const auto& row : vectors("pkcs12.json", "files")) {
        const base::Bytes file = hex(row.at("file"));
        if (row.at("name") == "nothing encrypted, no MAC") continue;
        INFO(row.at("name"));
        CHECK(refusal(file, "wrong") == "PKCS#12 file was changed, or the secret does not fit");
    }
}

TEST_CASE("a PKCS#12 file with RC2 in it is told", "[pkcs12]") {
    for (const auto& row : vectors("pkcs12.json", "unsupported")) {
        const std::string said = refusal(hex(row.at("file")), row.at("passphrase").get_ref<const std::string&>());
        CHECK(said.find("is encrypted in a way that is not supported") != std::string::npos);
    }
}

TEST_CASE("a PKCS#12 file that was changed or cut is refused", "[pkcs12]") {
    for (const auto& row : vectors("pkcs12.json", "files")) {
        if (row.at("name") == "nothing encrypted, no MAC") continue;
        INFO(row.at("name"));
        const base::Bytes good = hex(row.at("file"));
        const auto& passphrase = row.at("passphrase").get_ref<const std::string&>();
        for (std::size_t i = 0; i < good.size(); i += 13) {
            CHECK_FALSE(read(base::ByteView(good).first(i), passphrase));
            base::Bytes bad = good;
            bad[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
            CHECK_FALSE(read(bad, passphrase));
        }
        base::Bytes longer = good;
        longer.push_back(0);
        CHECK_FALSE(read(longer, passphrase));
    }
    CHECK(refusal({}, "").find("is malformed") != std::string::npos);
    CHECK(refusal(base::Bytes(Pkcs12::kMostBytes + 1, 0x30), "").find("too large") != std::string::npos);
}

TEST_CASE("passphrases are UTF-8, and become UTF-16", "[pkcs12][rfc7292-B.1]") {
    const auto key = [](std::string_view passphrase) {
        const base::Bytes salt(8, 1);
        return crypto::derive_pkcs12_key("SHA-1", crypto::Pkcs12Purpose::mac, base::as_bytes(passphrase), salt, 1, 20);
    };
    CHECK(key("\xff") == key("\xef\xbf\xbd"));
    CHECK(key("\xf0\x9f\x98") == key("\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"));
    CHECK(key("\xf0\x9f\x98\x80") != key("\xef\xbf\xbd"));
    CHECK(key("a") != key("b"));
}
