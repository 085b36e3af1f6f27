#include "netlink/route/linux_network.h"

#include <algorithm>
#include <cerrno>

#include "netlink/route/checks.h"
#include "netlink/route/rt_decode.h"
#include "netlink/route/rt_requests.h"

namespace xfrmd::netlink::route {

namespace {

using base::Family;

constexpr int kMostDumps = 5;

// What was asked for, before the kernel's own words.
KernelResult<void> named(KernelResult<void> done, const std::string& doing) {
    if (!done) done.error().text = doing + ": " + done.error().text;
    return done;
}

bool is(const KernelResult<void>& done, int errno_value) { return !done && done.error().errno_value == errno_value; }

// The kernel was built or booted without IPv6.
bool has_no_family(const KernelResult<void>& done) { return is(done, EAFNOSUPPORT) || is(done, EOPNOTSUPP); }

}  // namespace

KernelResult<std::unique_ptr<LinuxNetwork>> LinuxNetwork::open() {
    auto socket = RtSocket::open();
    if (!socket) return tl::unexpected<KernelError>(socket.error());
    std::unique_ptr<LinuxNetwork> network(new LinuxNetwork(std::move(*socket)));
    if (auto read = network->refresh(); !read) return tl::unexpected<KernelError>(read.error());
    return network;
}

KernelResult<void> LinuxNetwork::dump(const Request& request, const std::function<void()>& start,
                                      const QueryAnswers::Visitor& visitor) {
    KernelResult<void> done = refused(EINTR);
    for (int i = 0; i < kMostDumps && is(done, EINTR); ++i) {
        start();
        done = socket_.query(request, visitor);
    }
    return done;
}

KernelResult<void> LinuxNetwork::refresh() {
    Interfaces fresh;
    auto done = read_into(fresh);
    if (done) interfaces_ = std::move(fresh);
    return named(std::move(done), "reading interfaces and addresses");
}

KernelResult<void> LinuxNetwork::read_into(Interfaces& fresh) {
    const auto learn = [&fresh](const Message& message) {
        if (const auto event = decode_event(message)) fresh.apply(*event);
    };
    if (auto links = dump(requests::list_links(), [&] { fresh.clear(); }, learn); !links) return links;
    const Interfaces links = fresh;
    return dump(requests::list_addresses(), [&] { fresh = links; }, learn);
}

KernelResult<RouteAnswer> LinuxNetwork::route_to(const RouteQuestion& question) {
    if (auto good = check(question); !good) return tl::unexpected<KernelError>(good.error());
    KernelResult<RouteAnswer> answer = refused(EPROTO, "the kernel gave no route and no reason");
    const auto asked = socket_.query(requests::route_to(question),
                                     [&](const Message& message) { answer = decode_answer(question, message); });
    if (asked) return answer;
    auto words = named(asked, "the route to " + question.destination.to_string());
    return tl::unexpected<KernelError>(words.error());
}

KernelResult<RouteState> LinuxNetwork::add_route(const RouteSpec& route) {
    if (auto good = check(route); !good) return tl::unexpected<KernelError>(good.error());
    const auto index = index_of(route.interface);
    if (!index) return tl::unexpected<KernelError>(index.error());
    using requests::Existing;
    const auto existing = is_linux_table(route.table) ? Existing::refuse : Existing::replace;
    const RouteState state = state_of(route, *index);
    const auto done =
        named(socket_.change(requests::add_route(state, route.mtu, existing)), "adding the route " + to_string(route));
    return done.map([&] { return state; });
}

KernelResult<void> LinuxNetwork::delete_route(const RouteState& route) {
    auto done = socket_.change(requests::delete_route(route));
    // ENODEV: the interface has gone, and the route with it.
    if (is(done, ESRCH) || is(done, ENODEV)) return {};
    return named(std::move(done), "deleting the route " + to_string(route));
}

KernelResult<std::vector<RouteState>> LinuxNetwork::list_routes(std::uint32_t table) {
    if (table == 0 || is_linux_table(table)) return refused(EINVAL, "only tables of our own are listed");
    auto routes = list_routes(Family::ipv4, table);
    if (!routes) return routes;
    auto more = list_routes(Family::ipv6, table);
    if (!more) return more;
    routes->insert(routes->end(), more->begin(), more->end());
    return routes;
}

KernelResult<std::vector<RouteState>> LinuxNetwork::list_routes(Family family, std::uint32_t table) {
    std::vector<RouteState> routes;
    const auto take = [&](const Message& message) {
        PayloadReader reader(message.payload);
        auto route = decode_route(reader);
        // Kernels before 4.20 do not know the filter and list every table.
        if (reader.ok() && route && route->table == table) routes.push_back(std::move(*route));
    };
    auto done = dump(requests::list_routes(family, table), [&] { routes.clear(); }, take);
    // A table comes into being with its first route.
    if (done || is(done, ENOENT) || has_no_family(done)) return routes;
    return tl::unexpected<KernelError>(named(std::move(done), "listing table " + std::to_string(table)).error());
}

KernelResult<void> LinuxNetwork::ensure_rule(const RuleSpec& rule) {
    const std::size_t before = made_rules_.size();
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        auto done = socket_.change(requests::add_rule(rule, family));
        if (done) made_rules_.push_back({rule, family});
        if (done || is(done, EEXIST) || (family == Family::ipv6 && has_no_family(done))) continue;
        for (; made_rules_.size() > before; made_rules_.pop_back()) {
            (void)socket_.change(requests::delete_rule(rule, made_rules_.back().family));
        }
        return named(std::move(done), "adding the rule for table " + std::to_string(rule.table));
    }
    return {};
}

KernelResult<void> LinuxNetwork::remove_rule(const RuleSpec& rule) {
    KernelResult<void> result;
    for (const MadeRule& made : made_rules_) {
        if (made.rule != rule) continue;
        auto done = socket_.change(requests::delete_rule(rule, made.family));
        if (!done && !is(done, ENOENT)) result = named(std::move(done), "removing our rule");
    }
    if (result) std::erase_if(made_rules_, [&](const MadeRule& made) { return made.rule == rule; });
    return result;
}

}  // namespace xfrmd::netlink::route
