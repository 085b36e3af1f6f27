#include "ike/ikev2/wire/notify_type.h"

#include "ike/ikev2/wire/registry.h"

namespace xfrmd::ikev2::wire {

namespace {

using enum NotifyType;

// RFC 7296 3.10.1 and the IANA registry "IKEv2 Notify Message Types".
constexpr Named<NotifyType> kNames[] = {
    {unsupported_critical_payload, "UNSUPPORTED_CRITICAL_PAYLOAD"},
    {invalid_ike_spi, "INVALID_IKE_SPI"},
    {invalid_major_version, "INVALID_MAJOR_VERSION"},
    {invalid_syntax, "INVALID_SYNTAX"},
    {invalid_message_id, "INVALID_MESSAGE_ID"},
    {invalid_spi, "INVALID_SPI"},
    {no_proposal_chosen, "NO_PROPOSAL_CHOSEN"},
    {invalid_ke_payload, "INVALID_KE_PAYLOAD"},
    {authentication_failed, "AUTHENTICATION_FAILED"},
    {single_pair_required, "SINGLE_PAIR_REQUIRED"},
    {no_additional_sas, "NO_ADDITIONAL_SAS"},
    {internal_address_failure, "INTERNAL_ADDRESS_FAILURE"},
    {failed_cp_required, "FAILED_CP_REQUIRED"},
    {ts_unacceptable, "TS_UNACCEPTABLE"},
    {invalid_selectors, "INVALID_SELECTORS"},
    {unacceptable_addresses, "UNACCEPTABLE_ADDRESSES"},
    {unexpected_nat_detected, "UNEXPECTED_NAT_DETECTED"},
    {temporary_failure, "TEMPORARY_FAILURE"},
    {child_sa_not_found, "CHILD_SA_NOT_FOUND"},
    {ts_max_queue, "TS_MAX_QUEUE"},

    {initial_contact, "INITIAL_CONTACT"},
    {set_window_size, "SET_WINDOW_SIZE"},
    {additional_ts_possible, "ADDITIONAL_TS_POSSIBLE"},
    {ipcomp_supported, "IPCOMP_SUPPORTED"},
    {nat_detection_source_ip, "NAT_DETECTION_SOURCE_IP"},
    {nat_detection_destination_ip, "NAT_DETECTION_DESTINATION_IP"},
    {cookie, "COOKIE"},
    {use_transport_mode, "USE_TRANSPORT_MODE"},
    {http_cert_lookup_supported, "HTTP_CERT_LOOKUP_SUPPORTED"},
    {rekey_sa, "REKEY_SA"},
    {esp_tfc_padding_not_supported, "ESP_TFC_PADDING_NOT_SUPPORTED"},
    {non_first_fragments_also, "NON_FIRST_FRAGMENTS_ALSO"},
    {mobike_supported, "MOBIKE_SUPPORTED"},
    {additional_ip4_address, "ADDITIONAL_IP4_ADDRESS"},
    {additional_ip6_address, "ADDITIONAL_IP6_ADDRESS"},
    {no_additional_addresses, "NO_ADDITIONAL_ADDRESSES"},
    {update_sa_addresses, "UPDATE_SA_ADDRESSES"},
    {cookie2, "COOKIE2"},
    {no_nats_allowed, "NO_NATS_ALLOWED"},
    {auth_lifetime, "AUTH_LIFETIME"},
    {multiple_auth_supported, "MULTIPLE_AUTH_SUPPORTED"},
    {another_auth_follows, "ANOTHER_AUTH_FOLLOWS"},
    {redirect_supported, "REDIRECT_SUPPORTED"},
    {redirect, "REDIRECT"},
    {redirected_from, "REDIRECTED_FROM"},
    {ticket_lt_opaque, "TICKET_LT_OPAQUE"},
    {ticket_request, "TICKET_REQUEST"},
    {ticket_ack, "TICKET_ACK"},
    {ticket_nack, "TICKET_NACK"},
    {ticket_opaque, "TICKET_OPAQUE"},
    {eap_only_authentication, "EAP_ONLY_AUTHENTICATION"},
    {childless_ikev2_supported, "CHILDLESS_IKEV2_SUPPORTED"},
    {qcd_token, "QCD_TOKEN"},
    {ikev2_message_id_sync_supported, "IKEV2_MESSAGE_ID_SYNC_SUPPORTED"},
    {ikev2_message_id_sync, "IKEV2_MESSAGE_ID_SYNC"},
    {ipsec_replay_counter_sync, "IPSEC_REPLAY_COUNTER_SYNC"},
    {ikev2_fragmentation_supported, "IKEV2_FRAGMENTATION_SUPPORTED"},
    {signature_hash_algorithms, "SIGNATURE_HASH_ALGORITHMS"},
    {use_ppk, "USE_PPK"},
    {ppk_identity, "PPK_IDENTITY"},
    {no_ppk_auth, "NO_PPK_AUTH"},
    {intermediate_exchange_supported, "INTERMEDIATE_EXCHANGE_SUPPORTED"},
    {sa_resource_info, "SA_RESOURCE_INFO"},
    {use_ppk_int, "USE_PPK_INT"},
    {ppk_identity_key, "PPK_IDENTITY_KEY"},

    {use_beet_mode, "USE_BEET_MODE"},
};

}  // namespace

std::string to_string(NotifyType type) {
    const std::string_view name = name_in(kNames, type);
    return name.empty() ? "NOTIFY_" + std::to_string(static_cast<unsigned>(type)) : std::string(name);
}

}  // namespace xfrmd::ikev2::wire
