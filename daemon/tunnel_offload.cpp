#include "daemon/tunnel_offload.h"

#include <cerrno>

namespace xfrmd::daemon {

namespace {

using netlink::OffloadKind;

const char* name(OffloadKind kind) { return kind == OffloadKind::packet ? "packet" : "crypto"; }

OffloadKind first_choice(policy::HwOffload wanted) {
    return wanted == policy::HwOffload::crypto ? OffloadKind::crypto : OffloadKind::packet;
}

}  // namespace

tl::expected<void, std::string> ask_for_offload(OffloadWish& wish, netlink::TunnelSpec& spec,
                                                const DeviceTowards& device_towards) {
    if (wish.wanted == policy::HwOffload::no) return {};
    const OffloadKind kind = first_choice(wish.wanted);
    const auto found =
        device_towards ? device_towards(spec.remote, spec.local) : netlink::refused(ENODEV, "no network of Linux");
    if (!found) {
        return tl::unexpected(std::string(name(kind)) + " offload needs a device, and there is no way to " +
                              spec.remote.to_string() + ": " + found.error().text);
    }
    wish.device = *found;
    spec.sa.offload = netlink::Offload{found->index, kind};
    return {};
}

void ask_for_less(netlink::TunnelSpec& spec) {
    if (!spec.sa.offload) return;
    if (spec.sa.offload->kind == OffloadKind::packet) {
        spec.sa.offload->kind = OffloadKind::crypto;
    } else {
        spec.sa.offload.reset();
    }
}

std::optional<netlink::Offload> obtained_offload(const std::optional<netlink::Offload>& in,
                                                 const std::optional<netlink::Offload>& out) {
    return in == out ? in : std::nullopt;
}

std::string to_string(const netlink::Offload& offload, const std::string& device) {
    return std::string(name(offload.kind)) + " offload to " + device;
}

}  // namespace xfrmd::daemon
