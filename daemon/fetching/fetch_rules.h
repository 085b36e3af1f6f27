// What is fetched, and from where: a URI stands in a certificate, and whoever has made that must not lead this host to
// its own services, or to those that believe in whoever is on the same link. Private networks are allowed, as CAs are
// there.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "ike/base/address.h"

namespace xfrmd::daemon {

inline constexpr std::size_t kLongestUri = 2048;

// Why a URI is not asked, to be read after "it": "is neither http nor https". Empty: it may be.
std::string objection_to_uri(std::string_view uri);
// What an address is, so that nothing is fetched from there: "this host itself". Empty: it may be. Addresses of IPv6
// that stand for one of IPv4 are as that one.
std::string objection_to_address(const base::Address& address);
// "ca.example" of a URI without objections, in small letters, whatever its scheme and port.
std::string host_of(std::string_view uri);

}  // namespace xfrmd::daemon
