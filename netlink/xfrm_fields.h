// Parts that XFRM's messages have in common, as structures of linux/xfrm.h, and what that file does not have where it
// is older than the kernel. For xfrm_encode_*.cpp and xfrm_decode_*.cpp only.
#pragma once

#include <linux/xfrm.h>

#include <cstring>
#include <optional>

#include "netlink/codec.h"
#include "netlink/policy.h"

namespace xfrmd::netlink {

// enum xfrm_attr_type_t: 6.10, 6.11, 6.13 and 6.14 brought these.
inline constexpr std::uint16_t kSaDirectionAttribute = 33;
inline constexpr std::uint16_t kNatKeepaliveAttribute = 34;
inline constexpr std::uint16_t kSaCpuAttribute = 35;
inline constexpr std::uint16_t kIptfsDropTimeAttribute = 36;
inline constexpr std::uint16_t kIptfsReorderWindowAttribute = 37;
inline constexpr std::uint16_t kIptfsDontFragmentAttribute = 38;
inline constexpr std::uint16_t kIptfsInitialDelayAttribute = 39;
inline constexpr std::uint16_t kIptfsQueueAttribute = 40;
inline constexpr std::uint16_t kIptfsPacketAttribute = 41;
// enum xfrm_sa_dir
inline constexpr std::uint8_t kSaIn = 1;
inline constexpr std::uint8_t kSaOut = 2;

inline constexpr std::uint8_t kModeIptfs = 5;
// XFRM_POLICY_CPU_ACQUIRE, of 6.13; older kernels do not look at it
inline constexpr std::uint8_t kPolicyAsksForCpus = 4;

// xfrm_encap_tmpl::encap_type, from linux/udp.h, which does not go together with netinet/udp.h: RFC 3948's
// encapsulation.
inline constexpr std::uint16_t kEspInUdp = 2;

// A structure whose padding is zero as well: the kernel compares selectors byte by byte, and must not see our stack.
// Such structures are filled in place, because copying one may leave its padding behind.
template <Plain T>
struct Zeroed {
    T value;
    Zeroed() { std::memset(&value, 0, sizeof value); }
};

std::uint16_t family_of(const base::Address& address);
xfrm_address_t encode(const base::Address& address);
std::uint8_t encode(Mode mode);
std::uint8_t encode(Direction direction);
void fill(xfrm_id& out, const SaId& id);
void fill(xfrm_selector& out, const Selector& given);
void fill(xfrm_lifetime_cfg& out, const Lifetime& lifetime);

void put_number(std::uint16_t type, std::uint32_t number, MessageBatch& batch);
void put_mark(const Mark& mark, MessageBatch& batch);  // where there is one
void put_if_id(std::uint32_t if_id, MessageBatch& batch);

// nullopt where the family is neither of IP's.
std::optional<base::Address> decode(const xfrm_address_t& address, std::uint16_t family);
std::optional<Selector> decode(const xfrm_selector& in);
Lifetime decode(const xfrm_lifetime_cfg& in);
Mode decode_mode(std::uint8_t mode);
// nullopt for the directions that stand for policies of sockets.
std::optional<Direction> decode_direction(std::uint8_t direction);
std::chrono::sys_seconds decode_time(std::uint64_t unix_seconds);
Mark decode_mark(PayloadReader& reader);
std::uint32_t decode_if_id(PayloadReader& reader);
std::vector<Template> decode_templates(PayloadReader& reader);

// What was told of an SA with the fixed part `in` and the attributes behind it. nullopt where it is none of ours to
// know: of no IP family, or of another protocol than ESP, AH and IPComp.
std::optional<SaState> decode_state(const xfrm_usersa_info& in, PayloadReader& reader);
std::optional<SaId> decode_id(const xfrm_usersa_id& in, const Mark& mark);
// nullopt: see decode_policy().
std::optional<PolicyState> decode_state(const xfrm_userpolicy_info& in, PayloadReader& reader);

}  // namespace xfrmd::netlink
