// The real Network: Linux's rtnetlink, in the network namespace the thread is in when open() is called. Questions need
// no rights, changes need CAP_NET_ADMIN there.
#pragma once

#include <functional>
#include <memory>

#include "netlink/route/network.h"
#include "netlink/route/rt_socket.h"

namespace xfrmd::netlink::route {

namespace requests {
enum class Preferred : bool;
}

class LinuxNetwork final : public Network {
public:
    // Reads links and addresses.
    static KernelResult<std::unique_ptr<LinuxNetwork>> open();

    KernelResult<void> refresh() override;
    KernelResult<RouteAnswer> route_to(const RouteQuestion& question) override;
    KernelResult<RouteState> add_route(const RouteSpec& route) override;
    KernelResult<void> delete_route(const RouteState& route) override;
    KernelResult<std::vector<RouteState>> list_routes(std::uint32_t table) override;
    KernelResult<void> ensure_rule(const RuleSpec& rule) override;
    KernelResult<void> remove_rule(const RuleSpec& rule) override;
    KernelResult<XfrmInterface> create_xfrm_interface(const XfrmInterfaceSpec& spec) override;
    KernelResult<void> delete_xfrm_interface(const std::string& name) override;
    KernelResult<void> add_address(const std::string& interface, const base::Prefix& address) override;
    KernelResult<void> delete_address(const std::string& interface, const base::Prefix& address) override;

private:
    struct MadeRule {
        RuleSpec rule;
        base::Family family;
    };

    explicit LinuxNetwork(RtSocket socket) : socket_(std::move(socket)) {}

    // Asks again where the list changed meanwhile, and calls `start` each time.
    KernelResult<void> dump(const Request& request, const std::function<void()>& start,
                            const QueryAnswers::Visitor& visitor);
    KernelResult<std::vector<RouteState>> list_routes(base::Family family, std::uint32_t table);
    KernelResult<void> read_into(Interfaces& fresh);
    // Asks the kernel, whatever is known.
    KernelResult<Link> find_link(const std::string& name);
    // From what is known where it is known; 0 for an empty name.
    KernelResult<InterfaceIndex> index_of(const std::string& name);
    KernelResult<void> set_up(InterfaceIndex index, const XfrmInterfaceSpec& spec);
    KernelResult<void> put_address(InterfaceIndex index, const base::Prefix& address, requests::Preferred preferred);
    KernelResult<void> remove_link(const Link& link);

    RtSocket socket_;
    std::vector<MadeRule> made_rules_;
};

}  // namespace xfrmd::netlink::route
