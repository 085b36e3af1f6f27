// Configuration files that exist in memory only, for tests and the fuzzer.
#pragma once

#include <fnmatch.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "daemon/config/files.h"

namespace xfrmd::daemon {

class MemoryFiles final : public Files {
public:
    MemoryFiles() = default;
    explicit MemoryFiles(std::map<std::string, std::string> texts) : texts_(std::move(texts)) {}

    void make_readable_by_others(const std::string& path) { readable_by_others_ = path; }

    base::Result<FileText> read(const std::string& path, std::size_t most) const override {
        const auto found = texts_.find(path);
        if (found == texts_.end()) return base::fail(base::Reason::NotFound, "No such file or directory");
        if (found->second.size() > most) return base::fail(base::Reason::ConfigurationInvalid, "too large");
        return FileText{found->second, path == readable_by_others_};
    }

    base::Result<std::vector<std::string>> glob(const std::string& pattern) const override {
        std::vector<std::string> paths;
        for (const auto& [path, text] : texts_) {
            if (fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0) paths.push_back(path);
        }
        return paths;
    }

private:
    std::map<std::string, std::string> texts_;
    std::string readable_by_others_;
};

}  // namespace xfrmd::daemon
