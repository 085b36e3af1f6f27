// What a request of ours in flight was for, with what its answer will need: there is one at a time (RFC 7296 2.3).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ike/crypto/key_exchange.h"
#include "ike/ikev2/sa/child_sa.h"
#include "ike/ikev2/sa/follow_ups.h"
#include "ike/ikev2/wire/header.h"

namespace xfrmd::ikev2::sa {

// A child we asked for and whose answer is awaited.
struct ProposedChild {
    std::string name;
    ike::EspSpi spi_in{};
    ike::OperationId operation{};
    policy::TrafficSelectors local_ts;
    policy::TrafficSelectors remote_ts;
    std::vector<policy::Proposal> proposals;              // never empty; without key exchanges in IKE_AUTH
    std::optional<ike::Cpi> cpi_in;                       // with IPComp
    std::optional<policy::TriggeringPacket> packet = {};  // as of CreateChildTask, and what follows
    ike::ChildSaId replaces = {};
    ike::ChildSaId number = {};
    unsigned tries = 0;
    std::optional<AddressPair> only = {};
    std::optional<Resource> resource = {};  // that is asked for with SA_RESOURCE_INFO (RFC 9611)
    std::optional<std::uint32_t> cpu() const { return resource ? resource->cpu : std::nullopt; }
};

struct Liveness {};
struct DeletingChild {
    ChildSpi spi_in;
    ike::ChildSaId child{};
    ike::OperationId operation{};
};
// What the peer made of the same child while we were rekeying it (RFC 7296 2.8.1).
struct RivalChild {
    ike::ChildSaId child{};  // none: its key exchanges are not done yet
    base::Bytes lowest_nonce;
};
struct RekeyedChild {
    ike::ChildSaId child{};  // may go while the answer is awaited
    ike::ChildSaId number{};
    ChildSpi spi_in;
    std::optional<RivalChild> rival;
};
struct CreatingChild {
    ProposedChild proposed;
    base::Bytes nonce;
    std::unique_ptr<crypto::KeyExchange> key_exchange;  // nullptr without PFS
    unsigned restarts = 0;
    std::vector<ChildSpi> deleted;          // by the peer meanwhile; we did not know them, so one may be of this child
    std::optional<RekeyedChild> rekeyed;    // nothing: it is an additional one
    std::unique_ptr<Granted> granted = {};  // nullptr: CREATE_CHILD_SA has not been answered
};
// An IKE SA that the peer made of this one while we were rekeying it (RFC 7296 2.8.2).
struct RivalIkeSa {
    ike::IkeSaId ike_sa{};  // as of RivalChild
    base::Bytes lowest_nonce;
};
struct RekeyingIke {
    std::unique_ptr<crypto::KeyExchange> key_exchange;
    base::Bytes nonce;
    wire::IkeSpi spi{};  // of the new one, ours
    ike::OperationId operation{};
    unsigned restarts = 0;
    std::optional<RivalIkeSa> rival;
    std::unique_ptr<Granted> granted = {};  // as of CreatingChild
};
// RFC 4555 3.5, 3.7: what was asked of the path that was in use after so many moves.
struct UpdatingAddresses {
    std::uint32_t moves = 0;
    base::Bytes cookie;
};
struct CheckingPath {
    std::uint32_t moves = 0;
    base::Bytes cookie;
};
// 3.6: and where from.
struct TellingAddresses {
    std::uint32_t moves = 0;
};
struct Redirecting {
    base::Address gateway;
    ike::OperationId operation{};
};
struct AskingForTicket {};
using Exchange = std::variant<std::monostate, Liveness, DeletingChild, CreatingChild, RekeyingIke, UpdatingAddresses,
                              CheckingPath, TellingAddresses, Redirecting, AskingForTicket>;

}  // namespace xfrmd::ikev2::sa
