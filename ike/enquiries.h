// What an engine has to hear from outside before it can go on with a message: what a URI has to say of a certificate,
// signatures of keys that are not at hand, and virtual addresses for a peer. While it waits, nothing else does: the IKE
// SA keeps the message. Each question is asked once at a time and answered once, or never, and then counts as
// unanswered after a while.
#pragma once

#include <cstdint>
#include <string>

#include "ike/base/bytes.h"
#include "ike/base/result.h"
#include "ike/crypto/digest.h"
#include "ike/crypto/public_key.h"
#include "ike/policy/pool.h"

namespace xfrmd::ike {

// A CRL, or an OCSP response. Only of CAs that are trusted are URIs followed. Answered by Fetched.
struct Fetch {
    std::string uri;       // of any scheme, unchecked
    base::Bytes posted{};  // OCSPRequest in DER, to be posted as application/ocsp-request; empty: GET
    std::size_t most = 0;  // bytes of an answer
};

struct Fetched {
    std::string uri;
    base::Bytes posted{};
    base::Result<base::Bytes> body;  // Error: FetchFailed
    bool is_kept = false;            // from an earlier time, without asking: where it is of no use, asking again helps
};

enum class SignatureId : std::uint64_t { none = 0 };

// With a key that is in a token (crypto::PrivateKey::is_elsewhere). Answered by Signed.
struct Sign {
    SignatureId id{};
    crypto::Sha1 key{};  // PublicKey::key_id
    policy::SignatureScheme scheme;
    crypto::EcdsaFormat format{};
    base::Bytes message;  // not hashed yet
};

struct Signed {
    SignatureId id{};
    base::Result<base::Bytes> signature;  // as of crypto::PrivateKey::sign; errors: SigningFailed
};

// For a peer that has proved who it is (RFC 7296 2.19). Answered by Leased; whatever comes of it, ReturnAddresses
// follows once.
struct LeaseAddresses {
    policy::LeaseRequest request;
};

struct Leased {
    policy::LeaseHolder holder{};
    policy::Grant grant;  // of nothing, where there are none
};

}  // namespace xfrmd::ike
