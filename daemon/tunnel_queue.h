// What engines want of the kernel, in the order they asked for it: whatever is waiting when its turn in the loop comes
// goes to the kernel together, and nothing waits for company. Main thread only.
#pragma once

#include <functional>
#include <variant>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/tunnels.h"
#include "ike/actions.h"

namespace xfrmd::daemon {

class TunnelQueue {
public:
    using Installed = std::function<void(base::Result<void>)>;
    using Changed = std::function<void(const base::Result<void>&)>;

    // Both outlive it.
    TunnelQueue(asio::io_context& io, Tunnels& tunnels) : io_(io), tunnels_(tunnels) {}

    // `done` is called in a later turn of the loop, or by flush().
    void install(ike::ChildInstall child, Installed done);
    void move(const ike::MoveChild& move, Changed done);
    void remove(ike::ChildSaId child, Changed done);
    // At once, with what waits before it: the answer to the peer's Delete comes next, after which the peer may drop
    // packets on the old SA (RFC 7296 1.4.1).
    void use(ike::ChildSaId child, Changed done);
    // Does what is waiting now.
    void flush();

private:
    struct Install {
        ike::ChildInstall child;
        Installed done;
    };
    struct Use {
        ike::ChildSaId child;
        Changed done;
    };
    struct Move {
        ike::MoveChild move;
        Changed done;
    };
    struct Remove {
        ike::ChildSaId child;
        Changed done;
    };
    using Work = std::variant<Install, Use, Move, Remove>;

    void add(Work work);
    void run(std::vector<Install> installs);
    void run(const std::vector<Use>& uses);
    void run(const std::vector<Move>& moves);
    void run(const std::vector<Remove>& removals);

    asio::io_context& io_;
    Tunnels& tunnels_;
    std::vector<Work> waiting_;
};

}  // namespace xfrmd::daemon
