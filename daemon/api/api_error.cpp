#include "daemon/api/api_error.h"

#include <array>
#include <iterator>

namespace xfrmd::daemon::api {

namespace {

using enum ErrorKind;

// JSON-RPC 2.0 5.1
constexpr int kParseErrorCode = -32700;
constexpr int kInvalidRequestCode = -32600;
constexpr int kMethodNotFoundCode = -32601;
constexpr int kInvalidParamsCode = -32602;
constexpr int kInternalErrorCode = -32603;
constexpr int kOurCode = -32000;

// clang-format off
constexpr ErrorTraits kTable[] = {
    {ParseError, "rpc.parse_error", kParseErrorCode, false, "send one JSON text a line"},
    {MessageTooLarge, "rpc.message_too_large", kParseErrorCode, false, "system.info tells the limits"},
    {MessageTooDeep, "rpc.message_too_deep", kParseErrorCode, false, "system.info tells the limits"},
    {InvalidRequest, "rpc.invalid_request", kInvalidRequestCode, false, "a request is {\"jsonrpc\": \"2.0\", \"id\", \"method\", \"params\"}"},
    {MethodNotFound, "rpc.method_not_found", kMethodNotFoundCode, false, "rpc.discover lists the methods"},
    {InvalidParams, "rpc.invalid_params", kInvalidParamsCode, false, "rpc.discover lists every method's parameters"},
    {InternalError, "rpc.internal_error", kInternalErrorCode, false, "report this with the daemon's log"},
    {ReplyTooLarge, "rpc.reply_too_large", kOurCode, false, "ask for less at once: a smaller limit, a smaller batch"},

    {PermissionDenied, "permission.denied", kOurCode, false, "run as root or as a member of the socket's group"},
    {ServerBusy, "server.busy", kOurCode, true, "close a connection that is not needed, or try again"},
    {ShuttingDown, "server.shutting_down", kOurCode, true, "try again when the daemon is back"},

    {SaNotFound, "sa.not_found", kOurCode, false, "sa.list shows what there is"},
    {SaManual, "sa.manual", kOurCode, false, "take it out of the manual section of the configuration and reload"},
    {ConnNotFound, "conn.not_found", kOurCode, false, "conn.list shows what is configured"},
    {ConnAmbiguous, "conn.ambiguous", kOurCode, false, "name both the connection and the child"},
    {ConfigInvalid, "config.invalid", kOurCode, false, "correct the configuration and reload it"},
    {ObjectNotFound, "object.not_found", kOurCode, false, "object.list shows what is loaded"},
    {ObjectRefused, "object.refused", kOurCode, false, "the message says why"},
    {NoSharedSecret, "config.no_shared_secret", kOurCode, false, "add a secret for these two identities to the secrets section"},
    {OperationTimeout, "operation.timeout", kOurCode, true, "the attempt may still succeed: look with sa.list, or allow more time"},

    {NoProposalChosen, "peer.no_proposal_chosen", kOurCode, false, "configure a proposal that both sides have"},
    {TsUnacceptable, "peer.ts_unacceptable", kOurCode, false, "make local_ts and remote_ts match the peer's, the other way round"},
    {ModeUnacceptable, "peer.mode_unacceptable", kOurCode, false, "configure the same mode, tunnel or transport, on both sides"},
    {AuthenticationFailed, "peer.authentication_failed", kOurCode, false, "compare the identities and the pre-shared key on both sides"},
    {NoRoute, "peer.no_route", kOurCode, true, "look at the routes: ip route get ADDRESS"},
    {PeerSilent, "peer.silent", kOurCode, true, "check that UDP 500 and 4500 reach the peer and that its daemon runs"},
    {PeerRefused, "peer.refused", kOurCode, false, "the peer's log has the cause"},
    {PeerTemporaryFailure, "peer.temporary_failure", kOurCode, true, "try again shortly"},
    {KernelRefused, "kernel.refused", kOurCode, false, "the daemon's log has the kernel's own words"},
    {NegotiationFailed, "ike.failed", kOurCode, false, "the daemon's log has the details"},
};
// clang-format on

constexpr bool rows_stand_at_their_number() {
    for (std::size_t i = 0; i < std::size(kTable); ++i) {
        if (static_cast<std::size_t>(kTable[i].kind) != i) return false;
    }
    return std::size(kTable) == static_cast<std::size_t>(NegotiationFailed) + 1;
}
static_assert(rows_stand_at_their_number());

struct Translation {
    base::Reason reason;
    ErrorKind kind;
};

constexpr Translation kTranslations[] = {
    {base::Reason::NoProposalChosen, NoProposalChosen},
    {base::Reason::TrafficSelectorsUnacceptable, TsUnacceptable},
    {base::Reason::ResponderWidenedTrafficSelectors, TsUnacceptable},
    {base::Reason::SinglePairRequired, TsUnacceptable},
    {base::Reason::ModeUnacceptable, ModeUnacceptable},
    {base::Reason::AuthenticationFailed, AuthenticationFailed},
    {base::Reason::AuthenticationMethodUnacceptable, AuthenticationFailed},
    {base::Reason::NoPeerConfiguration, AuthenticationFailed},
    {base::Reason::NoSharedSecret, NoSharedSecret},
    {base::Reason::NoRoute, NoRoute},
    {base::Reason::PeerSilent, PeerSilent},
    {base::Reason::PeerCrashed, PeerTemporaryFailure},
    {base::Reason::PathRefused, PeerRefused},
    {base::Reason::HalfOpenExpired, PeerSilent},
    {base::Reason::PeerRefused, PeerRefused},
    {base::Reason::PeerDeleted, PeerRefused},
    {base::Reason::NoAdditionalSas, PeerRefused},
    {base::Reason::TsMaxQueue, PeerRefused},
    {base::Reason::ResourceInfoMissing, PeerRefused},
    {base::Reason::GroupPropertiesDiffer, PeerRefused},
    {base::Reason::TemporaryFailure, PeerTemporaryFailure},
    {base::Reason::KernelRefused, KernelRefused},
    {base::Reason::ConfigurationInvalid, ConfigInvalid},
    {base::Reason::AlgorithmUnavailable, ConfigInvalid},
    {base::Reason::ShuttingDown, ShuttingDown},
    {base::Reason::NotFound, SaNotFound},
    {base::Reason::InternalInconsistency, InternalError},
};

ErrorKind kind_of(base::Reason reason) {
    for (const Translation& row : kTranslations) {
        if (row.reason == reason) return row.kind;
    }
    return NegotiationFailed;
}

}  // namespace

const ErrorTraits& traits(ErrorKind kind) { return kTable[static_cast<std::size_t>(kind)]; }

std::span<const ErrorTraits> all_error_kinds() { return kTable; }

ApiError error_of(const base::Error& error) {
    ApiError result{kind_of(error.reason), error.sentence()};
    result.reason = base::name(error.reason);
    return result;
}

}  // namespace xfrmd::daemon::api
