// What is wrong with a configuration file, and where. Lines and columns count from 1 (columns in bytes); a line of 0
// means the file as a whole. Messages never hold a value from a `secrets` section.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace xfrmd::daemon {

struct ConfigError {
    std::string file;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::string message;

    std::string to_string() const;  // "/etc/swanctl/swanctl.conf:3:5: ..."
    friend bool operator==(const ConfigError&, const ConfigError&) = default;
};

using ConfigErrors = std::vector<ConfigError>;

}  // namespace xfrmd::daemon
