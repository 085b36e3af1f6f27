// What the honoured keys of swanctl.conf do: each takes a value that read_value has read and puts it into the part of
// the configuration that is being made. The error says what is wrong with the value; for secrets it never holds it.
#pragma once

#include <string>

#include "daemon/config/complaint.h"
#include "daemon/config/swanctl_value.h"
#include "ike/policy/connection.h"

namespace xfrmd::daemon {

// What the section being read is about; a key's place says which of these are there.
struct Draft {
    policy::Connection* connection = nullptr;
    policy::AuthRound* round = nullptr;
    policy::Child* child = nullptr;
    policy::SharedSecret* secret = nullptr;
};

using Verdict = Read<void>;
using Setter = Verdict (*)(const Draft&, const Value&);

Verdict set_local_addrs(const Draft& draft, const Value& value);
Verdict set_remote_addrs(const Draft& draft, const Value& value);
Verdict set_local_port(const Draft& draft, const Value& value);
Verdict set_remote_port(const Draft& draft, const Value& value);
Verdict set_proposals(const Draft& draft, const Value& value);
Verdict set_encap(const Draft& draft, const Value& value);
Verdict set_dpd_delay(const Draft& draft, const Value& value);
Verdict set_keyingtries(const Draft& draft, const Value& value);
Verdict set_id(const Draft& draft, const Value& value);
Verdict set_esp_proposals(const Draft& draft, const Value& value);
Verdict set_local_ts(const Draft& draft, const Value& value);
Verdict set_remote_ts(const Draft& draft, const Value& value);
Verdict set_mode(const Draft& draft, const Value& value);
Verdict set_replay_window(const Draft& draft, const Value& value);
Verdict set_start_action(const Draft& draft, const Value& value);
Verdict set_secret(const Draft& draft, const Value& value);
Verdict add_owner(const Draft& draft, const Value& value);

}  // namespace xfrmd::daemon
