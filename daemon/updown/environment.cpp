#include "daemon/updown/environment.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace xfrmd::daemon::updown {

namespace {

using policy::TrafficSelector;

class Environment {
public:
    void set(const std::string& name, const std::string& value) { items_.push_back(name + "=" + value); }
    void set(const std::string& name, std::uint64_t value) { set(name, std::to_string(value)); }
    std::vector<std::string> take() { return std::move(items_); }

private:
    std::vector<std::string> items_;
};

struct Pair {
    const TrafficSelector& local;
    const TrafficSelector& remote;
    bool is_ipv6() const { return local.addresses.first.family() == base::Family::ipv6; }
    // Some packet can match both.
    bool is_real() const {
        const bool any = local.protocol == 0 || remote.protocol == 0;
        return local.addresses.first.family() == remote.addresses.first.family() &&
               (any || local.protocol == remote.protocol);
    }
};

bool is_icmp(std::uint8_t protocol) { return protocol == 1 || protocol == 58; }

// As packet filters write them: "0" any, "80" or "80:90".
std::string ports_of(const TrafficSelector& selector) {
    if (selector.any_port() || selector.is_opaque()) return "0";
    const std::string first = std::to_string(selector.first_port);
    return selector.first_port == selector.last_port ? first : first + ":" + std::to_string(selector.last_port);
}

std::string search_path() {
    const char* ours = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): nobody sets it
    return ours != nullptr ? ours : "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

// "host": of this host alone.
std::string verb_for(const Occasion& occasion, const Pair& pair, Verb verb) {
    const bool is_host = pair.local.is_host() && pair.local.addresses.first == occasion.local;
    return std::string(verb == Verb::up ? "up" : "down") + (is_host ? "-host" : "-client") +
           (pair.is_ipv6() ? "-v6" : "");
}

// "42/0xffffffff"
std::string text_of(const netlink::Mark& mark) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%u/0x%08x", mark.value, mark.mask);
    return text.data();
}

// `side`: MY or PEER.
void set_end(Environment& environment, const std::string& side, const TrafficSelector& selector) {
    environment.set("PLUTO_" + side + "_CLIENT", selector.addresses.enclosing_prefix().to_string());
    environment.set("PLUTO_" + side + "_PROTOCOL", selector.protocol);
}

// RFC 7296 3.13.1: ICMP has type and code in the place of a port, in either selector. strongSwan tells the type as our
// port, and the code as the peer's.
void set_ports(Environment& environment, const Pair& pair) {
    const bool icmp = is_icmp(pair.local.protocol) || is_icmp(pair.remote.protocol);
    const TrafficSelector& which = pair.local.any_port() ? pair.remote : pair.local;
    environment.set("PLUTO_MY_PORT", icmp ? std::to_string(which.first_port >> 8U) : ports_of(pair.local));
    environment.set("PLUTO_PEER_PORT", icmp ? std::to_string(which.first_port & 0xffU) : ports_of(pair.remote));
}

// NAME4_1, NAME4_2, NAME6_1
void set_numbered(Environment& environment, const std::string& name, const std::vector<base::Address>& addresses) {
    unsigned ipv4 = 0;
    unsigned ipv6 = 0;
    for (const base::Address& address : addresses) {
        const bool is_ipv6 = address.family() == base::Family::ipv6;
        const unsigned number = is_ipv6 ? ++ipv6 : ++ipv4;
        environment.set(name + (is_ipv6 ? "6_" : "4_") + std::to_string(number), address.to_string());
    }
}

void set_virtual_addresses(Environment& environment, const std::string& side,
                           const std::vector<base::Address>& addresses) {
    const std::string name = "PLUTO_" + side + "_SOURCEIP";
    if (!addresses.empty()) environment.set(name, addresses.front().to_string());
    set_numbered(environment, name, addresses);
}

void set_ids_and_marks(Environment& environment, const Occasion& occasion) {
    if (occasion.mark_in.value != 0) environment.set("PLUTO_MARK_IN", text_of(occasion.mark_in));
    if (occasion.mark_out.value != 0) environment.set("PLUTO_MARK_OUT", text_of(occasion.mark_out));
    if (occasion.if_id_in != 0) environment.set("PLUTO_IF_ID_IN", occasion.if_id_in);
    if (occasion.if_id_out != 0) environment.set("PLUTO_IF_ID_OUT", occasion.if_id_out);
}

// What is there in some cases only.
void set_particulars(Environment& environment, const Occasion& occasion) {
    set_virtual_addresses(environment, "MY", occasion.local_addresses);
    set_virtual_addresses(environment, "PEER", occasion.remote_addresses);
    set_ids_and_marks(environment, occasion);
    if (occasion.encapsulation_port) environment.set("PLUTO_UDP_ENC", *occasion.encapsulation_port);
    if (occasion.ipcomp) environment.set("PLUTO_IPCOMP", 1);
    set_numbered(environment, "PLUTO_DNS", occasion.dns_servers);
    if (occasion.host_access) environment.set("PLUTO_HOST_ACCESS", 1);
}

std::vector<std::string> environment_for(const Occasion& occasion, const Pair& pair, Verb verb) {
    Environment environment;
    environment.set("PATH", search_path());
    environment.set("PLUTO_VERSION", "1.1");
    environment.set("PLUTO_VERB", verb_for(occasion, pair, verb));
    environment.set("PLUTO_CONNECTION", occasion.child);
    environment.set("PLUTO_INTERFACE", occasion.interface.empty() ? "unknown" : occasion.interface);
    environment.set("PLUTO_REQID", occasion.reqid);
    environment.set("PLUTO_PROTO", occasion.is_ah ? "ah" : "esp");
    environment.set("PLUTO_UNIQUEID", occasion.ike_sa);
    environment.set("PLUTO_ME", occasion.local.to_string());
    environment.set("PLUTO_MY_ID", occasion.local_id);
    set_end(environment, "MY", pair.local);
    environment.set("PLUTO_PEER", occasion.remote.to_string());
    environment.set("PLUTO_PEER_ID", occasion.remote_id);
    set_end(environment, "PEER", pair.remote);
    set_ports(environment, pair);
    set_particulars(environment, occasion);
    return environment.take();
}

std::string name_of(const Occasion& occasion, const Pair& pair, Verb verb) {
    return occasion.connection + ": updown of " + occasion.child + " (" + verb_for(occasion, pair, verb) + " " +
           pair.local.to_string() + " === " + pair.remote.to_string() + ")";
}

}  // namespace

std::vector<Script> scripts_for(const Occasion& occasion, Verb verb) {
    std::vector<Script> scripts;
    for (const TrafficSelector& local : occasion.local_ts) {
        for (const TrafficSelector& remote : occasion.remote_ts) {
            const Pair pair{local, remote};
            if (!pair.is_real()) continue;
            scripts.push_back({occasion.command, environment_for(occasion, pair, verb), name_of(occasion, pair, verb)});
        }
    }
    return scripts;
}

}  // namespace xfrmd::daemon::updown
