// Any octets as a certificate, as a file of certificates, as a key, and as the certificates of a peer who is nobody's:
// what is read can be shown and compared, and leads to no path.

#include <cstdint>
#include <cstdlib>

#include "ike/crypto/chain.h"
#include "ike/crypto/private_key.h"

namespace {

using namespace xfrmd;

constexpr crypto::WallClock kNow = std::chrono::sys_days{std::chrono::year(2030) / 6 / 15};

void require(bool holds) {
    if (!holds) std::abort();
}

void check(const crypto::Certificate& certificate, base::ByteView der) {
    require(base::equal(certificate.der(), der));
    require(!certificate.to_string().empty() && !certificate.subject().to_string().empty());
    require(!certificate.names(policy::Identity{}));
    for (const policy::Identity& name : certificate.alternative_names()) {
        require(!name.to_string().empty());
        static_cast<void>(certificate.names(name));
    }
    const auto path = crypto::validate(certificate, {}, crypto::TrustStore(), kNow, {}, nullptr);
    require(!path && !path.error().detail.empty());
    // Trusted by mistake, it still is only what it says.
    if (const auto trust = crypto::TrustStore::make({certificate}, {})) {
        const auto own = crypto::validate(certificate, std::span(&certificate, 1), *trust, kNow, {}, nullptr);
        require(own.has_value() || !own.error().detail.empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const base::ByteView input(data, size);
    if (const auto certificate = crypto::Certificate::decode(input)) check(*certificate, input);
    if (const auto file = crypto::Certificate::load(input)) require(!file->empty());
    if (const auto key = crypto::PublicKey::decode(input)) require(key->bits() > 0);
    static_cast<void>(crypto::PrivateKey::is_encrypted(input));
    return 0;
}
