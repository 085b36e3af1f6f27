#include "daemon/config/swanctl_connection.h"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/config/ml_dsa_switch.h"
#include "daemon/config/suggestion.h"
#include "daemon/config/swanctl_lifetimes.h"
#include "daemon/config/swanctl_round.h"
#include "daemon/config/swanctl_section.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::printable;
using settings::View;

constexpr std::array<std::string_view, 3> kInConnection{"local", "remote", "children"};
constexpr std::array<std::string_view, 2> kInRound{"cert", "cacert"};

constexpr std::uint16_t kIkePort = 500;

bool proposes_esn(const policy::Child& child) {
    const policy::Transform esn = policy::transform(policy::Esn::yes);
    const auto holds_esn = [&](const policy::Proposal& proposal) {
        return std::find(proposal.transforms.begin(), proposal.transforms.end(), esn) != proposal.transforms.end();
    };
    const auto proposals = child.proposals();
    return std::any_of(proposals.begin(), proposals.end(), holds_esn);
}

struct NumberedRound {
    std::uint32_t number = 0;
    policy::AuthRound round;
};

class ConnectionReader {
public:
    ConnectionReader(const View& section, const ConnectionDefaults& defaults, NamedCredentials& credentials,
                     ErrorList& errors)
        : section_(section),
          defaults_(defaults),
          credentials_(credentials),
          errors_(errors),
          path_("connections." + printable(section.name())) {}

    policy::Connection read() {
        connection_.name = section_.name();
        connection_.local_port = 0;
        connection_.fail_closed = defaults_.host.fail_closed;
        read_settings(section_, Place::connection, path_, {.connection = &connection_}, errors_);
        check_local_port();
        complete_lifetimes(connection_, section_);
        for (const View& inner : section_.sections()) read_inner(inner);
        if (connection_.negotiates()) {
            require("local", local_);
            require("remote", remote_);
        }
        take_rounds(local_, connection_.local, connection_.further_local);
        take_rounds(remote_, connection_.remote, connection_.further_remote);
        check_rounds();
        if (connection_.proposals.empty()) connection_.proposals = defaults_.ike;
        return std::move(connection_);
    }

private:
    // strongSwan's 0 is the port that its socket is bound to. Sockets are there for all connections alike.
    void check_local_port() {
        const IkePorts& ports = defaults_.host.ports;
        if (connection_.local_port == 0) connection_.local_port = ports.ike;
        if (connection_.local_port == ports.ike) return;
        const settings::Position at = section_.setting("local_port")->value_at;
        if (connection_.local_port != ports.nat) {
            errors_.add(at, path_ + ".local_port: xfrmd listens on ports " + std::to_string(ports.ike) + " and " +
                                std::to_string(ports.nat) + " only (its options --port and --nat-port)");
        } else if (connection_.remote_port == kIkePort) {
            // RFC 3948 2.2
            errors_.add(at, path_ + ".local_port: what leaves from " + std::to_string(ports.nat) +
                                " has a marker that nobody expects on port 500; set remote_port as well");
        }
    }

    // strongSwan tells these sections by how their names start, in any case.
    void read_inner(const View& inner) {
        const std::string name = to_lower(inner.name());
        const std::string path = path_ + "." + printable(inner.name());
        if (name == "children") return read_children(inner, path);
        if (name.starts_with("local")) return read_round(inner, path, local_);
        if (name.starts_with("remote")) return read_round(inner, path, remote_);
        errors_.add_section(inner.at(), inner.name(), path + ": unknown section" + did_you_mean(name, kInConnection));
    }

    void read_round(const View& inner, const std::string& path, std::vector<NumberedRound>& rounds) {
        policy::AuthRound round;
        std::uint32_t number = 0;
        round.auth = policy::AuthMethod::pubkey;  // strongSwan's default
        RoundFiles files;
        const bool is_ours = to_lower(inner.name()).starts_with("local");
        const Draft draft{.round = &round, .is_remote = !is_ours, .round_number = &number, .files = &files};
        read_settings(inner, Place::round, path, draft, errors_);
        admit_ml_dsa(round.requirements, inner, path);
        for (const View& certificate : inner.sections()) read_certificate(certificate, path, files);
        const RoundPlace place{inner.at(), path, is_ours, inner.has("id")};
        if (round.auth == policy::AuthMethod::null) {
            finish_null_round(round, files, place, errors_);
        } else {
            read_round_files(round, files, place, credentials_, errors_);
        }
        rounds.push_back({number, std::move(round)});
    }

    void admit_ml_dsa(policy::KeyRequirements& requirements, const View& inner, const std::string& path) {
        requirements.ml_dsa = defaults_.host.ml_dsa;
        const auto named = std::ranges::find_if(requirements.keys, policy::is_ml_dsa);
        if (requirements.ml_dsa || named == requirements.keys.end()) return;
        errors_.add(inner.setting("auth")->value_at, path + ".auth: " + ml_dsa_is_off(*named));
    }

    // In the order that strongSwan has them in.
    static void take_rounds(std::vector<NumberedRound>& rounds, policy::AuthRound& first,
                            std::vector<policy::AuthRound>& further) {
        std::ranges::stable_sort(rounds, {}, &NumberedRound::number);
        for (NumberedRound& one : rounds) further.push_back(std::move(one.round));
        if (further.empty()) return;
        first = std::move(further.front());
        further.erase(further.begin());
    }

