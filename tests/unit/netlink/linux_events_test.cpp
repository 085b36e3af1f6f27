#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <cstdlib>

#include "netlink/event_socket.h"
#include "netlink/xfrm_kernel.h"
#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

namespace {

EventSocket opened(KernelResult<EventSocket> socket) {
    if (!socket) FAIL(socket.error().text);
    return std::move(*socket);
}

std::uint32_t sender_of(const Kernel& kernel) { return dynamic_cast<const XfrmKernel&>(kernel).sender(); }

std::vector<Event> all_of(EventSocket& socket) {
    std::vector<Event> events;
    REQUIRE(socket.read([&](Event&& event) { events.push_back(std::move(event)); }));
    return events;
}

// Waits for one, as whoever made it need not be us.
template <typename T>
T first_of(EventSocket& socket) {
    pollfd entry{socket.fd(), POLLIN, 0};
    REQUIRE(poll(&entry, 1, 10000) == 1);
    const auto events = all_of(socket);
    REQUIRE_FALSE(events.empty());
    REQUIRE(std::holds_alternative<T>(events.front()));
    return std::get<T>(events.front());
}

void shell(const char* command) {
    INFO(command);
    REQUIRE(std::system(command) == 0);  // NOLINT: a test's own words
}

void send_packet(const char* destination, std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    REQUIRE(inet_pton(AF_INET, destination, &to.sin_addr) == 1);
    (void)sendto(fd, "x", 1, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    close(fd);
}

}  // namespace

TEST_CASE("Linux asks for the SA that a packet lacks, and takes it as the answer", "[netlink][linux][rfc4301-4.4.1]") {
    const auto kernel = make_kernel();
    auto events = opened(EventSocket::open());
    shell("ip link add wire type dummy && ip addr add 192.0.2.1/24 dev wire && ip link set wire up");
    PolicySpec trap = policy(Direction::out, selector("192.0.2.1/32", "192.0.2.7/32"));
    trap.index = policy_index(0x10000001, Direction::out);
    REQUIRE(make(*kernel, add(trap)));
    send_packet("192.0.2.7", 4711);
    const auto event = first_of<AcquireEvent>(events);
    CHECK(event.policy == trap.id);
    CHECK(event.policy_index == trap.index);
    CHECK(event.packet.destination == prefix("192.0.2.7/32"));
    CHECK(event.packet.destination_port == PortMatch{4711, 0xffff});
    CHECK(event.source == address("192.0.2.1"));
    CHECK(event.destination == address("192.0.2.2"));
    REQUIRE(event.templates.size() == 1);
    CHECK(event.templates[0] == trap.templates[0]);

    REQUIRE(kernel->list_sas()->size() == 1);
    CHECK(kernel->list_sas()->front().id.spi == Spi{0});
    SaSpec answer = sa(0xc0000001);
    answer.inbound = false;
    answer.acquire_sequence = event.sequence;
    REQUIRE(make(*kernel, add(std::move(answer))));
    REQUIRE(kernel->list_sas()->size() == 1);
    CHECK(kernel->list_sas()->front().id.spi == Spi{0xc0000001});
    CHECK(all_of(events).empty());
}

TEST_CASE("Linux tells when an SA has reached its limits", "[netlink][linux][rfc4301-4.4.2]") {
    const auto kernel = make_kernel();
    auto events = opened(EventSocket::open());
    CHECK(all_of(events).empty());
    SaSpec spec = sa(0xc0000001);
    spec.id.mark = {1, 0xff};
    const SaId id = spec.id;
    spec.lifetime.soft.since_added = std::chrono::seconds(1);
    spec.lifetime.hard.since_added = std::chrono::seconds(2);
    REQUIRE(make(*kernel, add(std::move(spec))));
    const auto soft = first_of<ExpireEvent>(events);
    CHECK(soft.sa == id);
    CHECK(soft.reqid == Reqid{7});
    CHECK_FALSE(soft.hard);
    CHECK(kernel->find_sa(id));
    CHECK(first_of<ExpireEvent>(events).hard);
    CHECK(errno_of(kernel->find_sa(id)) == ESRCH);
}

TEST_CASE("changes by others are seen, our own are not", "[netlink][linux][hostile-g5]") {
    const auto kernel = make_kernel();
    auto watcher = opened(EventSocket::watch_changes(sender_of(*kernel)));
    const PolicySpec spec = policy(Direction::out, selector("10.1.0.0/24", "10.2.0.0/24"));
    REQUIRE(make(*kernel, add(sa(0xc0000001))));
    REQUIRE(make(*kernel, add(sa(0xc0000002))));
    REQUIRE(make(*kernel, add(spec)));
    REQUIRE(make(*kernel, UpdatePolicy{spec}));
    REQUIRE(make(*kernel, DeleteSa{sa(0xc0000002).id}));
    CHECK(all_of(watcher).empty());

    shell("ip xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0xc0000001");
    const auto gone = first_of<SaChangeEvent>(watcher);
    CHECK(gone.sa == sa(0xc0000001).id);
    CHECK(gone.change == ChangeOfEntry::deleted);
    shell("ip xfrm policy update src 10.1.0.0/24 dst 10.2.0.0/24 dir out priority 5");
    CHECK(first_of<PolicyChangeEvent>(watcher).change == ChangeOfEntry::updated);
    shell("ip xfrm policy delete src 10.1.0.0/24 dst 10.2.0.0/24 dir out");
    const auto gone_policy = first_of<PolicyChangeEvent>(watcher);
    CHECK(gone_policy.policy == spec.id);
    CHECK(gone_policy.change == ChangeOfEntry::deleted);

    REQUIRE(make(*kernel, add(sa(0xc0000003))));
    REQUIRE(make(*kernel, add(spec)));
    shell("ip xfrm state flush");
    (void)first_of<SaFlushEvent>(watcher);
    shell("ip xfrm policy flush");
    (void)first_of<PolicyFlushEvent>(watcher);
    CHECK(all_of(watcher).empty());
}

TEST_CASE("events that had no room are told as lost, and later ones come", "[netlink][linux][hostile-g2]") {
    const auto kernel = make_kernel();
    auto watcher = opened(EventSocket::watch_changes(0));
    const int small = 4096;
    REQUIRE(setsockopt(watcher.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
    std::vector<Change> changes;
    for (std::uint32_t i = 0; i < 200; ++i) changes.push_back(add(sa(0xc0000000 + i)));
    for (const auto& result : kernel->apply(changes)) REQUIRE(result);
    std::size_t lost = 0;
    std::size_t seen = 0;
    for (const Event& event : all_of(watcher)) {
        lost += std::holds_alternative<OverrunEvent>(event) ? 1U : 0U;
        seen += std::holds_alternative<SaChangeEvent>(event) ? 1U : 0U;
    }
    CHECK(lost == 1);
    CHECK(seen > 0);
    CHECK(seen < 200);
    REQUIRE(make(*kernel, DeleteSa{sa(0xc0000000).id}));
    CHECK(first_of<SaChangeEvent>(watcher).change == ChangeOfEntry::deleted);
}

TEST_CASE("events are for those who may change things", "[netlink][linux][hostile-g6]") {
    const auto kernel = make_kernel();
    REQUIRE(seteuid(65534) == 0);
    const auto refused_socket = EventSocket::open();
    REQUIRE(seteuid(0) == 0);
    REQUIRE_FALSE(refused_socket);
    CHECK(refused_socket.error().errno_value == EPERM);
}

}  // namespace xfrmd::netlink::test
