#include "daemon/api/rpc_message.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "daemon/api/nearest.h"
#include "daemon/api/parameters.h"

namespace xfrmd::daemon::api {

namespace {

constexpr std::string_view kMembers[] = {"jsonrpc", "method", "params", "id"};

// Beyond this a double no longer tells neighbouring integers apart.
constexpr double kLargestExact = 9007199254740992.0;

// JSON-RPC 2.0 4: a string, a number or null. Numbers too long for 64 bits have become doubles when they get here.
bool can_be_echoed(const Parsed& id) {
    if (id.is_number_float()) return std::abs(id.get<double>()) < kLargestExact;
    return id.is_string() || id.is_number() || id.is_null();
}

ApiError refuse(std::string pointer, std::string message, std::string did_you_mean = {}) {
    ApiError error{ErrorKind::InvalidRequest, std::move(message)};
    error.pointer = std::move(pointer);
    error.did_you_mean = std::move(did_you_mean);
    return error;
}

std::optional<ApiError> fault_in_members(const Parsed& value) {
    for (const auto& member : value.items()) {
        if (std::find(std::begin(kMembers), std::end(kMembers), member.key()) != std::end(kMembers)) continue;
        const std::string pointer = pointer_step(member.key());
        return refuse(pointer, pointer + " is not a member of a request", nearest(member.key(), kMembers));
    }
    const auto version = value.find("jsonrpc");
    if (version == value.end() || *version != "2.0") return refuse("/jsonrpc", "jsonrpc must be \"2.0\"");
    const auto method = value.find("method");
    if (method == value.end() || !method->is_string()) return refuse("/method", "method must be a string");
    const auto params = value.find("params");
    const bool structured = params == value.end() || params->is_structured();
    return structured ? std::nullopt : std::optional(refuse("/params", "params must be an object"));
}

Json data_of(const ApiError& error) {
    const ErrorTraits& row = traits(error.kind);
    Json data = {{"kind", row.name}, {"retryable", row.retryable}};
    data["hint"] = error.hint.empty() ? std::string(row.hint) : error.hint;
    const bool about_a_member = error.kind == ErrorKind::InvalidParams || !error.pointer.empty();
    if (about_a_member) data["pointer"] = error.pointer;
    if (!error.did_you_mean.empty()) data["did_you_mean"] = error.did_you_mean;
    if (!error.reason.empty()) data["reason"] = error.reason;
    if (!error.ours.empty()) data["ours"] = error.ours;
    if (!error.peer.empty()) data["peer"] = error.peer;
    if (!error.errno_name.empty()) data["errno"] = error.errno_name;
    if (!error.choices.empty()) data["choices"] = error.choices;
    for (const Problem& problem : error.problems) {
        data["problems"].push_back({{"pointer", problem.pointer}, {"message", problem.message}});
    }
    return data;
}

}  // namespace

tl::expected<RpcRequest, RpcRefusal> read_request(const Parsed& value) {
    const auto refusal = [](Json id, ApiError error) {
        return tl::unexpected<RpcRefusal>({std::move(id), std::move(error)});
    };
    if (!value.is_object()) return refusal(nullptr, refuse("", "a request is an object"));
    const auto id = value.find("id");
    const bool has_id = id != value.end();
    if (has_id && !can_be_echoed(*id))
        return refusal(nullptr, refuse("/id", "id must be a string, an exact number or null"));
    RpcRequest request{!has_id, has_id ? Json(*id) : Json(nullptr), {}, {}};
    if (auto fault = fault_in_members(value)) return refusal(std::move(request.id), std::move(*fault));
    request.method = value.at("method").get<std::string>();
    request.params = value.value("params", Parsed(nullptr));
    return request;
}

std::string notification_line(std::string_view method, const Json& params) {
    return "{\"jsonrpc\":\"2.0\",\"method\":\"" + std::string(method) + "\",\"params\":" + to_line(params) + "}";
}

std::string result_line(const Json& id, const Json& result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":" + to_line(id) + ",\"result\":" + to_line(result) + "}";
}

std::string error_line(const Json& id, const ApiError& error) {
    const Json body = {{"code", traits(error.kind).code}, {"message", error.message}, {"data", data_of(error)}};
    return "{\"jsonrpc\":\"2.0\",\"id\":" + to_line(id) + ",\"error\":" + to_line(body) + "}";
}

}  // namespace xfrmd::daemon::api
