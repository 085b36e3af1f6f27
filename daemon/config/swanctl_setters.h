// Setters for keys of swanctl.conf that are more than one member: each takes a value that read_value has read and puts
// it into the part of the configuration that is being made.
#pragma once

#include "daemon/config/swanctl_draft.h"

namespace xfrmd::daemon {

Verdict set_local_addrs(const Draft& draft, const Value& value);
Verdict set_remote_addrs(const Draft& draft, const Value& value);
Verdict set_local_port(const Draft& draft, const Value& value);
Verdict set_remote_port(const Draft& draft, const Value& value);
Verdict set_dscp(const Draft& draft, const Value& value);
Verdict set_fragmentation(const Draft& draft, const Value& value);
Verdict set_childless(const Draft& draft, const Value& value);
Verdict set_proposals(const Draft& draft, const Value& value);
Verdict set_round(const Draft& draft, const Value& value);
Verdict set_id(const Draft& draft, const Value& value);
Verdict set_auth(const Draft& draft, const Value& value);
Verdict set_certs(const Draft& draft, const Value& value);
Verdict set_cacerts(const Draft& draft, const Value& value);
Verdict set_ca_id(const Draft& draft, const Value& value);
Verdict set_cert_policy(const Draft& draft, const Value& value);
Verdict check_eap_id(const Draft& draft, const Value& value);
Verdict set_pubkeys(const Draft& draft, const Value& value);
Verdict set_certificate_file(const Draft& draft, const Value& value);
Verdict set_revocation(const Draft& draft, const Value& value);
Verdict set_ocsp(const Draft& draft, const Value& value);
Verdict set_send_cert(const Draft& draft, const Value& value);
Verdict set_unique(const Draft& draft, const Value& value);
Verdict set_on_local_down(const Draft& draft, const Value& value);
Verdict set_ah_proposals(const Draft& draft, const Value& value);
Verdict set_esp_proposals(const Draft& draft, const Value& value);
Verdict set_mode(const Draft& draft, const Value& value);
Verdict set_replay_window(const Draft& draft, const Value& value);
policy::StartAction start_action(const Value& value);
template <policy::StartAction policy::Child::* member>
Verdict set_action(const Draft& draft, const Value& value) {
    draft.child->*member = start_action(value);
    return {};
}
Verdict set_tfc_padding(const Draft& draft, const Value& value);
Verdict set_per_cpu_sas(const Draft& draft, const Value& value);
Verdict set_hw_offload(const Draft& draft, const Value& value);
Verdict set_copy_dscp(const Draft& draft, const Value& value);
Verdict set_secret(const Draft& draft, const Value& value);
Verdict add_owner(const Draft& draft, const Value& value);
Verdict add_ppk_id(const Draft& draft, const Value& value);
Verdict set_ppk_id(const Draft& draft, const Value& value);
Verdict set_ppk_exchange(const Draft& draft, const Value& value);
Verdict set_key_file(const Draft& draft, const Value& value);
Verdict add_passphrase(const Draft& draft, const Value& value);

}  // namespace xfrmd::daemon
