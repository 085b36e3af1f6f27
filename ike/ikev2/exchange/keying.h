// From a shared secret to the keys and ciphers of an IKE SA (RFC 7296 2.14).
#pragma once

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// Nonces by role in the exchange; which keys are ours follows from sa.original_initiator.
sa::Keyed derive_keyed(const sa::Sa& sa, const crypto::IkeSuite& suite, policy::Proposal proposal,
                       base::ByteView nonce_i, base::ByteView nonce_r, const base::SecretBytes& shared_secret);

// Of an IKE SA that takes the place of one with the keys `old` (RFC 7296 2.18).
sa::Keyed derive_rekeyed(const sa::Keyed& old, const sa::Sa& sa, const crypto::IkeSuite& suite,
                         policy::Proposal proposal, base::ByteView nonce_i, base::ByteView nonce_r,
                         const sa::SharedSecrets& secrets);

// After an additional key exchange (RFC 9370 2.2.2): SKEYSEED(n) = prf(SK_d(n-1), SK(n) | Ni | Nr), with the nonces of
// IKE_SA_INIT. What was negotiated is taken along; ciphers and keys of `old` stay where they are.
sa::Keyed derive_updated(sa::Keyed&& old, const sa::Sa& sa, base::ByteView nonce_i, base::ByteView nonce_r,
                         base::SecretBytes shared_secret);

// With a post-quantum pre-shared key in all keys (RFC 9867 3.1.1), else as after an additional key exchange.
sa::Keyed derive_mixed(sa::Keyed&& old, const sa::Sa& sa, base::ByteView nonce_i, base::ByteView nonce_r,
                       base::ByteView ppk);

// Of an IKE SA that takes up where another one has ended (RFC 5723 5.1).
sa::Keyed derive_resumed(const sa::Session& session, const sa::Sa& sa, const crypto::IkeSuite& suite,
                         base::ByteView nonce_i, base::ByteView nonce_r);

inline constexpr std::size_t kNonceSize = 32;  // RFC 7296 2.10: at least half of the PRF's key, at least 16

// KEi
wire::KeyExchangePayload payload_of(const crypto::KeyExchange& key_exchange);

// An additional key exchange, whose method has been agreed on (RFC 9370 2.2.2, 2.2.4). Errors: PayloadUnexpected
// (another method), KeyExchangeValueInvalid, AlgorithmUnavailable.
base::Result<base::SecretBytes> next_secret(crypto::KeyExchange& ours, const wire::Payloads& answer);
// Where none is to come. Error: PayloadUnexpected.
base::Result<void> check_no_key_exchange(const wire::Payloads& payloads);
struct NextAnswer {
    wire::KeyExchangePayload payload;
    base::SecretBytes secret;
};
base::Result<NextAnswer> answer_next(policy::KeyExchangeId method, const wire::Payloads& request, base::Random& random);

// Another additional key exchange of a CREATE_CHILD_SA is done.
void add_secret(sa::FollowUps& follow_ups, const base::SecretBytes& secret);

// The peer's nonce has 16 to 256 bytes (RFC 7296 2.10; the codec checked it) and is not our own one sent back.
base::Result<void> check_nonce(const wire::Nonce& theirs, base::ByteView ours);

}  // namespace xfrmd::ikev2::exchange
