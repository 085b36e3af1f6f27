// Any octets as a CRL and as an OCSP response, as they are, and once more as what a CA has signed: nothing may crash,
// and what is no answer has a reason.

#include <cstdint>
#include <cstdlib>

#include "ike/crypto/crl.h"
#include "ike/crypto/ocsp.h"
#include "tests/support/der.h"
#include "tests/support/test_certificate.h"

namespace {

using namespace xfrmd;
using namespace xfrmd::tests;

void require(bool holds) {
    if (!holds) std::abort();
}

struct World {
    TestIssuer ca{"CN=CA", small_key(1)};
    crypto::Certificate issuer = make_root(ca);
    crypto::Certificate subject = make_certificate({}, small_key(2), ca);
};

void check(const crypto::Judgement& judgement) {
    require((judgement.standing == crypto::Standing::good) == judgement.detail.empty());
}

void check_crl(const World& world, base::ByteView der) {
    const auto crl = crypto::Crl::read(der, world.issuer);
    if (!crl) return require(!crl.error().detail.empty());
    check(crypto::judge(world.subject, world.issuer, *crl, &*crl, kTestNow));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const World world;
    const base::ByteView input(data, size);
    check_crl(world, input);
    check(crypto::judge_ocsp(input, world.subject, world.issuer, kTestNow));
    const base::Bytes signed_by_ca = signed_object(base::to_bytes(input), world.ca.key, "SHA-256");
    check_crl(world, signed_by_ca);
    const base::Bytes type = oid({0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1});
    const base::Bytes response =
        sequence({der(0x0a, base::Bytes{0}), der(0xa0, sequence({type, der(0x04, signed_by_ca)}))});
    check(crypto::judge_ocsp(response, world.subject, world.issuer, kTestNow));
    return 0;
}
