// What a responder cannot do without: the bare cryptography of one handshake with one child SA, as calls to Botan on
// objects made once, without messages, certificates to be read, sockets or tables around them.
#pragma once

#include "tests/bench/suites.h"

namespace xfrmd::bench {

// CPU microseconds of this thread for one handshake. `peer_is_new`: where there are certificates, the CA's signature of
// the peer's is checked as well; of one that has been here before it need not be.
double measure_floor(const Suite& suite, bool peer_is_new);

}  // namespace xfrmd::bench
