#include "daemon/fetching/crl_shelf.h"

#include <chrono>
#include <exception>
#include <utility>

namespace xfrmd::daemon {

namespace {

crypto::WallClock wall_now() {
    return std::chrono::floor<crypto::WallClock::duration>(std::chrono::system_clock::now());
}

}  // namespace

CrlShelf::CrlShelf(asio::io_context& io, Log& log, std::string folder)
    : log_(log),
      folder_(std::move(folder)),
      thread_(io, [this] { return work(); }, [this](const std::string& why) { log_.error("CRLs on disk: " + why); }) {}

void CrlShelf::find(const std::string& uri, const Found& found) {
    if (folder_.empty() || sought_ >= kMostSought) return found(std::nullopt);
    ++sought_;
    post([this, uri, found](const CrlCache& cache) {
        std::optional<CrlCache::Kept> kept;
        attempt([&] { kept = cache.find(uri); });
        return [this, found, kept = std::move(kept)] {
            --sought_;
            found(kept);
        };
    });
}

void CrlShelf::keep(const std::string& uri, base::Bytes body) {
    if (folder_.empty()) return;
    const std::size_t size = body.size();
    if (size > kMostUnkept - unkept_) {
        return log_.warning("the list of " + base::printable(uri) + " is not kept, as the disk is slow");
    }
    unkept_ += size;
    post([this, uri, body = std::move(body)](const CrlCache& cache) {
        attempt([&] {
            if (const auto kept = cache.keep(uri, body, wall_now()); !kept) log_.warning(kept.error());
        });
        return [this, size = body.size()] { unkept_ -= size; };
    });
}

void CrlShelf::post(Work work) {
    {
        const std::lock_guard lock(mutex_);
        waiting_.push_back(std::move(work));
    }
    thread_.run();
}

CrlShelf::End CrlShelf::work() {
    std::vector<Work> all;
    {
        const std::lock_guard lock(mutex_);
        all.swap(waiting_);
    }
    if (!cache_) open();
    std::vector<End> ends;
    for (const Work& work : all) ends.push_back(work(*cache_));
    return [ends = std::move(ends)] {
        for (const End& end : ends) end();
    };
}

// What fails is as if there were nothing on the disk.
void CrlShelf::attempt(const std::function<void()>& what) const {
    try {
        what();
    } catch (const std::exception& error) {
        log_.error(std::string("CRLs on disk: ") + error.what());
    }
}

void CrlShelf::open() {
    cache_.emplace();
    auto opened = CrlCache::open(folder_);
    if (!opened) return log_.warning("CRLs that are fetched are not kept for the next start: " + opened.error());
    cache_ = std::move(*opened);
}

}  // namespace xfrmd::daemon
