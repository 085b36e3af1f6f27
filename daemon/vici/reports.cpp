#include "daemon/vici/reports.h"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/vici/sa_section.h"
#include "daemon/vici/text.h"
#include "ike/shard.h"

namespace xfrmd::daemon::vici {

namespace {

using ike::Turn;

constexpr std::array<std::string_view, 9> kTurnEvents{"ike-updown",
                                                      "child-updown",
                                                      "ike-rekey",
                                                      "child-rekey",
                                                      "ike-state-established",
                                                      "ike-state-destroying",
                                                      "child-state-installed",
                                                      "child-state-rekeyed",
                                                      "child-state-destroying"};

// charon's levels: 0 is what operators always see, 1 the rest.
int level_of(const ike::Report& report) { return report.milestone.turn == Turn::none ? 1 : 0; }

std::string_view group_of(const ike::Report& report) { return report.ike_sa == ike::IkeSaId::none ? "NET" : "IKE"; }

std::string joined(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts) all += (all.empty() ? "" : " ") + text;
    return all;
}

const api::ChildSaView* child_of(const api::IkeSaView& sa, ike::ChildSaId number) {
    const auto found = std::find_if(sa.child_sas.begin(), sa.child_sas.end(), [number](const auto& child) {
        return child.id == static_cast<std::uint64_t>(number);
    });
    return found == sa.child_sas.end() ? nullptr : &*found;
}

// Scripts look for these words of charon's.
std::string words_for_child(const api::ChildSaView& child) {
    return "CHILD_SA " + child.child + "{" + std::to_string(child.own_id) + "} established with SPIs " +
           hexadecimal(child.spi_in, 8) + "_i " + hexadecimal(child.spi_out, 8) + "_o and TS " +
           joined(with_service_names(child.local_ts)) + " === " + joined(with_service_names(child.remote_ts));
}

std::string words_for_ike(const api::IkeSaView& sa) {
    return "IKE_SA " + sa.conn + "[" + std::to_string(sa.own_id) + "] established between " +
           sa.local.address.to_string() + "[" + sa.local_id + "]..." + sa.remote.address.to_string() + "[" +
           sa.remote_id + "]";
}

std::string words_for(const ike::Report& report, const std::optional<api::IkeSaView>& sa) {
    if (sa && report.milestone.turn == Turn::ike_established) return words_for_ike(*sa);
    const bool is_up = report.milestone.turn == Turn::child_installed || report.milestone.turn == Turn::child_rekeyed;
    const auto* child = sa && is_up ? child_of(*sa, report.milestone.child) : nullptr;
    return child == nullptr ? report.text : words_for_child(*child);
}

Section control_line(const ike::Report& report, const std::string& text) {
    Section line;
    line.set("group", std::string(group_of(report))).set("level", std::to_string(level_of(report)));
    if (!report.connection.empty()) line.set("ikesa-name", report.connection);
    if (report.ike_sa != ike::IkeSaId::none) {
        line.set("ikesa-uniqueid", std::to_string(ike::short_number(report.own_id)));
    }
    line.set("msg", text);
    return line;
}

Section log_line(std::string_view group, int level, const ike::Report* report, const std::string& text) {
    Section line;
    line.set("group", std::string(group)).set("level", std::to_string(level)).set("thread", "1");
    if (report != nullptr && report->ike_sa != ike::IkeSaId::none) {
        line.set("ikesa-name", report->connection);
        line.set("ikesa-uniqueid", std::to_string(ike::short_number(report->own_id)));
    }
    line.set("msg", text);
    return line;
}

}  // namespace

bool Reports::is_turn_followed() const {
    return std::any_of(kTurnEvents.begin(), kTurnEvents.end(),
                       [this](std::string_view event) { return followers_.any(event); });
}

bool Reports::wants_reports() const { return !watches_.empty() || followers_.any("log") || is_turn_followed(); }

void Reports::on_report(const ike::Report& report, const std::optional<api::IkeSaView>& seen) {
    std::optional<api::IkeSaView> sa = seen;
    if (sa) port_.add_counters(*sa);
    const std::string text = words_for(report, sa);
    if (report.level != ike::Level::debug) tell_log(report, text);
    if (!is_turn_followed()) return known_.clear();
    const auto known = known_.find(static_cast<std::uint64_t>(report.ike_sa));
    // An IKE SA that is being deleted has forgotten whose it was.
    const bool has_failed = report.milestone.turn == Turn::ike_failed;
    const bool is_last_look = !sa || (sa->local_id.empty() && !has_failed);
    const bool uses_known = is_last_look && known != known_.end();
    // Its children are told of with it.
    if (uses_known && report.milestone.turn != Turn::child_removed) tell_turn(report, known->second);
    if (!uses_known && sa) tell_turn(report, *sa);
    remember(report, is_last_look || has_failed ? std::nullopt : sa);
}

void Reports::on_line(ike::Level level, const std::string& text) {
    if (level != ike::Level::debug) followers_.tell("log", log_line("DMN", 1, nullptr, text));
}

void Reports::tell_log(const ike::Report& report, const std::string& text) {
    if (followers_.any("log")) {
        followers_.tell("log", log_line(group_of(report), level_of(report), &report, text));
    }
    for (const Watch& watch : watches_) {
        const bool is_meant = watch.connection == report.connection && level_of(report) <= watch.level;
        if (is_meant) watch.asked->event("control-log", control_line(report, text));
    }
}

