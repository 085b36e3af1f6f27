// The IKE SAs and children that a client's command is about.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "daemon/vici/desk.h"

namespace xfrmd::daemon::vici {

// As `terminate`, `rekey` and `list-sas` choose: by the connection's name or the IKE SA's number, and by the child's.
// The numbers are those that each SA has for itself.
struct SaChoice {
    std::string ike;
    std::uint64_t ike_id = 0;  // 0: any
    std::string child;
    std::uint64_t child_id = 0;

    bool is_empty() const { return ike.empty() && ike_id == 0 && !is_of_children(); }
    bool is_of_children() const { return !child.empty() || child_id != 0; }
    bool has(const api::ChildSaView& sa) const {
        return (child.empty() || child == sa.child) && (child_id == 0 || child_id == sa.own_id);
    }
    // Of the IKE SAs alone.
    api::SaQuery query() const;
};

SaChoice sa_choice(const Section& request);
// Those that are meant: IKE SAs, or their children.
using SaIds = std::shared_ptr<const std::vector<api::SaId>>;
void find_sas(Desk& desk, const SaChoice& choice, std::function<void(const SaIds&)> then);
// There may be many: `begin` for a few at a turn.
void begin_each(Desk& desk, const SaIds& sas, const std::function<void(const api::SaId&)>& begin, std::size_t next = 0);

}  // namespace xfrmd::daemon::vici
