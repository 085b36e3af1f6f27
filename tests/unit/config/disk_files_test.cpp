#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "daemon/config/files.h"
#include "daemon/config/swanctl_loader.h"

using namespace xfrmd::daemon;

namespace {

class Folder {
public:
    Folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "xfrmd-config-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path_ = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    std::string operator/(const std::string& name) const { return path_ + "/" + name; }

    void write(const std::string& name, const std::string& text, mode_t mode = 0600) const {
        std::filesystem::create_directories(std::filesystem::path(*this / name).parent_path());
        std::ofstream(*this / name) << text;
        REQUIRE(::chmod((*this / name).c_str(), mode) == 0);
    }

private:
    std::string path_;
};

}  // namespace

TEST_CASE("files are read whole", "[config][files]") {
    const Folder folder;
    const std::string large(300'000, 'x');
    folder.write("a", large);
    folder.write("empty", "");
    CHECK(DiskFiles().read(folder / "a", 300'000)->text == large);
    CHECK(DiskFiles().read(folder / "empty", 10)->text.empty());
    CHECK(DiskFiles().read(folder / "a", 299'999).error().detail == "larger than 299999 bytes");
}

TEST_CASE("a file that others can read says so", "[config][files]") {
    const Folder folder;
    folder.write("mine", "x", 0640);
    folder.write("ours", "x", 0644);
    CHECK_FALSE(DiskFiles().read(folder / "mine", 10)->readable_by_others);
    CHECK(DiskFiles().read(folder / "ours", 10)->readable_by_others);
}

TEST_CASE("what is no regular file is refused, without waiting for it", "[config][files]") {
    const Folder folder;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK(DiskFiles().read(folder / "pipe", 10).error().detail == "not a regular file");
    CHECK(DiskFiles().read(folder / ".", 10).error().detail == "not a regular file");
    const auto missing = DiskFiles().read(folder / "none", 10);
    CHECK(missing.error().reason == xfrmd::base::Reason::NotFound);
    CHECK(missing.error().detail == "No such file or directory");
}

// Files in /proc tell a size of 0.
TEST_CASE("a file that is longer than it says is read up to the limit", "[config][files]") {
    CHECK(DiskFiles().read("/proc/self/status", 100'000)->text.size() > 100);
    CHECK_FALSE(DiskFiles().read("/proc/self/status", 100));
}

TEST_CASE("patterns find files in order, and no folders", "[config][files]") {
    const Folder folder;
    folder.write("conf.d/b.conf", "");
    folder.write("conf.d/a.conf", "");
    folder.write("conf.d/c.txt", "");
    folder.write("conf.d/d.conf/inner", "");
    CHECK(DiskFiles().glob(folder / "conf.d/*.conf").value() ==
          std::vector{folder / "conf.d/a.conf", folder / "conf.d/b.conf"});
    CHECK(DiskFiles().glob(folder / "conf.d/[cd]*").value() == std::vector{folder / "conf.d/c.txt"});
    CHECK(DiskFiles().glob(folder / "none/*").value().empty());
    CHECK(DiskFiles().glob(folder / "conf.d/a.conf").value().size() == 1);
}

TEST_CASE("a configuration is loaded from disk", "[config][files]") {
    const Folder folder;
    folder.write("swanctl.conf", "include conf.d/*.conf\n", 0644);
    folder.write("conf.d/psk.conf", "secrets { ike { secret = x } }\n", 0644);
    const auto result = load_swanctl(DiskFiles(), folder / "swanctl.conf");
    REQUIRE(result);
    CHECK(result->configuration.secrets.size() == 1);
    REQUIRE(result->warnings.size() == 1);
    CHECK(result->warnings.at(0).starts_with(folder / "conf.d/psk.conf"));
    CHECK_FALSE(load_swanctl(DiskFiles(), folder / "none.conf"));
}
