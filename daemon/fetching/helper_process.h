// A program that runs beside the daemon, with a socket to it as its standard input, nothing of our memory, descriptors
// or environment, and no way to outlive us. Where its path is a socket, somebody else (systemd) starts it for each
// connection, and it ends with that. Main thread only; nothing of it waits.
#pragma once

#include <sys/types.h>

#include <array>
#include <deque>
#include <functional>
#include <list>
#include <string>

#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <tl/expected.hpp>

#include "daemon/descriptor.h"
#include "daemon/log.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

class HelperProcess {
public:
    using Hear = std::function<void(base::ByteView more)>;
    using End = std::function<void(const std::string& why)>;

    // `hear`: what it says, in pieces as they come. `ended`: it has closed its end, as it does when it ends. `io` and
    // `log` outlive this, and `io` does not run any more once this has gone.
    HelperProcess(asio::io_context& io, Log& log, std::string path, Hear hear, End ended);
    // Ends it, and waits until it has ended.
    ~HelperProcess();
    HelperProcess(const HelperProcess&) = delete;
    HelperProcess& operator=(const HelperProcess&) = delete;

    // The error is one sentence.
    tl::expected<void, std::string> start();
    bool runs() const { return link_.is_open(); }
    void send(base::Bytes bytes);
    // Ends it at once; `ended` is not called.
    void kill();

private:
    struct Child {
        pid_t pid;
        asio::posix::stream_descriptor gone;  // readable once it has ended
        bool is_killed = false;
    };

    tl::expected<Descriptor, std::string> run();
    void adopt(pid_t pid);
    void reap(std::list<Child>::iterator child);
    void close_link();
    void read();
    void write();

    asio::io_context& io_;
    Log& log_;
    std::string path_;
    Hear hear_;
    End ended_;
    asio::local::stream_protocol::socket link_;
    std::uint64_t starts_ = 0;  // what is still to come of an earlier one is passed over
    std::array<std::uint8_t, 65536> buffer_{};
    std::deque<base::Bytes> unsent_;
    bool is_writing_ = false;
    std::list<Child> children_;  // one that runs, and those that have not ended yet
};

}  // namespace xfrmd::daemon
