#include "daemon/roaming.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "daemon/source_address.h"
#include "ike/shard.h"

namespace xfrmd::daemon {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Late enough to see an address, its link and its routes come as one change.
constexpr milliseconds kSoon{200};
// Whose routes change without an end gets no more than so much of the loop.
constexpr int kPausesOfLook = 20;

using Ends = std::pair<base::Address, base::Address>;  // local and remote

void note_path(const ikev2::sa::Sa& sa, std::vector<ike::UsePath>& in_use) {
    if (sa.mobility.agreed) in_use.push_back({sa.id, sa.local.address, sa.remote.address});
}

}  // namespace

Roaming::Roaming(asio::io_context& io, KernelSide& kernel, WorkerPool& pool)
    : kernel_(kernel), pool_(pool), look_(io, [this] { look(); }) {
    kernel_.watch_paths([this] { on_network_change(); });
    tell_addresses();
}

void Roaming::tell_addresses() {
    std::vector<base::Address> all = kernel_.own_addresses();
    if (all == told_) return;
    told_ = std::move(all);
    for (std::size_t shard = 0; shard < pool_.size(); ++shard) {
        pool_.submit(static_cast<std::uint8_t>(shard), ike::OwnAddresses{told_});
    }
}

void Roaming::on_network_change() {
    look_.within(std::max(kSoon, std::chrono::ceil<milliseconds>(took_ * kPausesOfLook)));
}

// Work, not waiting for a turn: what is throttled is what it costs.
void Roaming::look() {
    tell_addresses();
    struct Look {
        std::vector<ike::UsePath> in_use;
        steady_clock::duration took{};
    };
    auto seen = std::make_shared<Look>();
    const auto visit = [seen](Worker& worker) {
        const auto start = steady_clock::now();
        worker.engine().visit([&](const ikev2::sa::IkeSa& sa) {
            note_path(sa.sa(), seen->in_use);
            return true;
        });
        seen->took += steady_clock::now() - start;
    };
    pool_.visit(visit, [this, seen] {
        const auto start = steady_clock::now();
        judge(seen->in_use);
        took_ = seen->took + (steady_clock::now() - start);
    });
}

// What works stays, even where routing would choose another source by now: the operator may have named it.
void Roaming::judge(const std::vector<ike::UsePath>& in_use) const {
    std::map<Ends, std::optional<base::Address>> sources;  // none: it stays
    for (const ike::UsePath& path : in_use) {
        const auto [known, is_new] = sources.try_emplace({path.local, path.remote});
        if (is_new && !kernel_.is_path(path.local, path.remote)) {
            if (const auto source = source_towards(path.remote)) known->second = *source;
        }
        if (!known->second) continue;
        pool_.submit(ike::shard_of(path.ike_sa), ike::UsePath{path.ike_sa, *known->second, path.remote});
    }
}

void Roaming::seek(const ike::SeekPath& wish) {
    const auto source = source_towards(wish.remote);
    if (!source) return;
    pool_.submit(ike::shard_of(wish.ike_sa), ike::UsePath{wish.ike_sa, *source, wish.remote, true});
}

}  // namespace xfrmd::daemon
