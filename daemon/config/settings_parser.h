// Reads a file of the settings language, and everything it includes, into one tree. All or nothing: a Document or the
// first error. Repeated sections are merged and of repeated keys the last one wins, as strongSwan does; an include
// pattern is relative to the including file and may stand inside a section. Works on any input within the limits.
#pragma once

#include "daemon/config/files.h"
#include "daemon/config/settings_tree.h"

#include <tl/expected.hpp>

namespace xfrmd::daemon::settings {

struct Limits {
    std::size_t file_bytes = std::size_t{64} << 20;
    std::size_t total_bytes = std::size_t{256} << 20;
    std::size_t files = 100'000;
    std::size_t include_depth = 16;
    std::size_t section_depth = 64;
    std::size_t items = 4'000'000;  // sections, settings and references
};

tl::expected<Document, ConfigError> parse(const Files& files, const std::string& path, const Limits& limits = {});

}  // namespace xfrmd::daemon::settings
