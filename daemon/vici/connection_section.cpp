#include "daemon/vici/connection_section.h"

#include <algorithm>

#include "daemon/vici/text.h"

namespace xfrmd::daemon::vici {

namespace {

using policy::Unique;

std::vector<std::string> texts(const policy::Hosts& hosts, const std::vector<base::AddressRange>& ranges) {
    std::vector<std::string> all;
    for (const auto& range : hosts.is_any() ? ranges : hosts.ranges) {
        all.push_back(range.first == range.last ? range.first.to_string() : range.to_string());
    }
    all.insert(all.end(), hosts.names.begin(), hosts.names.end());
    if (all.empty()) all.emplace_back("%any");
    return all;
}

std::string_view name(Unique unique) {
    switch (unique) {
        case Unique::no:
            return "UNIQUE_NO";
        case Unique::never:
            return "UNIQUE_NEVER";
        case Unique::keep:
            return "UNIQUE_KEEP";
        case Unique::replace:
            return "UNIQUE_REPLACE";
    }
    return "UNIQUE_NO";
}

std::string_view class_of(policy::AuthMethod method) {
    if (method == policy::AuthMethod::psk) return "pre-shared key";
    return method == policy::AuthMethod::pubkey ? "public key" : "null";
}

std::string_view name(policy::StartAction action) {
    if (policy::starts(action)) return "start";
    return policy::traps(action) ? "trap" : "none";
}

std::vector<std::string> subjects(const std::vector<policy::Fingerprint>& fingerprints,
                                  const crypto::Credentials* credentials) {
    std::vector<std::string> all;
    for (const policy::Fingerprint& fingerprint : fingerprints) {
        const auto* certificate = credentials == nullptr ? nullptr : credentials->certificate(fingerprint);
        if (certificate != nullptr) all.push_back(certificate->subject().to_string());
    }
    return all;
}

Section round_section(const policy::AuthRound& round, const crypto::Credentials* credentials) {
    Section section;
    if (!round.id.is_any()) section.set("id", round.id.to_string());
    section.set("class", std::string(class_of(round.auth)));
    if (round.revocation == policy::Revocation::strict) section.set("revocation", "GOOD");
    section.set("groups", std::vector<std::string>());
    section.set("cert_policy", round.policies);
    section.set("certs", subjects(round.certificates, credentials));
    section.set("cacerts", subjects(round.authorities, credentials));
    return section;
}

Section child_section(const policy::Child& child) {
    Section section;
    section.set("mode", std::string(mode_name(child.mode)));
    section.set("rekey_time", std::to_string(child.rekey_time.count()));
    section.set("rekey_bytes", std::to_string(child.rekey_bytes));
    section.set("rekey_packets", std::to_string(child.rekey_packets));
    section.set("dpd_action", std::string(name(child.dpd_action)));
    section.set("close_action", std::string(name(child.close_action)));
    section.set("local-ts", texts_of(child.local_ts)).set("remote-ts", texts_of(child.remote_ts));
    if (!child.interface.empty()) section.set("interface", child.interface);
    if (child.priority != 0) section.set("priority", std::to_string(child.priority));
    return section;
}

void add_rounds(Section& section, const std::string& side, const policy::AuthRound& first,
                const std::vector<policy::AuthRound>& further, const crypto::Credentials* credentials) {
    section.add_section(side + "-1", round_section(first, credentials));
    unsigned number = 1;
    for (const policy::AuthRound& round : further) {
        section.add_section(side + "-" + std::to_string(++number), round_section(round, credentials));
    }
}

void add_ports(Section& section, const policy::Connection& connection) {
    constexpr std::uint16_t kIkePort = 500;
    if (connection.local_port != kIkePort) section.set("local_port", std::to_string(connection.local_port));
    if (connection.remote_port != kIkePort) section.set("remote_port", std::to_string(connection.remote_port));
}

}  // namespace

Section connection_section(const policy::Connection& connection, const crypto::Credentials* credentials) {
    Section section;
    section.set("local_addrs", texts(connection.local_hosts, connection.local_addrs));
    section.set("remote_addrs", texts(connection.remote_hosts, connection.remote_addrs));
    add_ports(section, connection);
    section.set("version", "IKEv2");
    section.set("reauth_time", std::to_string(connection.reauth_time.count()));
    section.set("rekey_time", std::to_string(connection.rekey_time.count()));
    section.set("unique", std::string(name(connection.unique)));
    if (connection.dpd_delay.count() != 0) section.set("dpd_delay", std::to_string(connection.dpd_delay.count()));
    if (!connection.ppk_id.data.empty()) section.set("ppk_id", connection.ppk_id.to_string());
    if (connection.ppk_required) section.set("ppk_required", "yes");
    if (connection.negotiates()) {
        add_rounds(section, "local", connection.local, connection.further_local, credentials);
        add_rounds(section, "remote", connection.remote, connection.further_remote, credentials);
    }
    Section& children = section.add_section("children");
    for (const auto* list : {&connection.children, &connection.shunts}) {
        for (const policy::Child& child : *list) children.add_section(child.name, child_section(child));
    }
    return section;
}

}  // namespace xfrmd::daemon::vici
