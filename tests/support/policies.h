// Configurations written down by hand for tests: connections, children and keys from the words that swanctl.conf would
// use. A word that does not parse ends the test.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "ike/policy/configuration.h"

namespace xfrmd::tests {

base::Address address(const std::string& text);
policy::Identity identity(const std::string& text);
std::vector<policy::Proposal> ike_proposals(const std::string& text);
std::vector<policy::Proposal> esp_proposals(const std::string& text);
std::vector<policy::Proposal> ah_proposals(const std::string& text);
policy::TrafficSelectors selectors(const std::vector<std::string>& texts);

// Proposals may be several, separated by commas; "default" gives strongSwan's.
struct ChildWords {
    std::string name = "net";
    std::string esp = "aes128gcm16";
    std::vector<std::string> local_ts = {"10.1.0.0/16"};
    std::vector<std::string> remote_ts = {"10.2.0.0/16"};
    policy::Mode mode = policy::Mode::tunnel;
    std::string ah = {};
    bool ipcomp = false;
    std::chrono::seconds rekey_time{0};
    std::chrono::seconds rand_time{0};
    std::uint64_t rekey_bytes = 0;
    std::uint64_t rand_bytes = 0;
    std::uint64_t rekey_packets = 0;
    std::chrono::seconds inactivity{0};
    policy::StartAction dpd_action = policy::StartAction::none;
    bool per_cpu_sas = false;
};
policy::Child child(const ChildWords& words);

struct ConnectionWords {
    std::string name = "gw";
    std::string local = "192.0.2.1";
    std::string remote = "192.0.2.2";
    std::string local_id = "a.example";
    std::string remote_id = "b.example";
    std::string ike = "aes128-sha256-x25519";
    std::vector<ChildWords> children = {{}};
    bool encap = false;
    bool mobike = false;
    std::chrono::seconds rekey_time{0};
    std::chrono::seconds over_time{0};
    policy::Childless childless = policy::Childless::allow;
    policy::Unique unique = policy::Unique::no;
    std::chrono::seconds reauth_time{0};
    std::chrono::seconds dpd_delay{0};
    bool session_resumption = false;
};
policy::Connection connection(const ConnectionWords& words);
// With a child "second", 10.3.0.0/16 to 10.4.0.0/16, beside "net".
ConnectionWords two_children(const std::string& second_esp = "aes128gcm16");
// The same connection as the peer has it: addresses, identities and selectors change sides.
ConnectionWords mirrored(ConnectionWords words);

struct SecretWords {
    std::string secret;
    std::vector<std::string> owners;
};
policy::Snapshot snapshot(std::vector<policy::Connection> connections, const std::vector<SecretWords>& secrets,
                          std::vector<policy::Pool> pools = {});

inline const std::string kSecret = "correct horse battery staple";
policy::Snapshot snapshot(const ConnectionWords& words);

}  // namespace xfrmd::tests
