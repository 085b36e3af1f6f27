// The file with the secret of quick crash detection (RFC 6290 5.1): made once, read again, and trusted only where
// nobody else can have seen or written it.
#include "daemon/token_secret.h"

#include <catch2/catch_test_macros.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace xfrmd::daemon {

namespace {

class Folder {
public:
    Folder() { REQUIRE(mkdtemp(name_.data()) != nullptr); }
    ~Folder() { std::filesystem::remove_all(name_); }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    std::string path(const std::string& name = "secret") const { return name_ + "/" + name; }

private:
    std::string name_ = "/tmp/token_secret.XXXXXX";
};

base::Bytes bytes_of(const TokenSecret& secret) { return base::to_bytes(secret.bytes().view()); }

base::Bytes opened(const std::string& path) {
    const auto secret = TokenSecret::open(path);
    REQUIRE(secret);
    return bytes_of(*secret);
}

void write(const std::string& path, const std::string& content, mode_t mode = 0600) {
    std::ofstream(path) << content;
    chmod(path.c_str(), mode);
}

std::string refusal(const std::string& path) {
    const auto secret = TokenSecret::open(path);
    return secret ? "" : secret.error();
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a secret is made once, for nobody else to read", "[daemon][rfc6290-5.1]") {
    const Folder folder;
    const std::string path = folder.path("new/secret");
    const base::Bytes first = opened(path);
    CHECK(first.size() == 32);
    CHECK(opened(path) == first);
    struct stat status{};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(status.st_size == 32);
    CHECK(opened(folder.path("other")) != first);
}

TEST_CASE("a file that was not written when the power failed is written now", "[daemon][rfc6290-5.1]") {
    const Folder folder;
    write(folder.path("empty"), "");
    write(folder.path("zeros"), std::string(32, '\0'));
    for (const std::string name : {"empty", "zeros"}) {
        const base::Bytes made = opened(folder.path(name));
        CHECK(made != base::Bytes(32, 0));
        CHECK(opened(folder.path(name)) == made);
    }
}

TEST_CASE("two do not share a secret", "[daemon][rfc6290-9.1]") {
    const Folder folder;
    const auto first = TokenSecret::open(folder.path());
    REQUIRE(first);
    CHECK(says(refusal(folder.path()), "another xfrmd uses it"));
}

TEST_CASE("what others could know or have written is no secret, and is left alone", "[daemon][rfc6290-5.1]") {
    const Folder folder;
    const std::string path = folder.path();
    const std::string good(32, 's');
    SECTION("readable") {
        write(path, good, 0640);
        CHECK(says(refusal(path), "others than its owner"));
    }
    SECTION("writable") {
        write(path, good, 0602);
        CHECK(says(refusal(path), "others than its owner"));
    }
    SECTION("too short") {
        write(path, good.substr(1));
        CHECK(says(refusal(path), "not of 32 octets"));
        CHECK(std::filesystem::file_size(path) == 31);
    }
    SECTION("too long") {
        write(path, good + "s");
        CHECK(says(refusal(path), "not of 32 octets"));
    }
    SECTION("a link") {
        write(folder.path("target"), good);
        std::filesystem::create_symlink(folder.path("target"), path);
        CHECK(says(refusal(path), "cannot open " + path));
    }
    SECTION("a folder") {
        std::filesystem::create_directory(path);
        CHECK(says(refusal(path), "cannot open " + path));
    }
    SECTION("a pipe, which would keep us waiting") {
        REQUIRE(mkfifo(path.c_str(), 0600) == 0);
        CHECK(says(refusal(path), "not a regular file"));
    }
    SECTION("in a folder that cannot be made") {
        CHECK(says(refusal(folder.path("two/folders/secret")), "cannot open"));
    }
}

}  // namespace xfrmd::daemon
