// Any text as swanctl.conf: it loads or is refused with errors that can be shown, and what loads is complete. The input
// may be several files, separated by a byte of 1: the first is loaded, and the others are there to be included as 1, 2,
// ...
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "daemon/config/error_list.h"
#include "daemon/config/swanctl_loader.h"
#include "tests/unit/config/memory_files.h"

namespace {

using namespace xfrmd;

void require(bool holds) {
    if (!holds) std::abort();
}

daemon::MemoryFiles files_of(std::string_view input) {
    std::map<std::string, std::string> texts;
    for (std::size_t number = 0;; ++number) {
        const std::size_t end = input.find('\1');
        texts.emplace("/" + std::to_string(number), input.substr(0, end));
        if (end == std::string_view::npos) return daemon::MemoryFiles(std::move(texts));
        input.remove_prefix(end + 1);
    }
}

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

void check(const daemon::ConfigErrors& errors) {
    require(!errors.empty() && errors.size() <= daemon::ErrorList::kMost);
    for (const daemon::ConfigError& error : errors) {
        require(!error.file.empty() && !error.message.empty() && error.line > 0 && error.column > 0);
    }
    require(!daemon::print(errors).empty());
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
