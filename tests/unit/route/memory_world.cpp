#include "netlink/route/memory_network.h"
#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

namespace {

class MemoryWorld final : public World {
public:
    Network& network() override { return network_; }
    void add_link(const std::string& name) override { network_.put_link(name); }
    void add_xfrm_interface(const std::string& name, std::uint32_t if_id) override {
        network_.put_xfrm_interface(name, if_id);
    }
    void switch_link(const std::string& name, bool on) override { network_.switch_link(name, on); }
    void rename_link(const std::string& name, const std::string& new_name) override {
        network_.rename_link(name, new_name);
    }
    void remove_link(const std::string& name) override { network_.remove_link(name); }
    void add_address(const std::string& interface, const std::string& address) override {
        network_.put_address(interface, on_net(address));
    }
    void remove_address(const std::string& interface, const std::string& address) override {
        network_.take_address(interface, on_net(address));
    }
    void remove_route(const std::string& destination, std::uint32_t table) override {
        const auto to = on_net(destination);
        network_.remove_route({to, table, to.network.is_v6() ? 1024U : 0U});
    }
    std::vector<Event> events() override { return network_.take_events(); }

private:
    MemoryNetwork network_;
};

}  // namespace

std::unique_ptr<World> make_world() { return std::make_unique<MemoryWorld>(); }

}  // namespace xfrmd::netlink::route::test