void Reports::tell_turn(const ike::Report& report, const api::IkeSaView& sa) {
    switch (report.milestone.turn) {
        case Turn::ike_established:
        case Turn::ike_rekeyed:
        case Turn::ike_closed:
        case Turn::ike_failed:
            return tell_ike_turn(report.milestone.turn, sa);
        case Turn::child_installed:
        case Turn::child_rekeyed:
        case Turn::child_removed:
            return tell_child_turn(report, sa);
        case Turn::none:
        case Turn::child_failed:
            return;
    }
}

void Reports::tell_ike_turn(Turn turn, const api::IkeSaView& sa) {
    Section message;
    if (turn == Turn::ike_rekeyed) {
        const auto known = known_.find(sa.id);
        const api::IkeSaView& before = known == known_.end() ? sa : known->second;
        Section& both = message.add_section(sa.conn);
        both.add_section("old", ike_section(before));
        both.add_section("new", ike_section(sa));
        followers_.tell("ike-rekey", message);
        states_.tell("established", sa);
        if (known != known_.end()) states_.tell("destroying", before);
        return;
    }
    if (turn == Turn::ike_closed) return tell_end(sa);
    if (turn == Turn::ike_established) message.set("up", "yes");
    message.add_section(sa.conn, ike_section(sa));
    followers_.tell("ike-updown", message);
    if (turn == Turn::ike_established) states_.tell("established", sa);
}

// The IKE SA first, and then each child that goes with it.
void Reports::tell_end(const api::IkeSaView& sa) {
    api::IkeSaView shown = sa;
    shown.state = api::IkeSaState::deleting;
    shown.age = shown.rekey_in = shown.reauth_in = std::nullopt;
    Section message;
    message.add_section(sa.conn, ike_section(shown));
    followers_.tell("ike-updown", message);
    states_.tell("destroying", shown);
    for (const api::ChildSaView& child : sa.child_sas) {
        states_.tell("destroying", shown, child);
        Section down;
        Section& children = down.add_section(sa.conn, ike_section(shown)).add_section("child-sas");
        children.add_section(section_name(child), child_section(child, "INSTALLED"));
        followers_.tell("child-updown", down);
    }
}

void Reports::tell_child_turn(const ike::Report& report, const api::IkeSaView& sa) {
    const auto before = known_.find(sa.id);
    const api::ChildSaView* old = before == known_.end() ? nullptr : child_of(before->second, report.milestone.child);
    const api::ChildSaView* child = child_of(sa, report.milestone.child);
    if (child == nullptr) child = old;
    if (child == nullptr) return;
    Section message;
    if (report.milestone.turn == Turn::child_installed) message.set("up", "yes");
    Section& section = message.add_section(sa.conn, ike_section(sa));
    Section& children = section.add_section("child-sas");
    if (report.milestone.turn == Turn::child_rekeyed) {
        Section& both = children.add_section(child->child);
        both.add_section("old", child_section(old == nullptr ? *child : *old));
        both.add_section("new", child_section(*child));
        followers_.tell("child-rekey", message);
        states_.tell("installed", sa, *child);
        if (old == nullptr) return;
        states_.tell("rekeyed", sa, *old);
        return states_.tell("destroying", sa, *old);
    }
    const bool is_removed = report.milestone.turn == Turn::child_removed;
    const std::string_view state = is_removed ? "DELETED" : "";
    children.add_section(section_name(*child), child_section(*child, state));
    followers_.tell("child-updown", message);
    states_.tell(is_removed ? "destroying" : "installed", sa, *child);
}

void Reports::remember(const ike::Report& report, const std::optional<api::IkeSaView>& sa) {
    if (sa) {
        known_.insert_or_assign(sa->id, *sa);
    } else if (report.milestone.turn == Turn::ike_closed || report.milestone.turn == Turn::ike_failed) {
        known_.erase(static_cast<std::uint64_t>(report.ike_sa));
    }
}

void Reports::followed(std::string_view event) {
    const bool is_turn = std::find(kTurnEvents.begin(), kTurnEvents.end(), event) != kTurnEvents.end();
    if (is_turn && known_.empty()) learn(0);
    port_.look_at_follower();
}

// What stands already, a page at a time.
void Reports::learn(std::uint64_t after) {
    api::SaQuery query;
    query.after = after;
    query.limit = api::kMaxPage;
    service_.list_sas(query, [this](api::SaPage page) {
        const std::uint64_t last = page.items.empty() ? 0 : page.items.back().id;
        for (api::IkeSaView& sa : page.items) known_.emplace(sa.id, std::move(sa));
        if (page.more && last != 0) port_.after({}, [this, last] { learn(last); });
    });
}

void Reports::watch(const std::string& connection, std::int64_t level, const Asked& asked) {
    if (level >= 0 && asked->follows("control-log")) watches_.push_back({connection, level, asked});
    port_.look_at_follower();
}

void Reports::unwatch(const Asked& asked) {
    std::erase_if(watches_, [&](const Watch& watch) { return watch.asked == asked; });
}

}  // namespace xfrmd::daemon::vici
