#include "daemon/config/swanctl_loader.h"

#include <algorithm>
#include <array>
#include <set>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_parser.h"
#include "daemon/config/settings_view.h"
#include "daemon/config/suggestion.h"
#include "daemon/config/swanctl_authority.h"
#include "daemon/config/swanctl_connection.h"
#include "daemon/config/swanctl_interfaces.h"
#include "daemon/config/swanctl_manual.h"
#include "daemon/config/swanctl_pool.h"
#include "daemon/config/swanctl_section.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::printable;
using settings::View;

constexpr std::array<std::string_view, 6> kTopLevel{"connections", "manual", "interfaces",
                                                    "secrets",     "pools",  "authorities"};

// "time", "bytes" or "packets"; empty: none.
std::string limit_before_rekeying(const policy::Child& child) {
    const auto comes_first = [](auto life, auto rekey) { return life != decltype(life){} && life <= rekey; };
    if (comes_first(child.life_time, child.rekey_time)) return "time";
    if (comes_first(child.life_bytes, child.rekey_bytes)) return "bytes";
    return comes_first(child.life_packets, child.rekey_packets) ? "packets" : "";
}

struct KeySection {
    std::string_view prefix;
    Place place;
};

// Beside those of shared secrets. No prefix is the beginning of another one.
constexpr std::array kKeySections{
    KeySection{"private", Place::private_key}, KeySection{"rsa", Place::private_key},
    KeySection{"ecdsa", Place::private_key},   KeySection{"pkcs8", Place::private_key},
    KeySection{"pkcs12", Place::private_key},  KeySection{"token", Place::token},
};

bool is_single(const base::AddressRange& range) { return range.first == range.last; }

bool can_initiate(const policy::Connection& connection) {
    return !connection.remote_hosts.names.empty() ||
           std::any_of(connection.remote_addrs.begin(), connection.remote_addrs.end(), is_single);
}

// Why a child with dynamic selectors has no block, or not yet; empty where it has one from the start.
std::string missing_for_block(const policy::Connection& connection) {
    if (!can_initiate(connection)) return "as remote_addrs names no single address";
    const bool remote_is_known = std::any_of(connection.remote_addrs.begin(), connection.remote_addrs.end(), is_single);
    const bool local_is_known = connection.local_hosts.names.empty() || !connection.local_addrs.empty();
    if (remote_is_known && local_is_known) return {};
    const policy::Hosts& unknown = remote_is_known ? connection.local_hosts : connection.remote_hosts;
    return "until the address of " + printable(unknown.names.front()) + " is known";
}

class Loader {
public:
    Loader(const settings::Document& document, const settings::References& references, const HostSettings& host,
           CredentialFiles credentials)
        : document_(document),
          references_(references),
          defaults_{.host = host},
          credentials_(std::move(credentials)),
          errors_(document) {
        result_.warnings = document.warnings;
    }

    tl::expected<LoadResult, ConfigErrors> run() {
        const View root = View::of_root(document_, references_);
        for (const settings::Setting* setting : root.settings()) {
            errors_.add(setting->key_at, "unknown key '" + printable(setting->name) + "': settings stand in sections");
        }
        for (const View& section : root.sections()) read_top_level(section);
        finish_credentials();
        if (!errors_.empty()) return tl::unexpected(errors_.in_order());
        const auto warnings = errors_.warnings();
        result_.warnings.insert(result_.warnings.end(), warnings.begin(), warnings.end());
        warn_of_readable_secrets();
        warn_of_missing_secrets();
        warn_of_missing_pools();
        return std::move(result_);
    }

private:
    void read_top_level(const View& section) {
        if (section.name() == "connections") return read_each(section, &Loader::read_connection);
        if (section.name() == "manual") return read_each(section, &Loader::read_manual);
        if (section.name() == "interfaces") return read_each(section, &Loader::read_interface);
        if (section.name() == "secrets") return read_each(section, &Loader::read_secret);
        if (section.name() == "pools") return read_pools(section);
        if (section.name() == "authorities") return read_each(section, &Loader::read_authority);
        if (references_.uses(section.name())) return;
        const std::string what = "section '" + printable(section.name()) + "'";
        const std::string near = did_you_mean(to_lower(section.name()), kTopLevel);
        if (!near.empty()) return errors_.add(section.at(), "unknown " + what + near);
        warn(section.at(), what + " means nothing to xfrmd and no section inherits from it");
    }

    void read_each(const View& section, void (Loader::*read)(const View&)) {
        for (const settings::Setting* setting : section.settings()) {
            errors_.add(setting->key_at,
                        std::string(section.name()) + ": only sections are expected here, not settings");
        }
        for (const View& inner : section.sections()) {
            if (errors_.full()) return;
            (this->*read)(inner);
        }
    }

