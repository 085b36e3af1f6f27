// kernel_events: says "listening", then prints the kernel's requests to a key manager, one a line, until it is killed.
#include <poll.h>

#include <cstdio>

#include "netlink/event_socket.h"

namespace {

using namespace xfrmd::netlink;

void print(const AcquireEvent& event) {
    std::printf("acquire %s for %s\n", to_string(event.policy).c_str(), to_string(event.packet).c_str());
}
void print(const ExpireEvent& event) {
    std::printf("expire %s %s\n", to_string(event.sa).c_str(), event.hard ? "hard" : "soft");
}
void print(const MappingEvent& event) {
    std::printf("mapping %s from %s[%u]\n", to_string(event.sa).c_str(), event.source.to_string().c_str(),
                event.source_port);
}
void print(const OverrunEvent& /*event*/) { std::puts("overrun"); }
template <typename Change>
void print(const Change& /*event*/) {
    std::puts("change");
}

int run() {
    auto events = EventSocket::open();
    if (!events) return std::fprintf(stderr, "%s\n", events.error().text.c_str()), 1;
    std::puts("listening");
    for (;;) {
        std::fflush(stdout);
        pollfd entry{events->fd(), POLLIN, 0};
        if (poll(&entry, 1, -1) < 0) return std::perror("poll"), 1;
        const auto read = events->read([](Event&& event) { std::visit([](const auto& one) { print(one); }, event); });
        if (!read) return std::fprintf(stderr, "%s\n", read.error().text.c_str()), 1;
    }
}

}  // namespace

int main() { return run(); }
