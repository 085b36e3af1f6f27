// The two faces of JSON here. What we send keeps the order of its members (Json); what a caller sent is looked up by
// name in logarithmic time (Parsed), so that an object of a hundred thousand members costs no more than it should.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace xfrmd::daemon::api {

using Json = nlohmann::ordered_json;
using Parsed = nlohmann::json;

// One line of plain ASCII without the newline: everything else is written as \uXXXX, so that no peer's or operator's
// bytes reach a terminal as they are. Never throws; bytes that are not UTF-8 become U+FFFD.
inline std::string to_line(const Json& json) { return json.dump(-1, ' ', true, Json::error_handler_t::replace); }
inline std::string to_line(const Parsed& json) { return json.dump(-1, ' ', true, Parsed::error_handler_t::replace); }

}  // namespace xfrmd::daemon::api