    void check_rounds() {
        const auto is_null = [](const policy::AuthRound& round) { return round.auth == policy::AuthMethod::null; };
        for (const auto* further : {&connection_.further_local, &connection_.further_remote}) {
            const auto& first = further == &connection_.further_local ? connection_.local : connection_.remote;
            if (further->empty() || !(is_null(first) || std::ranges::any_of(*further, is_null))) continue;
            errors_.add(section_.at(), path_ + ": a round with auth = null is the only one of its side");
        }
        if (connection_.session_resumption && connection_.has_several_rounds()) {
            errors_.add(section_.setting("session_resumption")->value_at,
                        path_ + ".session_resumption: does not go together with several rounds of authentication");
        }
        // RFC 7619 2.3
        const bool tells_apart =
            connection_.unique == policy::Unique::keep || connection_.unique == policy::Unique::replace;
        if (tells_apart && is_null(connection_.remote)) {
            errors_.add(section_.setting("unique")->value_at,
                        path_ + ".unique: peers of a remote section with auth = null cannot be told apart");
        }
    }

    void read_certificate(const View& inner, const std::string& round_path, RoundFiles& files) {
        const std::string name = to_lower(inner.name());
        const std::string path = round_path + "." + printable(inner.name());
        const bool is_end = name.starts_with("cert");
        if (!is_end && !name.starts_with("cacert")) {
            return errors_.add(inner.at(), path + ": unknown section" + did_you_mean(name, kInRound));
        }
        std::string file;
        TokenObject object;
        read_settings(inner, Place::certificate, path, {.certificate_file = &file, .token = &object}, errors_);
        if (!inner.has("file") && !inner.has("handle")) {
            return errors_.add(inner.at(), path + ": 'file' or 'handle' is missing");
        }
        if (!file.empty() && (inner.has("handle") || inner.has("slot") || inner.has("module"))) {
            return errors_.add(inner.at(), path + ": either 'file' or what is in a token");
        }
        if (!file.empty()) return (is_end ? files.certs : files.cacerts).push_back(std::move(file));
        (is_end ? files.token_certs : files.token_cacerts).push_back(std::move(object));
    }

    void require(std::string_view side, const std::vector<NumberedRound>& rounds) {
        if (!rounds.empty()) return;
        errors_.add(section_.at(),
                    path_ + ": no section '" + std::string(side) + "', which says how that side proves who it is");
    }

    void read_children(const View& children, const std::string& path) {
        for (const settings::Setting* setting : children.settings()) {
            errors_.add(setting->key_at, path + ": a section for each child is expected here, not a setting");
        }
        for (const View& inner : children.sections()) read_child(inner, path + "." + printable(inner.name()));
    }

    void read_child(const View& inner, const std::string& path) {
        policy::Child child;
        child.name = inner.name();
        child.replay_window = defaults_.host.replay_window;
        read_settings(inner, Place::child, path, {.child = &child}, errors_);
        for (const View& unknown : inner.sections()) {
            errors_.add(unknown.at(), path + "." + printable(unknown.name()) + ": unknown section");
        }
        complete_lifetimes(child, inner);
        if (child.is_shunt()) {
            finish_shunt(child, inner, path);
        } else {
            finish_child(child, inner, path);
        }
        for (auto* selectors : {&child.local_ts, &child.remote_ts}) {
            if (selectors->empty()) selectors->push_back({.dynamic = true, .selector = {}});
        }
        (child.is_shunt() ? connection_.shunts : connection_.children).push_back(std::move(child));
    }

    void finish_child(policy::Child& child, const View& inner, const std::string& path) {
        if (child.proposals().empty()) child.esp_proposals = defaults_.esp;
        check_per_cpu(child, inner, path);
        if (child.replay_window != 0 || !proposes_esn(child)) return;
        // RFC 4303 3.4.3: the window is where the high bits of a sequence number are guessed from.
        const settings::Setting* window = inner.setting("replay_window");  // nullptr: it is strongswan.conf's
        errors_.add(window == nullptr ? inner.at() : window->value_at,
                    path + ".replay_window: esn in a proposal needs a window, at least of 1 packet");
    }

    // The kernel chooses among the SAs of one template, in software.
    void check_per_cpu(const policy::Child& child, const View& inner, const std::string& path) {
        if (!child.per_cpu_sas) return;
        const std::string_view other = !child.policies                             ? "policies = no"
                                       : child.ipcomp                              ? "ipcomp = yes"
                                       : child.mode == policy::Mode::beet          ? "mode = beet"
                                       : child.hw_offload != policy::HwOffload::no ? "hw_offload"
                                                                                   : "";
        if (other.empty()) return;
        errors_.add(inner.setting("per_cpu_sas")->value_at,
                    path + ".per_cpu_sas: does not go together with " + std::string(other));
    }

    // With nothing but dynamic selectors it would be for the whole of the traffic, which nobody means.
    void finish_shunt(policy::Child& child, const View& inner, const std::string& path) {
        const auto names_addresses = [](const auto& selectors) {
            return std::any_of(selectors.begin(), selectors.end(), [](const auto& one) { return !one.dynamic; });
        };
        if (!names_addresses(child.local_ts) && !names_addresses(child.remote_ts)) {
            errors_.add(inner.at(), path + ": with mode = pass or drop, local_ts or remote_ts must name addresses");
        }
        child.esp_proposals.clear();
        child.ah_proposals.clear();
    }

    const View& section_;
    const ConnectionDefaults& defaults_;
    NamedCredentials& credentials_;
    ErrorList& errors_;
    std::string path_;
    policy::Connection connection_;
    std::vector<NumberedRound> local_;
    std::vector<NumberedRound> remote_;
};

}  // namespace

policy::Connection read_connection(const View& section, const ConnectionDefaults& defaults,
                                   NamedCredentials& credentials, ErrorList& errors) {
    return ConnectionReader(section, defaults, credentials, errors).read();
}

}  // namespace xfrmd::daemon
