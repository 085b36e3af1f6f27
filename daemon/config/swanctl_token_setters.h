// Setters for the keys that name an object in a PKCS#11 token.
#pragma once

#include "daemon/config/swanctl_draft.h"

namespace xfrmd::daemon {

Verdict set_token_handle(const Draft& draft, const Value& value);
Verdict set_token_slot(const Draft& draft, const Value& value);
Verdict set_token_module(const Draft& draft, const Value& value);
Verdict set_token_pin(const Draft& draft, const Value& value);

}  // namespace xfrmd::daemon
