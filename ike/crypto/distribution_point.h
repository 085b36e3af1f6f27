// Where CRLs are to be had (RFC 5280 4.2.1.13). Internal to ike/crypto.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ike/base/bytes.h"

namespace xfrmd::crypto {

// DistributionPointName ::= CHOICE { fullName [0] GeneralNames, nameRelativeToCRLIssuer [1] }: the URIs in it; nullopt
// where it is malformed.
std::optional<std::vector<std::string>> read_point_name(base::ByteView name);

// CRLDistributionPoints ::= SEQUENCE OF DistributionPoint: the URIs of all of them; likewise.
std::optional<std::vector<std::string>> read_distribution_points(base::ByteView value);

}  // namespace xfrmd::crypto
