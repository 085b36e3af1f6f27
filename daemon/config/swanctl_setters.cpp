#include "daemon/config/swanctl_setters.h"

#include <limits>

#include "daemon/config/swanctl_addresses.h"
#include "daemon/config/swanctl_secret.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

constexpr std::uint64_t kMost32 = std::numeric_limits<std::uint32_t>::max();
constexpr std::uint64_t kWidestReplayWindow = 4096;
constexpr std::uint16_t kIkePort = 500;

template <typename T>
Verdict store(T& into, Read<T> value) {
    if (!value) return complain(std::move(value.error()));
    into = std::move(*value);
    return {};
}

tl::unexpected<std::string> explain(const base::Error& error) {
    return complain(error.detail.empty() ? error.sentence() : error.detail);
}

template <typename Number>
Verdict store_number(Number& into, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (value < least || value > most) {
        return complain("expected a number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    into = static_cast<Number>(value);
    return {};
}

Verdict store_proposals(std::vector<policy::Proposal>& into, policy::ProtocolId protocol, const Value& value) {
    for (const std::string_view item : value.items) {
        auto proposals = policy::parse_proposal(protocol, item);
        if (!proposals) return explain(proposals.error());
        into.insert(into.end(), proposals->begin(), proposals->end());
    }
    return {};
}

Verdict store_selectors(std::vector<policy::ConfiguredSelector>& into, const Value& value) {
    for (const std::string_view item : value.items) {
        auto selector = policy::parse_selector(item);
        if (!selector) return explain(selector.error());
        into.push_back(*selector);
    }
    return {};
}

Read<policy::Identity> read_identity(std::string_view text) {
    auto identity = policy::Identity::parse(text);
    if (!identity) return explain(identity.error());
    return std::move(*identity);
}

}  // namespace

Verdict set_local_addrs(const Draft& draft, const Value& value) {
    return store(draft.connection->local_addrs, read_addresses(value.items));
}

Verdict set_remote_addrs(const Draft& draft, const Value& value) {
    return store(draft.connection->remote_addrs, read_addresses(value.items));
}

// strongSwan's 0 is the port that its socket is bound to.
Verdict set_local_port(const Draft& draft, const Value& value) {
    return store_number(draft.connection->local_port, value.number == 0 ? kIkePort : value.number, 1, 65535);
}

Verdict set_remote_port(const Draft& draft, const Value& value) {
    return store_number(draft.connection->remote_port, value.number, 1, 65535);
}

Verdict set_proposals(const Draft& draft, const Value& value) {
    return store_proposals(draft.connection->proposals, policy::ProtocolId::ike, value);
}

Verdict set_encap(const Draft& draft, const Value& value) {
    draft.connection->encap = value.number != 0;
    return {};
}

Verdict set_dpd_delay(const Draft& draft, const Value& value) {
    if (value.number > kMost32) return complain("expected at most " + std::to_string(kMost32) + " seconds");
    draft.connection->dpd_delay = std::chrono::seconds(value.number);
    return {};
}

Verdict set_keyingtries(const Draft& draft, const Value& value) {
    return store_number(draft.connection->keyingtries, value.number, 0, kMost32);
}

Verdict set_id(const Draft& draft, const Value& value) { return store(draft.round->id, read_identity(value.text)); }

Verdict set_esp_proposals(const Draft& draft, const Value& value) {
    return store_proposals(draft.child->esp_proposals, policy::ProtocolId::esp, value);
}

Verdict set_local_ts(const Draft& draft, const Value& value) { return store_selectors(draft.child->local_ts, value); }

Verdict set_remote_ts(const Draft& draft, const Value& value) { return store_selectors(draft.child->remote_ts, value); }

Verdict set_mode(const Draft& draft, const Value& value) {
    draft.child->mode = value.canonical == "transport" ? policy::Mode::transport : policy::Mode::tunnel;
    return {};
}

Verdict set_replay_window(const Draft& draft, const Value& value) {
    return store_number(draft.child->replay_window, value.number, 0, kWidestReplayWindow);
}

Verdict set_start_action(const Draft& draft, const Value& value) {
    draft.child->start_action = value.canonical == "start" ? policy::StartAction::start : policy::StartAction::none;
    return {};
}

Verdict set_secret(const Draft& draft, const Value& value) {
    return store(draft.secret->secret, read_secret(value.text));
}

Verdict add_owner(const Draft& draft, const Value& value) {
    auto owner = read_identity(value.text);
    if (!owner) return complain(std::move(owner.error()));
    draft.secret->owners.push_back(std::move(*owner));
    return {};
}

}  // namespace xfrmd::daemon
