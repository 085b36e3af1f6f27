// CRLs, OCSP requests and responses of OpenSSL.

#include <catch2/catch_test_macros.hpp>

#include "ike/crypto/crl.h"
#include "ike/crypto/ocsp.h"
#include "support.h"

using namespace xfrmd;
using namespace xfrmd::tests;
using crypto::Certificate;
using crypto::Standing;

namespace {

constexpr crypto::WallClock kNow = std::chrono::sys_days{std::chrono::year(2030) / 6 / 15};

Certificate issuer() { return Certificate::decode(hex(vectors("revocation.json", "issuer").front())).value(); }

Standing expected(const nlohmann::json& row) {
    return row.at("standing") == "good" ? Standing::good : Standing::revoked;
}

}  // namespace

TEST_CASE("a CRL of OpenSSL", "[crl][rfc5280-5]") {
    const auto crl = crypto::Crl::read(hex(vectors("revocation.json", "crl").front()), issuer());
    REQUIRE(crl);
    CHECK(crl->size() == 2);
    for (const auto& row : vectors("revocation.json", "certificates")) {
        const Certificate subject = Certificate::decode(hex(row.at("certificate"))).value();
        CHECK(crypto::judge(subject, issuer(), *crl, nullptr, kNow).standing == expected(row));
    }
}

TEST_CASE("OCSP as OpenSSL asks and answers", "[ocsp][rfc6960-4.1.1][rfc6960-4.2.1]") {
    for (const auto& row : vectors("revocation.json", "certificates")) {
        INFO(row.at("name"));
        const Certificate subject = Certificate::decode(hex(row.at("certificate"))).value();
        CHECK(crypto::encode_ocsp_request(subject, issuer()) == hex(row.at("request")));
        for (const char* answer : {"response", "delegated_response"}) {
            CHECK(crypto::judge_ocsp(hex(row.at(answer)), subject, issuer(), kNow).standing == expected(row));
        }
    }
}
