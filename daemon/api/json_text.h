// One JSON text into a value, strictly (RFC 8259, and RFC 7493 on what two readers might see differently): members with
// the same name are refused, so are bytes that are not UTF-8, numbers beyond a double, and anything behind the text.
#pragma once

#include <string_view>

#include <tl/expected.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/json.h"

namespace xfrmd::daemon::api {

// Errors: ParseError, with the byte where reading stopped.
tl::expected<Parsed, ApiError> parse_json_text(std::string_view text);

// Every string in it: some are secrets.
void wipe(Parsed& value);

}  // namespace xfrmd::daemon::api
