// Makes certificates (RFC 5280 4, and RFC 4945 5.1 for IPsec), of CAs, gateways and clients. Pure: time and random
// bytes are arguments.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cli/pki/trouble.h"
#include "ike/base/random.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/private_key.h"

namespace xfrmd::cli::pki {

enum class Role : std::uint8_t { authority, gateway, client };

// What is to be in it.
struct Contents {
    Role role = Role::gateway;
    policy::Identity subject;             // a distinguished name
    std::vector<policy::Identity> names;  // subjectAltName; FQDNs, mail addresses, addresses and distinguished names
    crypto::Validity validity;
    std::vector<std::string> crl_uris;
    std::vector<std::string> ocsp_uris;
};

// Who signs. Without a certificate the subject itself.
struct Issuer {
    const crypto::Certificate* certificate;
    const crypto::PrivateKey& key;

    base::Bytes key_id() const;  // RFC 5280 4.2.1.1: as the certificate has it
};

// With a serial number of 126 random bits. What comes out has been read again by those who are to read it.
Outcome<crypto::Certificate> make_certificate(const Contents& contents, const crypto::PublicKey& key,
                                              const Issuer& issuer, base::Random& random);

}  // namespace xfrmd::cli::pki
