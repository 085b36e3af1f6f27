// A folder that goes with the test.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace xfrmd::daemon {

class TemporaryFolder {
public:
    TemporaryFolder() { REQUIRE(mkdtemp(name_.data()) != nullptr); }
    ~TemporaryFolder() { std::filesystem::remove_all(name_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    std::string path(const std::string& name) const { return name_ + "/" + name; }

private:
    std::string name_ = "/tmp/fetching.XXXXXX";
};

}  // namespace xfrmd::daemon
