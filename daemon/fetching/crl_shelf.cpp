#include "daemon/fetching/crl_shelf.h"

#include <exception>
#include <utility>

#include "daemon/clock.h"

namespace xfrmd::daemon {

CrlShelf::CrlShelf(asio::io_context& io, Log& log, std::string folder, CrlDisk disk)
    : log_(log),
      folder_(std::move(folder)),
      disk_(std::move(disk)),
      time_(io,
            [this] {
                is_slow_ = true;
                log_.warning("CRLs on disk: the disk of " + folder_ + " does not answer");
                give_up();
            }),
      thread_(io, [this] { return work(); }, [this](const std::string& why) { fail(why); }) {}

void CrlShelf::find(const std::string& uri, const Found& found) {
    if (folder_.empty() || is_slow_ || sought_.size() >= kMostSought) return found(std::nullopt);
    const std::uint64_t number = ++last_;
    sought_.emplace(number, found);
    post([this, uri, number](const CrlCache& cache) {
        std::optional<CrlCache::Kept> kept;
        attempt([&] { kept = cache.find(uri); });
        return [this, number, kept = std::move(kept)] { answer(number, kept); };
    });
}

// Nobody asks any more where we have given up.
void CrlShelf::answer(std::uint64_t number, const std::optional<CrlCache::Kept>& kept) {
    if (const auto one = sought_.extract(number)) one.mapped()(kept);
}

void CrlShelf::give_up() {
    for (const auto& [number, found] : std::exchange(sought_, {})) found(std::nullopt);
}

// Nothing of what was to be done comes any more.
void CrlShelf::fail(const std::string& why) {
    log_.error("CRLs on disk: " + why);
    {
        const std::lock_guard lock(mutex_);
        waiting_.clear();
    }
    unkept_ = 0;
    begin_anew();
    give_up();
}

// With the patience for the next piece of work, which is at most what is waiting already.
void CrlShelf::begin_anew() {
    time_.cancel();
    is_slow_ = false;
    const std::lock_guard lock(mutex_);
    if (!waiting_.empty()) time_.within(disk_.patience);
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
    if (!is_slow_) time_.within(disk_.patience);
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
    return [this, ends = std::move(ends)] {
        begin_anew();
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
    auto opened = disk_.open(folder_);
    if (!opened) return log_.warning("CRLs that are fetched are not kept for the next start: " + opened.error());
    cache_ = std::move(*opened);
}

}  // namespace xfrmd::daemon
