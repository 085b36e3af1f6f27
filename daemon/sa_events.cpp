#include "daemon/sa_events.h"

namespace xfrmd::daemon {

namespace {

std::optional<api::EventKind> kind_of(ike::Turn turn) {
    switch (turn) {
        case ike::Turn::none:
            return std::nullopt;
        case ike::Turn::ike_established:
            return api::EventKind::ike_established;
        case ike::Turn::ike_rekeyed:
            return api::EventKind::ike_rekeyed;
        case ike::Turn::ike_closed:
            return api::EventKind::ike_closed;
        case ike::Turn::ike_failed:
            return api::EventKind::ike_failed;
        case ike::Turn::child_installed:
            return api::EventKind::child_installed;
        case ike::Turn::child_rekeyed:
            return api::EventKind::child_rekeyed;
        case ike::Turn::child_removed:
            return api::EventKind::child_removed;
        case ike::Turn::child_failed:
            return api::EventKind::child_failed;
    }
    return std::nullopt;
}

}  // namespace

api::SaId api_id(ike::IkeSaId ike_sa, ike::ChildSaId child) {
    api::SaId id{static_cast<std::uint64_t>(ike_sa)};
    if (child != ike::ChildSaId::none) id.child = static_cast<std::uint64_t>(child);
    return id;
}

std::optional<api::Event> event_of(const ike::Report& report) {
    const auto kind = kind_of(report.milestone.turn);
    if (!kind) return std::nullopt;
    api::SaEvent sa{api_id(report.ike_sa, report.milestone.child), report.connection, report.milestone.child_name, {}};
    if (report.reason) sa.reason = base::name(*report.reason);
    return api::Event{*kind, report.text, std::move(sa)};
}

}  // namespace xfrmd::daemon
