// Quick crash detection (RFC 6290). Each side tells the other, under the protection of an IKE SA, a token that only it
// can make, from its secret and both SPIs. One that has lost the IKE SA, but not its secret, answers what comes under
// those SPIs with the token in the clear, and the other one knows at once.
#pragma once

#include <vector>

#include "ike/ikev2/sa/step.h"

namespace xfrmd::ikev2::exchange {

// As maker: nothing without a secret. Whoever sends it in the clear sees to it that no such IKE SA exists (4.5, 9.1).
std::vector<wire::Payload> crash_token(const sa::Options& options, wire::IkeSpi spi_i, wire::IkeSpi spi_r);
// 4.3: in an exchange of its own.
void tell_crash_token(sa::Step& step, sa::Established& phase);

// As taker, of what is protected: the token that the IKE SA has from now on, if there is one (4.2-4.4).
void note_crash_token(sa::Sa& sa, const wire::Payloads& payloads);
// Of what is not: does it bring a token, and the right one (4.5)? Errors: CrashTokenWrong, NotFound without any.
base::Result<void> check_crash_token(const sa::Sa& sa, const wire::Payloads& payloads);

}  // namespace xfrmd::ikev2::exchange
