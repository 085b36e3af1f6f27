#include "netlink/socket_bypass.h"

#include <linux/xfrm.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

#include <cerrno>

namespace xfrmd::netlink {

namespace {

KernelResult<void> bypass(int fd, base::Family family, std::uint8_t direction) {
    xfrm_userpolicy_info policy{};
    policy.dir = direction;
    policy.action = XFRM_POLICY_ALLOW;  // and no template: in the clear
    policy.sel.family = family == base::Family::ipv6 ? AF_INET6 : AF_INET;
    const int level = family == base::Family::ipv6 ? static_cast<int>(IPPROTO_IPV6) : static_cast<int>(IPPROTO_IP);
    const int option = family == base::Family::ipv6 ? IPV6_XFRM_POLICY : IP_XFRM_POLICY;
    if (setsockopt(fd, level, option, &policy, sizeof policy) != 0) {
        return refused(errno, "letting IKE pass the IPsec policies");
    }
    return {};
}

}  // namespace

KernelResult<void> bypass_policies(int fd, base::Family family) {
    return bypass(fd, family, XFRM_POLICY_OUT).and_then([&] { return bypass(fd, family, XFRM_POLICY_IN); });
}

KernelResult<void> take_esp_out_of_udp(int fd) {
    const int type = UDP_ENCAP_ESPINUDP;
    if (setsockopt(fd, IPPROTO_UDP, UDP_ENCAP, &type, sizeof type) != 0) {
        return refused(errno, "taking ESP out of UDP");
    }
    return {};
}

}  // namespace xfrmd::netlink
