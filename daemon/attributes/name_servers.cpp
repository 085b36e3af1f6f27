#include "daemon/attributes/name_servers.h"

#include <utility>

namespace xfrmd::daemon {

NameServers::NameServers(asio::io_context& io, Log& log, ResolveOptions options)
    : log_(log), resolver_(std::move(options)) {
    const auto failed = [this](const std::string& why) { log_.error("name servers: " + why); };
    work_ = std::make_unique<Background>(
        io,
        [this, failed] {
            const std::string wrong = work();
            return [failed, wrong] {
                if (!wrong.empty()) failed(wrong);
            };
        },
        failed);
}

NameServers::~NameServers() {
    work_.reset();
    if (!is_used_) return;
    if (const std::string wrong = resolver_.use({}); !wrong.empty()) log_.error("name servers: " + wrong);
}

// In the other thread.
std::string NameServers::work() {
    std::unique_lock lock(mutex_);
    const bool clears = std::exchange(clears_, false);
    const std::set<std::string> leftovers = std::exchange(leftovers_, {});
    const std::vector<NameService> wanted = wanted_;
    lock.unlock();
    if (clears) resolver_.clear_leftovers(leftovers);
    return clears && wanted.empty() && leftovers.empty() ? "" : resolver_.use(wanted);
}

void NameServers::clear_leftovers(std::set<std::string> devices) {
    const std::scoped_lock lock(mutex_);
    leftovers_ = std::move(devices);
    clears_ = true;
    work_->run();
}

void NameServers::set(std::vector<NameService> services) {
    const std::scoped_lock lock(mutex_);
    if (services == wanted_) return;
    wanted_ = std::move(services);
    is_used_ = true;
    work_->run();
}

}  // namespace xfrmd::daemon
