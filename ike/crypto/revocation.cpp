#include "ike/crypto/revocation.h"

#include "ike/crypto/certificate_data.h"

namespace xfrmd::crypto {

std::string_view name(RevocationReason reason) {
    switch (reason) {
        case RevocationReason::unspecified:
            return "unspecified";
        case RevocationReason::key_compromise:
            return "key compromise";
        case RevocationReason::ca_compromise:
            return "CA compromise";
        case RevocationReason::affiliation_changed:
            return "affiliation changed";
        case RevocationReason::superseded:
            return "superseded";
        case RevocationReason::cessation_of_operation:
            return "cessation of operation";
        case RevocationReason::certificate_hold:
            return "certificate hold";
        case RevocationReason::remove_from_crl:
            return "removed from the CRL";
        case RevocationReason::privilege_withdrawn:
            return "privilege withdrawn";
        case RevocationReason::aa_compromise:
            return "AA compromise";
    }
    return "unknown reason";
}

Judgement Judgement::revoked(WallClock since, RevocationReason reason, WallClock as_of) {
    return {Standing::revoked,
            "was revoked on " + to_string(since) + " (" + std::string(name(reason)) + ")",
            since,
            reason,
            {},
            as_of};
}

}  // namespace xfrmd::crypto
