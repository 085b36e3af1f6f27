#include "daemon/config/swanctl_section.h"

#include <vector>

#include "daemon/config/suggestion.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLongestShown = 64;

std::string quoted(std::string_view text) { return "'" + base::printable(text, kLongestShown) + "'"; }

bool is_secret(Place place) {
    return place == Place::ike_secret || place == Place::ppk_secret || place == Place::shared_secret ||
           place == Place::private_key || place == Place::token || place == Place::manual_authentication ||
           place == Place::manual_encryption;
}

std::string known_elsewhere(std::string_view name) {
    for (const Key& key : all_keys()) {
        if (key.name == name) return "; it belongs in " + std::string(pattern_of(key.place));
    }
    return {};
}

std::string unknown_key(Place place, const std::string& path, std::string_view name) {
    // A secret that was broken over two lines shows up as a key.
    if (is_secret(place)) return path + ": unknown key";
    std::vector<std::string_view> candidates;
    for (const Key& key : all_keys()) {
        if (key.place == place && !key.name.ends_with('*')) candidates.push_back(key.name);
    }
    const std::string elsewhere = known_elsewhere(name);
    return path + ": unknown key " + quoted(name) + (elsewhere.empty() ? did_you_mean(name, candidates) : elsewhere);
}

std::string not_yet(const Key& key, const std::string& what, const Value& value) {
    const std::string why = key.note.empty() ? "" : ": " + std::string(key.note);
    if (key.accepted.empty() || is_secret(key.place)) return what + " is not yet honoured" + why;
    std::string accepted;
    for (const std::string_view word : split_words(key.accepted)) {
        accepted += (accepted.empty() ? "" : " or ") + quoted(word);
    }
    const std::string shown = base::printable(value.text, kLongestShown);
    return what + " = " + shown + " is not yet honoured; use " + accepted + ", or leave it out" + why;
}

bool says_nothing(const Key& key, const Value& value) {
    return key.kind == Kind::list ? value.items.empty() : value.text.empty();
}

bool is_idle(const Key& key, const Value& value) {
    if (says_nothing(key, value) || has_word(key.accepted, value.canonical)) return false;
    return key.idle == "*" || has_word(key.idle, value.canonical);
}

bool is_refused(const Key& key, const Value& value) {
    if (!key.accepted.empty()) return !has_word(key.accepted, value.canonical);
    return key.set == nullptr && !says_nothing(key, value);
}

Read<Value> value_of(const Key& key, const settings::Setting& setting) {
    if (!setting.items) return read_value(key.kind, key.words, *setting.value);
    Value value;
    value.items.assign(setting.items->begin(), setting.items->end());
    return value;
}

void read_setting(const settings::Setting& setting, Place place, const std::string& path, const Draft& draft,
                  ErrorList& errors) {
    if (!setting.value) return;  // cleared, so that the default applies
    const Key* key = find_key(place, setting.name);
    if (key == nullptr) return errors.add_unknown(setting.key_at, setting.name, unknown_key(place, path, setting.name));
    const std::string what = path + "." + setting.name;
    if (errors.of_message() && (key->kind == Kind::list) != setting.items.has_value()) {
        return errors.add_unknown(setting.key_at, setting.name,
                                  what + (setting.items ? ": expected no list" : ": expected a list"));
    }
    const auto value = value_of(*key, setting);
    if (!value) {
        const std::string shown = is_secret(place) ? std::string() : ", not " + quoted(*setting.value);
        return errors.add_invalid(setting.value_at, setting.name, what + ": expected " + value.error() + shown);
    }
    if (is_idle(*key, *value)) {
        errors.warn_once(key, setting.key_at, what + ": " + std::string(key->note));
    } else if (is_refused(*key, *value)) {
        return errors.add_invalid(setting.key_at, setting.name, not_yet(*key, what, *value));
    }
    if (key->set == nullptr) return;
    if (const Verdict verdict = key->set(draft, *value); !verdict) {
        errors.add_invalid(setting.value_at, setting.name, what + ": " + verdict.error());
    }
}

}  // namespace

void read_settings(const settings::View& section, Place place, const std::string& path, const Draft& draft,
                   ErrorList& errors) {
    for (const settings::Setting* setting : section.settings()) read_setting(*setting, place, path, draft, errors);
}

}  // namespace xfrmd::daemon
