// What engines that share our addresses tell each other of peers, whose IKE SAs may be in any of them: so that `unique`
// and INITIAL_CONTACT (RFC 7296 2.4) mean the same with one engine and with many.
#pragma once

#include <cstdint>
#include <memory>

#include "ike/base/address.h"
#include "ike/base/instant.h"
#include "ike/child_install.h"
#include "ike/policy/connection.h"
#include "ike/policy/identity.h"

namespace xfrmd::ike {

enum class PeerTurn : std::uint8_t {
    stands,         // an IKE SA that counts for others, and where its peer is, each time that changes
    gone,           // and its end; nothing but its number is told
    replaces,       // one has come up, of a connection with `unique = replace`
    first_contact,  // the peer of one has said that it knows of no other
};

struct PeerNews {
    PeerTurn turn{};
    IkeSaId ike_sa{};
    policy::Identity local_id;
    policy::Identity remote_id;
    base::Address remote;
    base::Instant created;                                      // what came up later is not meant
    std::shared_ptr<const policy::Connection> connection = {};  // of the IKE SA; not told with its end
};

}  // namespace xfrmd::ike
