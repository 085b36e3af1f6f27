// Any text as strongswan.conf: it gives options that the daemon can have, or errors that can be shown.
#include <cstdint>

#include "daemon/config/strongswan_conf.h"
#include "tests/fuzz/config_text.h"

using namespace xfrmd;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using fuzz::require;
    const auto files = fuzz::files_of({reinterpret_cast<const char*>(data), size});
    const auto loaded = daemon::load_strongswan(files, "/0", true);
    if (!loaded) {
        fuzz::check(loaded.error());
        return 0;
    }
    const auto& [options, warnings, details] = *loaded;
    require(options.engine.port != 0 && options.engine.nat_port != 0);
    require(options.engine.fragment_size >= 576 && options.engine.retransmit.tries <= 50);
    require(options.engine.retransmit.first > base::Duration{} && options.engine.retransmit.base >= 1);
    require(options.replay_window <= 4096 && options.vici_socket.starts_with('/'));
    require(details.size() <= daemon::StrongswanConf::kMostDetailLines);
    for (const daemon::LogFile& file : options.log.files) require(file.path.starts_with('/'));
    return 0;
}
