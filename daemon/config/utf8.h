// Is a text well-formed UTF-8 (RFC 3629)? Names from configuration files end up in JSON, which takes nothing else.
#pragma once

#include <string_view>

namespace xfrmd::daemon {

bool is_utf8(std::string_view text);

}  // namespace xfrmd::daemon
