// What can be chosen for a connection, by swanctl's words.
#pragma once

#include <cstdint>
#include <string_view>

namespace xfrmd::policy {

// pubkey: a signature, whose key a certificate or the configuration vouches for. null: nothing is proved (RFC 7619).
enum class AuthMethod : std::uint8_t { psk, pubkey, null };
constexpr std::string_view name(AuthMethod method) {
    return method == AuthMethod::psk ? "psk" : method == AuthMethod::pubkey ? "pubkey" : "null";
}
// Whether a side's certificate goes along in IKE_AUTH (RFC 7296 3.6).
enum class SendCertificate : std::uint8_t { if_asked, always, never };
// What becomes of a peer none of whose certificates is revoked as far as is known: `strict` wants to know of all of
// them that they are not, `if_uri` of those that say where to ask.
enum class Revocation : std::uint8_t { relaxed, if_uri, strict };
// One of whom it is not known. `says_where`: there are URIs that would know.
constexpr bool accepts_unknown(Revocation revocation, bool says_where) {
    return revocation == Revocation::relaxed || (revocation == Revocation::if_uri && !says_where);
}
// OCSP responses in CERT (RFC 4806): whether ours goes to a peer that asks for it, and the peer's is asked for.
enum class OcspInIke : std::uint8_t { reply, request, both, never };
// RFC 7383. `accept` says that we can and does not do it ourselves.
enum class Fragmentation : std::uint8_t { no, accept, yes };
// RFC 6023: whether IKE_AUTH goes without a child, which then comes in an exchange of its own. `allow`: if the peer
// wants it so; `prefer`: and as initiator, if the peer can; `force`: never otherwise.
enum class Childless : std::uint8_t { allow, prefer, force, never };
// The exchanges that may bring a post-quantum pre-shared key into the keys: IKE_AUTH (RFC 8784), IKE_INTERMEDIATE (RFC
// 9867), or the better one that the peer can. Our own; strongSwan has the former.
enum class PpkExchange : std::uint8_t { any, ike_auth, ike_intermediate };
// What becomes of a connection's SAs while its local address or the link below it is away: closed, or kept for its
// return. Our own; strongSwan always keeps them.
enum class OnLocalDown : std::uint8_t { hold, clear };

// What an IKE SA that comes up means for others between the same two identities. `no`: they go where the peer says that
// they are from before (INITIAL_CONTACT, RFC 7296 2.4); `never`: nothing; `replace`: they go; `keep`: it is refused,
// but for one that comes from the same address and may be a reauthentication.
enum class Unique : std::uint8_t { no, never, keep, replace };

}  // namespace xfrmd::policy
