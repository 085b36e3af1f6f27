// What goes wrong with a request, as the caller sees it: a stable kind with a fixed JSON-RPC code, one sentence, the
// next step, and where it helps both sides' proposals or selectors. The table in api_error.cpp is the whole list of
// kinds.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/result.h"

namespace xfrmd::daemon::api {

enum class ErrorKind : std::uint8_t {
    // The message (JSON-RPC 2.0 5.1)
    ParseError,
    MessageTooLarge,
    MessageTooDeep,
    InvalidRequest,
    MethodNotFound,
    InvalidParams,
    InternalError,
    ReplyTooLarge,
    // The caller and the server
    PermissionDenied,
    ServerBusy,
    ShuttingDown,
    // What was asked for
    SaNotFound,
    SaManual,
    ConnNotFound,
    ConnAmbiguous,
    ConfigInvalid,
    ObjectNotFound,
    ObjectRefused,
    NoSharedSecret,
    OperationTimeout,
    // What the peer or the kernel made of it
    NoProposalChosen,
    TsUnacceptable,
    ModeUnacceptable,
    AuthenticationFailed,
    NoRoute,
    PeerSilent,
    PeerRefused,
    PeerTemporaryFailure,
    KernelRefused,
    NegotiationFailed,
};

struct ErrorTraits {
    ErrorKind kind;
    std::string_view name;  // stable: "peer.no_proposal_chosen"
    int code;               // JSON-RPC's own codes, and -32000 for everything of ours
    bool retryable;         // the same request may succeed later without any change
    std::string_view hint;  // the next step, where the place that fails knows no better one
};

const ErrorTraits& traits(ErrorKind kind);
std::span<const ErrorTraits> all_error_kinds();

// One thing that is wrong with what was to be loaded.
struct Problem {
    std::string pointer;  // JSON pointer into params
    std::string message;
};

struct ApiError {
    ErrorKind kind = ErrorKind::InternalError;
    std::string message;                    // one sentence
    std::string hint = {};                  // replaces the kind's own
    std::string pointer = {};               // JSON pointer into params (InvalidParams) or the request (InvalidRequest)
    std::string did_you_mean = {};          // the name that was probably meant
    std::string reason = {};                // base::Reason's name, where there is one
    std::vector<std::string> ours = {};     // our proposals or selectors
    std::vector<std::string> peer = {};     // the peer's
    std::string errno_name = {};            // KernelRefused: "EEXIST"
    std::vector<std::string> choices = {};  // what the caller may choose from, such as the children of a connection
    std::vector<Problem> problems = {};     // ConfigInvalid: all of them, in the order of the object's members
};

// An engine's error as a caller sees it. Both sides' proposals or selectors are for whoever has them to add.
ApiError error_of(const base::Error& error);

}  // namespace xfrmd::daemon::api
