#include "daemon/config/settings_tree.h"

#include "ike/base/secret_bytes.h"

namespace xfrmd::daemon::settings {

void Setting::assign(std::optional<std::string> new_value, Position new_key_at, Position new_value_at) {
    if (value) base::wipe_memory({reinterpret_cast<std::uint8_t*>(value->data()), value->size()});
    value = std::move(new_value);
    key_at = new_key_at;
    value_at = new_value_at;
}

ConfigError Document::error(Position at, std::string message) const {
    return {files.at(at.file).path, at.line, at.column, std::move(message)};
}

}  // namespace xfrmd::daemon::settings
