// Messages written by hand after the figures of RFC 7296 3, and what the wire tests need to take bytes apart.
#pragma once

#include <string_view>

#include "ike/base/bytes.h"
#include "ike/ikev2/wire/header.h"

namespace xfrmd::ikev2::wire::test {

// Hexadecimal digits; blanks and line ends are skipped.
base::Bytes hex(std::string_view text);

// An IKE_SA_INIT request: SA (2 proposals), KE, Nonce, 4 notifies, V.
const base::Bytes& ike_sa_init_request();

// The inner chain of an IKE_AUTH request: IDi, N, IDr, AUTH, SA, TSi, TSr, N.
const base::Bytes& ike_auth_inner();
inline constexpr PayloadType kIkeAuthFirst = PayloadType::id_i;

// The same message with its header's length field made true.
base::Bytes with_true_length(base::Bytes datagram);

}  // namespace xfrmd::ikev2::wire::test
