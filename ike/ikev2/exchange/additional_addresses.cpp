#include "ike/ikev2/exchange/additional_addresses.h"

#include <algorithm>

#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/mobility.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using wire::NotifyType;

bool has(const std::vector<base::Address>& all, const base::Address& address) {
    return std::find(all.begin(), all.end(), address) != all.end();
}

// Of ours, those beside the one in use. As many as we would take from a peer.
std::vector<base::Address> own_addresses(const sa::Step& step) {
    std::vector<base::Address> all;
    for (const base::Address& address : step.options.own_addresses) {
        const bool is_other = address != step.sa.local.address && !has(all, address);
        if (all.size() == sa::kMostAddresses || !is_other || !is_usable(address)) continue;
        if (is_named(*step.sa.connection, address)) all.push_back(address);
    }
    return all;
}

// The whole list each time. What makes no sense, or is too much, is left out.
std::vector<base::Address> listed_addresses(const wire::Payloads& payloads) {
    std::vector<base::Address> all;
    for (const wire::Notify& notify : payloads.notifies) {
        const bool is_v6 = notify.type == NotifyType::additional_ip6_address;
        if (!is_v6 && notify.type != NotifyType::additional_ip4_address) continue;
        const auto address = base::Address::from_bytes(notify.data);
        if (!address || address->is_v6() != is_v6 || !is_usable(*address)) continue;
        if (all.size() < sa::kMostAddresses && !has(all, *address)) all.push_back(*address);
    }
    return all;
}

}  // namespace

bool is_named(const policy::Connection& connection, const base::Address& local) {
    return connection.local_addrs.empty() ||
           std::any_of(connection.local_addrs.begin(), connection.local_addrs.end(),
                       [&](const base::AddressRange& range) { return range.contains(local); });
}

bool is_behind(const sa::Established& phase, const base::Address& peer, const base::Address& other) {
    const auto covers = [&](const policy::TrafficSelector& selector) {
        return selector.addresses.contains(other) && !selector.addresses.contains(peer);
    };
    return std::any_of(phase.children.begin(), phase.children.end(), [&](const sa::ChildSa& child) {
        return std::any_of(child.remote_ts.begin(), child.remote_ts.end(), covers);
    });
}

bool has_untold_addresses(const sa::Step& step) {
    return step.sa.mobility.agreed && own_addresses(step) != step.sa.mobility.told;
}

void append_additional_addresses(sa::Step& step, bool and_none, std::vector<wire::Payload>& payloads) {
    step.sa.mobility.told = own_addresses(step);
    for (const base::Address& address : step.sa.mobility.told) {
        const auto type = address.is_v6() ? NotifyType::additional_ip6_address : NotifyType::additional_ip4_address;
        payloads.emplace_back(notify(type, base::to_bytes(address.bytes())));
    }
    if (and_none && step.sa.mobility.told.empty()) payloads.emplace_back(notify(NotifyType::no_additional_addresses));
}

void send_additional_addresses(sa::Step& step, sa::Established& phase) {
    std::vector<wire::Payload> payloads;
    append_additional_addresses(step, true, payloads);
    send_request(step, phase.keyed, wire::ExchangeType::informational, payloads);
    phase.exchange = sa::TellingAddresses{step.sa.mobility.moves};
}

sa::Next on_additional_addresses_told(sa::Step& step, sa::Established& phase, const sa::TellingAddresses& asked) {
    sa::Mobility& mobility = step.sa.mobility;
    if (asked.moves == mobility.moves && std::exchange(mobility.children_wait, false))
        move_children(step, phase, {step.sa.local, step.sa.remote});
    return sa::stay();
}

bool lists_addresses(const wire::Payloads& payloads) {
    return payloads.find(NotifyType::additional_ip4_address) != nullptr ||
           payloads.find(NotifyType::additional_ip6_address) != nullptr ||
           payloads.find(NotifyType::no_additional_addresses) != nullptr;
}

void keep_additional_addresses(sa::Step& step, const wire::Payloads& payloads) {
    if (!lists_addresses(payloads)) return;
    sa::Sa& sa = step.sa;
    sa.mobility.elsewhere = listed_addresses(payloads);
    const base::Address& source = sa.reply.remote.address;
    const bool has_left = source != sa.remote.address && !has(sa.mobility.elsewhere, sa.remote.address);
    const auto* phase = std::get_if<sa::Established>(&step.phase);
    if (!has_left || !sa.mobility.decides || phase == nullptr) return;
    if (is_usable(source) && !is_behind(*phase, sa.remote.address, source))
        step.actions.push_back(ike::SeekPath{sa.id, source});
}

}  // namespace xfrmd::ikev2::exchange
