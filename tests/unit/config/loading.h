// Short ways to load a text and to look at what came of it.
#pragma once

#include <string>

#include "daemon/config/swanctl_loader.h"
#include "tests/unit/config/memory_files.h"

namespace xfrmd::daemon {

inline tl::expected<LoadResult, ConfigErrors> load_text(const std::string& text) {
    return load_swanctl(MemoryFiles({{"/s.conf", text}}), "/s.conf");
}

// All errors of a text, one a line, as `--check` prints them; empty where it loads.
inline std::string errors_of(const std::string& text) {
    const auto loaded = load_text(text);
    return loaded ? std::string() : print(loaded.error());
}

// A connection that is complete but for what the test is about.
inline std::string connection_with(const std::string& settings, const std::string& child_settings = {}) {
    return "connections { gw {\nlocal { auth = psk }\nremote { auth = psk }\n" + settings + "\nchildren { net {\n" +
           child_settings + "\n} } } }\nsecrets { ike { secret = x } }\n";
}

inline std::string round_with(const std::string& settings) {
    return "connections { gw {\nlocal { auth = psk\n" + settings +
           "\n}\nremote { auth = psk }\n} }\nsecrets { ike { secret = x } }\n";
}

}  // namespace xfrmd::daemon
