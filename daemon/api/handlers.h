// One function for each method of the table in methods.cpp, rpc.discover apart. Each reads checked params, asks the
// Service and encodes its answer.
#pragma once

#include "daemon/api/method.h"

namespace xfrmd::daemon::api {

void handle_sa_list(const Call& call, MethodDone done);
void handle_sa_get(const Call& call, MethodDone done);
void handle_sa_clear(const Call& call, MethodDone done);
void handle_sa_rekey(const Call& call, MethodDone done);
void handle_sa_redirect(const Call& call, MethodDone done);
void handle_sa_initiate(const Call& call, MethodDone done);
void handle_conn_list(const Call& call, MethodDone done);
void handle_conn_load(const Call& call, MethodDone done);
void handle_conn_unload(const Call& call, MethodDone done);
void handle_secret_load(const Call& call, MethodDone done);
void handle_secret_unload(const Call& call, MethodDone done);
void handle_key_load(const Call& call, MethodDone done);
void handle_key_unload(const Call& call, MethodDone done);
void handle_authority_load(const Call& call, MethodDone done);
void handle_authority_unload(const Call& call, MethodDone done);
void handle_pool_load(const Call& call, MethodDone done);
void handle_pool_unload(const Call& call, MethodDone done);
void handle_object_list(const Call& call, MethodDone done);
void handle_system_info(const Call& call, MethodDone done);
void handle_kernel_reconcile(const Call& call, MethodDone done);
void handle_kernel_status(const Call& call, MethodDone done);
void handle_events_subscribe(const Call& call, MethodDone done);
void handle_events_unsubscribe(const Call& call, MethodDone done);

}  // namespace xfrmd::daemon::api
