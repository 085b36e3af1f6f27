// Any payloads in an IKE_AUTH request, under the keys of its IKE SA (ike_auth_gateway.h says what an input is): the
// responder answers at most once, and lets nobody in but the peer that has the certificate.

#include "tests/fuzz/ike_auth_gateway.h"

using namespace xfrmd;
using namespace xfrmd::tests;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    Gateway gateway;
    gateway.begin();
    const auto request = gateway.message({data, size}, false);
    if (!request) return 0;
    require(gateway.tell(*request).size() <= 1);
    gateway.check();
    return 0;
}
