#include "daemon/attributes/name_servers.h"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/fetching/temporary_folder.h"

using namespace xfrmd;
using daemon::ResolverPlaces;
using daemon::write_name_servers;

namespace {

std::string read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}
void write(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

const std::vector<base::Address> kServers{*base::Address::parse("10.2.0.53"), *base::Address::parse("fd02::53")};

}  // namespace

TEST_CASE("DNS servers stand before others in the resolver's file, and go without a trace", "[daemon]") {
    const daemon::TemporaryFolder folder;
    const ResolverPlaces places{folder.path("none"), folder.path("resolv.conf")};
    const std::string before = "# by hand\nnameserver 192.0.2.53\n";
    write(places.file, before);
    CHECK(write_name_servers(places, kServers).empty());
    const std::string ours = "nameserver 10.2.0.53  # by xfrmd\nnameserver fd02::53  # by xfrmd\n";
    CHECK(read(places.file) == ours + before);
    CHECK(write_name_servers(places, kServers).empty());
    CHECK(read(places.file) == ours + before);
    CHECK(write_name_servers(places, {}).empty());
    CHECK(read(places.file) == before);
}

TEST_CASE("a link in place of the resolver's file is not written", "[daemon]") {
    const daemon::TemporaryFolder folder;
    const ResolverPlaces places{folder.path("none"), folder.path("resolv.conf")};
    write(folder.path("stub"), "nameserver 127.0.0.53\n");
    std::filesystem::create_symlink("stub", places.file);
    CHECK(write_name_servers(places, kServers) == places.file + ": it is a link, and not ours to write");
    CHECK(read(folder.path("stub")) == "nameserver 127.0.0.53\n");
}

TEST_CASE("where there is resolvconf(8), it is told", "[daemon]") {
    const daemon::TemporaryFolder folder;
    const ResolverPlaces places{folder.path("resolvconf"), folder.path("resolv.conf")};
    const std::string told = folder.path("told");
    write(places.resolvconf, "#!/bin/sh\necho \"$@\" >" + told + "\ncat >>" + told + "\n");
    std::filesystem::permissions(places.resolvconf, std::filesystem::perms::owner_all);
    CHECK(write_name_servers(places, kServers).empty());
    CHECK(read(told) == "-a lo.xfrmd\nnameserver 10.2.0.53\nnameserver fd02::53\n");
    CHECK(write_name_servers(places, {}).empty());
    CHECK(read(told) == "-d lo.xfrmd\n");
    write(places.resolvconf, "#!/bin/sh\nexit 3\n");
    CHECK_FALSE(write_name_servers(places, kServers).empty());
}
