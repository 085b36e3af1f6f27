// What `xfrmctl pki` leaves in its folders: all or nothing, nobody else's lost, one at a time.
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>
#include <vector>

#include "cli/pki/folder_lock.h"
#include "cli/pki/revoke.h"
#include "ike/crypto/crl.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/cli/pki_harness.h"

using namespace xfrmd;
using namespace xfrmd::cli;
using Texts = std::vector<std::string>;

namespace {

bool says(const PkiRun& run, std::string_view text) { return run.err.find(text) != std::string::npos; }

// A root with the key of that seed.
std::string root_der(std::uint64_t seed, std::uint64_t serial) {
    const tests::TestIssuer issuer{"CN=root", tests::small_key(seed)};
    tests::CertificateFields fields = tests::authority_fields("CN=root");
    fields.serial = serial;
    fields.not_before = crypto::WallClock{};
    fields.not_after = tests::kTestNow + std::chrono::days(36500);
    return std::string(base::as_text(tests::certificate_der(fields, issuer.key, issuer)));
}

}  // namespace

TEST_CASE("lists that are made at the same time lose nothing", "[cli][pki]") {
    constexpr unsigned kEach = 12;
    const PkiFolder folder;
    REQUIRE(run_pki({"ca", "root", "--out", folder.path()}).code == ExitCode::ok);
    const auto revoke = [&folder](unsigned first) {
        for (unsigned i = 0; i < kEach; ++i) {
            const std::string serial = std::to_string(1000 + first + i);
            if (run_pki({"crl", "--revoke", serial, "--out", folder.path()}).code != ExitCode::ok) return;
        }
    };
    std::thread one(revoke, 0);
    std::thread other(revoke, 500);
    one.join();
    other.join();
    const auto list =
        crypto::Crl::read(base::as_bytes(folder.read("x509crl/root.crl")), folder.certificate("x509ca/root.pem"));
    REQUIRE(list.has_value());
    CHECK(list->size() == std::size_t{2} * kEach);
}

TEST_CASE("a folder is changed by one at a time", "[cli][pki]") {
    const PkiFolder folder;
    constexpr std::chrono::milliseconds kAtOnce{0};
    {
        const auto held = pki::FolderLock::take(folder.path());
        REQUIRE(held.has_value());
        const auto busy = pki::FolderLock::take(folder.path() + "/", kAtOnce);
        REQUIRE_FALSE(busy.has_value());
        CHECK(busy.error().kind == pki::kBusy);
        CHECK(busy.error().message == "another xfrmctl is at work in " + folder.path() + "/");
        CHECK(pki::FolderLock::take(folder / "x509crl", kAtOnce).has_value());
    }
    CHECK(pki::FolderLock::take(folder.path(), kAtOnce).has_value());
    folder.write("file", "");
    CHECK_FALSE(pki::FolderLock::take(folder / "file").has_value());
}

TEST_CASE("with --force a CA is replaced by itself alone", "[cli][pki]") {
    const PkiFolder cas;
    const PkiFolder moon;
    cas.write("x509ca/root.pem", root_der(1, 2));
    cas.write("private/root.pem", base::as_text(tests::small_key(1).pkcs8()));
    const Texts forced{"gateway", "moon", "--force", "--ca", cas / "x509ca/root.pem", "--out", moon.path()};
    for (const std::string& other : {root_der(2, 1), std::string("garbage")}) {
        moon.write("x509ca/root.pem", other);
        const PkiRun run = run_pki(forced);
        CHECK(run.code == ExitCode::failed);
        CHECK(says(run, "x509ca/root.pem is there already, and not of CA 'CN=root'\n  next: name another folder"));
        CHECK(moon.files() == Texts{"x509ca/root.pem"});
        CHECK(moon.read("x509ca/root.pem") == other);
    }
    // The same CA's, renewed
    moon.write("x509ca/root.pem", root_der(1, 1));
    CHECK(says(run_pki({"gateway", "moon", "--ca", cas / "x509ca/root.pem", "--out", moon.path()}),
               "or replace it with --force"));
    CHECK(run_pki(forced).code == ExitCode::ok);
    CHECK(moon.certificate("x509ca/root.pem") == cas.certificate("x509ca/root.pem"));
}

