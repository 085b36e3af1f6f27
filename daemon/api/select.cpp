#include "daemon/api/select.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace xfrmd::daemon::api {

namespace {

// What an item takes as JSON beside its variable parts; the names of its members are most of it.
constexpr std::size_t kItemBytes = 700;

bool is_within(const std::string& prefix_text, const base::Address& address) {
    const auto prefix = base::Prefix::parse(prefix_text);
    return prefix && prefix->contains(address);
}

bool matches_peer(const std::string& peer, const IkeSaView& sa) {
    return peer.empty() || peer == sa.remote_id || is_within(peer, sa.remote.address);
}

bool matches_child(const SaFilter& filter, const ChildSaView& child, bool state_matters) {
    if (filter.id && filter.id->child && *filter.id->child != child.id) return false;
    if (!filter.child.empty() && filter.child != child.child) return false;
    return !state_matters || filter.state == name(child.state);
}

std::size_t bytes_of(const std::vector<std::string>& texts) {
    return std::accumulate(texts.begin(), texts.end(), std::size_t{0},
                           [](std::size_t sum, const std::string& text) { return sum + text.size() + 3; });
}

std::size_t bytes_of(const IkeSaView& sa) {
    std::size_t sum = kItemBytes + sa.local_id.size() + sa.remote_id.size() + sa.last_error.size();
    for (const ChildSaView& child : sa.child_sas) {
        sum += kItemBytes + bytes_of(child.local_ts) + bytes_of(child.remote_ts) + child.last_error.size();
    }
    return sum;
}

std::size_t bytes_of(const ManualSaView& sa) {
    return kItemBytes + bytes_of(sa.local_ts) + bytes_of(sa.remote_ts) + sa.last_error.size();
}

std::size_t bytes_of(const ConnectionView& connection) {
    std::size_t sum = kItemBytes + bytes_of(connection.proposals) + bytes_of(connection.local_addrs) +
                      bytes_of(connection.remote_addrs);
    for (const ConfiguredChildView& child : connection.children) {
        sum += kItemBytes + bytes_of(child.local_ts) + bytes_of(child.remote_ts) + bytes_of(child.esp_proposals);
    }
    return sum;
}

template <typename Page>
bool is_full(const Page& page, std::size_t items, std::size_t limit) {
    return items >= limit || page.approximate_bytes >= kPageBytes;
}

template <typename Page, typename View>
bool add(Page& page, std::size_t limit, View view) {
    page.more = is_full(page, page.items.size(), limit);
    if (page.more) return false;
    page.approximate_bytes += bytes_of(view);
    page.items.push_back(std::move(view));
    return true;
}

}  // namespace

std::optional<IkeSaView> select(const SaFilter& filter, IkeSaView sa) {
    if (filter.kind == SaKind::manual) return std::nullopt;
    if (filter.id && filter.id->ike != sa.id) return std::nullopt;
    if (filter.own_id && *filter.own_id != sa.own_id) return std::nullopt;
    if (!filter.conn.empty() && filter.conn != sa.conn) return std::nullopt;
    if (!matches_peer(filter.peer, sa)) return std::nullopt;

    const bool own_state = filter.state.empty() || filter.state == name(sa.state);
    const bool child_state = !filter.state.empty() && (!own_state || filter.kind == SaKind::child);
    std::erase_if(sa.child_sas, [&](const ChildSaView& child) { return !matches_child(filter, child, child_state); });

    const bool about_a_child = !filter.child.empty() || (filter.id && filter.id->child);
    if (filter.kind == SaKind::ike) {
        if (!own_state || (about_a_child && sa.child_sas.empty())) return std::nullopt;
        sa.child_sas.clear();
        return sa;
    }
    const bool needs_child = about_a_child || filter.kind == SaKind::child || !own_state;
    if (needs_child && sa.child_sas.empty()) return std::nullopt;
    return sa;
}

bool matches(const SaFilter& filter, const ManualSaView& sa) {
    if (filter.kind && filter.kind != SaKind::manual) return false;
    if (filter.id || !filter.child.empty()) return false;
    if (!filter.conn.empty() && filter.conn != sa.name) return false;
    if (!filter.peer.empty() && !is_within(filter.peer, sa.remote)) return false;
    return filter.state.empty() || filter.state == name(sa.state);
}

bool offer(const SaQuery& query, SaPage& page, IkeSaView sa) {
    if (query.after_manual || sa.id <= query.after) return true;
    auto selected = select(query.filter, std::move(sa));
    return !selected || add(page, query.limit, std::move(*selected));
}

bool offer(const SaQuery& query, SaPage& page, ManualSaView sa) {
    if (query.after_manual && sa.name <= *query.after_manual) return true;
    if (!matches(query.filter, sa)) return true;
    page.more_manual = page.more || is_full(page, page.items.size() + page.manual.size(), query.limit);
    if (page.more_manual) return false;
    page.approximate_bytes += bytes_of(sa);
    page.manual.push_back(std::move(sa));
    return true;
}

bool offer(const ConnectionQuery& query, ConnectionPage& page, ConnectionView connection) {
    if (!query.after.empty() && connection.name <= query.after) return true;
    if (!query.conn.empty() && connection.name != query.conn) return true;
    const auto has_child = [&](const ConfiguredChildView& child) { return child.name == query.child; };
    if (!query.child.empty() && std::none_of(connection.children.begin(), connection.children.end(), has_child)) {
        return true;
    }
    return add(page, query.limit, std::move(connection));
}

}  // namespace xfrmd::daemon::api
