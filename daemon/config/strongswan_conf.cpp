#include "daemon/config/strongswan_conf.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "daemon/config/error_list.h"
#include "daemon/config/settings_parser.h"
#include "daemon/config/settings_view.h"
#include "daemon/config/strongswan_loggers.h"
#include "daemon/config/strongswan_option.h"
#include "daemon/config/strongswan_setters.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::printable;
using settings::Setting;
using settings::View;

constexpr std::string_view kAttributes = "plugins.attr";

class ConfReader {
public:
    ConfReader(const settings::Document& document, const settings::References& references)
        : document_(document), references_(references), errors_(document) {
        conf_.warnings = document.warnings;
    }

    tl::expected<StrongswanConf, ConfigErrors> run() {
        settings::Sources sources;
        for (const char* name : {"charon-systemd", "charon"}) {
            if (const auto* section = document_.root->sections.find(name)) references_.append(sources, *section);
        }
        if (sources.empty()) return std::move(conf_);
        const View charon(references_, std::move(sources));
        read_section(charon, "");
        if (!conf_.options.dos_protection) lift_limits(conf_.options.engine);
        if (!errors_.empty()) return tl::unexpected(errors_.in_order());
        const auto warnings = errors_.warnings();
        conf_.warnings.insert(conf_.warnings.end(), warnings.begin(), warnings.end());
        return std::move(conf_);
    }

private:
    void read_section(const View& section, const std::string& path) {
        if (path == kAttributes) return read_attributes(section);
        for (const Setting* setting : section.settings()) read_setting(*setting, join(path, setting->name));
        for (const View& inner : section.sections()) {
            if (errors_.full()) return;
            if (path.empty() && read_loggers(inner, conf_.options.log, errors_)) continue;
            if (path.empty() && is_of_scripts(inner)) continue;
            read_section(inner, join(path, inner.name()));
        }
    }

    static std::string join(const std::string& path, std::string_view name) {
        return path.empty() ? std::string(name) : path + "." + std::string(name);
    }

    void read_setting(const Setting& setting, const std::string& name) {
        const StrongswanOption* option = find_strongswan_option(name);
        if (option == nullptr) return detail(setting, name, "xfrmd knows no such option");
        const std::string path = "charon." + printable(name);
        if (is_tcp(name, *setting.value)) {
            return errors_.warn(setting.value_at,
                                path + ": only unix:// is there; " + conf_.options.vici_socket + " is used");
        }
        const auto value = read_value(option->kind, option->usual, *setting.value);
        if (option->set == nullptr) {
            if (!value || value->canonical != option->usual) tell_of(*option, setting, name);
            return;
        }
        if (!value) return errors_.add(setting.value_at, path + ": expected " + value.error());
        const Read<void> verdict = option->set(conf_.options, *value);
        if (!verdict) errors_.add(setting.value_at, path + ": " + verdict.error());
    }

    // strongSwan's own documentation has it for tests.
    static bool is_tcp(std::string_view name, std::string_view value) {
        return name == "plugins.vici.socket" && value.starts_with("tcp://");
    }

    void tell_of(const StrongswanOption& option, const Setting& setting, const std::string& name) {
        const std::string what = "it has no effect: " + std::string(option.note);
        if (option.weight == Weight::detail) return detail(setting, name, what);
        errors_.warn(setting.key_at, "charon." + printable(name) + ": " + what);
    }

    void detail(const Setting& setting, const std::string& name, const std::string& what) {
        if (conf_.details.size() == StrongswanConf::kMostDetailLines) return;
        conf_.details.push_back(document_.error(setting.key_at, "charon." + printable(name) + ": " + what).to_string());
    }

    bool is_of_scripts(const View& inner) {
        if (inner.name() != "start-scripts" && inner.name() != "stop-scripts") return false;
        if (!inner.settings().empty()) {
            errors_.warn(inner.at(), "charon." + std::string(inner.name()) +
                                         ": xfrmd runs none of them; it loads swanctl.conf by itself");
        }
        return true;
    }

    void read_attributes(const View& section) {
        for (const Setting* setting : section.settings()) {
            if (setting->name == "load") continue;
            const std::string name = std::string(kAttributes) + "." + setting->name;
            const auto added = add_common_attribute(conf_.options.attributes, setting->name, *setting->value);
            if (!added) errors_.add(setting->value_at, "charon." + printable(name) + ": " + added.error());
            if (added && !*added) detail(*setting, name, "there is no such attribute in IKEv2");
        }
    }

    static void lift_limits(ikev2::sa::Options& engine) {
        constexpr std::size_t kNone = std::numeric_limits<std::uint32_t>::max();
        for (std::size_t* limit :
             {&engine.cookie_threshold, &engine.cookie_threshold_per_address, &engine.half_open_per_address,
              &engine.half_open_per_network, &engine.most_half_open}) {
            *limit = kNone;
        }
        engine.attempts_per_address = 0;
    }

    const settings::Document& document_;
    const settings::References& references_;
    ErrorList errors_;
    StrongswanConf conf_;
};

}  // namespace

std::string strongswan_path() {
    const char* named = std::getenv("STRONGSWAN_CONF");
    return named == nullptr || *named == '\0' ? "/etc/strongswan.conf" : named;
}

tl::expected<StrongswanConf, ConfigErrors> load_strongswan(const Files& files, const std::string& path,
                                                           bool has_to_be_there) {
    if (!has_to_be_there) {
        const auto found = files.read(path, settings::Limits().file_bytes);
        if (!found && found.error().reason == base::Reason::NotFound) return StrongswanConf{};
    }
    const auto document = settings::parse(files, path);
    if (!document) return tl::unexpected(ConfigErrors{document.error()});
    const auto references = settings::References::resolve(*document);
    if (!references) return tl::unexpected(references.error());
    return ConfReader(*document, *references).run();
}

}  // namespace xfrmd::daemon
