// What the engine asks the daemon to put into the kernel for one child SA, in IKE's words: negotiated suite, keys by
// direction, narrowed selectors. The daemon translates it for the kernel port; nobody else reads the keys.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/secret_bytes.h"
#include "ike/crypto/suite.h"
#include "ike/ipcomp.h"
#include "ike/policy/connection.h"

namespace xfrmd::ike {

// Numbers count from 1 and are never used twice in the life of an engine; with several engines the top byte is the
// shard, and what is below it is no other engine's either.
enum class IkeSaId : std::uint64_t { none = 0 };
enum class ChildSaId : std::uint64_t { none = 0 };
// Chosen by whoever asks for something and wants to hear of its end.
enum class OperationId : std::uint64_t { none = 0 };
// An ESP SPI in host order (RFC 4303 2.1); ours are in 0xc0000000..0xcfffffff.
enum class EspSpi : std::uint32_t { none = 0 };

struct ChildInstall {
    IkeSaId ike_sa{};
    IkeSaId owner{};  // whose number that IKE SA has, or is about to take
    ChildSaId child{};
    std::string connection_name;
    std::string child_name;
    base::Endpoint local;  // the IKE SA's endpoints: outer addresses, and the ports of UDP encapsulation
    base::Endpoint remote;
    bool udp_encapsulation = false;
    policy::Mode mode = policy::Mode::tunnel;
    crypto::ChildSuite suite;
    EspSpi spi_in{};
    EspSpi spi_out{};
    base::SecretBytes encryption_in, integrity_in;
    base::SecretBytes encryption_out, integrity_out;
    policy::TrafficSelectors local_ts;
    policy::TrafficSelectors remote_ts;
    // As configured when it was negotiated, with the child of `child_name` in it.
    std::shared_ptr<const policy::Connection> connection;
    std::optional<IpComp> ipcomp;  // packets may be compressed before ESP or AH
    // Rekeying (RFC 7296 1.3.3, 2.8): takes the place of this one, marks and all. `defer_outbound`: until UseChild, or
    // until that one is removed, packets go out on that one; those that come in are taken on both.
    ChildSaId replaces{};
    bool defer_outbound = false;
    // Soft limits, of each of its SAs, with what chance takes off; 0 is none. The kernel tells: ChildExpiring.
    std::uint64_t rekey_bytes = 0;
    std::uint64_t rekey_packets = 0;
    // RFC 9611: its group chooses among its SAs by the CPU that a packet is on: `cpu`, or any. `joins`: one of them
    // that is there, whose marks and reqid it has. `replaces_group`: of another IKE SA, with the one that it replaces.
    bool in_group = false;
    std::optional<std::uint32_t> cpu;
    ChildSaId joins{};
    bool replaces_group = false;
    bool asks_for_cpus = false;  // packets on a CPU without an SA of its own ask for one
    // `replaces` is one of the same IKE SA, or of the one that this one has rekeyed: for users it is the same child.
    bool is_rekeying = false;
    // Of a child with an `updown`, in strongSwan's notation and printable.
    std::string local_id, remote_id;
    std::vector<base::Address> local_vips, remote_vips;  // virtual addresses (RFC 7296 2.19)
    std::vector<base::Address> name_servers;             // that the peer has given us with ours
    bool tfc_padding_allowed = true;                     // the peer takes more padding than ESP's own (RFC 7296 1.3.1)
};

}  // namespace xfrmd::ike
