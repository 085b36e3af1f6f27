#include "daemon/config/swanctl_manual.h"

#include <array>
#include <optional>

#include "daemon/config/suggestion.h"
#include "daemon/config/swanctl_section.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::printable;
using settings::View;

constexpr std::array<std::string_view, 2> kInManual{"authentication", "encryption"};
constexpr std::array<std::string_view, 5> kRequired{"direction", "protocol", "spi", "local_addrs", "remote_addrs"};

std::optional<View> inner_section(const View& section, std::string_view name) {
    for (const View& inner : section.sections()) {
        if (inner.name() == name) return inner;
    }
    return std::nullopt;
}

// Of "spi" or "encryption.key", or of what is nearest to it where it does not stand there.
settings::Position place_of(const View& section, std::string_view option) {
    const std::size_t dot = option.find('.');
    if (const settings::Setting* setting = section.setting(option)) return setting->value_at;
    const auto inner = inner_section(section, option.substr(0, dot));
    if (!inner) return section.at();
    const settings::Setting* setting = dot == std::string_view::npos ? nullptr : inner->setting(option.substr(dot + 1));
    return setting == nullptr ? inner->at() : setting->value_at;
}

void read_inner(const View& section, const std::string& path, policy::ManualSa& sa, ErrorList& errors) {
    for (const View& inner : section.sections()) {
        const std::string inner_path = path + "." + printable(inner.name());
        if (inner.name() == "authentication") {
            sa.authentication.emplace();
            read_settings(inner, Place::manual_authentication, inner_path, {.manual = &sa}, errors);
        } else if (inner.name() == "encryption") {
            sa.encryption.emplace();
            read_settings(inner, Place::manual_encryption, inner_path, {.manual = &sa}, errors);
        } else {
            errors.add(inner.at(), inner_path + ": unknown section" + did_you_mean(inner.name(), kInManual));
        }
        for (const View& unknown : inner.sections()) errors.add(unknown.at(), inner_path + ": unknown section in it");
    }
}

bool misses_something(const View& section, const std::string& path, ErrorList& errors) {
    bool misses = false;
    for (const std::string_view name : kRequired) {
        if (section.has(name)) continue;
        errors.add(section.at(), path + ": '" + std::string(name) + "' is missing");
        misses = true;
    }
    return misses;
}

}  // namespace

policy::ManualSa ManualReader::read(const View& section) {
    const std::string path = "manual." + printable(section.name());
    const std::size_t before = errors_.found();
    policy::ManualSa sa;
    sa.name = section.name();
    read_settings(section, Place::manual, path, {.manual = &sa}, errors_);
    read_inner(section, path, sa, errors_);
    if (sa.remote_addrs.is_any()) sa.remote_addrs = base::Address::any(sa.local_addrs.family());
    for (auto* selectors : {&sa.local_ts, &sa.remote_ts}) {
        if (selectors->empty()) selectors->push_back({.dynamic = true, .selector = {}});
    }
    // The rules are for what could be read as a whole; else they would find faults that nobody made.
    if (!misses_something(section, path, errors_) && errors_.found() == before) check(sa, section, path);
    return sa;
}

void ManualReader::check(const policy::ManualSa& sa, const View& section, const std::string& path) {
    for (const policy::ManualFault& fault : policy::faults_of(sa)) {
        const std::string what = fault.option.empty() ? path : path + "." + std::string(fault.option);
        errors_.add(place_of(section, fault.option), what + ": " + fault.message);
    }
    check_ids(sa, section, path);
}

void ManualReader::check_ids(const policy::ManualSa& sa, const View& section, const std::string& path) {
    for (const policy::ManualSaId& id : policy::ids_of(sa)) {
        const auto [known, is_new] = taken_.try_emplace(id, sa.name);
        if (is_new) continue;
        const bool is_esp = id.protocol == policy::ProtocolId::esp;
        const bool is_auxiliary = is_esp && sa.protocol == policy::ManualProtocol::bundle;
        const std::string option = is_auxiliary ? "auxiliary_spi" : "spi";
        errors_.add(place_of(section, option), path + "." + option + ": manual." + printable(known->second) +
                                                   " has the same SPI for " + (is_esp ? "esp" : "ah") + " to " +
                                                   id.destination.to_string());
    }
}

std::vector<settings::Position> places_of_keys(const View& section) {
    std::vector<settings::Position> places;
    for (const std::string_view name : kInManual) {
        const auto inner = inner_section(section, name);
        const settings::Setting* key = inner ? inner->setting("key") : nullptr;
        if (key != nullptr) places.push_back(key->value_at);
    }
    return places;
}

}  // namespace xfrmd::daemon
