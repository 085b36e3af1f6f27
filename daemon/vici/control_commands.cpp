#include "daemon/vici/control_commands.h"

#include <algorithm>
#include <utility>

#include "daemon/vici/request.h"
#include "daemon/vici/sa_choice.h"

namespace xfrmd::daemon::vici {

namespace {

// Longer than any attempt: the client's own limit is ours to keep.
constexpr std::chrono::hours kPatience{24};
constexpr std::chrono::seconds kDefaultWait{10};
constexpr std::int64_t kAtOnce = -1;

struct Configured {
    const policy::Connection* connection = nullptr;
    const policy::Child* child = nullptr;
};

const policy::Child* child_of(const policy::Connection& connection, const std::string& name) {
    const policy::Child* child = connection.child(name);
    return child != nullptr ? child : connection.shunt(name);
}

// The first child of this name; `ike` may be empty: of any connection.
Configured find_child(const policy::IndexedConfiguration& configuration, const std::string& ike,
                      const std::string& name) {
    if (!ike.empty()) {
        const policy::Connection* connection = configuration.connection(ike);
        const policy::Child* child = connection == nullptr ? nullptr : child_of(*connection, name);
        return child == nullptr ? Configured{} : Configured{connection, child};
    }
    for (const policy::Connection& connection : configuration.connections()) {
        if (const policy::Child* child = child_of(connection, name)) return {&connection, child};
    }
    return {};
}

// One command's answer, which comes of its end or of its time limit, whichever is first.
class Answer {
public:
    Answer(Desk& desk, Asked asked) : desk_(desk), asked_(std::move(asked)) {}

    void give(Section message) {
        if (asked_ == nullptr) return;
        desk_.reports.unwatch(asked_);
        std::exchange(asked_, nullptr)->respond(std::move(message));
    }
    bool is_given() const { return asked_ == nullptr; }

private:
    Desk& desk_;
    Asked asked_;  // nullptr: it has been given
};

std::chrono::milliseconds time_of(std::int64_t milliseconds) {
    return std::min(std::chrono::milliseconds(milliseconds), std::chrono::milliseconds(kPatience));
}

void limit(Desk& desk, const std::shared_ptr<Answer>& answer, std::int64_t milliseconds, Section too_late) {
    if (milliseconds <= 0) return;
    desk.port.after(time_of(milliseconds), [answer, too_late = std::move(too_late)] { answer->give(too_late); });
}

void add_counts(Section& answer, std::size_t matches, std::optional<std::size_t> terminated) {
    answer.set("matches", std::to_string(matches));
    if (terminated) answer.set("terminated", std::to_string(*terminated));
}

Section nothing_found(std::string_view verb, bool counts_terminated) {
    Section answer;
    answer.set("success", "no");
    add_counts(answer, 0, counts_terminated ? std::optional<std::size_t>(0) : std::nullopt);
    answer.set("errmsg", "no matching SAs to " + std::string(verb) + " found");
    return answer;
}

Section found(std::size_t matches) {
    Section answer = success();
    add_counts(answer, matches, std::nullopt);
    return answer;
}

struct Termination {
    std::size_t matches = 0;
    std::size_t open = 0;
    std::size_t failed = 0;
    std::shared_ptr<Answer> answer;

