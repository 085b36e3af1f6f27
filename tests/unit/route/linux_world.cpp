#include <poll.h>
#include <sched.h>
#include <spawn.h>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "netlink/route/linux_network.h"
#include "netlink/route/network_events.h"
#include "tests/unit/route/contract.h"
#include "tests/unit/route/ip_command.h"

namespace xfrmd::netlink::route::test {

void ip(const std::string& words) {
    std::istringstream stream("ip " + words);
    std::vector<std::string> arguments{std::istream_iterator<std::string>(stream), {}};
    std::vector<char*> pointers;
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    pid_t child = 0;
    int status = 0;
    REQUIRE(posix_spawnp(&child, "ip", nullptr, nullptr, pointers.data(), environ) == 0);
    REQUIRE(waitpid(child, &status, 0) == child);
    INFO("ip " << words);
    REQUIRE(status == 0);
}

void ip_batch(const std::string& lines) {
    const std::string path = std::filesystem::temp_directory_path() / "xfrmd-route-contract.batch";
    std::ofstream(path) << lines;
    ip("-batch " + path);
    std::filesystem::remove(path);
}

namespace {

// Its thread's network namespace is a new one, which goes when the next world comes.
class LinuxWorld final : public World {
public:
    explicit LinuxWorld(NetworkEvents events) : events_(std::move(events)) {
        ip("link set lo up");
        auto opened = LinuxNetwork::open();
        if (!opened) FAIL(opened.error().text);
        network_ = std::move(*opened);
        LinuxWorld::events();
    }

    Network& network() override { return *network_; }
    void add_link(const std::string& name) override { ip("link add " + name + " type dummy"); }
    void add_xfrm_interface(const std::string& name, std::uint32_t if_id) override {
        ip("link add " + name + " type xfrm if_id " + std::to_string(if_id));
    }
    void switch_link(const std::string& name, bool on) override { ip("link set " + name + (on ? " up" : " down")); }
    void rename_link(const std::string& name, const std::string& new_name) override {
        ip("link set " + name + " name " + new_name);
    }
    void remove_link(const std::string& name) override { ip("link del " + name); }
    void add_address(const std::string& interface, const std::string& address) override {
        ip("address add " + address + " dev " + interface);
        const auto own = on_net(address).network;
        // Even where there is nobody to ask, duplicate address detection ends a little later (RFC 4862 5.4).
        while (own.is_v6() && !has_appeared(own)) wait_and_collect();
    }
    void remove_address(const std::string& interface, const std::string& address) override {
        ip("address del " + address + " dev " + interface);
    }
    void remove_route(const std::string& destination, std::uint32_t table) override {
        const std::string family = destination.find(':') == std::string::npos ? "-4" : "-6";
        ip(family + " route del " + destination + " table " + std::to_string(table));
    }
    std::vector<Event> events() override {
        collect();
        return std::exchange(collected_, {});
    }

private:
    void collect() {
        NetworkEvents::Batch batch{{}, true};
        while (batch.more) {
            batch = events_.read();
            std::move(batch.events.begin(), batch.events.end(), std::back_inserter(collected_));
        }
    }
    void wait_and_collect() {
        pollfd entry{events_.fd(), POLLIN, 0};
        REQUIRE(poll(&entry, 1, 5000) == 1);
        collect();
    }
    bool has_appeared(const base::Address& own) const {
        return std::any_of(collected_.begin(), collected_.end(), [&](const Event& event) {
            const auto* appeared = std::get_if<AddressAppeared>(&event);
            return appeared != nullptr && appeared->address.address == own;
        });
    }

    NetworkEvents events_;
    std::vector<Event> collected_;
    std::unique_ptr<LinuxNetwork> network_;
};

}  // namespace

std::unique_ptr<World> make_world() {
    if (unshare(CLONE_NEWNET) != 0) FAIL("needs root, for a network namespace of its own: " << std::strerror(errno));
    auto events = NetworkEvents::open();
    if (!events) FAIL(events.error().text);
    return std::make_unique<LinuxWorld>(std::move(*events));
}

}  // namespace xfrmd::netlink::route::test
