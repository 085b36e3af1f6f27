#include "daemon/config/settings_tree.h"

#include "ike/base/wiping.h"

namespace xfrmd::daemon::settings {

void Setting::assign(std::optional<std::string> new_value, Position new_key_at, Position new_value_at) {
    if (value) base::wipe_text(*value);
    value = std::move(new_value);
    if (items) {
        for (std::string& item : *items) base::wipe_text(item);
    }
    items.reset();
    key_at = new_key_at;
    value_at = new_value_at;
}

void Setting::assign(std::vector<std::string> new_items) {
    assign(std::string(), {}, {});
    items = std::move(new_items);
}

ConfigError Document::error(Position at, std::string message) const {
    return {files.at(at.file).path, at.line, at.column, std::move(message)};
}

Document document_of(std::string source) {
    Document document;
    document.root = std::make_unique<Section>("", Position{});
    document.files.push_back({std::move(source), false});
    document.is_message = true;
    return document;
}

}  // namespace xfrmd::daemon::settings
