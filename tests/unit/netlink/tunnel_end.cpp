// tunnel_end LOCAL REMOTE left|right tunnel|transport [encap|moved] [esn] SELECTOR=SELECTOR...: puts one end of a
// tunnel with fixed keys into the kernel of this namespace and says "installed". "moved" is an "encap" that sends from
// another port than the other end knows. With "encap" it stays until it is killed, to hold the socket that takes ESP
// out of UDP.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "netlink/installer.h"
#include "netlink/socket_bypass.h"
#include "netlink/xfrm_kernel.h"
#include "tests/unit/netlink/specs.h"

namespace {

using namespace xfrmd::netlink;

constexpr std::uint16_t kPort = 4500;

void add_word(TunnelSpec& spec, const std::string& word) {
    const std::size_t middle = word.find('=');
    if (word == "encap") {
        spec.encapsulation = UdpEncapsulation{kPort, kPort};
    } else if (word == "moved") {
        spec.encapsulation = UdpEncapsulation{kPort + 1, kPort};
    } else if (word == "esn") {
        spec.esn = true;
        spec.replay_window = 128;
    } else if (middle != std::string::npos) {
        spec.selectors.push_back(test::selector(word.substr(0, middle).c_str(), word.substr(middle + 1).c_str()));
    }
}

TunnelSpec parse(const std::vector<std::string>& words) {
    const bool is_left = words.at(2) == "left";
    TunnelSpec spec = test::tunnel(is_left ? 0xc0000001 : 0xc0000002, is_left ? 0xc0000002 : 0xc0000001, {});
    spec.local = test::address(words.at(0).c_str());
    spec.remote = test::address(words.at(1).c_str());
    spec.mode = words.at(3) == "transport" ? Mode::transport : Mode::tunnel;
    for (std::size_t i = 4; i < words.size(); ++i) add_word(spec, words[i]);
    return spec;
}

int open_encapsulation_socket(const xfrmd::base::Address& local) {
    const int fd = socket(local.is_v6() ? AF_INET6 : AF_INET, SOCK_DGRAM, 0);
    sockaddr_in6 ipv6{};
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(kPort);
    sockaddr_in ipv4{};
    ipv4.sin_family = AF_INET;
    ipv4.sin_port = htons(kPort);
    const int bound = local.is_v6() ? bind(fd, reinterpret_cast<const sockaddr*>(&ipv6), sizeof ipv6)
                                    : bind(fd, reinterpret_cast<const sockaddr*>(&ipv4), sizeof ipv4);
    return bound == 0 && bypass_policies(fd, local.family()) && take_esp_out_of_udp(fd) ? fd : -1;
}

int run(const std::vector<std::string>& words) {
    TunnelSpec spec = parse(words);
    auto kernel = XfrmKernel::open();
    if (!kernel) return std::fprintf(stderr, "%s\n", kernel.error().text.c_str()), 1;
    if (spec.encapsulation && open_encapsulation_socket(spec.local) < 0) return std::perror("port 4500"), 1;
    Books books(**kernel);
    Installer installer(books);
    const auto installed = installer.install(spec);
    if (!installed) return std::fprintf(stderr, "%s\n", installed.error().kernel.text.c_str()), 1;
    std::puts("installed");
    std::fflush(stdout);
    if (spec.encapsulation) pause();
    return 0;
}

}  // namespace

int main(int count, char** words) {
    if (count < 6) return std::fprintf(stderr, "see the top of tunnel_end.cpp\n"), 2;
    return run({words + 1, words + count});
}
