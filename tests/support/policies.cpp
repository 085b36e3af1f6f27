#include "tests/support/policies.h"

#include <sstream>
#include <stdexcept>
#include <utility>

namespace xfrmd::tests {

namespace {

template <typename T>
T must(base::Result<T> result) {
    if (!result) throw std::invalid_argument(result.error().sentence());
    return *std::move(result);
}

std::vector<policy::Proposal> proposals(policy::ProtocolId protocol, const std::string& text) {
    std::vector<policy::Proposal> all;
    std::istringstream words(text);
    for (std::string word; std::getline(words, word, ',');) {
        for (policy::Proposal& proposal : must(policy::parse_proposal(protocol, word)))
            all.push_back(std::move(proposal));
    }
    return all;
}

std::vector<policy::ConfiguredSelector> configured(const std::vector<std::string>& texts) {
    std::vector<policy::ConfiguredSelector> all;
    for (const std::string& text : texts) all.push_back(must(policy::parse_selector(text)));
    return all;
}

std::vector<base::AddressRange> hosts(const std::string& text) {
    if (text.empty()) return {};
    return {{address(text), address(text)}};
}

}  // namespace

base::Address address(const std::string& text) {
    const auto parsed = base::Address::parse(text);
    if (!parsed) throw std::invalid_argument("address " + text);
    return *parsed;
}

policy::Identity identity(const std::string& text) {
    return text.empty() ? policy::Identity{} : must(policy::Identity::parse(text));
}

std::vector<policy::Proposal> ike_proposals(const std::string& text) {
    return proposals(policy::ProtocolId::ike, text);
}
std::vector<policy::Proposal> esp_proposals(const std::string& text) {
    return proposals(policy::ProtocolId::esp, text);
}

std::vector<policy::Proposal> ah_proposals(const std::string& text) { return proposals(policy::ProtocolId::ah, text); }

policy::TrafficSelectors selectors(const std::vector<std::string>& texts) {
    policy::TrafficSelectors all;
    for (const auto& selector : configured(texts)) all.push_back(selector.selector);
    return all;
}

policy::Child child(const ChildWords& words) {
    policy::Child child;
    child.name = words.name;
    child.esp_proposals = esp_proposals(words.esp);
    child.local_ts = configured(words.local_ts);
    child.remote_ts = configured(words.remote_ts);
    child.mode = words.mode;
    child.ah_proposals = ah_proposals(words.ah);
    child.ipcomp = words.ipcomp;
    child.rekey_time = words.rekey_time;
    child.rand_time = words.rand_time;
    child.rekey_bytes = words.rekey_bytes;
    child.rand_bytes = words.rand_bytes;
    child.rekey_packets = words.rekey_packets;
    child.inactivity = words.inactivity;
    child.dpd_action = words.dpd_action;
    child.per_cpu_sas = words.per_cpu_sas;
    return child;
}

policy::Connection connection(const ConnectionWords& words) {
    policy::Connection connection;
    connection.name = words.name;
    connection.local_addrs = hosts(words.local);
    connection.remote_addrs = hosts(words.remote);
    connection.proposals = ike_proposals(words.ike);
    connection.local.auth = connection.remote.auth = policy::AuthMethod::psk;
    connection.local.id = identity(words.local_id);
    connection.remote.id = identity(words.remote_id);
    connection.encap = words.encap;
    connection.mobike = words.mobike;
    connection.rekey_time = words.rekey_time;
    connection.over_time = words.over_time;
    connection.childless = words.childless;
    connection.unique = words.unique;
    connection.reauth_time = words.reauth_time;
    connection.dpd_delay = words.dpd_delay;
    connection.session_resumption = words.session_resumption;
    for (const ChildWords& one : words.children) connection.children.push_back(child(one));
    return connection;
}

ConnectionWords two_children(const std::string& second_esp) {
    ConnectionWords words;
    words.children.push_back(
        {.name = "second", .esp = second_esp, .local_ts = {"10.3.0.0/16"}, .remote_ts = {"10.4.0.0/16"}});
    return words;
}

ConnectionWords mirrored(ConnectionWords words) {
    std::swap(words.local, words.remote);
    std::swap(words.local_id, words.remote_id);
    for (ChildWords& one : words.children) std::swap(one.local_ts, one.remote_ts);
    return words;
}

policy::Snapshot snapshot(std::vector<policy::Connection> connections, const std::vector<SecretWords>& secrets,
                          std::vector<policy::Pool> pools) {
    policy::Configuration configuration;
    configuration.pools = std::move(pools);
    configuration.connections = std::move(connections);
    for (const SecretWords& words : secrets) {
        policy::SharedSecret secret;
        secret.name = "ike-" + std::to_string(configuration.secrets.size());
        secret.secret = base::SecretBytes(base::as_bytes(words.secret));
        for (const std::string& owner : words.owners) secret.owners.push_back(identity(owner));
        configuration.secrets.push_back(std::move(secret));
    }
    return policy::IndexedConfiguration::of(std::move(configuration));
}

policy::Snapshot snapshot(const ConnectionWords& words) { return snapshot({connection(words)}, {{kSecret, {}}}); }

}  // namespace xfrmd::tests
