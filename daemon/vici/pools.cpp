#include "daemon/vici/query_commands.h"
#include "daemon/vici/request.h"

namespace xfrmd::daemon::vici {

namespace {

// A response has no room for more, and cannot be cut into several.
constexpr std::size_t kLeaseBytes = std::size_t{400} << 10;
constexpr std::size_t kAroundLease = 64;  // octets of elements and names

Section lease_section(const policy::LeaseState& lease) {
    Section section;
    section.set("address", lease.address.to_string()).set("identity", lease.peer.to_string());
    section.set("status", lease.is_online ? "online" : "offline");
    return section;
}

Section leases_of(const policy::LeaseBook& book, const std::string& pool, std::size_t& room) {
    Section section;
    std::size_t number = 0;
    for (const policy::LeaseState& lease : book.leases(pool)) {
        Section one = lease_section(lease);
        const std::size_t size = kAroundLease + one.value("identity")->size() + one.value("address")->size();
        if (size > room) break;
        room -= size;
        section.add_section(std::to_string(number++), std::move(one));
    }
    return section;
}

}  // namespace

void get_pools(Desk& desk, const Asked& asked) {
    const policy::LeaseBook& book = desk.port.leases();
    const std::string wanted = text_of(asked->request(), "name");
    std::size_t room = kLeaseBytes;
    Section answer;
    for (const policy::PoolState& pool : book.pools()) {
        if (!wanted.empty() && wanted != pool.name) continue;
        Section& section = answer.add_section(pool.name);
        section.set("base", pool.addresses.base.to_string()).set("size", std::to_string(pool.addresses.size));
        section.set("online", std::to_string(pool.online)).set("offline", std::to_string(pool.offline));
        if (is_set(asked->request(), "leases")) section.add_section("leases", leases_of(book, pool.name, room));
    }
    asked->respond(std::move(answer));
}

}  // namespace xfrmd::daemon::vici
