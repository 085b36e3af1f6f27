// A Network without a kernel: it answers as Linux would, for tests and simulations. What happens on the host is done
// to it by its own calls, and comes out as events; as with Linux, so do the Network's own changes, and what is known
// (interfaces()) follows only when the events are observed or refresh() is called. It starts with "lo".
#pragma once

#include <vector>

#include "netlink/route/network.h"

namespace xfrmd::netlink::route {

class MemoryNetwork final : public Network {
public:
    MemoryNetwork();

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

    // The host's own doings. Names that do not exist are ignored.
    void put_link(const std::string& name, const std::string& kind = "dummy");  // switched off
    void put_xfrm_interface(const std::string& name, std::uint32_t if_id);      // somebody else's
    void switch_link(const std::string& name, bool on);
    void rename_link(const std::string& name, const std::string& new_name);
    void remove_link(const std::string& name);
    void put_address(const std::string& interface, const base::Prefix& address, bool ours = false);
    void take_address(const std::string& interface, const base::Prefix& address);
    void remove_route(const RouteId& id);
    std::vector<Event> take_events();

    // Every change from now on is refused, with this errno; 0 ends it.
    void refuse_changes(int errno_value) { refusal_ = errno_value; }
    std::size_t route_count() const { return routes_.size(); }
    bool has_rule(const RuleSpec& rule) const;

private:
    KernelResult<void> changeable() const;
    KernelResult<InterfaceIndex> index_of(const std::string& name) const;
    void tell(const Event& event);
    void put_link(const Link& link);
    void forget_address(const LocalAddress& address);
    template <typename Which>
    void forget_routes(Which which, bool told);
    KernelResult<void> check_way(const RouteSpec& route) const;
    bool is_on_link(const base::Address& address, InterfaceIndex interface) const;
    std::vector<RouteState> connected_routes() const;
    std::vector<std::uint32_t> tables_for(std::uint32_t mark) const;
    std::optional<RouteState> best_route(const base::Address& destination, std::uint32_t table) const;
    RouteAnswer answer(const RouteQuestion& question, const RouteState& route) const;
    std::optional<base::Address> source_on(const RouteState& route, base::Family family) const;

    Interfaces truth_;
    std::vector<RouteState> routes_;
    std::vector<RuleSpec> rules_;
    std::vector<Event> events_;
    std::uint32_t next_index_ = 1;
    int refusal_ = 0;
};

}  // namespace xfrmd::netlink::route
