// One function for each method of the table in methods.cpp, rpc.discover apart. Each reads checked params, asks the
// Service and encodes its answer.
#pragma once

#include "daemon/api/method.h"

namespace xfrmd::daemon::api {

void handle_sa_list(Call call, MethodDone done);
void handle_sa_get(Call call, MethodDone done);
void handle_sa_clear(Call call, MethodDone done);
void handle_sa_rekey(Call call, MethodDone done);
void handle_sa_redirect(Call call, MethodDone done);
void handle_sa_initiate(Call call, MethodDone done);
void handle_conn_list(Call call, MethodDone done);
void handle_system_info(Call call, MethodDone done);
void handle_kernel_reconcile(Call call, MethodDone done);
void handle_kernel_status(Call call, MethodDone done);
void handle_events_subscribe(Call call, MethodDone done);
void handle_events_unsubscribe(Call call, MethodDone done);

}  // namespace xfrmd::daemon::api