    void read_connection(const View& section) {
        auto& connections = result_.configuration.connections;
        connections.push_back(daemon::read_connection(section, defaults_, credentials_, errors_));
        if (!can_initiate(connections.back())) warn_of_start(connections.back(), section.at());
        warn_of_no_block(connections.back(), section.at());
        warn_of_life(connections.back(), section.at());
    }

    void read_manual(const View& section) {
        result_.configuration.manual.push_back(manual_.read(section));
        for (const settings::Position at : places_of_keys(section)) secret_files_.insert(at.file);
    }

    void read_interface(const View& section) { result_.configuration.interfaces.push_back(interfaces_.read(section)); }

    void read_secret(const View& section) {
        const std::string path = "secrets." + printable(section.name());
        if (const auto kind = kind_of_secret(section.name())) return read_shared(section, *kind, path);
        const auto type = std::find_if(kKeySections.begin(), kKeySections.end(),
                                       [&](const auto& each) { return section.name().starts_with(each.prefix); });
        if (type == kKeySections.end()) return errors_.add(section.at(), path + ": unknown kind of secret");
        if (type->place == Place::private_key) return read_key_secret(section, type->prefix, path);
        read_token_key(section, path);
    }

    void read_shared(const View& section, SecretKind kind, const std::string& path) {
        KindOfSecret read = read_shared_secret(section, kind, path, errors_);
        if (!section.has("secret")) return;
        secret_files_.insert(section.setting("secret")->value_at.file);
        if (kind == SecretKind::ike) return result_.configuration.secrets.push_back(std::move(read.secret));
        if (kind == SecretKind::ppk) return result_.configuration.ppks.push_back(std::move(read.secret));
        result_.other_secrets.push_back(std::move(read));
    }

    void read_key_secret(const View& section, std::string_view kind, const std::string& path) {
        KeySecret secret;
        read_settings(section, Place::private_key, path, {.key_secret = &secret}, errors_);
        refuse_inner_sections(section, path);
        if (secret.file.empty()) return errors_.add(section.at(), path + ": 'file' is missing");
        for (const settings::Setting* setting : section.settings()) {
            if (setting->name != "file") secret_files_.insert(setting->value_at.file);
        }
        credentials_.add_secret(kind, std::move(secret));
    }

    // A PIN is tried for a configuration only that has been right so far: wrong ones are counted.
    void read_token_key(const View& section, const std::string& path) {
        TokenObject object;
        base::SecretBytes pin;
        read_settings(section, Place::token, path, {.token = &object, .pin = &pin}, errors_);
        refuse_inner_sections(section, path);
        if (!section.has("handle")) errors_.add(section.at(), path + ": 'handle' is missing");
        if (section.has("pin")) secret_files_.insert(section.setting("pin")->value_at.file);
        if (!errors_.empty()) return;
        const auto added = credentials_.add_key(object, pin.empty() ? nullptr : &pin);
        if (!added) return errors_.add(section.at(), path + ": " + added.error().detail);
        result_.token_keys.emplace(base::to_hex(object.handle), base::to_hex(added->key_id()));
    }

    // What rounds name has been read; what else there is counts for all of them.
    void finish_credentials() {
        std::vector<policy::AuthRound> rounds;
        for (const policy::Connection& connection : result_.configuration.connections) {
            for (const policy::AuthRound* round : connection.all()) rounds.push_back(*round);
        }
        auto made = credentials_.finish(rounds);
        if (!made) return errors_.add({}, made.error().detail);
        result_.configuration.credentials = std::move(*made);
        const auto& warnings = credentials_.warnings();
        result_.warnings.insert(result_.warnings.end(), warnings.begin(), warnings.end());
    }

    void read_pools(const View& section) {
        read_each(section, &Loader::read_pool);
        const auto [one, other] = policy::overlapping(result_.configuration.pools);
        if (one == nullptr) return;
        const std::string names = "'" + printable(one->name) + "' and '" + printable(other->name) + "'";
        errors_.add(section.at(), "pools: " + names + " have the same addresses, and would give them twice");
    }

    void read_pool(const View& section) {
        const std::string path = "pools." + printable(section.name());
        result_.configuration.pools.push_back(daemon::read_pool(section, path, errors_));
    }

    void read_authority(const View& section) {
        auto read = daemon::read_authority(section, "authorities." + printable(section.name()), credentials_, errors_);
        if (!read) return;
        credentials_.add_uris(read->certificate, read->uris);
        result_.authorities.push_back(*std::move(read));
    }

    void refuse_inner_sections(const View& section, const std::string& path) {
        for (const View& inner : section.sections()) errors_.add(inner.at(), path + ": unknown section in it");
    }

    void warn(settings::Position at, const std::string& message) {
        result_.warnings.push_back(document_.error(at, message).to_string());
    }

