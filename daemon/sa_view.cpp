#include "daemon/sa_view.h"

#include <algorithm>
#include <chrono>

#include "ike/ikev2/exchange/children.h"
#include "ike/shard.h"

namespace xfrmd::daemon {

namespace {

using ikev2::sa::PhaseId;

std::chrono::seconds age(base::Instant since, base::Instant now) {
    return std::chrono::duration_cast<std::chrono::seconds>(now - since);
}

std::optional<std::chrono::seconds> time_left(base::Instant until, base::Instant now) {
    if (until == base::kNever) return std::nullopt;
    return std::max(std::chrono::duration_cast<std::chrono::seconds>(until - now), std::chrono::seconds(0));
}

api::IkeSaState state_of(PhaseId phase) {
    if (phase == PhaseId::established) return api::IkeSaState::established;
    if (phase >= PhaseId::deleting) return api::IkeSaState::deleting;
    return api::IkeSaState::connecting;
}

api::ChildSaState state_of(ikev2::sa::ChildState state) {
    switch (state) {
        case ikev2::sa::ChildState::installing:
            return api::ChildSaState::installing;
        case ikev2::sa::ChildState::installed:
            return api::ChildSaState::installed;
        case ikev2::sa::ChildState::deleting:
        case ikev2::sa::ChildState::retired:
            return api::ChildSaState::deleting;
    }
    return api::ChildSaState::deleting;
}

std::string text_of(policy::StartAction action) {
    if (action == policy::StartAction::trap_and_start) return "trap|start";
    if (action == policy::StartAction::trap) return "trap";
    return action == policy::StartAction::start ? "start" : "none";
}

api::Mode mode_of(policy::Mode mode) {
    if (mode == policy::Mode::beet) return api::Mode::beet;
    return mode == policy::Mode::tunnel ? api::Mode::tunnel : api::Mode::transport;
}

std::vector<std::string> texts(const policy::TrafficSelectors& selectors) {
    std::vector<std::string> out;
    for (const auto& selector : selectors) out.push_back(selector.to_string());
    return out;
}

std::vector<std::string> texts(const std::vector<policy::ConfiguredSelector>& selectors) {
    std::vector<std::string> out;
    for (const auto& selector : selectors) out.push_back(selector.dynamic ? "dynamic" : selector.selector.to_string());
    return out;
}

// With the addresses that `dynamic` stands for.
std::vector<std::string> resolved_texts(const std::vector<policy::ConfiguredSelector>& selectors,
                                        const base::Address& end) {
    std::vector<std::string> out;
    for (const auto& selector : selectors) out.push_back(selector.resolve(end).to_string());
    return out;
}

std::vector<std::string> texts(const std::vector<policy::Proposal>& proposals) {
    std::vector<std::string> out;
    for (const auto& proposal : proposals) out.push_back(proposal.to_string());
    return out;
}

std::vector<std::string> key_exchanges_of(const policy::Proposal& chosen) {
    std::vector<std::string> names;
    for (const auto method : chosen.key_exchanges()) names.push_back(to_string(policy::transform(method)));
    return names;
}

std::vector<std::string> texts(const std::vector<base::AddressRange>& ranges) {
    std::vector<std::string> out;
    for (const auto& range : ranges) {
        out.push_back(range.first == range.last ? range.first.to_string() : range.to_string());
    }
    return out;
}

// Names, and behind them the addresses, those of the names among them.
std::vector<std::string> texts_of(const policy::Hosts& hosts, const std::vector<base::AddressRange>& ranges) {
    std::vector<std::string> all = hosts.names;
    const std::vector<std::string> addresses = texts(ranges);
    all.insert(all.end(), addresses.begin(), addresses.end());
    return all;
}

// "ESP:AES_CBC_128/HMAC_SHA1_96", "AH:HMAC_SHA1_96, ESP:3DES" of a bundle.
std::string algorithms_of(const policy::ManualSa& sa) {
    const std::string mac = sa.authentication ? to_string(policy::transform(sa.authentication->algorithm)) : "";
    if (sa.protocol == policy::ManualProtocol::ah) return "AH:" + mac;
    const auto cipher = sa.encryption ? policy::transform(sa.encryption->algorithm, sa.encryption->key_bits)
                                      : policy::transform(policy::EncryptionId::null);
    if (sa.protocol == policy::ManualProtocol::bundle) return "AH:" + mac + ", ESP:" + to_string(cipher);
    return "ESP:" + to_string(cipher) + "/" + mac;
}

api::ManualDirection direction_of(policy::ManualDirection direction) {
    if (direction == policy::ManualDirection::inbound) return api::ManualDirection::inbound;
    if (direction == policy::ManualDirection::outbound) return api::ManualDirection::outbound;
    return api::ManualDirection::bidirectional;
}

api::ManualProtocol protocol_of(policy::ManualProtocol protocol) {
    if (protocol == policy::ManualProtocol::ah) return api::ManualProtocol::ah;
    return protocol == policy::ManualProtocol::esp ? api::ManualProtocol::esp : api::ManualProtocol::bundle;
}

api::ChildSaView view_of(const ikev2::sa::ChildSa& child, base::Instant now) {
    api::ChildSaView view;
    view.id = static_cast<std::uint64_t>(child.number);
    view.newest = static_cast<std::uint64_t>(child.id);
    view.own_id = ike::short_number(child.id);
    view.child = child.name;
    view.state = state_of(child.state);
    view.mode = mode_of(child.mode);
    view.cpu = child.cpu();
    view.spi_in = static_cast<std::uint32_t>(child.spi_in);
    view.spi_out = static_cast<std::uint32_t>(child.spi_out);
    view.algorithms = child.proposal.to_string();
    view.proposal = child.proposal;
    view.ipcomp = child.ipcomp;
    view.udp_encapsulation = child.udp_encapsulation;
    view.key_exchanges = key_exchanges_of(child.proposal);
    view.quantum_resistant = child.is_quantum_resistant;
    view.age = age(child.created, now);
    view.rekey_in = time_left(child.rekey_at, now);
    view.local_ts = texts(child.local_ts);
    view.remote_ts = texts(child.remote_ts);
    return view;
}

// By the configuration that it has been negotiated under, or by a newer one.
std::optional<std::chrono::seconds> life_left(const api::ChildSaView& view, const policy::Connection* connection) {
    const policy::Child* child = connection == nullptr ? nullptr : connection->child(view.child);
    if (child == nullptr || child->life_time.count() == 0 || !view.age) return std::nullopt;
    return std::max(child->life_time - *view.age, std::chrono::seconds(0));
}

std::string exchange_of(ikev2::sa::PpkUse ppk) {
    using enum ikev2::sa::PpkUse;
    if (ppk == none) return {};
    return std::string(
        to_string(ppk == ike_auth ? ikev2::wire::ExchangeType::ike_auth : ikev2::wire::ExchangeType::ike_intermediate));
}

void add_established(api::IkeSaView& view, const ikev2::sa::Established& established, base::Instant now) {
    view.local_id = established.local_id.to_string();
    view.remote_id = established.remote_id.to_string();
    view.algorithms = established.keyed.proposal.to_string();
    view.proposal = established.keyed.proposal;
    view.key_exchanges = key_exchanges_of(established.keyed.proposal);
    view.quantum_resistant = established.keyed.is_quantum_resistant;
    view.ppk_exchange = exchange_of(established.ppk);
    view.age = age(established.since, now);
    view.rekey_in = time_left(std::min(established.rekey_at, established.proof.repeat_at), now);
    view.reauth_in = time_left(established.proof.repeat_at, now);
    // One of each line of children that replace each other.
    for (const ikev2::sa::ChildSa& child : established.children) {
        if (ikev2::exchange::find_number(established, child.number) == &child)
            view.child_sas.push_back(view_of(child, now));
    }
}

// "pubkey + psk"
std::string methods_of(const policy::AuthRound& first, const std::vector<policy::AuthRound>& further) {
    std::string methods(name(first.auth));
    for (const policy::AuthRound& round : further) methods += " + " + std::string(name(round.auth));
    return methods;
}

}  // namespace

api::IkeSaView view_of(const ikev2::sa::IkeSa& sa, base::Instant now) {
    const ikev2::sa::Sa& common = sa.sa();
    api::IkeSaView view;
    view.id = static_cast<std::uint64_t>(common.id);
    view.own_id = ike::short_number(common.own_id);
    const bool sure = common.original_initiator || !sa.is_half_open();
    if (sure) view.conn = common.connection_name();
    view.state = state_of(sa.phase_id());
    view.role = common.original_initiator ? api::Role::initiator : api::Role::responder;
    view.local = common.local;
    view.remote = common.remote;
    view.path = common.nat.any() ? api::Path::nat_t : api::Path::direct;
    view.nat_local = common.nat.local;
    view.nat_remote = common.nat.remote;
    view.nat_pretended = common.connection != nullptr && common.connection->encap;
    view.spi_i = static_cast<std::uint64_t>(common.spi_i);
    view.spi_r = static_cast<std::uint64_t>(common.spi_r);
    for (const base::Address& address : common.vips.local) view.local_vips.push_back(address.to_string());
    for (const base::Address& address : common.vips.remote) view.remote_vips.push_back(address.to_string());
    const auto* established = sa.established();
    if (established == nullptr) return view;
    add_established(view, *established, now);
    for (api::ChildSaView& child : view.child_sas) child.life_left = life_left(child, common.connection);
    return view;
}

api::IkeSaView view_of(const ike::Report& report, const ike::Attempt& attempt) {
    api::IkeSaView view;
    view.id = static_cast<std::uint64_t>(report.ike_sa);
    view.own_id = ike::short_number(report.own_id);
    view.conn = report.connection;
    view.local = attempt.local;
    view.remote = attempt.remote;
    view.nat_local = attempt.nat_local;
    view.nat_remote = attempt.nat_remote;
    view.spi_i = attempt.spi_i;
    view.spi_r = attempt.spi_r;
    view.proposal = attempt.proposal;
    if (!attempt.local_id.is_any()) view.local_id = attempt.local_id.to_string();
    if (!attempt.remote_id.is_any()) view.remote_id = attempt.remote_id.to_string();
    return view;
}

api::ManualSaView view_of(const policy::ManualSa& sa, const ManualSaStatus& status) {
    api::ManualSaView view;
    view.name = sa.name;
    view.state = status.installed ? api::ManualSaState::manual : api::ManualSaState::failed;
    view.direction = direction_of(sa.direction);
    view.protocol = protocol_of(sa.protocol);
    view.mode = mode_of(sa.mode);
    view.local = sa.local_addrs;
    view.remote = sa.remote_addrs;
    view.spi = sa.spi;
    view.auxiliary_spi = sa.auxiliary_spi;
    view.reqid = static_cast<std::uint32_t>(status.reqid);
    view.algorithms = algorithms_of(sa);
    view.local_ts = resolved_texts(sa.local_ts, sa.local_addrs);
    view.remote_ts = resolved_texts(sa.remote_ts, sa.remote_addrs);
    view.last_error = status.error;
    return view;
}

api::ConnectionView view_of(const policy::Connection& connection) {
    api::ConnectionView view;
    view.name = connection.name;
    view.local_addrs = texts_of(connection.local_hosts, connection.local_addrs);
    view.remote_addrs = texts_of(connection.remote_hosts, connection.remote_addrs);
    view.local_id = connection.last_local().id.to_string();
    view.remote_id = connection.last_remote().id.to_string();
    const std::string local = methods_of(connection.local, connection.further_local);
    const std::string remote = methods_of(connection.remote, connection.further_remote);
    view.auth = local == remote ? local : local + " / " + remote;
    view.proposals = texts(connection.proposals);
    for (const policy::Child& child : connection.children) {
        view.children.push_back({child.name, mode_of(child.mode), texts(child.local_ts), texts(child.remote_ts),
                                 texts(child.esp_proposals), text_of(child.start_action)});
    }
    return view;
}

}  // namespace xfrmd::daemon
