#include <algorithm>
#include <optional>
#include <utility>

#include "ike/ikev2/exchange/virtual_addresses.h"
#include "ike/ikev2/wire/configuration_type.h"

namespace xfrmd::ikev2::exchange {

namespace {

namespace cp = wire::configuration;
using base::Address;
using base::Reason;

constexpr std::uint8_t kPrefixLength = 64;  // of IPv6 addresses, as charon says it

// RFC 7296 3.15.1: empty, or four octets; empty, or sixteen and the length of a prefix. What is neither is no request.
std::optional<Address> wanted_in(std::uint16_t type, base::ByteView value) {
    const bool is_v6 = type == cp::kIp6Address;
    if (type != cp::kIp4Address && !is_v6) return std::nullopt;
    if (value.empty()) return Address::any(is_v6 ? base::Family::ipv6 : base::Family::ipv4);
    constexpr std::size_t kWithPrefix = 17;
    if (is_v6) return value.size() == kWithPrefix ? Address::from_bytes(value.first(kWithPrefix - 1)) : std::nullopt;
    return value.size() == 4 ? Address::from_bytes(value) : std::nullopt;
}

std::vector<Address> wanted_in(const wire::Payloads& request) {
    std::vector<Address> wanted;
    if (!request.configuration || request.configuration->type != cp::kRequest) return wanted;
    for (const auto& [type, value] : request.configuration->attributes) {
        const auto address = wanted_in(type, value);
        if (address && wanted.size() < kMostAddresses) wanted.push_back(*address);
    }
    return wanted;
}

// The peer's other IKE SAs will go when this one stands (RFC 7296 2.4).
bool takes_over(const policy::Connection& connection, const wire::Payloads& request) {
    return connection.unique == policy::Unique::replace ||
           (connection.unique != policy::Unique::never && request.find(wire::NotifyType::initial_contact) != nullptr);
}

bool wants(const wire::Payloads& request, std::uint16_t type) {
    const auto is_it = [type](const auto& one) { return one.first == type; };
    return request.configuration && std::ranges::any_of(request.configuration->attributes, is_it);
}

wire::Configuration reply_with(const policy::Grant& grant, bool wants_anchors) {
    wire::Configuration reply{cp::kReply, {}};
    for (const Address& address : grant.addresses) {
        base::Bytes value = base::to_bytes(address.bytes());
        if (address.is_v6()) value.push_back(kPrefixLength);
        reply.attributes.emplace_back(address.is_v6() ? cp::kIp6Address : cp::kIp4Address, std::move(value));
    }
    // RFC 8598 3.2: domains come with servers, and trust anchors only to who has asked for them.
    const bool has_servers = std::ranges::any_of(grant.attributes, [](const policy::PoolAttribute& one) {
        return one.type == cp::kIp4Dns || one.type == cp::kIp6Dns;
    });
    for (const policy::PoolAttribute& attribute : grant.attributes) {
        if (attribute.type == cp::kDnsDomain && !has_servers) continue;
        if (attribute.type == cp::kDnssecTa && !wants_anchors) continue;
        if (reply.attributes.size() == wire::kMaxConfigurationAttributes) break;
        reply.attributes.emplace_back(attribute.type, attribute.value);
    }
    return reply;
}

}  // namespace

base::Result<void> await_addresses(sa::Step& step, const policy::Connection& connection, const policy::Identity& peer,
                                   const wire::Payloads& request) {
    std::vector<Address> wanted = wanted_in(request);
    if (wanted.empty() || connection.pools.empty()) return {};
    policy::LeaseRequest lease{holder_of(step.sa), connection.pools,  peer,
                               step.sa.remote,     std::move(wanted), takes_over(connection, request)};
    if (step.validation.enquiries.lease({std::move(lease)}, step.sa.id, step.now)) return {};
    return base::fail(Reason::AnswerAwaited);
}

tl::expected<void, NoAddress> give_addresses(sa::Step& step, const policy::Identity& peer,
                                             const wire::Payloads& request, std::vector<wire::Payload>& payloads) {
    using enum wire::NotifyType;
    const std::vector<std::string>& pools = step.sa.connection->pools;
    const std::vector<Address> wanted = wanted_in(request);
    if (wanted.empty() && pools.empty()) return {};
    if (wanted.empty()) {
        return tl::unexpected(NoAddress{failed_cp_required, "peer asks for no virtual address, and has to"});
    }
    const policy::LeaseHolder holder = holder_of(step.sa);
    const policy::Grant grant = step.validation.enquiries.take_lease(holder);
    if (grant.addresses.empty()) {
        if (!pools.empty()) step.actions.push_back(ike::ReturnAddresses{holder});  // whatever comes late
        const std::string why = pools.empty() ? "the connection has no pools" : "its pools are full";
        return tl::unexpected(
            NoAddress{internal_address_failure, "no virtual address for peer " + peer.to_string() + ": " + why});
    }
    for (const Address& address : grant.addresses) {
        step.report(ike::Level::info, "assigning virtual IP " + address.to_string() + " to peer " + peer.to_string());
    }
    step.sa.vips.remote = grant.addresses;
    step.sa.vips.leased_at = step.sa.remote;
    step.sa.vips.holder = holder;
    payloads.emplace_back(reply_with(grant, wants(request, cp::kDnssecTa)));
    return {};
}

}  // namespace xfrmd::ikev2::exchange
