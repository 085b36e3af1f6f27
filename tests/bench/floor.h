// What a responder cannot do without: the bare cryptography of one handshake with one child SA and pre-shared keys, as
// calls to Botan on objects made once, without messages, sockets or tables around them.
#pragma once

#include "tests/bench/suites.h"

namespace xfrmd::bench {

// CPU microseconds of this thread for one handshake.
double measure_floor(const Suite& suite);

}  // namespace xfrmd::bench
