// A CA's list of revoked certificates (RFC 5280 5): looked at, and continued with others on it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "cli/pki/certificate_maker.h"
#include "cli/pki/trouble.h"
#include "ike/crypto/revocation.h"

namespace Botan {
class X509_CRL;
}

namespace xfrmd::cli::pki {

// What is to be put on it.
struct Revocation {
    base::Bytes serial;  // the number, without leading zeros
    crypto::RevocationReason reason = crypto::RevocationReason::unspecified;
    crypto::WallClock since{};
};

class RevocationList {
public:
    // A file in DER or PEM. Whose it is, and whether they have signed it, is not judged.
    static Outcome<RevocationList> read(base::ByteView file);

    policy::Identity issuer() const;
    base::Bytes authority_key_id() const;  // empty where there is none
    std::size_t number() const;            // 0 where there is none
    crypto::WallClock this_update() const;
    crypto::WallClock next_update() const;
    std::vector<Revocation> entries() const;
    bool has(base::ByteView serial) const;
    // Is it about other things than all of its issuer's certificates, or does it say what is not understood here? Such
    // a one is not continued.
    bool is_special() const;
    bool is_delta() const;

    // The next one in DER: what is on `before`, which may be null, in its order and as it is there, and then `more`.
    static Outcome<base::Bytes> make(const RevocationList* before, const std::vector<Revocation>& more,
                                     const Issuer& issuer, const crypto::Validity& updates, base::Random& random);

private:
    explicit RevocationList(std::shared_ptr<const Botan::X509_CRL> list) : list_(std::move(list)) {}
    std::shared_ptr<const Botan::X509_CRL> list_;
};

}  // namespace xfrmd::cli::pki
