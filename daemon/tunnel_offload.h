// hw_offload of a child: which NIC is asked for what, and whether the kernel did it, which it tells only when asked. It
// takes an SA whose cryptography the NIC does not do in software without a word; whole packets it refuses
// (netlink/sa.h).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "ike/base/address.h"
#include "ike/policy/child.h"
#include "netlink/tunnel.h"

namespace xfrmd::daemon {

struct Device {
    std::uint32_t index = 0;
    std::string name;
};
// By the route from `local` to `remote`.
using DeviceTowards =
    std::function<netlink::KernelResult<Device>(const base::Address& remote, const base::Address& local)>;

// What a child's tunnel asks for now. With `automatic` that becomes less with every refusal.
struct OffloadWish {
    policy::HwOffload wanted = policy::HwOffload::no;
    Device device;  // none where nothing is wanted
};

// Finds the device and asks it for the most that is wanted. Error: one sentence where there is no device.
tl::expected<void, std::string> ask_for_offload(OffloadWish& wish, netlink::TunnelSpec& spec,
                                                const DeviceTowards& device_towards);
// The next that `automatic` asks for.
void ask_for_less(netlink::TunnelSpec& spec);

// What both of a tunnel's SAs really have; nullopt: nothing, or the kernel does not tell.
std::optional<netlink::Offload> obtained_offload(const std::optional<netlink::Offload>& in,
                                                 const std::optional<netlink::Offload>& out);

// "packet offload to eth0"
std::string to_string(const netlink::Offload& offload, const std::string& device);

}  // namespace xfrmd::daemon
