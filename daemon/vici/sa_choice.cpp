#include "daemon/vici/sa_choice.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "daemon/vici/request.h"

namespace xfrmd::daemon::vici {

namespace {

constexpr std::size_t kBegunInATurn = 8;

struct Search {
    SaChoice choice;
    std::vector<api::SaId> found;
    std::function<void(const SaIds&)> then;

    void look_at(const api::IkeSaView& sa) {
        if (!choice.is_of_children()) return found.push_back({sa.id});
        for (const api::ChildSaView& child : sa.child_sas) {
            if (choice.has(child)) found.push_back({sa.id, child.id});
        }
    }
};

void search(Desk& desk, const std::shared_ptr<Search>& job, std::uint64_t after) {
    api::SaQuery query = job->choice.query();
    query.after = after;
    desk.service.list_sas(query, [&desk, job](const api::SaPage& page) {
        for (const api::IkeSaView& sa : page.items) job->look_at(sa);
        if (!page.more || page.items.empty()) {
            return job->then(std::make_shared<const std::vector<api::SaId>>(std::move(job->found)));
        }
        desk.port.after({}, [&desk, job, last = page.items.back().id] { search(desk, job, last); });
    });
}

}  // namespace

api::SaQuery SaChoice::query() const {
    api::SaQuery query;
    query.filter.conn = ike;
    query.limit = api::kMaxPage;
    if (ike_id != 0) query.filter.own_id = ike_id;
    return query;
}

SaChoice sa_choice(const Section& request) {
    const auto id = [&](std::string_view key) { return static_cast<std::uint64_t>(number_of(request, key)); };
    return {text_of(request, "ike"), id("ike-id"), text_of(request, "child"), id("child-id")};
}

void find_sas(Desk& desk, const SaChoice& choice, std::function<void(const SaIds&)> then) {
    search(desk, std::make_shared<Search>(Search{choice, {}, std::move(then)}), 0);
}

void begin_each(Desk& desk, const SaIds& sas, const std::function<void(const api::SaId&)>& begin, std::size_t next) {
    const std::size_t end = std::min(sas->size(), next + kBegunInATurn);
    for (; next < end; ++next) begin((*sas)[next]);
    if (next == sas->size()) return;
    desk.port.after({}, [&desk, sas, begin, next] { begin_each(desk, sas, begin, next); });
}

}  // namespace xfrmd::daemon::vici
