#include "daemon/sockets/socket_file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "tests/support/socket_client.h"
#include "tests/support/temporary_folder.h"

using namespace xfrmd::daemon;

namespace {

SocketOptions at(const std::string& path) { return {path, "no-such-group-here", 0660}; }

mode_t mode_of(const std::string& path) {
    struct stat status{};
    return lstat(path.c_str(), &status) == 0 ? status.st_mode : 0;
}

Descriptor bound_socket(const std::string& path, bool listening) {
    Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = unix_address(path);
    REQUIRE(bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    if (listening) REQUIRE(listen(socket.number(), 1) == 0);
    return socket;
}

}  // namespace

TEST_CASE("the socket has its mode, and goes with its owner", "[api][hostile-h3]") {
    const TemporaryFolder folder;
    const std::string path = folder.file("run/api.sock");
    {
        const auto file = SocketFile::make(at(path));
        REQUIRE(file);
        CHECK(mode_of(path) == (S_IFSOCK | 0660));
        CHECK(mode_of(path + ".lock") == (S_IFREG | 0600));
        CHECK(connect_to(path).is_open());
        CHECK(file->group() == 0);
    }
    CHECK(mode_of(path) == 0);
}

TEST_CASE("a second daemon on the same socket is refused and harms nothing", "[api][hostile-h3]") {
    const TemporaryFolder folder;
    const std::string path = folder.file("api.sock");
    const auto first = SocketFile::make(at(path));
    REQUIRE(first);
    const auto second = SocketFile::make(at(path));
    REQUIRE_FALSE(second);
    CHECK(second.error() == "another xfrmd serves " + path + " already");
    CHECK(connect_to(path).is_open());
}

TEST_CASE("a program that answers without the lock is left alone, too", "[api][hostile-h3]") {
    const TemporaryFolder folder;
    const std::string path = folder.file("api.sock");
    const Descriptor other = bound_socket(path, true);
    const auto file = SocketFile::make(at(path));
    REQUIRE_FALSE(file);
    CHECK(file.error() == "another program answers on " + path);
    CHECK(S_ISSOCK(mode_of(path)));
}

TEST_CASE("a socket that nobody answers on is replaced", "[api][hostile-h3]") {
    const TemporaryFolder folder;
    const std::string path = folder.file("api.sock");
    bound_socket(path, true);  // closed at once: what a killed daemon leaves
    REQUIRE(S_ISSOCK(mode_of(path)));
    const auto file = SocketFile::make(at(path));
    REQUIRE(file);
    CHECK(connect_to(path).is_open());
}

TEST_CASE("what is no socket is never removed or followed", "[api][hostile-h3]") {
    const TemporaryFolder folder;
    const std::string path = folder.file("api.sock");
    const std::string target = folder.file("precious");
    std::ofstream(target) << "precious";
    std::filesystem::create_symlink(target, path);
    CHECK(SocketFile::make(at(path)).error() == path + " exists and is not a socket");
    CHECK(S_ISLNK(mode_of(path)));
    std::filesystem::remove(path);
    std::filesystem::copy(target, path);
    CHECK_FALSE(SocketFile::make(at(path)));
    CHECK(S_ISREG(mode_of(path)));
    std::filesystem::remove(path);
    std::filesystem::remove(path + ".lock");
    std::filesystem::create_symlink(target, path + ".lock");
    CHECK_FALSE(SocketFile::make(at(path)));
    CHECK(std::filesystem::file_size(target) == 8);
}

TEST_CASE("a socket that took our place is not ours to remove", "[api][hostile-h3]") {
    const TemporaryFolder folder;
    const std::string path = folder.file("api.sock");
    auto made = SocketFile::make(at(path));
    REQUIRE(made);
    std::optional<SocketFile> file(std::move(*made));
    // Renamed, not removed, so that the new one cannot get the old one's inode.
    std::filesystem::rename(path, folder.file("elsewhere"));
    const Descriptor other = bound_socket(path, true);
    file.reset();
    CHECK(S_ISSOCK(mode_of(path)));
}

TEST_CASE("paths that cannot work are refused by a sentence", "[api]") {
    const TemporaryFolder folder;
    CHECK_FALSE(SocketFile::make(at("")));
    CHECK_FALSE(SocketFile::make(at("api.sock")));
    CHECK_FALSE(SocketFile::make(at(folder.file(std::string(108, 'x')))));
    const auto nowhere = SocketFile::make(at(folder.file("not/there/api.sock")));
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().find("No such file or directory") != std::string::npos);
}
