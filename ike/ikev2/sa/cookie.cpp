#include "ike/ikev2/sa/cookie.h"

#include <chrono>
#include <utility>

#include "ike/crypto/key_schedule.h"

namespace xfrmd::ikev2::sa {

namespace {

constexpr auto kSecretLife = std::chrono::seconds(60);
constexpr std::size_t kSecretSize = 32;

}  // namespace

base::Bytes CookieJar::make(base::Instant now, base::Random& random, base::ByteView nonce_i, const base::Address& peer,
                            wire::IkeSpi spi_i) {
    rotate(now, random);
    return with(current_, nonce_i, peer, spi_i);
}

bool CookieJar::check(base::Instant now, base::Random& random, base::ByteView cookie, base::ByteView nonce_i,
                      const base::Address& peer, wire::IkeSpi spi_i) {
    rotate(now, random);
    for (const Secret* secret : {&current_, &previous_}) {
        if (secret->bytes.empty() || cookie.empty() || cookie[0] != secret->version) continue;
        return base::SecretBytes::equal_constant_time(cookie, with(*secret, nonce_i, peer, spi_i));
    }
    return false;
}

void CookieJar::rotate(base::Instant now, base::Random& random) {
    if (now < rotate_at_) return;
    base::SecretBytes fresh(kSecretSize);
    random.fill(fresh.writable());
    const auto version = static_cast<std::uint8_t>(current_.version + 1);
    previous_ = std::exchange(current_, Secret{version, std::move(fresh)});
    // A secret that nobody asked for a minute long is not the previous one, but an old one.
    const bool in_turn = now < rotate_at_ + kSecretLife;
    if (!in_turn) previous_ = {};
    // Not from now: that would make the previous one's second minute longer.
    rotate_at_ = (in_turn ? rotate_at_ : now) + kSecretLife;
}

// RFC 7296 2.6: Cookie = <VersionIDofSecret> | Hash(Ni | IPi | SPIi | <secret>), here with a keyed hash.
base::Bytes CookieJar::with(const Secret& secret, base::ByteView nonce_i, const base::Address& peer,
                            wire::IkeSpi spi_i) {
    base::Bytes cookie{secret.version};
    const base::Bytes spi = wire::spi_bytes(spi_i);
    base::append(cookie, crypto::keyed_hash(secret.bytes, {nonce_i, peer.bytes(), spi}));
    return cookie;
}

}  // namespace xfrmd::ikev2::sa
