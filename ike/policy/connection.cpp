#include "ike/policy/connection.h"

#include <algorithm>

namespace xfrmd::policy {

namespace {

const Child* find(const std::vector<Child>& children, std::string_view name) {
    const auto found =
        std::find_if(children.begin(), children.end(), [&](const Child& one) { return one.name == name; });
    return found == children.end() ? nullptr : &*found;
}

}  // namespace

std::vector<Proposal> Child::proposals() const {
    std::vector<Proposal> all = esp_proposals;
    all.insert(all.end(), ah_proposals.begin(), ah_proposals.end());
    return all;
}

bool Child::is_dynamic() const {
    const auto dynamic = [](const ConfiguredSelector& selector) { return selector.dynamic; };
    return std::any_of(local_ts.begin(), local_ts.end(), dynamic) ||
           std::any_of(remote_ts.begin(), remote_ts.end(), dynamic);
}

const Child* Connection::child(std::string_view child_name) const { return find(children, child_name); }

const Child* Connection::shunt(std::string_view shunt_name) const { return find(shunts, shunt_name); }

bool Connection::is_configured_as(const Connection& other) const {
    if (this == &other) return true;
    if (!has_names() || !other.has_names()) return *this == other;
    Connection same = other;
    same.local_addrs = local_addrs;
    same.remote_addrs = remote_addrs;
    return *this == same;
}

bool Connection::has_same_ike(const Connection& other) const {
    if (this == &other) return true;
    Connection same = other;
    same.children = children;
    same.shunts = shunts;
    if (has_names() && other.has_names()) {
        same.local_addrs = local_addrs;
        same.remote_addrs = remote_addrs;
    }
    return *this == same;
}

bool Connection::counts_with(const Connection& other) const {
    if (this == &other || name == other.name) return true;
    Connection same = other;
    same.name = name;
    same.local_addrs = local_addrs;
    same.remote_addrs = remote_addrs;
    same.local_hosts = local_hosts;
    same.remote_hosts = remote_hosts;
    same.local_port = local_port;
    same.remote_port = remote_port;
    same.proposals = proposals;
    same.encap = encap;
    same.dscp = dscp;
    same.fragmentation = fragmentation;
    same.childless = childless;
    same.send_certreq = send_certreq;
    same.children = children;
    same.shunts = shunts;
    return *this == same;
}

}  // namespace xfrmd::policy
