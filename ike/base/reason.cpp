#include "ike/base/reason.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "ike/base/result.h"

namespace xfrmd::base {

namespace {

using enum Reason;
using enum Disposition;

// clang-format off
constexpr ReasonTraits kTable[] = {
    {DatagramTooShort, "datagram_too_short", "datagram is shorter than an IKE header", drop, 0},
    {DatagramTooLong, "datagram_too_long", "datagram is larger than accepted", drop, 0},
    {HeaderLengthMismatch, "header_length_mismatch", "header's length is not the datagram's", drop, 0},
    {MajorVersionUnsupported, "major_version_unsupported", "peer speaks a major version we do not", notify, 5},
    {SpiInvalid, "spi_invalid", "SPI is not valid for this exchange", drop, 0},
    {MessageIdUnexpected, "message_id_unexpected", "message id is outside the window", drop, 0},
    {FlagsInconsistent, "flags_inconsistent", "header flags contradict the SA", drop, 0},
    {SourceAddressInvalid, "source_address_invalid", "source address or port cannot be a peer", drop, 0},
    {NonEspMarkerMissing, "non_esp_marker_missing", "no non-ESP marker on the NAT traversal port", drop, 0},
    {UnknownSpi, "unknown_spi", "no IKE SA with this SPI", notify, 4},
    {ExchangeTypeUnexpected, "exchange_type_unexpected", "exchange is not allowed in this phase", drop, 0},
    {ResponseUnexpected, "response_unexpected", "response to a request that was not sent", drop, 0},
    {ReflectedMessage, "reflected_message", "our own message came back", drop, 0},
    {RateLimited, "rate_limited", "peer sends faster than allowed", drop, 0},
    {TableFull, "table_full", "too many IKE SAs", drop, 0},
    {HalfOpenTableFull, "half_open_table_full", "too many half-open IKE SAs", drop, 0},
    {SocketOverflow, "socket_overflow", "more came than the socket's buffer holds", drop, 0},
    {QueueFullForNew, "queue_full_for_new", "more new peers than can be served", drop, 0},
    {QueueFullForHalfOpen, "queue_full_for_half_open", "more messages of half-open IKE SAs than can be served", drop, 0},
    {QueueFullForEstablished, "queue_full_for_established", "more messages of established IKE SAs than can be served", drop, 0},

    {PayloadLengthInvalid, "payload_length_invalid", "payload length does not fit the message", notify, 7},
    {PayloadCountExceeded, "payload_count_exceeded", "message has too many payloads", notify, 7},
    {PayloadMissing, "payload_missing", "a required payload is missing", notify, 7},
    {PayloadRepeated, "payload_repeated", "a payload appears more than once", notify, 7},
    {PayloadUnexpected, "payload_unexpected", "a payload is not allowed here", notify, 7},
    {PayloadMalformed, "payload_malformed", "payload is malformed", notify, 7},
    {CriticalPayloadUnsupported, "critical_payload_unsupported", "a critical payload is unknown", notify, 1},
    {EncryptedPayloadMalformed, "encrypted_payload_malformed", "encrypted payload is malformed", drop, 0},
    {IntegrityCheckFailed, "integrity_check_failed", "integrity check failed", drop, 0},
    {FragmentInvalid, "fragment_invalid", "a fragment does not belong to any message", drop, 0},
    {NonceLengthInvalid, "nonce_length_invalid", "nonce is not 16 to 256 bytes long", notify, 7},
    {NonceReflected, "nonce_reflected", "peer sent our own nonce", drop, 0},

    {CookieRequired, "cookie_required", "a cookie is required first", notify, 16390},
    {CookieInvalid, "cookie_invalid", "cookie is wrong or expired", notify, 16390},
    {NoProposalChosen, "no_proposal_chosen", "no common proposal", notify, 14},
    {KeyExchangeMethodMismatch, "key_exchange_method_mismatch", "key exchange method is not the chosen one", notify, 17},
    {KeyExchangeValueInvalid, "key_exchange_value_invalid", "key exchange value is invalid", delete_ike_sa, 7},
    {ResponderChoseUnofferedTransform, "responder_chose_unoffered_transform", "peer chose what we did not offer", delete_ike_sa, 0},
    {ResponderWidenedTrafficSelectors, "responder_widened_traffic_selectors", "peer chose selectors wider than offered", fail_child, 0},
    {TrafficSelectorsUnacceptable, "ts_unacceptable", "no common traffic selectors", fail_child, 38},
    {SinglePairRequired, "single_pair_required", "peer wants a single address pair", fail_child, 34},
    {ModeUnacceptable, "mode_unacceptable", "no common mode", fail_child, 14},
    {ChildSaNotFound, "child_sa_not_found", "no child SA with this SPI", notify, 44},
    {StateNotFound, "state_not_found", "key exchanges that are to follow are not known any more", notify, 47},
    {NoAdditionalSas, "no_additional_sas", "no more SAs are accepted", fail_child, 35},
    {TsMaxQueue, "ts_max_queue", "no more child SAs for single resources are accepted", fail_child, 48},
    {ResourceInfoMissing, "resource_info_missing", "peer made a child SA for no resource", fail_child, 0},
    {GroupPropertiesDiffer, "group_properties_differ", "child SA is not like the others of its group", fail_child, 14},
    {TemporaryFailure, "temporary_failure", "temporarily not possible", fail_child, 43},
    {TooManyRetries, "too_many_retries", "peer keeps asking for another attempt", delete_ike_sa, 0},
    {RedirectUnacceptable, "redirect_unacceptable", "redirection is not acceptable", delete_ike_sa, 0},
    {PeerRefused, "peer_refused", "peer refused", delete_ike_sa, 0},

    {TicketUnknown, "ticket_unknown", "ticket is not one of ours", notify, 16412},
    {TicketExpired, "ticket_expired", "ticket has expired", notify, 16412},
    {TicketSpent, "ticket_spent", "ticket was used, or its IKE SA has been deleted", notify, 16412},
    {TicketOutdated, "ticket_outdated", "ticket does not fit the configuration any more", notify, 16412},

    {AuthenticationFailed, "authentication_failed", "authentication failed", delete_ike_sa, 24},
    {AuthenticationRefused, "authentication_refused", "peer refused our authentication", delete_ike_sa, 0},
    {AuthenticationMethodUnacceptable, "authentication_method_unacceptable", "authentication method is not the configured one", delete_ike_sa, 24},
    {NoPeerConfiguration, "no_peer_configuration", "no connection for these addresses and identities", delete_ike_sa, 24},
    {NoSharedSecret, "no_shared_secret", "no pre-shared key for these identities", delete_ike_sa, 24},
    {NoPrivateKey, "no_private_key", "no private key to prove our identity with", delete_ike_sa, 24},
    {NoPpk, "no_ppk", "no post-quantum pre-shared key in common with the peer", delete_ike_sa, 24},
    {PublicKeyUnacceptable, "public_key_unacceptable", "public key is not acceptable", delete_ike_sa, 24},
    {CertificateMalformed, "certificate_malformed", "certificate is malformed", delete_ike_sa, 24},
    {CertificateUntrusted, "certificate_untrusted", "no path from the certificate to a trusted one", delete_ike_sa, 24},
    {CertificateRevoked, "certificate_revoked", "certificate is revoked", delete_ike_sa, 24},
    {RevocationUnknown, "revocation_unknown", "whether the certificate is revoked is not known", delete_ike_sa, 24},
    {FetchFailed, "fetch_failed", "fetching failed", delete_ike_sa, 24},
    {SigningFailed, "signing_failed", "the token has not signed", delete_ike_sa, 24},
    {AnswerAwaited, "answer_awaited", "an answer from outside is awaited", wait, 0},
    {NotAuthenticated, "not_authenticated", "exchange needs an authenticated IKE SA", drop, 0},
    {CrashTokenWrong, "crash_token_wrong", "token of a crash is not the one that the peer has told", drop, 0},

    {NoRoute, "no_route", "no route to the peer", refuse_request, 0},
    {PeerSilent, "peer_silent", "peer does not answer", delete_ike_sa, 0},
    {PeerCrashed, "peer_crashed", "peer has been restarted and knows the IKE SA no more", delete_ike_sa, 0},
    {PathRefused, "path_refused", "peer does not accept the addresses that the IKE SA has now", delete_ike_sa, 0},
    {HalfOpenExpired, "half_open_expired", "peer did not finish in time", delete_ike_sa, 0},
    {OperatorRequest, "operator_request", "cleared by the operator", delete_ike_sa, 0},
    {Rekeyed, "rekeyed", "another one has taken its place", delete_ike_sa, 0},
    {Redundant, "redundant", "another IKE SA with this peer stays", delete_ike_sa, 0},
    {NotUnique, "not_unique", "another IKE SA with this peer counts", delete_ike_sa, 24},
    {Redirected, "redirected", "peer was sent to another gateway", delete_ike_sa, 0},
    {LifeOver, "life_over", "it was not rekeyed in time", delete_ike_sa, 0},
    {PeerDeleted, "peer_deleted", "deleted by the peer", delete_ike_sa, 0},
    {ConfigurationRemoved, "configuration_removed", "connection was removed from the configuration", delete_ike_sa, 0},
    {ShuttingDown, "shutting_down", "daemon is stopping", delete_ike_sa, 0},
    {KernelRefused, "kernel_refused", "kernel refused", fail_child, 43},

    {AlgorithmUnavailable, "algorithm_unavailable", "algorithm is not available", refuse_request, 0},
    {ConfigurationInvalid, "configuration_invalid", "configuration is invalid", refuse_request, 0},
    {NotFound, "not_found", "not found", refuse_request, 0},
    {InternalInconsistency, "internal_inconsistency", "internal inconsistency", delete_ike_sa, 0},
};
// clang-format on

constexpr bool rows_stand_at_their_number() {
    for (std::size_t i = 0; i < std::size(kTable); ++i) {
        if (static_cast<std::size_t>(kTable[i].reason) != i) return false;
    }
    return std::size(kTable) == static_cast<std::size_t>(InternalInconsistency) + 1;
}
static_assert(rows_stand_at_their_number());

}  // namespace

const ReasonTraits& traits(Reason reason) { return kTable[static_cast<std::size_t>(reason)]; }

std::string Error::sentence() const {
    std::string text(traits(reason).sentence);
    return detail.empty() ? text : text + ": " + detail;
}

}  // namespace xfrmd::base
