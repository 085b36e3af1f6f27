// Every way in which something can go wrong, named as a sentence, each with one fixed disposition. The table in
// reason.cpp is the whole truth: nobody decides elsewhere what becomes of an SA after an error. Counters and logs use
// name().
#pragma once

#include <cstdint>
#include <string_view>

namespace xfrmd::base {

enum class Reason : std::uint16_t {
    // The datagram (RFC 7296 3.1); nothing is answered unless said so in the table.
    DatagramTooShort,
    DatagramTooLong,
    HeaderLengthMismatch,
    MajorVersionUnsupported,
    SpiInvalid,
    MessageIdUnexpected,
    FlagsInconsistent,
    SourceAddressInvalid,
    NonEspMarkerMissing,
    UnknownSpi,
    ExchangeTypeUnexpected,
    ResponseUnexpected,
    ReflectedMessage,
    RateLimited,
    TableFull,
    HalfOpenTableFull,
    SocketOverflow,
    QueueFullForNew,
    QueueFullForHalfOpen,
    QueueFullForEstablished,
    // Payloads (RFC 7296 3.2-3.14)
    PayloadLengthInvalid,
    PayloadCountExceeded,
    PayloadMissing,
    PayloadRepeated,
    PayloadUnexpected,
    PayloadMalformed,
    CriticalPayloadUnsupported,
    EncryptedPayloadMalformed,
    IntegrityCheckFailed,
    FragmentInvalid,
    NonceLengthInvalid,
    NonceReflected,
    // Negotiation
    CookieRequired,
    CookieInvalid,
    NoProposalChosen,
    KeyExchangeMethodMismatch,
    KeyExchangeValueInvalid,
    ResponderChoseUnofferedTransform,
    ResponderWidenedTrafficSelectors,
    TrafficSelectorsUnacceptable,
    SinglePairRequired,
    ModeUnacceptable,
    ChildSaNotFound,
    StateNotFound,
    NoAdditionalSas,
    TsMaxQueue,
    ResourceInfoMissing,
    GroupPropertiesDiffer,
    TemporaryFailure,
    TooManyRetries,
    RedirectUnacceptable,
    PeerRefused,
    // Resumption (RFC 5723)
    TicketUnknown,
    TicketExpired,
    TicketSpent,
    TicketOutdated,
    // Authentication
    AuthenticationFailed,
    AuthenticationRefused,
    AuthenticationMethodUnacceptable,
    NoPeerConfiguration,
    NoSharedSecret,
    NoPrivateKey,
    NoPpk,
    PublicKeyUnacceptable,
    CertificateMalformed,
    CertificateUntrusted,
    CertificateRevoked,
    RevocationUnknown,
    FetchFailed,
    SigningFailed,
    AnswerAwaited,
    NotAuthenticated,
    CrashTokenWrong,
    // Life
    NoRoute,
    PeerSilent,
    PeerCrashed,
    PathRefused,
    HalfOpenExpired,
    OperatorRequest,
    Rekeyed,
    Redundant,
    NotUnique,
    Redirected,
    LifeOver,
    PeerDeleted,
    ConfigurationRemoved,
    ShuttingDown,
    KernelRefused,
    // Not from the network
    AlgorithmUnavailable,
    ConfigurationInvalid,
    NotFound,
    InternalInconsistency,
};

// What becomes of the message and of the SA it was for.
enum class Disposition : std::uint8_t {
    drop,            // count it, answer nothing, keep everything as it was
    notify,          // answer with the error notify of the table; the IKE SA lives
    fail_child,      // the child is given up, the IKE SA lives
    delete_ike_sa,   // answer where an answer is due, then the IKE SA goes
    wait,            // keep the message, and handle it again when the answer from outside has come
    refuse_request,  // an operator's or configuration's request is refused
};

// RFC 7296 3.10.1 error types as they are sent for a reason; 0 where nothing is sent.
struct ReasonTraits {
    Reason reason;
    std::string_view name;      // stable, for counters and JSON: "no_proposal_chosen"
    std::string_view sentence;  // for people: "no common proposal"
    Disposition disposition;
    std::uint16_t notify;
};

const ReasonTraits& traits(Reason reason);

inline std::string_view name(Reason reason) { return traits(reason).name; }
inline Disposition disposition(Reason reason) { return traits(reason).disposition; }
inline bool is_to_wait(Reason reason) { return disposition(reason) == Disposition::wait; }

}  // namespace xfrmd::base