    void warn_of_readable_secrets() {
        for (const std::uint32_t index : secret_files_) {
            const settings::SourceFile& file = document_.files.at(index);
            if (!file.readable_by_others) continue;
            result_.warnings.push_back(file.path + ": holds secrets and can be read by every user; chmod o-r it");
        }
    }

    void warn_of_missing_secrets() {
        const auto& connections = result_.configuration.connections;
        const bool wants = std::ranges::any_of(connections, [](const policy::Connection& one) {
            const auto is_psk = [](const auto* round) { return round->auth == policy::AuthMethod::psk; };
            return one.negotiates() && std::ranges::any_of(one.all(), is_psk);
        });
        if (!wants || !result_.configuration.secrets.empty()) return;
        result_.warnings.push_back(document_.files.front().path +
                                   ": no pre-shared key under 'secrets', so no connection with auth = psk can come up");
    }

    // It may come by another way than the file's.
    void warn_of_missing_pools() {
        const auto& pools = result_.configuration.pools;
        for (const policy::Connection& connection : result_.configuration.connections) {
            for (const std::string& name : connection.pools) {
                if (std::ranges::find(pools, name, &policy::Pool::name) != pools.end()) continue;
                result_.warnings.push_back("connections." + printable(connection.name) + ".pools: there is no pool '" +
                                           printable(name) + "'");
            }
        }
    }

    void warn_of_start(const policy::Connection& connection, settings::Position at) {
        for (const policy::Child& child : connection.children) {
            constexpr auto kNone = policy::StartAction::none;
            if (child.start_action == kNone && child.dpd_action == kNone && child.close_action == kNone) continue;
            warn(at, "connections." + printable(connection.name) + ": '" + printable(child.name) +
                         "' cannot start by itself, as remote_addrs names no single address");
        }
    }

    void warn_of_no_block(const policy::Connection& connection, settings::Position at) {
        const std::string missing = missing_for_block(connection);
        if (!connection.fail_closed || missing.empty()) return;
        for (const policy::Child& child : connection.children) {
            if (!child.is_dynamic()) continue;
            warn(at, "connections." + printable(connection.name) + ": fail_closed is in vain for '" +
                         printable(child.name) + "', whose selectors are dynamic, " + missing);
        }
    }

    void warn_of_life(const policy::Connection& connection, settings::Position at) {
        for (const policy::Child& child : connection.children) {
            const std::string what = limit_before_rekeying(child);
            if (what.empty()) continue;
            warn(at, "connections." + printable(connection.name) + ": '" + printable(child.name) +
                         "' is closed at the end of its life_" + what + ", as its rekey_" + what +
                         " is not before that");
        }
    }

    const settings::Document& document_;
    const settings::References& references_;
    const ConnectionDefaults defaults_;
    CredentialFiles credentials_;
    ErrorList errors_;
    ManualReader manual_{errors_};
    InterfaceReader interfaces_{errors_};
    LoadResult result_;
    std::set<std::uint32_t> secret_files_;
};

std::string count_of(std::size_t count, const std::string& noun) {
    return std::to_string(count) + " " + noun + (count == 1 ? "" : "s");
}

}  // namespace

tl::expected<LoadResult, ConfigErrors> load_swanctl(const Files& files, const std::string& path,
                                                    const HostSettings& host) {
    const auto document = settings::parse(files, path);
    if (!document) return tl::unexpected(ConfigErrors{document.error()});
    const auto references = settings::References::resolve(*document);
    if (!references) return tl::unexpected(references.error());
    const std::size_t name = path.rfind('/');
    CredentialFiles credentials(files, name == std::string::npos ? "." : path.substr(0, name), host.tokens,
                                host.ml_dsa);
    return Loader(*document, *references, host, std::move(credentials)).run();
}

std::string print(const LoadResult& result) {
    std::string text;
    for (const std::string& warning : result.warnings) text += "warning: " + warning + "\n";
    std::size_t children = 0;
    for (const policy::Connection& connection : result.configuration.connections) {
        children += connection.children.size() + connection.shunts.size();
    }
    const std::size_t manual = result.configuration.manual.size();
    const std::size_t interfaces = result.configuration.interfaces.size();
    return text + "configuration is valid: " + count_of(result.configuration.connections.size(), "connection") + ", " +
           std::to_string(children) + (children == 1 ? " child, " : " children, ") +
           count_of(result.configuration.secrets.size(), "pre-shared key") +
           (manual == 0 ? "" : ", " + count_of(manual, "manual SA")) +
           (interfaces == 0 ? "" : ", " + count_of(interfaces, "interface")) + "\n";
}

std::string print(const ConfigErrors& errors) {
    std::string text;
    for (const ConfigError& error : errors) text += error.to_string() + "\n";
    if (errors.size() == ErrorList::kMost) text += "there may be more errors after these\n";
    return text;
}

}  // namespace xfrmd::daemon
