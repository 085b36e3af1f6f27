// What a PrivateKey is made of. Internal to ike/crypto.
#pragma once

#include <memory>

#include <botan/pk_keys.h>

#include "ike/crypto/private_key.h"

namespace xfrmd::crypto {

struct PrivateKey::Impl {
    std::unique_ptr<Botan::Private_Key> key;  // nullptr: it is elsewhere
    PublicKey public_key;
};

}  // namespace xfrmd::crypto
