// What the commands do, one function a row of commands.cpp: ask the daemon (all but those of pki), print data on out
// and the rest on err.
#pragma once

#include "cli/commands.h"

namespace xfrmd::cli {

ExitCode sa_list(Session& session);
ExitCode sa_show(Session& session);
ExitCode sa_clear(Session& session);
ExitCode sa_rekey(Session& session);
ExitCode sa_redirect(Session& session);
ExitCode conn_list(Session& session);
ExitCode conn_up(Session& session);
ExitCode conn_down(Session& session);
ExitCode conn_load(Session& session);
ExitCode conn_unload(Session& session);
ExitCode secret_load(Session& session);
ExitCode secret_unload(Session& session);
ExitCode key_load(Session& session);
ExitCode key_unload(Session& session);
ExitCode authority_load(Session& session);
ExitCode authority_unload(Session& session);
ExitCode pool_load(Session& session);
ExitCode pool_unload(Session& session);
ExitCode object_list(Session& session);
ExitCode kernel_status(Session& session);
ExitCode kernel_reconcile(Session& session);
ExitCode events(Session& session);
ExitCode system_info(Session& session);
ExitCode pki_ca(Session& session);
ExitCode pki_gateway(Session& session);
ExitCode pki_client(Session& session);
ExitCode pki_crl(Session& session);
ExitCode pki_show(Session& session);
ExitCode pki_verify(Session& session);
ExitCode rpc_discover(Session& session);

}  // namespace xfrmd::cli
