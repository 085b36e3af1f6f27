// Makes DNS servers that gateways give (RFC 7296 3.15.1) the host's, and takes them away again: by resolvconf(8) where
// that is there or named, under an interface of its own; else by systemd-resolved, for the interface that has the
// virtual address; else as the first lines of the resolver's file, each marked as ours. A link in its place is somebody
// else's, and not written. Only systemd-resolved knows servers for some domains alone (RFC 8598); of two gateways on
// one interface it asks the servers of both. What it does blocks: for a thread that may wait.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "daemon/attributes/resolve_options.h"
#include "ike/base/address.h"

namespace xfrmd::daemon {

// What one gateway has given.
struct NameService {
    std::vector<base::Address> servers;  // in the order in which they are to be asked
    std::vector<std::string> domains;    // those alone that they are for; empty: all
    std::string device;                  // that has the virtual address
    friend bool operator==(const NameService&, const NameService&) = default;
};

// Whether servers can be for single domains.
bool can_split_dns(const ResolveOptions& options);

class Resolver {
public:
    explicit Resolver(ResolveOptions options) : options_(std::move(options)) {}

    // These, and no others of ours; who comes first is asked first. Empty, or what has gone wrong.
    std::string use(const std::vector<NameService>& services);
    // What a process that was killed has left. `devices`: those that had virtual addresses then.
    void clear_leftovers(const std::set<std::string>& devices);

private:
    std::string tell_resolvconf(const std::vector<base::Address>& servers) const;
    std::string tell_resolved(const std::vector<NameService>& services);
    std::string ask_resolved(std::vector<std::string> words) const;
    std::string write_file(const std::vector<base::Address>& servers) const;

    ResolveOptions options_;
    std::set<std::string> devices_;  // that systemd-resolved has servers of ours for
};

}  // namespace xfrmd::daemon
