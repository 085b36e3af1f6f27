#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <utility>

#include "netlink/features.h"
#include "netlink/socket_bypass.h"
#include "netlink/xfrm_kernel.h"
#include "tests/unit/netlink/contract.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

using namespace std::chrono_literals;

namespace {

class UdpSocket {
public:
    explicit UdpSocket(int family) : fd_(socket(family, SOCK_DGRAM, 0)) { REQUIRE(fd_ >= 0); }
    ~UdpSocket() { close(fd_); }
    UdpSocket(const UdpSocket&) = delete;
    UdpSocket& operator=(const UdpSocket&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

}  // namespace

// A network namespace of its own for each: it starts without SAs and policies, and goes when the next one comes.
std::unique_ptr<Kernel> make_kernel() {
    if (unshare(CLONE_NEWNET) != 0) FAIL("needs root, for a network namespace of its own: " << std::strerror(errno));
    auto kernel = XfrmKernel::open();
    if (!kernel) FAIL(kernel.error().text);
    return std::move(*kernel);
}

TEST_CASE("Linux tells when an SA was added", "[netlink][linux]") {
    const auto kernel = make_kernel();
    // Linux's own clock is one of ticks, so it may still be in the second before.
    const auto before = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - 1s;
    REQUIRE(make(*kernel, add(sa(0xc0000001))));
    const auto state = kernel->find_sa(sa(0xc0000001).id);
    REQUIRE(state);
    CHECK(state->added >= before);
    CHECK(state->added <= std::chrono::system_clock::now());
}

TEST_CASE("Linux since 6.14 has all that is asked for", "[netlink][linux]") {
    utsname system{};
    REQUIRE(uname(&system) == 0);
    int major = 0;
    int minor = 0;
    REQUIRE(std::sscanf(system.release, "%d.%d", &major, &minor) == 2);
    const bool is_new = std::pair(major, minor) >= std::pair(6, 14);
    const auto features = find_features(*make_kernel());
    REQUIRE(features);
    CHECK(features->iptfs == is_new);
    CHECK(features->per_cpu == is_new);
    if (is_new) CHECK(features->sa_direction);
    if (is_new) CHECK(features->nat_keepalive);
}

TEST_CASE("Linux says why in words", "[netlink][linux]") {
    const auto kernel = make_kernel();
    const auto refusal = make(*kernel, add(sa(0xc0000001, Aead{"rfc4106(gcm(rot13))", key(20), 128})));
    REQUIRE_FALSE(refusal);
    CHECK(refusal.error().text == "ENOSYS: Function not implemented (Requested AEAD algorithm not found)");
}

TEST_CASE("a netlink socket that broke is replaced", "[netlink][linux][hostile-g3]") {
    const int next_fd = dup(STDIN_FILENO);
    close(next_fd);
    const auto kernel = make_kernel();
    REQUIRE(make(*kernel, add(sa(0xc0000001))));
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    REQUIRE(dup2(null, next_fd) == next_fd);
    close(null);
    SECTION("under a change") {
        CHECK(errno_of(make(*kernel, add(sa(0xc0000002)))) == ENOTSOCK);
        CHECK(make(*kernel, add(sa(0xc0000002))));
    }
    SECTION("under a query") {
        CHECK(errno_of(kernel->list_sas()) == ENOTSOCK);
        CHECK(kernel->list_sas()->size() == 1);
    }
}

TEST_CASE("without CAP_NET_ADMIN the probe says so", "[netlink][linux][hostile-g6]") {
    const auto kernel = make_kernel();
    REQUIRE(seteuid(65534) == 0);
    const auto probed = kernel->probe();
    REQUIRE(seteuid(0) == 0);
    REQUIRE_FALSE(probed);
    CHECK(probed.error().text == "changing XFRM needs CAP_NET_ADMIN: EPERM: Operation not permitted");
}

TEST_CASE("a socket can be let past the policies, in either family, and is not listed",
          "[netlink][linux][hostile-g5]") {
    const auto kernel = make_kernel();
    const UdpSocket ipv4(AF_INET);
    CHECK(bypass_policies(ipv4.fd(), base::Family::ipv4));
    const UdpSocket ipv6(AF_INET6);
    CHECK(bypass_policies(ipv6.fd(), base::Family::ipv6));
    CHECK(errno_of(bypass_policies(ipv6.fd(), base::Family::ipv4)) == EOPNOTSUPP);
    CHECK(kernel->list_policies()->empty());
    CHECK(errno_of(bypass_policies(-1, base::Family::ipv4)) == EBADF);
    REQUIRE(seteuid(65534) == 0);
    CHECK(errno_of(bypass_policies(ipv4.fd(), base::Family::ipv4)) == EPERM);
    REQUIRE(seteuid(0) == 0);
}

TEST_CASE("ESP can be taken out of UDP sockets of either family, and only of those", "[netlink][linux][rfc3948-2]") {
    const auto kernel = make_kernel();
    const UdpSocket ipv4(AF_INET);
    CHECK(take_esp_out_of_udp(ipv4.fd()));
    const UdpSocket ipv6(AF_INET6);
    CHECK(take_esp_out_of_udp(ipv6.fd()));
    CHECK(errno_of(take_esp_out_of_udp(-1)) == EBADF);
    const int tcp = socket(AF_INET, SOCK_STREAM, 0);
    CHECK_FALSE(take_esp_out_of_udp(tcp));
    close(tcp);
}

}  // namespace xfrmd::netlink::test
