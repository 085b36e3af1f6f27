#include "daemon/config/strongswan_loggers.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "daemon/config/swanctl_value.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::printable;
using settings::Setting;
using settings::View;

// Their names are strongSwan's; our lines belong to none, so the highest level of a logger is that of all its lines.
constexpr std::string_view kOthers = "path append time_format time_add_ms time_precision flush_line ike_name log_level";
constexpr std::string_view kGroups = "dmn mgr ike chd job cfg knl net asn enc tnc imc imv pts tls app esp lib default";

std::string path_of(const View& section, const Setting& setting) {
    return "charon." + printable(section.name()) + "." + printable(setting.name);
}

std::optional<LogLevel> level_of(const View& section, const Setting& setting, ErrorList& errors) {
    LogLevel level = 0;
    const std::string& text = *setting.value;
    const auto [stopped, error] = std::from_chars(text.data(), text.data() + text.size(), level);
    const bool is_number = error == std::errc{} && stopped == text.data() + text.size();
    if (is_number && level >= kSilent && level <= kMostDetails) return level;
    errors.add(setting.value_at, path_of(section, setting) + ": expected a level from -1 to 4");
    return std::nullopt;
}

LogLevel highest_level(const View& section, ErrorList& errors) {
    LogLevel highest = section.has("default") ? kSilent : kControl;
    for (const Setting* setting : section.settings()) {
        if (has_word(kOthers, setting->name)) continue;
        if (!has_word(kGroups, setting->name)) {
            errors.warn(setting->key_at, path_of(section, *setting) + ": no logger has such an option");
            continue;
        }
        highest = std::max(highest, level_of(section, *setting, errors).value_or(kSilent));
    }
    return highest;
}

bool flag(const View& section, std::string_view name, bool otherwise, ErrorList& errors) {
    const Setting* setting = section.setting(name);
    if (setting == nullptr) return otherwise;
    const auto value = read_value(Kind::boolean, {}, *setting->value);
    if (value) return value->number != 0;
    errors.add(setting->value_at, path_of(section, *setting) + ": expected " + value.error());
    return otherwise;
}

std::string text(const View& section, std::string_view name) {
    const Setting* setting = section.setting(name);
    return setting == nullptr ? std::string() : *setting->value;
}

// The main log is in both places; what is asked of the one that it has is asked of it.
void raise(LogSettings& settings, LogLevel level) {
    settings.level = std::max(settings.level.value_or(kSilent), level);
}

void read_file(const View& section, LogSettings& settings, ErrorList& errors) {
    LogFile file{section.has("path") ? text(section, "path") : std::string(section.name()),
                 text(section, "time_format")};
    file.level = highest_level(section, errors);
    file.append = flag(section, "append", true, errors);
    file.with_milliseconds = flag(section, "time_add_ms", false, errors) || !text(section, "time_precision").empty();
    if (file.path == "stderr" || file.path == "stdout") return raise(settings, file.level);
    if (!file.path.starts_with('/')) {
        const Setting* path = section.setting("path");
        return errors.add(path == nullptr ? section.at() : path->value_at,
                          "charon.filelog." + printable(section.name()) + ": expected a file with an absolute path");
    }
    settings.files.push_back(std::move(file));
}

}  // namespace

bool read_loggers(const View& section, LogSettings& settings, ErrorList& errors) {
    if (section.name() == "journal") {
        raise(settings, highest_level(section, errors));
    } else if (section.name() == "syslog") {
        for (const View& facility : section.sections()) {
            if (facility.name() == "daemon") {
                raise(settings, highest_level(facility, errors));
            } else {
                errors.warn(facility.at(), "charon.syslog." + printable(facility.name()) +
                                               ": it has no effect: all lines go to the facility daemon");
            }
        }
    } else if (section.name() == "filelog") {
        for (const View& file : section.sections()) read_file(file, settings, errors);
    } else {
        return false;
    }
    return true;
}

}  // namespace xfrmd::daemon
