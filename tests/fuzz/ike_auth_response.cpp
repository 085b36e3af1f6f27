// Any payloads in an IKE_AUTH response, under the keys of its IKE SA (ike_auth_gateway.h says what an input is): who
// has initiated takes nobody for its peer but the one that has the certificate, and its attempt has an end or goes on.

#include "tests/fuzz/ike_auth_gateway.h"

using namespace xfrmd;
using namespace xfrmd::tests;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    Gateway gateway;
    const std::uint64_t operation = gateway.be_called();
    const auto response = gateway.message({data, size}, true);
    if (!response) return 0;
    gateway.tell(*response);
    gateway.check();
    const std::string outcome = gateway.host.outcome(operation);
    if (outcome == "ok") require(gateway.host.established() == 1);
    if (outcome == "running") require(gateway.host.sas().size() == 1);
    return 0;
}
