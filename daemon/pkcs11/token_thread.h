// The thread of one module, which alone speaks to its tokens: these take as long as they like, and some hang. Work is
// done in the order in which it came, but for what goes first.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "daemon/pkcs11/access.h"

namespace xfrmd::daemon::pkcs11 {

class TokenThread {
public:
    using Work = std::function<void(Access&)>;  // throws nothing
    enum class Turn : std::uint8_t { first, in_order };
    static constexpr std::size_t kMostWaiting = 256;  // of either kind

    explicit TokenThread(std::unique_ptr<Access> access);
    ~TokenThread() { end(std::chrono::seconds(1)); }
    TokenThread(const TokenThread&) = delete;
    TokenThread& operator=(const TokenThread&) = delete;

    // From any thread. False: as much waits as may, or the end has come.
    bool post(Work work, Turn turn = Turn::in_order);
    // Nothing that waits is done any more. False: a token has not let go of the thread within `patience`. It is left to
    // itself then, with what it uses.
    bool end(std::chrono::milliseconds patience);

private:
    struct Shared;
    static void run(const std::shared_ptr<Shared>& shared);

    std::shared_ptr<Shared> shared_;
    std::thread thread_;
};

}  // namespace xfrmd::daemon::pkcs11
