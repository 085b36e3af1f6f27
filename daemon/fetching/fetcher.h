// Fetches what engines ask of URIs (ike/enquiries.h), by xfrmd-fetch, a program without keys that is started with the
// first question and again where it ends or hangs. CRLs are kept on disk, which another thread waits for. Main thread
// only; nothing of it waits.
#pragma once

#include <optional>
#include <set>
#include <string>

#include <asio/io_context.hpp>

#include "daemon/deadline.h"
#include "daemon/fetching/crl_shelf.h"
#include "daemon/fetching/fetch_queue.h"
#include "daemon/fetching/helper_process.h"
#include "daemon/log.h"
#include "daemon/sockets/frame_splitter.h"

namespace xfrmd::daemon {

struct FetcherOptions {
    std::string helper;                          // path of the program; empty: xfrmd-fetch beside this one
    std::string crl_cache = "/var/cache/xfrmd";  // folder; empty: none
    base::Duration patience = std::chrono::milliseconds(12'500);  // with the program, whose own limit is 10 s
};

class Fetcher {
public:
    using Answer = FetchQueue::Answer;

    // `io` and `log` outlive it, and `io` does not run any more once it has gone.
    Fetcher(asio::io_context& io, Log& log, const FetcherOptions& options);

    // Calls `answer` once, maybe at once; not once this has gone. Errors: FetchFailed, with the URI.
    void fetch(const ike::Fetch& question, Answer answer);
    // Its end waits for the disk then.
    bool is_at_disk() const { return shelf_.is_busy(); }

private:
    static constexpr std::size_t kMostKnown = 4096;

    void ask(const ike::Fetch& question, const Answer& answer);
    void know(const std::string& uri);
    void conclude(const FetchQueue::Done& done, FetchAnswer answer);
    void send_next();
    bool is_ready();
    void hear(base::ByteView more);
    void take(FetchAnswer answer);
    void on_end(const std::string& why);
    void look_at_time();
    void fail(FetchQueue::Done done, const std::string& why);
    void fail(std::vector<FetchQueue::Done> all, const std::string& why);
    void end_helper(const std::string& why);
    void arm();

    Log& log_;
    base::Duration patience_;
    CrlShelf shelf_;
    std::set<std::string> known_;  // URIs whose list on disk somebody has asked for, or that were fetched
    FetchQueue queue_;
    FrameSplitter splitter_{kMostAnswerBytes};
    HelperProcess helper_;
    std::string down_;       // why it does not run
    unsigned failures_ = 0;  // since it has answered
    base::Instant not_before_{};
    Deadline time_;
};

}  // namespace xfrmd::daemon
