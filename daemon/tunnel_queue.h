// What engines want of the kernel, in the order they asked for it: whatever is waiting when its turn in the loop comes
// goes to the kernel together, and nothing waits for company. Main thread only.
#pragma once

#include <functional>
#include <variant>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/tunnels.h"

namespace xfrmd::daemon {

class TunnelQueue {
public:
    using Installed = std::function<void(base::Result<void>)>;
    using Removed = std::function<void(const base::Result<void>&)>;

    // Both outlive it.
    TunnelQueue(asio::io_context& io, Tunnels& tunnels) : io_(io), tunnels_(tunnels) {}

    // `done` is called in a later turn of the loop, or by flush().
    void install(ike::ChildInstall child, Installed done);
    void remove(ike::ChildSaId child, Removed done);
    // Does what is waiting now.
    void flush();

private:
    struct Install {
        ike::ChildInstall child;
        Installed done;
    };
    struct Remove {
        ike::ChildSaId child;
        Removed done;
    };
    using Work = std::variant<Install, Remove>;

    void add(Work work);
    void run(std::vector<Install> installs);
    void run(const std::vector<Remove>& removals);

    asio::io_context& io_;
    Tunnels& tunnels_;
    std::vector<Work> waiting_;
};

}  // namespace xfrmd::daemon
