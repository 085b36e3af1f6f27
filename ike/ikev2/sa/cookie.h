// Stateless cookies against floods of IKE_SA_INIT (RFC 7296 2.6). A cookie is a version and a keyed hash over Ni, the
// peer's address and SPIi; the secret changes every minute and the one before is still good. Keeps nothing for any
// peer.
#pragma once

#include <array>

#include "ike/base/address.h"
#include "ike/base/instant.h"
#include "ike/base/random.h"
#include "ike/base/secret_bytes.h"
#include "ike/ikev2/wire/header.h"

namespace xfrmd::ikev2::sa {

class CookieJar {
public:
    base::Bytes make(base::Instant now, base::Random& random, base::ByteView nonce_i, const base::Address& peer,
                     wire::IkeSpi spi_i);
    bool check(base::Instant now, base::Random& random, base::ByteView cookie, base::ByteView nonce_i,
               const base::Address& peer, wire::IkeSpi spi_i);

private:
    struct Secret {
        std::uint8_t version = 0;
        base::SecretBytes bytes;
    };
    void rotate(base::Instant now, base::Random& random);
    static base::Bytes with(const Secret& secret, base::ByteView nonce_i, const base::Address& peer,
                            wire::IkeSpi spi_i);

    Secret current_;
    Secret previous_;
    base::Instant rotate_at_ = base::Instant::min();
};

}  // namespace xfrmd::ikev2::sa
