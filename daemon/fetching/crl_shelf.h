// The CrlCache as the loop's thread has it: a thread of its own waits for the disk (Background). Lists that the disk is
// too slow for are not kept, so that they do not fill the memory. Main thread only.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include <asio/io_context.hpp>

#include "daemon/background.h"
#include "daemon/fetching/crl_cache.h"
#include "daemon/log.h"

namespace xfrmd::daemon {

class CrlShelf {
public:
    using Found = std::function<void(const std::optional<CrlCache::Kept>& kept)>;

    static constexpr std::size_t kMostSought = 2048;
    static constexpr std::size_t kMostUnkept = std::size_t{64} << 20;  // bytes

    // `folder`: empty: there is none. `io` and `log` outlive it, and `io` does not run any more once it has gone.
    CrlShelf(asio::io_context& io, Log& log, std::string folder);

    // `found` is called once, later; at once where nothing is kept at all, or too many wait. After what was kept before
    // has been.
    void find(const std::string& uri, const Found& found);
    void keep(const std::string& uri, base::Bytes body);

private:
    using End = std::function<void()>;
    using Work = std::function<End(const CrlCache&)>;

    void post(Work work);
    // In the other thread:
    End work();
    void open();
    void attempt(const std::function<void()>& what) const;

    Log& log_;
    const std::string folder_;
    std::size_t sought_ = 0;
    std::size_t unkept_ = 0;
    std::mutex mutex_;
    std::vector<Work> waiting_;      // either thread's
    std::optional<CrlCache> cache_;  // the other thread's; none before it is first used
    Background thread_;
};

}  // namespace xfrmd::daemon
