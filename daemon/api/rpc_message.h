// The envelope of JSON-RPC 2.0 (https://www.jsonrpc.org/specification): a value into a request, an outcome into a
// reply. Strict: unknown members are refused, ids are strings, numbers that can be echoed exactly, or null.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/json.h"

namespace xfrmd::daemon::api {

struct RpcRequest {
    bool notification = false;  // no id: no reply (4.1)
    Json id;                    // null in a notification
    std::string method;
    Parsed params;  // null where there are none
};

struct RpcRefusal {
    Json id;  // null where it could not be told (5)
    ApiError error;
};

// Error: InvalidRequest with a JSON pointer to the culprit.
tl::expected<RpcRequest, RpcRefusal> read_request(const Parsed& value);

// Each is one line without the newline.
std::string notification_line(std::string_view method, const Json& params);
std::string result_line(const Json& id, const Json& result);
std::string error_line(const Json& id, const ApiError& error);

}  // namespace xfrmd::daemon::api
