#include <algorithm>

#include "daemon/api/discover.h"
#include "daemon/api/event_json.h"
#include "daemon/api/handlers.h"
#include "daemon/api/method.h"

namespace xfrmd::daemon::api {

namespace {

using enum ParamType;

// Every state of an IKE SA, of a child or of a manual SA, once.
constexpr std::string_view kStates[] = {"connecting", "established", "installing", "installed",
                                        "rekeying",   "deleting",    "manual",     "failed"};

constexpr Parameter kSaFilterMembers[] = {
    {"conn", string, false, "name of the connection, or of a manual SA"},
    {"child", string, false, "name of the configured child"},
    {"peer", string, false, "the peer's identity, its address, or a prefix that holds it"},
    {"state", string, false, "of the IKE SA, of a child or of a manual SA", "", kStates},
    {"kind", string, false, "ike: without children; child: only IKE SAs with children that match; manual: no others",
     "", kSaKinds},
};
constexpr Parameter kConnFilterMembers[] = {
    {"conn", string, false, "name of the connection"},
    {"child", string, false, "only connections that have a child of this name"},
};

static_assert(kDefaultPage == 100);
constexpr Parameter kLimit{"limit", integer, false, "the most items on a page; there may be fewer",
                           "100",   {},      1,     kMaxPage};

constexpr Parameter kSaList[] = {
    {"filter", object, false, "all that is given must match", "{}", {}, 0, 0, kSaFilterMembers},
    kLimit,
    {"cursor", string, false, "next_cursor of the page before"},
};
constexpr Parameter kSaGet[] = {
    {"id", string, true, "of an IKE SA (\"7\") or of a child (\"7.12\")"},
};
constexpr Parameter kSaClear[] = {
    {"id", string, false, "of an IKE SA (\"7\") or of a child (\"7.12\")"},
    {"conn", string, false, "name of the connection"},
    {"child", string, false, "name of the configured child"},
    {"peer", string, false, "the peer's identity, its address, or a prefix that holds it"},
    {"all", boolean, false, "every SA; stands alone", "false"},
    {"kind", string, false, "what to delete; child where a child is named, else ike with its children", "",
     kNegotiatedKinds},
    {"force", boolean, false, "do not wait for the peer", "false"},
    {"timeout", integer, false, "seconds to wait for the peer, then the SA goes anyway", "10", {}, 0, 3600},
    {"dry_run", boolean, false, "change nothing, tell what matches", "false"},
};
constexpr Parameter kSaRekey[] = {
    {"id", string, false, "of an IKE SA (\"7\") or of a child (\"7.12\")"},
    {"conn", string, false, "name of the connection"},
    {"child", string, false, "name of the configured child"},
    {"peer", string, false, "the peer's identity, its address, or a prefix that holds it"},
    {"kind", string, false, "what to rekey; child where a child is named, else ike", "", kNegotiatedKinds},
    {"timeout", integer, false, "seconds to wait for the peers", "10", {}, 0, 3600},
};
constexpr Parameter kSaRedirect[] = {
    {"id", string, true, "of an IKE SA (\"7\")"},
    {"gateway", string, true, "the address that the peer is to go to"},
    {"timeout", integer, false, "seconds to wait for the peer", "10", {}, 0, 3600},
};
constexpr Parameter kSaInitiate[] = {
    {"conn", string, false, "name of the connection; needed where several have the child"},
    {"child", string, false, "name of the configured child; needed where the connection has several"},
    {"timeout", integer, false, "seconds to wait for the outcome", "60", {}, 1, 3600},
};
constexpr Parameter kConnList[] = {
    {"filter", object, false, "all that is given must match", "{}", {}, 0, 0, kConnFilterMembers},
    kLimit,
    {"cursor", string, false, "next_cursor of the page before"},
};

constexpr Parameter kConnLoad[] = {
    {"name", string, true, "of the connection"},
    {.name = "section",
     .type = section,
     .required = true,
     .description = "as in swanctl.conf's connections",
     .schema = "ConnectionSection"},
};
constexpr Parameter kSecretLoad[] = {
    {"name", string, true, "begins with ike, ppk, eap, xauth or ntlm, which says what it is for"},
    {.name = "section",
     .type = section,
     .required = true,
     .description = "as in swanctl.conf's secrets",
     .schema = "SecretSection"},
};
constexpr Parameter kAuthorityLoad[] = {
    {"name", string, true, "of the authority"},
    {.name = "section",
     .type = section,
     .required = true,
     .description = "as in swanctl.conf's authorities; cacert is PEM, or an absolute path",
     .schema = "AuthoritySection"},
};
constexpr Parameter kPoolLoad[] = {
    {"name", string, true, "of the pool"},
    {.name = "section",
     .type = section,
     .required = true,
     .description = "as in swanctl.conf's pools",
     .schema = "PoolSection"},
};
constexpr Parameter kUnload[] = {
    {"name", string, true, "as object.list shows it"},
};
constexpr Parameter kKeyLoad[] = {
    {"key", secret, true, "a private key in PEM, not encrypted"},
};
constexpr Parameter kKeyUnload[] = {
    {"id", string, true, "as key.load has told, and object.list shows"},
};
constexpr Parameter kObjectFilterMembers[] = {
    {"kind", string, false, "what it is", "", kObjectKinds},
    {"from", string, false, "who has loaded it", "", kOrigins},
};
constexpr Parameter kObjectList[] = {
    {"filter", object, false, "all that is given must match", "{}", {}, 0, 0, kObjectFilterMembers},
    kLimit,
    {"cursor", string, false, "next_cursor of the page before"},
};

constexpr Parameter kSubscribe[] = {
    {"topics", list, true, "what to follow, besides what is followed already", "", kTopics},
    {"since_revision", integer, false, "go on behind this one with all topics; 0: with every event that is kept"},
};
constexpr Parameter kUnsubscribe[] = {
    {"topics", list, false, "what not to follow any more; all where none are given", "", kTopics},
};

constexpr ErrorKind kNoErrors[] = {ErrorKind::InvalidParams};
constexpr ErrorKind kFindErrors[] = {ErrorKind::InvalidParams, ErrorKind::SaNotFound};
constexpr ErrorKind kClearErrors[] = {ErrorKind::InvalidParams, ErrorKind::SaNotFound, ErrorKind::SaManual};
constexpr ErrorKind kRedirectErrors[] = {ErrorKind::InvalidParams,     ErrorKind::SaNotFound,
                                         ErrorKind::NegotiationFailed, ErrorKind::OperationTimeout,
                                         ErrorKind::PeerSilent,        ErrorKind::PeerRefused};
constexpr ErrorKind kLoadErrors[] = {ErrorKind::InvalidParams, ErrorKind::ConfigInvalid, ErrorKind::ObjectRefused};
constexpr ErrorKind kKeyErrors[] = {ErrorKind::InvalidParams, ErrorKind::ObjectRefused};
constexpr ErrorKind kUnloadErrors[] = {ErrorKind::InvalidParams, ErrorKind::ObjectNotFound, ErrorKind::ObjectRefused};
constexpr ErrorKind kConnUnloadErrors[] = {ErrorKind::InvalidParams, ErrorKind::ConnNotFound};
constexpr ErrorKind kKernelErrors[] = {ErrorKind::InvalidParams, ErrorKind::KernelRefused};
constexpr ErrorKind kSubscribeErrors[] = {ErrorKind::InvalidParams, ErrorKind::ServerBusy};
constexpr ErrorKind kInitiateErrors[] = {
    ErrorKind::InvalidParams,        ErrorKind::ConnNotFound,   ErrorKind::ConnAmbiguous,
    ErrorKind::ConfigInvalid,        ErrorKind::NoSharedSecret, ErrorKind::OperationTimeout,
    ErrorKind::NoProposalChosen,     ErrorKind::TsUnacceptable, ErrorKind::ModeUnacceptable,
    ErrorKind::AuthenticationFailed, ErrorKind::NoRoute,        ErrorKind::PeerSilent,
    ErrorKind::PeerRefused,          ErrorKind::KernelRefused,  ErrorKind::PeerTemporaryFailure,
    ErrorKind::NegotiationFailed,    ErrorKind::ShuttingDown,
};

// It never changes, and takes longer to make than IKE is to wait.
void handle_discover(const Call&, MethodDone done) {
    static const Json document = openrpc_document(all_methods());
    done(document);
}

// The one truth about the methods: requests are checked and dispatched by it, rpc.discover tells it to callers.
constexpr Method kMethods[] = {
    {"sa.list", "IKE SAs with their child SAs, then manual SAs", kSaList, "SaList", false, kNoErrors, handle_sa_list},
    {"sa.get", "one IKE SA, or the IKE SA of one child with that child alone", kSaGet, "IkeSa", false, kFindErrors,
     handle_sa_get},
    {"sa.clear", "deletes SAs and tells what became of each", kSaClear, "ClearResult", true, kClearErrors,
     handle_sa_clear},
    {"sa.rekey", "gives SAs new keys and tells of each whether it has them", kSaRekey, "RekeyResult", true,
     kClearErrors, handle_sa_rekey},
    {"sa.redirect", "sends the peer of an IKE SA to another gateway", kSaRedirect, "Redirected", true, kRedirectErrors,
     handle_sa_redirect},
    {"sa.initiate", "brings up one child, and the IKE SA for it where there is none", kSaInitiate, "Initiated", true,
     kInitiateErrors, handle_sa_initiate},
    {"conn.list", "the connections that are configured", kConnList, "ConnectionList", false, kNoErrors,
     handle_conn_list},
    {"conn.load", "loads a connection, in place of one with this name", kConnLoad, "LoadedObject", true, kLoadErrors,
     handle_conn_load},
    {"conn.unload", "unloads a connection; SAs stay, but those of start_action = start", kUnload, "UnloadedObject",
     true, kConnUnloadErrors, handle_conn_unload},
    {"secret.load", "loads a shared secret, in place of one with this name", kSecretLoad, "LoadedObject", true,
     kLoadErrors, handle_secret_load},
    {"secret.unload", "unloads a shared secret", kUnload, "UnloadedObject", true, kUnloadErrors, handle_secret_unload},
    {"key.load", "loads a private key, and tells its id", kKeyLoad, "Key", true, kKeyErrors, handle_key_load},
    {"key.unload", "unloads a private key", kKeyUnload, "Key", true, kUnloadErrors, handle_key_unload},
    {"authority.load", "loads a CA and where to ask what it has revoked, in place of one with this name",
     kAuthorityLoad, "LoadedObject", true, kLoadErrors, handle_authority_load},
    {"authority.unload", "unloads an authority", kUnload, "UnloadedObject", true, kUnloadErrors,
     handle_authority_unload},
    {"pool.load", "loads a pool of virtual addresses, in place of one with this name", kPoolLoad, "LoadedObject", true,
     kLoadErrors, handle_pool_load},
    {"pool.unload", "unloads a pool, unless somebody has an address of it", kUnload, "UnloadedObject", true,
     kUnloadErrors, handle_pool_unload},
    {"object.list", "what is loaded, and by whom", kObjectList, "ObjectList", false, kNoErrors, handle_object_list},
    {"kernel.status",
     "what is wanted of the kernel, what it has, and what was found so far",
     {},
     "KernelStatus",
     false,
     kKernelErrors,
     handle_kernel_status},
    {"kernel.reconcile",
     "compares what the kernel has with what is wanted, and repairs it",
     {},
     "KernelDrift",
     true,
     kKernelErrors,
     handle_kernel_reconcile},
    {"events.subscribe", "sends this connection a notification for each event", kSubscribe, "Subscription", false,
     kSubscribeErrors, handle_events_subscribe},
    {"events.unsubscribe", "ends that", kUnsubscribe, "Subscription", false, kNoErrors, handle_events_unsubscribe},
    {"system.info",
     "the daemon, what it has to do, and the limits of this socket",
     {},
     "SystemInfo",
     false,
     kNoErrors,
     handle_system_info},
    {"rpc.discover", "this API as an OpenRPC document", {}, "OpenRpc", false, kNoErrors, handle_discover},
};

constexpr Notification kNotifications[] = {
    {kEventNotification, "something happened", "Event"},
    {kLaggedNotification, "events were forgotten before this connection took them", "Lagged"},
};

}  // namespace

std::span<const Method> all_methods() { return kMethods; }

std::span<const Notification> all_notifications() { return kNotifications; }

const Method* find_method(std::string_view name) {
    const auto* const found = std::find_if(std::begin(kMethods), std::end(kMethods),
                                           [name](const Method& method) { return method.name == name; });
    return found == std::end(kMethods) ? nullptr : found;
}

}  // namespace xfrmd::daemon::api
