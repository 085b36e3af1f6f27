// Any octets as the AlgorithmIdentifier before a signature (RFC 7427 3): what is known means one scheme and can be
// sent.

#include <cstdint>
#include <cstdlib>

#include "ike/crypto/signature_algorithm.h"

using namespace xfrmd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto scheme = crypto::decode_algorithm({data, size});
    if (!scheme) {
        if (scheme.error().detail.empty()) std::abort();
        return 0;
    }
    const auto again = crypto::decode_algorithm(crypto::encode_algorithm(*scheme));
    if (!scheme->is_meaningful() || !again || *again != *scheme) std::abort();
    return 0;
}
