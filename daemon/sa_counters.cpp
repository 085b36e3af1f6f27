#include "daemon/sa_counters.h"

#include <algorithm>
#include <chrono>

#include "daemon/kernel_view.h"

namespace xfrmd::daemon {

namespace {

std::optional<std::chrono::seconds> since(const std::optional<std::chrono::sys_seconds>& time) {
    if (!time) return std::nullopt;
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    return std::max(now - *time, std::chrono::seconds(0));
}

api::MarkView mark_view(const netlink::Mark& mark) { return {mark.value, mark.mask}; }

void add(api::ChildSaView& child, const TunnelCounters& counters) {
    child.reqid = counters.reqid;
    child.bytes_in = counters.bytes_in;
    child.bytes_out = counters.bytes_out;
    child.packets_in = counters.packets_in;
    child.packets_out = counters.packets_out;
    if (counters.offload) child.offload = view_of(*counters.offload);
    child.mark_in = mark_view(counters.mark_in);
    child.mark_out = mark_view(counters.mark_out);
    child.if_id_in = counters.if_id_in;
    child.if_id_out = counters.if_id_out;
    child.used_in = since(counters.used_in);
    child.used_out = since(counters.used_out);
}

}  // namespace

void add_counters(api::IkeSaView& sa, Tunnels& tunnels) {
    for (api::ChildSaView& child : sa.child_sas) add(child, tunnels.counters(ike::ChildSaId{child.newest}));
}

}  // namespace xfrmd::daemon
