#include "daemon/api/rpc.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <utility>

#include "daemon/api/json_text.h"
#include "daemon/api/method.h"
#include "daemon/api/nearest.h"
#include "daemon/api/parameters.h"

namespace xfrmd::daemon::api {

namespace {

constexpr std::size_t kLongestParamsAudited = 256;
constexpr std::string_view kRefusedNotification = "refused: a notification must not change anything";

ApiError unknown_method(const std::string& name) {
    std::vector<std::string_view> known;
    std::transform(all_methods().begin(), all_methods().end(), std::back_inserter(known),
                   [](const Method& method) { return method.name; });
    ApiError error{ErrorKind::MethodNotFound, "there is no such method"};
    error.did_you_mean = nearest(name, known);
    return error;
}

std::string joined(std::vector<std::string> lines) {
    std::string all;
    for (const std::string& line : lines) {
        if (!line.empty()) all.append(all.empty() ? "[" : ",").append(line);
    }
    return all.empty() ? all : all + "]";
}

// What the log may hold of the params: nothing of sections and keys, and nothing of what has a wrong name beside them.
Parsed told_of(const Method& method, const Parsed& params) {
    if (std::none_of(method.params.begin(), method.params.end(), is_private)) return params;
    Parsed told = Parsed::object();
    if (!params.is_object()) return told;
    for (const Parameter& parameter : method.params) {
        const auto found = params.find(std::string(parameter.name));
        if (!is_private(parameter) && found != params.end() && found->is_primitive()) told[found.key()] = *found;
    }
    return told;
}

// The edge of nlohmann-json: params are checked, so nothing below throws, but a mistake of ours must not end the
// daemon.
void invoke(const Method& method, const Call& call, const MethodDone& done) {
    try {
        method.handler(call, done);
    } catch (const std::exception&) {
        done(tl::unexpected<ApiError>(ApiError{ErrorKind::InternalError, "the request met a mistake in the daemon"}));
    }
}

}  // namespace

std::size_t Rpc::handle(std::string_view text, const Peer& peer, ReplyDone done) {
    auto value = parse_json_text(text);
    if (!value) return refuse(value.error(), done);
    const std::size_t requests = handle_value(*value, peer, std::move(done));
    wipe(*value);
    return requests;
}

std::size_t Rpc::handle_value(const Parsed& value, const Peer& peer, ReplyDone done) {
    if (!value.is_array()) {
        const std::uint64_t ticket = open(1, false, std::move(done));
        answer({ticket, 0}, peer, value);
        release(ticket);
        return 1;
    }
    // JSON-RPC 2.0 6: an empty batch is one invalid request.
    if (value.empty()) return refuse({ErrorKind::InvalidRequest, "the batch is empty"}, done);
    const std::size_t requests = value.size();
    if (requests > kMaxBatch) {
        return refuse({ErrorKind::InvalidRequest, "a batch has at most " + std::to_string(kMaxBatch) + " requests"},
                      done);
    }
    const std::uint64_t ticket = open(requests, true, std::move(done));
    for (std::size_t i = 0; i < requests; ++i) answer({ticket, i}, peer, value[i]);
    release(ticket);
    return requests;
}

std::size_t Rpc::refuse(const ApiError& error, const ReplyDone& done) {
    done({error_line(nullptr, error), 1});
    return 1;
}

// One more than there are requests stays open until handle() has seen them all, so that early answers do not end it.
std::uint64_t Rpc::open(std::size_t requests, bool batch, ReplyDone done) {
    pending_.emplace(++last_ticket_, Pending{std::vector<std::string>(requests), std::vector<bool>(requests),
                                             requests + 1, 0, batch, std::move(done)});
    return last_ticket_;
}

void Rpc::answer(Slot slot, const Peer& peer, const Parsed& value) {
    auto request = read_request(value);
    if (!request) return settle(slot, request.error().id, tl::unexpected<ApiError>(request.error().error));
    if (request->notification) {
        // Nothing of ours has an effect worth asking for without hearing the outcome.
        const Method* method = find_method(request->method);
        if (method != nullptr && method->mutates)
            audit(peer.caller, *method, told_of(*method, request->params), kRefusedNotification);
        return settle_line(slot, {});
    }
    dispatch(slot, peer, std::move(*request));
}

void Rpc::dispatch(Slot slot, const Peer& peer, RpcRequest request) {
    const Method* method = find_method(request.method);
    if (method == nullptr) return settle(slot, request.id, tl::unexpected<ApiError>(unknown_method(request.method)));
    auto params = check_params(method->params, request.params);
    Parsed told = told_of(*method, request.params);
    wipe(request.params);
    if (!params) {
        if (method->mutates) audit(peer.caller, *method, told, traits(params.error().kind).name);
        return settle(slot, request.id, tl::unexpected<ApiError>(params.error()));
    }
    Call call{service_, peer.subscription, std::move(*params)};
    invoke(*method, call,
           [this, slot, caller = peer.caller, method, id = std::move(request.id),
            told = std::move(told)](Outcome<Json> outcome) {
               const std::string_view word = outcome ? "ok" : traits(outcome.error().kind).name;
               if (method->mutates) audit(caller, *method, told, word);
               settle(slot, id, outcome);
           });
    wipe(call.params);
}

void Rpc::settle(Slot slot, const Json& id, const Outcome<Json>& outcome) {
    std::string line = outcome ? result_line(id, *outcome) : error_line(id, outcome.error());
    const auto found = pending_.find(slot.ticket);
    if (found != pending_.end() && found->second.bytes + line.size() > kMaxReplyBytes) {
        line = error_line(
            id, {ErrorKind::ReplyTooLarge, "the reply is longer than " + std::to_string(kMaxReplyBytes) + " bytes"});
    }
    settle_line(slot, std::move(line));
}

void Rpc::settle_line(Slot slot, std::string line) {
    const auto found = pending_.find(slot.ticket);
    if (found == pending_.end() || found->second.settled[slot.index]) return;
    found->second.settled[slot.index] = true;
    found->second.bytes += line.size();
    found->second.lines[slot.index] = std::move(line);
    release(slot.ticket);
}

void Rpc::release(std::uint64_t ticket) {
    const auto found = pending_.find(ticket);
    if (--found->second.open > 0) return;
    Pending whole = std::move(found->second);
    pending_.erase(found);
    std::string line = whole.batch ? joined(whole.lines) : std::move(whole.lines.front());
    whole.done({line.empty() ? std::nullopt : std::optional(std::move(line)), whole.lines.size()});
}

void Rpc::audit(const Caller& caller, const Method& method, const Parsed& told, std::string_view outcome) {
    if (!audit_) return;
    std::string params = told.is_null() ? std::string() : to_line(told);
    if (params.size() > kLongestParamsAudited) params = params.substr(0, kLongestParamsAudited) + "...";
    audit_({caller, std::string(method.name), std::move(params), std::string(outcome)});
}

}  // namespace xfrmd::daemon::api
