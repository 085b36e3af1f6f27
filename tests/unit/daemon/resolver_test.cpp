#include "daemon/attributes/resolver.h"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/fetching/temporary_folder.h"

using namespace xfrmd;
using daemon::can_split_dns;
using daemon::NameService;
using daemon::ResolveOptions;
using daemon::Resolver;

namespace {

namespace fs = std::filesystem;

// A host on which nothing is there but the file.
struct Bench {
    Bench() {
        options.file = folder.path("resolv.conf");
        options.found_resolvconf = folder.path("resolvconf");
        options.resolvectl = folder.path("resolvectl");
        options.resolved = folder.path("resolved");
    }
    std::string read(const std::string& path) const {
        std::ostringstream text;
        text << std::ifstream(path).rdbuf();
        return text.str();
    }
    void write(const std::string& text) const { std::ofstream(options.file) << text; }
    // Notes what it is called with, and what it reads.
    void put_program(const std::string& path, const std::string& last = "") const {
        std::ofstream(path) << "#!/bin/sh\necho \"$@\" >>" << folder.path("told") << "\ncat >>" << folder.path("told")
                            << "\n"
                            << last << "\n";
        fs::permissions(path, fs::perms::owner_all);
    }
    void put_resolved() const {
        put_program(options.resolvectl);
        fs::create_directory(options.resolved);
    }
    std::string told() const {
        std::string text = read(folder.path("told"));
        fs::remove(folder.path("told"));
        return text;
    }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(fs::path(options.file).parent_path())) {
            names.push_back(entry.path().filename());
        }
        return names;
    }

    daemon::TemporaryFolder folder;
    ResolveOptions options;
};

base::Address address(const char* text) { return *base::Address::parse(text); }

const NameService kService{{address("10.2.0.53"), address("fd02::53")}, {}, "eth0"};
const NameService kSplit{{address("10.9.0.53")}, {"example.org", "corp"}, "eth0"};
constexpr const char* kOurs = "nameserver 10.2.0.53  # by xfrmd\nnameserver fd02::53  # by xfrmd\n";

}  // namespace

TEST_CASE("DNS servers stand before others in the resolver's file, and go without a trace", "[daemon]") {
    const Bench bench;
    Resolver resolver(bench.options);
    const std::string before = "# by hand\nnameserver 192.0.2.53\n";
    bench.write(before);
    fs::permissions(bench.options.file, fs::perms(0640));
    CHECK(resolver.use({kService, kSplit}).empty());
    CHECK(bench.read(bench.options.file) == kOurs + before);
    CHECK(resolver.use({kService, kService}).empty());
    CHECK(bench.read(bench.options.file) == kOurs + before);
    CHECK(resolver.use({}).empty());
    CHECK(bench.read(bench.options.file) == before);
    CHECK(fs::status(bench.options.file).permissions() == fs::perms(0640));
    CHECK(bench.files() == std::vector<std::string>{"resolv.conf"});
}

TEST_CASE("who reads the resolver's file meanwhile reads either text", "[daemon]") {
    const Bench bench;
    Resolver resolver(bench.options);
    bench.write("nameserver 192.0.2.53\n");
    std::ifstream reader(bench.options.file);
    CHECK(resolver.use({kService}).empty());
    std::string line;
    std::getline(reader, line);
    CHECK(line == "nameserver 192.0.2.53");
    std::getline(reader, line);
    CHECK(reader.eof());
}

TEST_CASE("a resolver's file that cannot be replaced is written in its place", "[daemon]") {
    const Bench bench;
    Resolver resolver(bench.options);
    bench.write("nameserver 192.0.2.53\n");
    fs::create_directories(bench.options.file + ".xfrmd/in the way");
    CHECK(resolver.use({kService}).empty());
    CHECK(bench.read(bench.options.file) == std::string(kOurs) + "nameserver 192.0.2.53\n");
    CHECK(resolver.use({}).empty());
    CHECK(bench.read(bench.options.file) == "nameserver 192.0.2.53\n");
}

TEST_CASE("what a killed process has left in the resolver's file goes", "[daemon]") {
    const Bench bench;
    bench.write(std::string(kOurs) + "nameserver 192.0.2.53\n");
    Resolver(bench.options).clear_leftovers({});
    CHECK(bench.read(bench.options.file) == "nameserver 192.0.2.53\n");
    fs::remove(bench.options.file);
    Resolver(bench.options).clear_leftovers({});
    CHECK_FALSE(fs::exists(bench.options.file));
}

TEST_CASE("a link in place of the resolver's file is not written", "[daemon]") {
    const Bench bench;
    std::ofstream(bench.folder.path("stub")) << "nameserver 127.0.0.53\n";
    fs::create_symlink("stub", bench.options.file);
    CHECK(Resolver(bench.options).use({kService}) == bench.options.file + ": it is a link, and not ours to write");
    CHECK(bench.read(bench.folder.path("stub")) == "nameserver 127.0.0.53\n");
}

TEST_CASE("where there is resolvconf(8), it is told", "[daemon]") {
    const Bench bench;
    bench.put_program(bench.options.found_resolvconf);
    Resolver resolver(bench.options);
    CHECK(resolver.use({kService, kSplit}).empty());
    CHECK(bench.told() == "-a lo.xfrmd\nnameserver 10.2.0.53\nnameserver fd02::53\n");
    CHECK(resolver.use({}).empty());
    CHECK(bench.told() == "-d lo.xfrmd\n");
    bench.put_program(bench.options.found_resolvconf, "exit 3");
    CHECK(resolver.use({kService}) == bench.options.found_resolvconf + ": it ended with status 3");
    CHECK_FALSE(can_split_dns(bench.options));
}

TEST_CASE("resolvconf(8) and its interface may be named", "[daemon]") {
    Bench bench;
    bench.put_program(bench.folder.path("mine"));
    bench.put_resolved();
    bench.options.resolvconf = bench.folder.path("mine") + " -x";
    bench.options.interface = "tun0.vpn";
    CHECK(Resolver(bench.options).use({kService}).empty());
    CHECK(bench.told() == "-x -a tun0.vpn\nnameserver 10.2.0.53\nnameserver fd02::53\n");
    CHECK_FALSE(can_split_dns(bench.options));
}

TEST_CASE("systemd-resolved has servers for interfaces, and for domains", "[daemon][rfc8598-5]") {
    const Bench bench;
    bench.put_resolved();
    // That of systemd takes no interface like lo.xfrmd.
    fs::create_symlink("resolvectl", bench.options.found_resolvconf);
    CHECK(can_split_dns(bench.options));
    Resolver resolver(bench.options);
    CHECK(resolver.use({kSplit}).empty());
    CHECK(bench.told() == "dns eth0 10.9.0.53\ndomain eth0 ~corp ~example.org\n");
    CHECK(resolver.use({kService}).empty());
    CHECK(bench.told() == "dns eth0 10.2.0.53 fd02::53\ndomain eth0 ~.\n");
    CHECK(resolver.use({}).empty());
    CHECK(bench.told() == "revert eth0\n");
    CHECK(resolver.use({}).empty());
    CHECK(bench.told().empty());
    resolver.clear_leftovers({"eth1"});
    CHECK(resolver.use({kSplit}).empty());
    CHECK(bench.told() == "revert eth1\ndns eth0 10.9.0.53\ndomain eth0 ~corp ~example.org\n");
    fs::remove(bench.options.resolved);
    CHECK_FALSE(can_split_dns(bench.options));
}
