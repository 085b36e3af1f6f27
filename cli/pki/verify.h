// `xfrmctl pki verify`: would xfrmd accept this certificate of a peer? Judged by what the daemon itself judges with.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/pki/trouble.h"
#include "ike/crypto/certificate.h"
#include "ike/crypto/revocation.h"
#include "ike/policy/connection_choices.h"

namespace xfrmd::cli::pki {

struct VerifyOrder {
    std::string certificate;               // a file: the first is judged, others in it may help
    std::vector<std::string> authorities;  // files and folders, as all that follow
    std::vector<std::string> lists;
    std::vector<std::string> others;  // that the peer sends along
    std::string identity;             // that the certificate has to name; may be empty
    policy::Revocation revocation = policy::Revocation::relaxed;
};

struct Verified {
    std::vector<crypto::Certificate> path;  // from the certificate to the CA that is trusted
    crypto::Validity validity;              // of all of them together
    // Of each but the last one: "good", or why that is not known.
    std::vector<std::string> standing;
};

// Trouble: of the kind "pki." and the daemon's name of the reason, where the certificate is not accepted, with the
// daemon's own sentence.
Outcome<Verified> verify(const VerifyOrder& order, crypto::WallClock now);

}  // namespace xfrmd::cli::pki
