// Certificates and keys of several places as the parts of one crypto::Credentials, each once.
#pragma once

#include <set>

#include "ike/crypto/credentials.h"

namespace xfrmd::daemon {

using CredentialParts = crypto::Credentials::Parts;

class CredentialJoin {
public:
    void add_end(const crypto::Certificate& certificate);
    void add_authority(const crypto::Certificate& certificate);
    void add_named(const crypto::Certificate& certificate);  // a CA that counts where somebody names it
    void add_responder(const crypto::Certificate& certificate);
    void add_uris(const crypto::Certificate& authority, const crypto::RevocationUris& uris);
    void add_key(const crypto::PublicKey& key);
    void add_key(crypto::PrivateKey key);
    void add_list(const crypto::Crl& list);
    // DER or PEM. Without a CA that has signed it, it says nothing: to be added after those.
    void add_list(base::ByteView list);

    CredentialParts take() { return std::move(parts_); }

private:
    using Seen = std::set<policy::Fingerprint>;
    static void add(std::vector<crypto::Certificate>& to, Seen& seen, const crypto::Certificate& certificate);

    CredentialParts parts_;
    Seen ends_;
    Seen authorities_;
    Seen named_;
    Seen responders_;
    Seen keys_;
};

}  // namespace xfrmd::daemon
