// The strongSwan settings language as a tree, just as written: sections, key = value, and the names of the sections
// that a section inherits from. Every item knows where it stands. Inheritance is looked up in settings_view.h.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "daemon/config/config_error.h"

namespace xfrmd::daemon::settings {

struct Position {
    std::uint32_t file = 0;  // index into Document::files
    std::uint32_t line = 0;
    std::uint32_t column = 0;

    friend auto operator<=>(const Position&, const Position&) = default;
};

// `key = value`; no value: the assignment was empty, which hides an inherited one so that the default applies. Clients
// send lists as such, so that what they hold may have commas, or be octets: then `items` are the value.
struct Setting {
    Setting(std::string_view the_name, Position position) : name(the_name), key_at(position), value_at(position) {}
    ~Setting() { assign(std::nullopt, {}, {}); }
    Setting(const Setting&) = delete;
    Setting& operator=(const Setting&) = delete;

    // Wipes the value that was there: it may be a secret.
    void assign(std::optional<std::string> new_value, Position new_key_at, Position new_value_at);
    void assign(std::vector<std::string> new_items);

    std::string name;
    std::optional<std::string> value;
    std::optional<std::vector<std::string>> items;
    Position key_at;
    Position value_at;
};

struct Reference {
    std::string path;  // from the top, joined with dots
    Position at;
};

// Items in the order in which their names came first; found by name in constant time, however many there are.
template <typename Item>
class NamedItems {
public:
    Item* find(std::string_view name) const {
        if (items_.size() > kFewItems) {
            const auto found = index_.find(name);
            return found == index_.end() ? nullptr : found->second;
        }
        for (const auto& item : items_) {
            if (item->name == name) return item.get();
        }
        return nullptr;
    }

    // The item of this name, made where there is none.
    Item& at(std::string_view name, Position position) {
        if (Item* found = find(name)) return *found;
        Item& added = *items_.emplace_back(std::make_unique<Item>(name, position));
        if (items_.size() == kFewItems + 1) {
            for (const auto& item : items_) index_.emplace(item->name, item.get());
        } else if (items_.size() > kFewItems) {
            index_.emplace(added.name, &added);
        }
        return added;
    }

    std::size_t size() const { return items_.size(); }
    auto begin() const { return items_.begin(); }
    auto end() const { return items_.end(); }

private:
    static constexpr std::size_t kFewItems = 16;
    std::vector<std::unique_ptr<Item>> items_;
    std::unordered_map<std::string_view, Item*> index_;
};

struct Section {
    Section(std::string_view the_name, Position position) : name(the_name), at(position) {}

    std::string name;
    Position at;
    std::vector<Reference> references;
    NamedItems<Setting> settings;
    NamedItems<Section> sections;

    // As a client's message has them.
    void set(std::string_view key, std::string value) { settings.at(key, {}).assign(std::move(value), {}, {}); }
    void set_list(std::string_view key, std::vector<std::string> items) {
        settings.at(key, {}).assign(std::move(items));
    }
    Section& open(std::string_view section) { return sections.at(section, {}); }
};

struct SourceFile {
    std::string path;
    bool readable_by_others = false;
};

struct Document {
    std::unique_ptr<Section> root;
    std::vector<SourceFile> files;
    std::vector<std::string> warnings;
    bool is_message = false;  // of a client: what is no list there is none

    ConfigError error(Position at, std::string message) const;
};

// An empty one that no file has: `source` stands where errors name the file.
Document document_of(std::string source);

}  // namespace xfrmd::daemon::settings
