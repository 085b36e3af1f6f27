// kernel_events: says "listening", then prints where peers have moved, one a line, until it is killed.
#include <poll.h>

#include <cstdio>

#include "netlink/event_socket.h"

namespace {

using namespace xfrmd::netlink;

void print(const Event& event) {
    const auto* mapping = std::get_if<MappingEvent>(&event);
    if (mapping == nullptr) return;
    std::printf("mapping %s from %s[%u]\n", to_string(mapping->sa).c_str(), mapping->source.to_string().c_str(),
                mapping->source_port);
}

int run() {
    auto events = EventSocket::watch_mappings();
    if (!events) return std::fprintf(stderr, "%s\n", events.error().text.c_str()), 1;
    std::puts("listening");
    for (;;) {
        std::fflush(stdout);
        pollfd entry{events->fd(), POLLIN, 0};
        if (poll(&entry, 1, -1) < 0) return std::perror("poll"), 1;
        const auto read = events->read([](Event&& event) { print(event); });
        if (!read) return std::fprintf(stderr, "%s\n", read.error().text.c_str()), 1;
    }
}

}  // namespace

int main() { return run(); }
