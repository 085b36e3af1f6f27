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

Work Rpc::read(std::string_view text, ReplyDone done) {
    auto value = parse_json_text(text);
    if (!value) return refuse(value.error(), done);
    if (!value->is_array()) return open({std::move(*value)}, false, std::move(done));
    // JSON-RPC 2.0 6: an empty batch is one invalid request.
    if (value->empty()) return refuse({ErrorKind::InvalidRequest, "the batch is empty"}, done);
    if (value->size() > kMaxBatch) {
        wipe(*value);
        return refuse({ErrorKind::InvalidRequest, "a batch has at most " + std::to_string(kMaxBatch) + " requests"},
                      done);
    }
    return open(std::move(value->get_ref<Parsed::array_t&>()), true, std::move(done));
}

Work Rpc::refuse(const ApiError& error, const ReplyDone& done) {
    done({error_line(nullptr, error), 1});
    return {1, 0, {}};
}

// One more than there are requests stays open until the last one is begun, so that early answers do not end it.
Work Rpc::open(std::vector<Parsed> requests, bool batch, ReplyDone done) {
    const std::size_t count = requests.size();
    pending_.emplace(++last_ticket_, Pending{std::vector<std::string>(count), std::vector<bool>(count), count + 1, 0,
                                             batch, std::move(done)});
    std::ranges::reverse(requests);
    return {count, last_ticket_, std::move(requests)};
}

void Rpc::begin_one(Work& work, const Peer& peer) {
    Parsed request = std::move(work.to_begin.back());
    work.to_begin.pop_back();
    answer({work.ticket, work.requests - work.to_begin.size() - 1}, peer, request);
    wipe(request);
    if (work.is_begun()) release(work.ticket);
}

void Rpc::abandon(Work& work) {
    if (work.is_begun()) return;
    for (Parsed& request : work.to_begin) wipe(request);
    work.to_begin.clear();
    pending_.erase(work.ticket);
}

void Rpc::answer(Slot slot, const Peer& peer, const Parsed& value) {
    auto request = read_request(value);
    if (!request) return settle(slot, request.error().id, tl::unexpected<ApiError>(request.error().error));
    if (request->notification) {
        // Nothing of ours has an effect worth asking for without hearing the outcome.
        const Method* method = find_method(request->method);
        if (method != nullptr && method->mutates)
            audit(peer.caller, *method, told_of(*method, request->params), kRefusedNotification);
        wipe(request->params);
        return settle_line(slot, {});
    }
    dispatch(slot, peer, std::move(*request));
}

void Rpc::dispatch(Slot slot, const Peer& peer, RpcRequest request) {
    const Method* method = find_method(request.method);
    if (method == nullptr) {
        wipe(request.params);
        return settle(slot, request.id, tl::unexpected<ApiError>(unknown_method(request.method)));
    }
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
