#include "daemon/vici/query_commands.h"

#include <malloc.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <memory>

#include "daemon/version.h"
#include "daemon/vici/connection_section.h"
#include "daemon/vici/request.h"
#include "daemon/vici/sa_choice.h"
#include "daemon/vici/sa_section.h"

namespace xfrmd::daemon::vici {

namespace {

constexpr std::size_t kAtATime = 200;  // of what costs no question

// "5 seconds", "2 hours": the largest unit that there are two of.
std::string rough(std::chrono::seconds time) {
    constexpr std::int64_t kMinute = 60;
    constexpr std::int64_t kHour = 60 * kMinute;
    constexpr std::int64_t kDay = 24 * kHour;
    const std::int64_t count = time.count();
    if (count > 2 * kDay) return std::to_string(count / kDay) + " days";
    if (count > 2 * kHour) return std::to_string(count / kHour) + " hours";
    if (count > 2 * kMinute) return std::to_string(count / kMinute) + " minutes";
    return std::to_string(count) + " seconds";
}

std::string date(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    localtime_r(&seconds, &parts);
    std::array<char, 64> text{};
    const std::size_t size = std::strftime(text.data(), text.size(), "%b %d %H:%M:%S %Y", &parts);
    return {text.data(), size};
}

Section memory() {
    const auto info = mallinfo2();
    Section section;
    section.set("sbrk", std::to_string(info.arena)).set("mmap", std::to_string(info.hblkhd));
    section.set("used", std::to_string(info.uordblks)).set("free", std::to_string(info.fordblks));
    return section;
}

Section idle_priorities() {
    Section section;
    for (const char* name : {"critical", "high", "medium", "low"}) section.set(name, "0");
    return section;
}

Section uptime(std::chrono::seconds running) {
    Section section;
    section.set("running", rough(running)).set("since", date(std::chrono::system_clock::now() - running));
    return section;
}

// Our threads are engines, which are not charon's workers.
Section workers(std::uint32_t engines) {
    Section section;
    section.set("total", std::to_string(engines)).set("idle", std::to_string(engines));
    section.add_section("active", idle_priorities());
    return section;
}

// A child that is not asked for is left out; the IKE SA is shown in any case.
api::IkeSaView with_children(api::IkeSaView sa, const SaChoice& choice) {
    std::erase_if(sa.child_sas, [&](const api::ChildSaView& child) { return !choice.has(child); });
    return sa;
}

void list_sa_page(Desk& desk, const Asked& asked, std::uint64_t after) {
    const SaChoice choice = sa_choice(asked->request());
    api::SaQuery query = choice.query();
    query.after = after;
    query.limit = api::kDefaultPage;
    desk.service.list_sas(query, [&desk, asked, choice](const api::SaPage& page) {
        for (const api::IkeSaView& sa : page.items) {
            Section message;
            message.add_section(sa.conn, sa_section(with_children(sa, choice)));
            asked->event("list-sa", std::move(message));
        }
        if (!page.more || page.items.empty()) return asked->respond({});
        asked->when_room([&desk, asked, last = page.items.back().id] { list_sa_page(desk, asked, last); });
    });
}

void list_connections_from(const policy::Snapshot& configuration, std::size_t next, const Asked& asked) {
    const std::string wanted = text_of(asked->request(), "ike");
    const auto& all = configuration->connections();
    const std::size_t end = std::min(all.size(), next + kAtATime);
    for (; next < end; ++next) {
        if (!wanted.empty() && wanted != all[next].name) continue;
        Section message;
        message.add_section(all[next].name, connection_section(all[next], configuration->credentials()));
        asked->event("list-conn", std::move(message));
    }
    if (next == all.size()) return asked->respond({});
    asked->when_room([configuration, next, asked] { list_connections_from(configuration, next, asked); });
}

bool is_trap(const StandingView& policy) { return policy.mode != "DROP" && policy.mode != "PASS"; }

bool is_listed(const StandingView& policy, const Section& request) {
    const bool by_kind = is_set(request, "drop") || is_set(request, "pass") || is_set(request, "trap");
    const std::string kind = policy.mode == "DROP" ? "drop" : policy.mode == "PASS" ? "pass" : "trap";
    const std::string ike = text_of(request, "ike");
    const std::string child = text_of(request, "child");
    return (!by_kind || is_set(request, kind)) && (ike.empty() || ike == policy.connection) &&
           (child.empty() || child == policy.child);
}

Section policy_section(const StandingView& policy) {
    Section section;
    section.set("child", policy.child).set("ike", policy.connection).set("mode", policy.mode);
    section.set("local-ts", policy.local_ts);
    section.set("remote-ts", policy.remote_ts);
    return section;
}

void list_policies_from(const std::shared_ptr<std::vector<StandingView>>& all, std::size_t next, const Asked& asked) {
    const std::size_t end = std::min(all->size(), next + kAtATime);
    for (; next < end; ++next) {
        const StandingView& policy = (*all)[next];
        if (!is_listed(policy, asked->request())) continue;
        Section message;
        message.add_section(policy.connection + "/" + policy.child, policy_section(policy));
        asked->event("list-policy", std::move(message));
    }
    if (next == all->size()) return asked->respond({});
    asked->when_room([all, next, asked] { list_policies_from(all, next, asked); });
}

}  // namespace

void version(Desk&, const Asked& asked) {
    utsname name{};
    uname(&name);
    Section answer;
    answer.set("daemon", "xfrmd").set("version", kVersion).set("sysname", name.sysname);
    answer.set("release", name.release).set("machine", name.machine);
    asked->respond(std::move(answer));
}

void stats(Desk& desk, const Asked& asked) {
    desk.service.system_info([asked](const api::SystemInfo& info) {
        Section answer;
        answer.add_section("uptime", uptime(info.uptime));
        answer.add_section("workers", workers(info.engines));
        answer.add_section("queues", idle_priorities());
        answer.set("scheduled", "0");
        Section& sas = answer.add_section("ikesas");
        sas.set("total", std::to_string(info.ike_sas)).set("half-open", std::to_string(info.ike_sas_half_open));
        answer.set("plugins", std::vector<std::string>{"xfrmd"});
        answer.add_section("mallinfo", memory());
        asked->respond(std::move(answer));
    });
}

void reload_settings(Desk& desk, const Asked& asked) {
    desk.port.reload_settings();
    asked->respond(success());
}

void list_sas(Desk& desk, const Asked& asked) { list_sa_page(desk, asked, 0); }

void list_connections(Desk& desk, const Asked& asked) { list_connections_from(desk.port.configuration(), 0, asked); }

void list_policies(Desk& desk, const Asked& asked) {
    auto policies = std::make_shared<std::vector<StandingView>>(desk.port.standing());
    std::ranges::stable_partition(*policies, is_trap);
    list_policies_from(policies, 0, asked);
}

void get_connections(Desk& desk, const Asked& asked) {
    std::vector<std::string> names;
    const auto configuration = desk.port.configuration();
    for (const policy::Connection& connection : configuration->connections()) names.push_back(connection.name);
    Section answer;
    answer.set("conns", std::move(names));
    asked->respond(std::move(answer));
}

}  // namespace xfrmd::daemon::vici
