// `xfrmctl pki crl`: the next of a CA's CRLs.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/pki/authority.h"
#include "cli/pki/revocation_list.h"
#include "cli/pki/trouble.h"

namespace xfrmd::cli::pki {

// "key-compromise" and the like (RFC 5280 5.3.1), but for those of what can be taken back.
std::vector<std::string> reason_words();
std::optional<crypto::RevocationReason> parse_reason(std::string_view word);

struct RevokeOrder {
    AuthorityOrder authority;
    std::string folder;                // the CRL is x509crl/NAME.crl there, NAME as the CA's
    std::vector<std::string> revoked;  // files of certificates, or serial numbers in hexadecimal
    crypto::RevocationReason reason = crypto::RevocationReason::unspecified;
    std::chrono::days days{};  // until there will be another one
};

struct Revoked {
    std::string issuer;
    std::string file;
    std::size_t number = 0;
    std::size_t size = 0;  // how many certificates are on it
    crypto::WallClock next_update{};
    std::vector<std::string> already;  // serial numbers that were on the last one; their entries stay as they were
};

using Clock = std::function<crypto::WallClock()>;

// Reads the last one, whose signature has to be the CA's, where it is there; writes the next one in its place, in DER,
// as RFC 2585 wants it at an URI. Others that want to do the same at the same time wait. It is
// of the time when it is made, but never of one before the last one's.
Outcome<Revoked> revoke(const RevokeOrder& order, const Clock& clock, base::Random& random);

}  // namespace xfrmd::cli::pki