TEST_CASE("two CAs of one chain do not take each other's file", "[cli][pki]") {
    const PkiFolder cas;
    const PkiFolder moon;
    REQUIRE(run_pki({"ca", "root", "--out", cas.path()}).code == ExitCode::ok);
    REQUIRE(run_pki({"ca", "middle", "--ca", "root", "--out", cas.path()}).code == ExitCode::ok);
    cas.write("x509ca/root.crt", cas.read("x509ca/middle.pem"));
    const PkiRun run = run_pki({"gateway", "moon", "--force", "--ca", cas / "x509ca/root.crt", "--ca-key",
                                cas / "private/middle.pem", "--out", moon.path()});
    CHECK(run.code == ExitCode::failed);
    CHECK(says(run, "x509ca/root.pem would be the file of two CAs"));
    CHECK(moon.files().empty());
}

TEST_CASE("what --force has begun to replace is put back where it cannot go on", "[cli][pki]") {
    const PkiFolder folder;
    REQUIRE(run_pki({"ca", "root", "--out", folder.path()}).code == ExitCode::ok);
    folder.write("x509/moon.pem/file", "a folder is in its place");
    const Texts forced{"gateway", "moon", "--force", "--out", folder.path()};
    const Texts others{"private/root.pem", "x509/moon.pem/file", "x509ca/root.pem"};
    CHECK(says(run_pki(forced), "x509/moon.pem: Is a directory"));
    CHECK(folder.files() == others);
    folder.write("private/moon.pem", "precious");
    CHECK(run_pki(forced).code == ExitCode::failed);
    CHECK(folder.read("private/moon.pem") == "precious");
    CHECK(folder.files().size() == others.size() + 1);
    std::filesystem::remove_all(folder / "x509/moon.pem");
    // A link is replaced, not what it leads to.
    folder.write("elsewhere", "precious, too");
    std::filesystem::create_symlink(folder / "elsewhere", folder / "x509/moon.pem");
    CHECK(run_pki(forced).code == ExitCode::ok);
    CHECK(folder.read("elsewhere") == "precious, too");
    CHECK(folder.certificate("x509/moon.pem").to_string() == "CN=moon");
    CHECK(folder.files() ==
          Texts{"elsewhere", "private/moon.pem", "private/root.pem", "x509/moon.pem", "x509ca/root.pem"});
}

TEST_CASE("a passphrase may come through a pipe", "[cli][pki]") {
    const PkiFolder folder;
    const std::string pipe = folder / "pipe";
    REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
    std::thread slow([&] {
        std::string text(1000, 'x');
        std::ofstream out(pipe);  // waits for who reads
        for (int i = 0; i < 3; ++i) out << text << std::flush;
    });
    const PkiRun run = run_pki({"ca", "root", "--passphrase-file", pipe, "--out", folder.path()});
    slow.join();
    CHECK(run.code == ExitCode::ok);
    CHECK(run.err.empty());
    const base::SecretBytes secret(base::as_bytes(std::string(3000, 'x')));
    CHECK(load_key(folder.read("private/root.pem"), &secret).has_value());
}

TEST_CASE("a list is never older than the one before it", "[cli][pki][rfc5280-5.1]") {
    const PkiFolder folder;
    folder.write("x509ca/root.pem", root_der(1, 2));
    folder.write("private/root.pem", base::as_text(tests::small_key(1).pkcs8()));
    const pki::RevokeOrder order{{folder.path(), "root", "", "", {}}, folder.path(), {"01"}, {}, std::chrono::days(1)};
    const auto random = crypto::ChaChaRandom::make();
    REQUIRE(random);
    // It goes on while somebody is asked, and is put back after the first list.
    std::vector<std::chrono::days> days{std::chrono::days(0), std::chrono::days(5), std::chrono::days(1)};
    std::size_t asked = 0;
    const auto clock = [&] { return tests::kTestNow + days[std::min(asked++, days.size() - 1)]; };
    for (int i = 0; i < 2; ++i) {
        const auto done = pki::revoke(order, clock, **random);
        REQUIRE(done);
        CHECK(done->next_update == tests::kTestNow + std::chrono::days(6));
    }
}

TEST_CASE("a list that leads nowhere is not begun anew", "[cli][pki]") {
    const PkiFolder folder;
    REQUIRE(run_pki({"ca", "root", "--out", folder.path()}).code == ExitCode::ok);
    std::filesystem::create_directory(folder / "x509crl");
    std::filesystem::create_symlink("/nowhere/root.crl", folder / "x509crl/root.crl");
    const PkiRun run = run_pki({"crl", "--revoke", "01", "--out", folder.path()});
    CHECK(run.code != ExitCode::ok);
    CHECK(says(run, "x509crl/root.crl: No such file or directory"));
    CHECK(std::filesystem::is_symlink(folder / "x509crl/root.crl"));
}