    Section result() const {
        Section section;
        section.set("success", failed == 0 ? "yes" : "no");
        add_counts(section, matches, matches - failed - open);
        if (failed != 0) section.set("errmsg", std::to_string(failed) + " SAs could not be terminated");
        return section;
    }
};

void terminate_one(Desk& desk, const api::SaId& id, bool force, const std::shared_ptr<Termination>& job) {
    api::ClearRequest request;
    request.filter.id = id;
    request.filter.kind = id.child ? api::SaKind::child : api::SaKind::ike;
    request.force = force;
    request.timeout = kPatience;
    desk.service.clear_sas(request, [job](const api::Outcome<std::vector<api::ClearedSa>>& cleared) {
        --job->open;
        const bool has_failed = !cleared || std::any_of(cleared->begin(), cleared->end(), [](const auto& row) {
            return row.outcome == api::ClearOutcome::failed;
        });
        if (has_failed) ++job->failed;
        if (job->open == 0) job->answer->give(job->result());
    });
}

void terminate_all(Desk& desk, const Asked& asked, const SaIds& sas) {
    const Section& request = asked->request();
    auto job = std::make_shared<Termination>();
    job->matches = job->open = sas->size();
    job->answer = std::make_shared<Answer>(desk, asked);
    const std::int64_t timeout = number_of(request, "timeout");
    const bool force = is_set(request, "force");
    begin_each(desk, sas, [&desk, force, job](const api::SaId& id) { terminate_one(desk, id, force, job); });
    Section at_once = success();
    add_counts(at_once, sas->size(), sas->size());
    if (timeout == kAtOnce) return job->answer->give(std::move(at_once));
    if (timeout <= 0) return;
    desk.port.after(time_of(timeout), [job] {
        if (job->answer->is_given()) return;
        job->failed += std::exchange(job->open, 0);
        job->answer->give(job->result());
    });
}

void initiate_child(Desk& desk, const Asked& asked, const Configured& configured, const std::string& what,
                    const std::string& child) {
    auto answer = std::make_shared<Answer>(desk, asked);
    const std::int64_t timeout = number_of(asked->request(), "timeout");
    api::InitiateRequest request{configured.connection->name, child, kPatience};
    for (const auto& [key, end] : {std::pair("my-host", &request.local), std::pair("other-host", &request.remote)}) {
        const std::string text = text_of(asked->request(), key);
        const auto address = base::Address::parse(text);
        if (!address && !text.empty()) return answer->give(failure(std::string(key) + " is no address"));
        if (address) *end = *address;
    }
    if (timeout == kAtOnce) answer->give(success());
    if (!answer->is_given()) desk.reports.watch(request.conn, number_of(asked->request(), "loglevel", 1), asked);
    desk.service.initiate(request, [answer, what, child](const api::Outcome<api::Initiated>& outcome) {
        const bool is_up = outcome && !(outcome->existed && !child.empty());
        answer->give(is_up ? success() : failure("establishing " + what + " failed"));
    });
    limit(desk, answer, timeout, failure(what + " not established after " + std::to_string(timeout) + "ms"));
}

}  // namespace

void initiate(Desk& desk, const Asked& asked) {
    const std::string child = text_of(asked->request(), "child");
    const std::string ike = text_of(asked->request(), "ike");
    const auto configuration = desk.port.configuration();
    if (asked->request().value("child") == nullptr) {
        if (ike.empty()) return asked->respond(failure("missing configuration name"));
        const Configured configured{configuration->connection(ike)};
        if (configured.connection == nullptr) return asked->respond(failure("IKE_SA config '" + ike + "' not found"));
        return initiate_child(desk, asked, configured, "IKE_SA '" + ike + "'", {});
    }
    const Configured configured = find_child(*configuration, ike, child);
    if (configured.child == nullptr || configured.child->is_shunt()) {
        return asked->respond(failure("CHILD_SA config '" + child + "' not found"));
    }
    initiate_child(desk, asked, configured, "CHILD_SA '" + child + "'", child);
}

void terminate(Desk& desk, const Asked& asked) {
    const SaChoice choice = sa_choice(asked->request());
    if (choice.is_empty()) return asked->respond(failure("missing terminate selector"));
    if (!choice.ike.empty()) desk.reports.watch(choice.ike, number_of(asked->request(), "loglevel", 1), asked);
    find_sas(desk, choice, [&desk, asked](const SaIds& sas) {
        if (!sas->empty()) return terminate_all(desk, asked, sas);
        desk.reports.unwatch(asked);
        asked->respond(nothing_found("terminate", true));
    });
}

void rekey(Desk& desk, const Asked& asked) {
    const SaChoice choice = sa_choice(asked->request());
    if (choice.is_empty()) return asked->respond(failure("missing rekey selector"));
    find_sas(desk, choice, [&desk, asked](const SaIds& sas) {
        const bool reauth = is_set(asked->request(), "reauth");
        begin_each(desk, sas, [&desk, reauth](const api::SaId& id) {
            if (!id.child && reauth) return desk.port.reauthenticate(id.ike);
            api::RekeyRequest request;
            request.filter.id = id;
            request.filter.kind = id.child ? api::SaKind::child : api::SaKind::ike;
            desk.service.rekey_sas(request, [](const auto&) {});
        });
        asked->respond(sas->empty() ? nothing_found("rekey", false) : found(sas->size()));
    });
}

namespace {

// Whom `redirect` is for.
struct RedirectChoice {
    SaChoice sas;
    std::string peer_ip;
    std::string peer_id;
    bool is_empty() const { return sas.is_empty() && peer_ip.empty() && peer_id.empty(); }
    bool has(const api::IkeSaView& sa) const {
        const auto prefix = base::Prefix::parse(peer_ip);
        const bool is_there = peer_ip.empty() || peer_ip == sa.remote.address.to_string() ||
                              (prefix && prefix->contains(sa.remote.address));
        return is_there && (peer_id.empty() || peer_id == sa.remote_id) && sa.state == api::IkeSaState::established;
    }
};

void redirect_page(Desk& desk, const Asked& asked, const RedirectChoice& choice, const base::Address& gateway,
                   std::uint64_t after, std::size_t matches) {
    api::SaQuery query = choice.sas.query();
    query.after = after;
    desk.service.list_sas(query, [&desk, asked, choice, gateway, matches](const api::SaPage& page) {
        std::size_t now = matches;
        for (const api::IkeSaView& sa : page.items) {
            if (!choice.has(sa)) continue;
            ++now;
            desk.service.redirect({api::SaId{sa.id}, gateway, kDefaultWait}, [](const auto&) {});
        }
        if (!page.more || page.items.empty()) {
            return asked->respond(now == 0 ? nothing_found("redirect", false) : found(now));
        }
        desk.port.after({}, [&desk, asked, choice, gateway, now, last = page.items.back().id] {
            redirect_page(desk, asked, choice, gateway, last, now);
        });
    });
}

}  // namespace

void redirect(Desk& desk, const Asked& asked) {
    const Section& request = asked->request();
    const std::string target = text_of(request, "gateway");
    if (target.empty()) return asked->respond(failure("missing target gateway"));
    const RedirectChoice choice{sa_choice(request), text_of(request, "peer-ip"), text_of(request, "peer-id")};
    if (choice.is_empty()) return asked->respond(failure("missing redirect selector"));
    const auto gateway = base::Address::parse(target);
    if (!gateway) return asked->respond(failure("the target gateway is no address"));
    redirect_page(desk, asked, choice, *gateway, 0, 0);
}

void install(Desk& desk, const Asked& asked) {
    const std::string name = text_of(asked->request(), "child");
    if (name.empty()) return asked->respond(failure("missing configuration name"));
    const auto configuration = desk.port.configuration();
    const Configured configured = find_child(*configuration, text_of(asked->request(), "ike"), name);
    if (configured.child == nullptr) return asked->respond(failure("configuration name not found"));
    const auto installed = desk.port.install(configured.connection->name, name);
    asked->respond(installed ? success()
                             : failure("installing policy '" + name + "' failed: " + installed.error().sentence()));
}

void uninstall(Desk& desk, const Asked& asked) {
    const std::string name = text_of(asked->request(), "child");
    if (name.empty()) return asked->respond(failure("missing configuration name"));
    const auto configuration = desk.port.configuration();
    const Configured configured = find_child(*configuration, text_of(asked->request(), "ike"), name);
    const bool is_gone = configured.child != nullptr && desk.port.uninstall(configured.connection->name, name);
    asked->respond(is_gone ? success() : failure("policy '" + name + "' not found"));
}

}  // namespace xfrmd::daemon::vici
