// The DNS servers that peers give us as clients (RFC 7296 3.15.1) made the host's: by resolvconf(8) where that is
// there, for an interface "lo.xfrmd"; else as the first lines of the resolver's file, as charon's resolve plugin has
// them, each marked as ours. A link there, as systemd-resolved makes it, is somebody else's file: without its
// resolvconf(8) nothing is written. What a killed process has left there goes with the next that is written. Main
// thread only; the work is done in another.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/background.h"
#include "daemon/log.h"
#include "ike/base/address.h"

namespace xfrmd::daemon {

struct ResolverPlaces {
    std::string resolvconf = "/sbin/resolvconf";
    std::string file = "/etc/resolv.conf";
};

// These servers and no others of ours. Empty, or what has gone wrong. May take seconds.
std::string write_name_servers(const ResolverPlaces& places, const std::vector<base::Address>& servers);

class NameServers {
public:
    // `io` and `log` outlive it.
    NameServers(asio::io_context& io, Log& log, ResolverPlaces places = {});
    // Takes away what is there, at once.
    ~NameServers();
    NameServers(const NameServers&) = delete;
    NameServers& operator=(const NameServers&) = delete;

    // In the order in which they are to be asked. What cannot be done is logged.
    void set(std::vector<base::Address> servers);

private:
    std::vector<base::Address> wanted();

    Log& log_;
    const ResolverPlaces places_;
    std::mutex mutex_;
    std::vector<base::Address> wanted_;  // what both threads know
    bool is_written_ = false;            // any, or perhaps
    std::unique_ptr<Background> work_;
};

}  // namespace xfrmd::daemon
