#include "daemon/objects/credential_join.h"

#include <utility>

namespace xfrmd::daemon {

using crypto::Certificate;

void CredentialJoin::add(std::vector<Certificate>& to, Seen& seen, const Certificate& certificate) {
    if (seen.insert(certificate.fingerprint()).second) to.push_back(certificate);
}

void CredentialJoin::add_end(const Certificate& certificate) { add(parts_.certificates, ends_, certificate); }
void CredentialJoin::add_authority(const Certificate& certificate) {
    add(parts_.authorities, authorities_, certificate);
}
void CredentialJoin::add_named(const Certificate& certificate) { add(parts_.named, named_, certificate); }
void CredentialJoin::add_responder(const Certificate& certificate) {
    add(parts_.ocsp_responders, responders_, certificate);
}

void CredentialJoin::add_uris(const Certificate& authority, const crypto::RevocationUris& uris) {
    parts_.revocation_uris[authority.fingerprint()].add(uris);
}

void CredentialJoin::add_key(const crypto::PublicKey& key) {
    if (keys_.insert(crypto::sha256(key.subject_public_key_info())).second) parts_.public_keys.push_back(key);
}

void CredentialJoin::add_key(crypto::PrivateKey key) { parts_.private_keys.push_back(std::move(key)); }

void CredentialJoin::add_list(const crypto::Crl& list) { parts_.lists.push_back(list); }

void CredentialJoin::add_list(base::ByteView list) {
    for (const auto* authorities : {&parts_.authorities, &parts_.named}) {
        for (const Certificate& authority : *authorities) {
            auto read = crypto::Crl::read(list, authority);
            if (read) return parts_.lists.push_back(std::move(*read));
        }
    }
}

}  // namespace xfrmd::daemon
