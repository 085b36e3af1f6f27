// What a method is: one row of the table in methods.cpp, from which requests are checked and dispatched and the OpenRPC
// document is written. Constants only; whatever is said of a method is said here once.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string_view>

#include "daemon/api/json.h"
#include "daemon/api/service.h"
#include "daemon/api/subscription.h"

namespace xfrmd::daemon::api {

enum class ParamType : std::uint8_t { string, integer, boolean, object, list, section, secret };

struct Parameter {
    std::string_view name;
    ParamType type = ParamType::string;
    bool required = false;
    std::string_view description;
    std::string_view default_json = {};              // what stands in when it is not given; empty: nothing
    std::span<const std::string_view> choices = {};  // strings, and those of a list: the only values; empty: any
    std::int64_t minimum = 0;                        // integers
    std::int64_t maximum = std::numeric_limits<std::int64_t>::max();
    std::span<const Parameter> members = {};  // objects
    std::string_view schema = {};             // sections of swanctl.conf: a name in schemas()
};

// Not for the log, like all that may hold secrets.
constexpr bool is_private(const Parameter& parameter) {
    return parameter.type == ParamType::section || parameter.type == ParamType::secret;
}

struct Method;

struct Call {
    Service& service;
    Subscription& subscription;  // of the connection; good until the handler returns
    Parsed params;               // checked, defaults filled in; always an object
};
using MethodDone = Done<Outcome<Json>>;
using Handler = void (*)(const Call& call, MethodDone done);

struct Method {
    std::string_view name;
    std::string_view summary;
    std::span<const Parameter> params;
    std::string_view result;  // a name in schemas()
    bool mutates = false;     // never as a notification, always audited
    std::span<const ErrorKind> errors;
    Handler handler = nullptr;
};

// What the daemon says unasked, to those who subscribed.
struct Notification {
    std::string_view name;
    std::string_view summary;
    std::string_view params;  // a name in schemas()
};

std::span<const Method> all_methods();
std::span<const Notification> all_notifications();
const Method* find_method(std::string_view name);

}  // namespace xfrmd::daemon::api
