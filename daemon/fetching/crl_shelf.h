// The CrlCache as the loop's thread has it: a thread of its own waits for the disk (Background), and nobody who asks
// for a list waits for a disk that hangs. Lists that the disk is too slow for are not kept, so that they do not fill
// the memory. Main thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/background.h"
#include "daemon/deadline.h"
#include "daemon/fetching/crl_cache.h"
#include "daemon/log.h"

namespace xfrmd::daemon {

// What tests have otherwise.
struct CrlDisk {
    std::chrono::milliseconds patience{2'000};  // with one piece of work
    std::function<tl::expected<CrlCache, std::string>(const std::string& folder)> open = [](const std::string& folder) {
        return CrlCache::open(folder);
    };
};

class CrlShelf {
public:
    using Found = std::function<void(const std::optional<CrlCache::Kept>& kept)>;

    static constexpr std::size_t kMostSought = 2048;
    static constexpr std::size_t kMostUnkept = std::size_t{64} << 20;  // bytes

    // `folder`: empty: there is none. `io` and `log` outlive it, and `io` does not run any more once it has gone.
    CrlShelf(asio::io_context& io, Log& log, std::string folder, CrlDisk disk = {});

    // `found` is called once, later; at once where nothing is kept at all, too many wait, or the disk has been at work
    // for longer than the patience. After what was kept before has been.
    void find(const std::string& uri, const Found& found);
    void keep(const std::string& uri, base::Bytes body);
    // The end of this waits for that.
    bool is_busy() const { return thread_.is_running(); }

private:
    using End = std::function<void()>;
    using Work = std::function<End(const CrlCache&)>;

    void post(Work work);
    void answer(std::uint64_t number, const std::optional<CrlCache::Kept>& kept);
    void give_up();
    void fail(const std::string& why);
    void begin_anew();
    // In the other thread:
    End work();
    void open();
    void attempt(const std::function<void()>& what) const;

    Log& log_;
    const std::string folder_;
    const CrlDisk disk_;
    std::map<std::uint64_t, Found> sought_;  // by their numbers
    std::uint64_t last_ = 0;
    std::size_t unkept_ = 0;
    bool is_slow_ = false;
    Deadline time_;
    std::mutex mutex_;
    std::vector<Work> waiting_;      // either thread's
    std::optional<CrlCache> cache_;  // the other thread's; none before it is first used
    Background thread_;
};

}  // namespace xfrmd::daemon
