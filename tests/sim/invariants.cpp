#include "tests/sim/invariants.h"

#include <algorithm>
#include <map>
#include <set>

namespace xfrmd::sim {

namespace {

using ikev2::sa::ChildSa;
using ikev2::sa::IkeSa;

template <typename Visit>
void visit_children(const Host& host, const Visit& visit) {
    host.engine.visit([&](const IkeSa& sa) {
        if (const auto* phase = sa.established()) {
            for (const ChildSa& child : phase->children) visit(sa, child);
        }
        return true;
    });
}

void check_children(Network& network, const Host& host) {
    std::size_t known = 0;
    bool all_there = true;
    const auto& installed = host.kernel.children();
    visit_children(host, [&](const IkeSa&, const ChildSa& child) {
        ++known;
        all_there = all_there && (child.state == ikev2::sa::ChildState::installing || installed.contains(child.id));
        known -= child.state == ikev2::sa::ChildState::installing && !installed.contains(child.id) ? 1U : 0U;
    });
    if (!all_there) network.violated(host.address.to_string() + " knows a child that its kernel does not have");
    if (known < installed.size()) network.violated(host.address.to_string() + " has a child in its kernel only");
}

void check_bounds(Network& network, const Host& host, const Bounds& bounds) {
    const auto exceed = [&](const std::string& what, std::size_t count) {
        network.violated(host.address.to_string() + " has " + std::to_string(count) + " " + what);
    };
    if (host.engine.size() > bounds.ike_sas) exceed("IKE SAs", host.engine.size());
    if (host.engine.half_open() > bounds.half_open) exceed("half-open IKE SAs", host.engine.half_open());
    host.engine.visit([&](const IkeSa& sa) {
        const auto* phase = sa.established();
        if (phase != nullptr && phase->children.size() > host.options.most_children * 2)
            exceed("children", phase->children.size());
        // Deletes are never refused.
        if (sa.sa().tasks.size() > host.options.most_tasks + host.options.most_children)
            exceed("tasks", sa.sa().tasks.size());
        return true;
    });
}

std::set<std::pair<ikev2::wire::IkeSpi, ikev2::wire::IkeSpi>> ike_sas(const Host& host, const Host& peer) {
    std::set<std::pair<ikev2::wire::IkeSpi, ikev2::wire::IkeSpi>> all;
    host.engine.visit([&](const IkeSa& sa) {
        if (sa.established() != nullptr &&
            sa.established()->remote_id == peer.configuration->connections().front().last_local().id)
            all.emplace(sa.sa().spi_i, sa.sa().spi_r);
        return true;
    });
    return all;
}

std::size_t count(const Host& host, const std::string& connection, const std::string& child) {
    std::size_t all = 0;
    visit_children(host, [&](const IkeSa& sa, const ChildSa& one) {
        all += sa.sa().connection_name() == connection && one.name == child ? 1U : 0U;
    });
    return all;
}

// Each child of one kernel has its other end in another's.
void check_ends(Network& network) {
    std::map<ike::EspSpi, std::vector<const ike::ChildInstall*>> by_inbound;
    for (const Host* host : network.hosts()) {
        for (const ike::ChildInstall* child : host->kernel.list()) by_inbound[child->spi_in].push_back(child);
    }
    for (const Host* host : network.hosts()) {
        for (const ike::ChildInstall* child : host->kernel.list()) {
            std::string wrong = "no other end";
            for (const auto* other : by_inbound[child->spi_out]) {
                if (other->spi_out == child->spi_in) wrong = tests::mismatch(*child, *other);
            }
            if (!wrong.empty())
                network.violated("child " + child->child_name + " of " + host->address.to_string() + ": " + wrong);
        }
    }
}

void check_operations(Network& network, const Host& host) {
    std::set<ike::OperationId> ended;
    for (const ike::OperationDone& done : host.done) {
        if (!ended.insert(done.operation).second) network.violated("an operation ended twice");
    }
    for (const std::uint64_t operation : host.begun) {
        if (!ended.contains(ike::OperationId{operation}))
            network.violated("operation " + std::to_string(operation) + " of " + host.address.to_string() +
                             " never ended");
    }
}

// RFC 7296 2.19: whoever has a virtual address has it from a gateway that knows so, and the other way round.
void check_addresses(Network& network) {
    std::set<base::Address> held;
    std::set<base::Address> leased;
    for (const Host* host : network.hosts()) {
        for (const auto& given : host->held_addresses) held.insert(given.addresses.begin(), given.addresses.end());
        for (const auto& pool : host->leases.pools()) {
            for (const auto& lease : host->leases.leases(pool.name)) {
                if (lease.is_online) leased.insert(lease.address);
            }
        }
    }
    if (held != leased)
        network.violated(std::to_string(held.size()) + " virtual addresses are held, and " +
                         std::to_string(leased.size()) + " leased");
}

}  // namespace

void check_step(Network& network, const Host& host, const Bounds& bounds) {
    check_children(network, host);
    check_bounds(network, host, bounds);
    if (!host.kernel.complaints().empty())
        network.violated(host.address.to_string() + ": " + host.kernel.complaints().front());
    for (const base::Reason reason : {base::Reason::InternalInconsistency, base::Reason::IntegrityCheckFailed}) {
        if (host.count(reason) > 0)
            network.violated(host.address.to_string() + " counted " + std::string(base::name(reason)));
    }
}

void check_quiet(Network& network, const std::vector<Wanted>& wanted, std::size_t least) {
    check_ends(network);
    for (const Wanted& want : wanted) {
        const Host& one = network.at(want.one);
        const Host& other = network.at(want.other);
        if (ike_sas(one, other) != ike_sas(other, one)) network.violated("hosts know different IKE SAs");
        for (const std::size_t found :
             {count(one, want.connection_of_one, want.child), count(other, want.connection_of_other, want.child)}) {
            if (found > 1 || found < least)
                network.violated("child " + want.child + " between " + one.address.to_string() + " and " +
                                 other.address.to_string() + " stands " + std::to_string(found) + " times");
        }
    }
    check_addresses(network);
    for (const Host* host : network.hosts()) {
        check_operations(network, *host);
        if (host->engine.half_open() > 0) network.violated("a half-open IKE SA is left");
    }
}

void check_empty(Network& network) {
    check_addresses(network);
    for (const Host* host : network.hosts()) {
        if (host->engine.size() > 0)
            network.violated(host->address.to_string() + " keeps " + std::to_string(host->engine.size()) + " IKE SAs");
        if (!host->kernel.children().empty()) network.violated("a kernel keeps children");
        check_operations(network, *host);
    }
}

}  // namespace xfrmd::sim
