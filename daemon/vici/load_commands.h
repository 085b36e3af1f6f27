// Commands that load and unload what is configured (Objects). What is wrong with it the client hears in strongSwan's
// words, and the log in ours.
#pragma once

#include "daemon/vici/desk.h"

namespace xfrmd::daemon::vici {

void load_connection(Desk& desk, const Asked& asked);
void unload_connection(Desk& desk, const Asked& asked);
void load_authority(Desk& desk, const Asked& asked);
void unload_authority(Desk& desk, const Asked& asked);
void get_authorities(Desk& desk, const Asked& asked);
void list_authorities(Desk& desk, const Asked& asked);
void load_pool(Desk& desk, const Asked& asked);
void unload_pool(Desk& desk, const Asked& asked);

void list_certificates(Desk& desk, const Asked& asked);
void load_certificate(Desk& desk, const Asked& asked);
void flush_certificates(Desk& desk, const Asked& asked);
void load_key(Desk& desk, const Asked& asked);
void unload_key(Desk& desk, const Asked& asked);
void get_keys(Desk& desk, const Asked& asked);
void load_token(Desk& desk, const Asked& asked);
void load_shared(Desk& desk, const Asked& asked);
void unload_shared(Desk& desk, const Asked& asked);
void get_shared(Desk& desk, const Asked& asked);
void clear_credentials(Desk& desk, const Asked& asked);

}  // namespace xfrmd::daemon::vici
