// Any text as swanctl.conf: it loads or is refused with errors that can be shown, and what loads is complete.
#include <cstdint>

#include "tests/fuzz/config_text.h"

namespace {

using namespace xfrmd;
using namespace xfrmd::fuzz;

void check(const policy::Connection& connection) {
    require(!connection.name.empty() && !connection.proposals.empty());
    require(connection.local_port != 0 && connection.remote_port != 0);
    for (const policy::Child& child : connection.children) {
        require(!child.name.empty() && !child.proposals().empty() && !child.is_shunt());
        require(!child.local_ts.empty() && !child.remote_ts.empty());
        require(child.replay_window <= 4096);
    }
    for (const policy::Child& shunt : connection.shunts) require(shunt.is_shunt() && !shunt.name.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto loaded = daemon::load_swanctl(files_of({reinterpret_cast<const char*>(data), size}), "/0");
    if (!loaded) {
        check(loaded.error());
        return 0;
    }
    for (const policy::Connection& connection : loaded->configuration.connections) check(connection);
    for (const policy::SharedSecret& secret : loaded->configuration.secrets) require(!secret.secret.empty());
    for (const policy::ManualSa& sa : loaded->configuration.manual) require(policy::faults_of(sa).empty());
    require(daemon::print(*loaded).ends_with('\n'));
    return 0;
}
