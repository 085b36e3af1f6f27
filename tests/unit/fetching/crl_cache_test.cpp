// CRLs on disk: what is there may be anything, and room is bounded.
#include "daemon/fetching/crl_cache.h"

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "tests/support/test_revocation.h"
#include "tests/unit/fetching/temporary_folder.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using tests::kTestNow;

namespace {

namespace fs = std::filesystem;

const std::string kUri = "http://ca.example/root.crl";

base::Bytes list_of(std::uint64_t number, std::size_t entries = 0) {
    tests::CrlFields fields;
    fields.number = number;
    fields.entries.resize(entries);
    for (std::size_t i = 0; i < entries; ++i) fields.entries[i].serial = i + 1;
    return tests::crl_der(fields, {"CN=root", tests::small_key(1)});
}

CrlCache opened(const std::string& folder, CrlCache::Limits limits = {}) {
    auto cache = CrlCache::open(folder, limits);
    REQUIRE(cache);
    return std::move(*cache);
}

std::vector<fs::path> files_in(const std::string& folder) {
    std::vector<fs::path> files;
    for (const auto& each : fs::directory_iterator(folder)) files.push_back(each.path());
    return files;
}

}  // namespace

TEST_CASE("a list that was kept is found again, by its URI and until when it counts", "[fetching]") {
    const TemporaryFolder folder;
    const base::Bytes list = list_of(1);
    REQUIRE(opened(folder.path("crls")).keep(kUri, list, kTestNow));
    const CrlCache again = opened(folder.path("crls"));
    const auto kept = again.find(kUri);
    REQUIRE(kept);
    CHECK(kept->body == list);
    CHECK(kept->next_update == kTestNow + std::chrono::days(1));
    CHECK_FALSE(again.find("http://other.example/root.crl"));
    struct stat status{};
    REQUIRE(stat(files_in(folder.path("crls")).at(0).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    REQUIRE(again.keep(kUri, list_of(2), kTestNow));
    CHECK(again.find(kUri)->body == list_of(2));
    CHECK(files_in(folder.path("crls")).size() == 1);
}

TEST_CASE("what is no list, or over, is not kept", "[fetching][hostile-d10]") {
    const TemporaryFolder folder;
    const CrlCache cache = opened(folder.path("crls"));
    CHECK(cache.keep(kUri, base::as_bytes("<html>not here</html>"), kTestNow));
    CHECK(cache.keep(kUri, {}, kTestNow));
    CHECK(cache.keep(kUri, list_of(1), kTestNow + std::chrono::days(1)));
    CHECK(files_in(folder.path("crls")).empty());
    CHECK_FALSE(CrlCache().find(kUri));
    CHECK(CrlCache().keep(kUri, list_of(1), kTestNow));
}

TEST_CASE("a file that is spoiled is as if it were not there", "[fetching][hostile-d10]") {
    const TemporaryFolder folder;
    const CrlCache cache = opened(folder.path("crls"));
    const base::Bytes list = list_of(1, 3);
    REQUIRE(cache.keep(kUri, list, kTestNow));
    const fs::path file = files_in(folder.path("crls")).at(0);
    for (std::size_t size = 0; size < list.size(); ++size) {
        fs::resize_file(file, 0);
        std::ofstream(file).write(reinterpret_cast<const char*>(list.data()), static_cast<std::streamsize>(size));
        CHECK_FALSE(cache.find(kUri));
    }
    fs::remove(file);
    fs::create_directory(file);
    CHECK_FALSE(cache.find(kUri));
    CHECK_FALSE(cache.keep(kUri, list, kTestNow));  // and that is told
}

TEST_CASE("the oldest lists go first, and nothing else in the folder", "[fetching][hostile-d10]") {
    const TemporaryFolder folder;
    const std::string name = folder.path("crls");
    const CrlCache cache = opened(name, {.files = 3, .bytes = 100'000});
    std::ofstream(name + "/notes") << "mine";
    for (int i = 0; i < 6; ++i) {
        const std::string uri = kUri + std::to_string(i);
        REQUIRE(cache.keep(uri, list_of(1), kTestNow));
        for (const fs::path& file : files_in(name))
            fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(1));
    }
    CHECK(files_in(name).size() == 4);
    CHECK(fs::exists(name + "/notes"));
    for (int i = 0; i < 6; ++i) CHECK(cache.find(kUri + std::to_string(i)).has_value() == (i >= 3));
}

TEST_CASE("all lists together have so many bytes", "[fetching][hostile-d10]") {
    const TemporaryFolder folder;
    const std::size_t size = list_of(1).size();
    const CrlCache cache = opened(folder.path("crls"), {.files = 10, .bytes = size + size / 2});
    REQUIRE(cache.keep(kUri + "a", list_of(1), kTestNow));
    for (const fs::path& file : files_in(folder.path("crls"))) {
        fs::last_write_time(file, fs::last_write_time(file) - std::chrono::hours(1));
    }
    REQUIRE(cache.keep(kUri + "b", list_of(1), kTestNow));
    CHECK_FALSE(cache.find(kUri + "a"));
    CHECK(cache.find(kUri + "b"));
    REQUIRE(cache.keep(kUri + "c", list_of(1, 100), kTestNow));  // larger than all may be
    CHECK_FALSE(cache.find(kUri + "c"));
    CHECK(cache.find(kUri + "b"));
}

TEST_CASE("a folder that others can write to, or that is none, is not used", "[fetching]") {
    const TemporaryFolder folder;
    const std::string name = folder.path("crls");
    fs::create_directory(name);
    chmod(name.c_str(), 0777);
    CHECK(CrlCache::open(name).error() == "others than this user can write to " + name);
    fs::remove(name);
    fs::create_symlink("/tmp", name);
    CHECK(CrlCache::open(name).error() == name + " is no folder");
    CHECK(CrlCache::open(folder.path("none/crls")).error().find("No such file") != std::string::npos);
}
