// The DNS servers that peers give us as clients, with a Resolver in a thread of its own. Main thread only.
#pragma once

#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/attributes/resolver.h"
#include "daemon/background.h"
#include "daemon/log.h"

namespace xfrmd::daemon {

class NameServers {
public:
    // `io` and `log` outlive it.
    NameServers(asio::io_context& io, Log& log, ResolveOptions options);
    // Takes away what is there, at once.
    ~NameServers();
    NameServers(const NameServers&) = delete;
    NameServers& operator=(const NameServers&) = delete;

    // What a process before this one has left goes (Resolver::clear_leftovers).
    void clear_leftovers(std::set<std::string> devices);
    // Who comes first is asked first. What cannot be done is logged.
    void set(std::vector<NameService> services);

private:
    std::string work();

    Log& log_;
    Resolver resolver_;  // the thread's
    std::mutex mutex_;
    std::vector<NameService> wanted_;  // what both threads know
    std::set<std::string> leftovers_;
    bool clears_ = false;
    bool is_used_ = false;  // or perhaps
    std::unique_ptr<Background> work_;
};

}  // namespace xfrmd::daemon
