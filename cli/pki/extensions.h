// Extensions of certificates and CRLs in DER (RFC 5280 4.2, 5.2), each whole: SEQUENCE { OID, critical, value }.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/bytes.h"
#include "ike/policy/identity.h"

namespace xfrmd::cli::pki {

// Bits of keyUsage as the first octet of its BIT STRING has them (RFC 5280 4.2.1.3).
inline constexpr std::uint8_t kDigitalSignature = 0x80;
inline constexpr std::uint8_t kKeyCertSign = 0x04;
inline constexpr std::uint8_t kCrlSign = 0x02;

// Of extendedKeyUsage: RFC 5280 4.2.1.12, and one that clients of before RFC 4945 want to see of a gateway.
inline constexpr std::string_view kServerAuth = "1.3.6.1.5.5.7.3.1";
inline constexpr std::string_view kClientAuth = "1.3.6.1.5.5.7.3.2";
inline constexpr std::string_view kIkeIntermediate = "1.3.6.1.5.5.8.2.2";

base::Bytes basic_constraints(bool is_authority);  // critical
base::Bytes key_usage(std::uint8_t bits);          // critical
base::Bytes extended_key_usage(std::span<const std::string_view> usages);
base::Bytes subject_key_id(base::ByteView id);
base::Bytes authority_key_id(base::ByteView id);
// FQDNs, mail addresses, addresses and distinguished names.
base::Bytes alternative_names(const std::vector<policy::Identity>& names);
base::Bytes crl_distribution_points(const std::vector<std::string>& uris);
base::Bytes authority_information_access(const std::vector<std::string>& ocsp_uris);
base::Bytes crl_number(std::size_t number);

}  // namespace xfrmd::cli::pki
