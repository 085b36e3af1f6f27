// Configuration files out of a fuzzer's input: several, separated by a byte of 1. The first is loaded, and the others
// are there to be included as 1, 2, ...
#pragma once

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>

#include "daemon/config/error_list.h"
#include "daemon/config/swanctl_loader.h"
#include "tests/unit/config/memory_files.h"

namespace xfrmd::fuzz {

inline void require(bool holds) {
    if (!holds) std::abort();
}

inline daemon::MemoryFiles files_of(std::string_view input) {
    std::map<std::string, std::string> texts;
    for (std::size_t number = 0;; ++number) {
        const std::size_t end = input.find('\1');
        texts.emplace("/" + std::to_string(number), input.substr(0, end));
        if (end == std::string_view::npos) return daemon::MemoryFiles(std::move(texts));
        input.remove_prefix(end + 1);
    }
}

inline void check(const daemon::ConfigErrors& errors) {
    require(!errors.empty() && errors.size() <= daemon::ErrorList::kMost);
    for (const daemon::ConfigError& error : errors) {
        require(!error.file.empty() && !error.message.empty() && error.line > 0 && error.column > 0);
    }
    require(!daemon::print(errors).empty());
}

}  // namespace xfrmd::fuzz
