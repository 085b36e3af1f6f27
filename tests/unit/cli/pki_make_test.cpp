// What `xfrmctl pki ca`, `gateway` and `client` make, and what they refuse.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "cli/pki/key_pair.h"
#include "ike/crypto/chain.h"
#include "tests/unit/cli/pki_harness.h"

using namespace xfrmd;
using namespace xfrmd::cli;
using Texts = std::vector<std::string>;

namespace {

crypto::WallClock now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

bool accepted(const crypto::Certificate& end, std::vector<crypto::Certificate> authorities,
              const std::vector<crypto::Certificate>& offered = {}) {
    const auto trust = crypto::TrustStore::make(std::move(authorities), {});
    return crypto::validate(end, offered, trust.value(), now(), {}, nullptr).has_value();
}

policy::Identity id(std::string_view text) { return policy::Identity::parse(text).value(); }

bool says(const PkiRun& run, std::string_view text) { return run.err.find(text) != std::string::npos; }

}  // namespace

TEST_CASE("a CA, a gateway and a client have their files where swanctl looks for them", "[cli][pki]") {
    const PkiFolder folder;
    const std::string out = folder.path();
    const PkiRun ca = run_pki({"ca", "root", "--out", out});
    REQUIRE(ca.code == ExitCode::ok);
    CHECK(ca.out.starts_with("made CN=root, valid until "));
    CHECK(ca.err.empty());
    REQUIRE(run_pki({"gateway", "moon", "--out", out}).code == ExitCode::ok);
    REQUIRE(run_pki({"client", "carol@example.org", "--out", out}).code == ExitCode::ok);
    CHECK(folder.files() == Texts{"private/carol@example.org.pem", "private/moon.pem", "private/root.pem",
                                  "x509/carol@example.org.pem", "x509/moon.pem", "x509ca/root.pem"});
    CHECK(folder.mode("private") == 0700);
    for (const char* name : {"private/root.pem", "private/moon.pem", "private/carol@example.org.pem"})
        CHECK(folder.mode(name) == 0600);
    CHECK(folder.mode("x509/moon.pem") == 0644);
    for (const char* name : {"moon", "carol@example.org"}) {
        const auto certificate = folder.certificate("x509/" + std::string(name) + ".pem");
        CHECK(accepted(certificate, {folder.certificate("x509ca/root.pem")}));
        CHECK(certificate.names(id(name)));
        const auto key = load_key(folder.read("private/" + std::string(name) + ".pem"), nullptr);
        REQUIRE(key.has_value());
        CHECK(key->public_key() == certificate.public_key());
    }
}

TEST_CASE("certificates say what IPsec's peers want to read", "[cli][pki][rfc5280-4.2.1.3][rfc5280-4.2.1.12]") {
    const PkiFolder folder;
    const std::string out = folder.path();
    REQUIRE(run_pki({"ca", "root", "--subject", "C=CH, O=Example, CN=Example Root", "--out", out}).code ==
            ExitCode::ok);
    const auto root = folder.certificate("x509ca/root.pem");
    CHECK(root.to_string() == "C=CH, O=Example, CN=Example Root");
    CHECK(root.is_ca());
    CHECK(root.is_self_issued());
    CHECK(root.may_sign_crls());
    CHECK_FALSE(root.may_sign());
    CHECK(root.subject_key_id() == root.authority_key_id());

    REQUIRE(run_pki({"gateway",    "moon",
                     "--san",      "moon.example.org",
                     "--san",      "192.0.2.1",
                     "--san",      "2001:db8::1",
                     "--san",      "C=CH, CN=moon",
                     "--san",      "moon@example.org",
                     "--san",      "moon.example.org",
                     "--san",      "fqdn:192.0.2.1",
                     "--crl-uri",  "http://a.example/r.crl",
                     "--crl-uri",  "http://b.example/r.crl",
                     "--ocsp-uri", "http://ocsp.example",
                     "--out",      out})
                .code == ExitCode::ok);
    const auto moon = folder.certificate("x509/moon.pem");
    CHECK(moon.alternative_names() == std::vector<policy::Identity>{id("moon.example.org"), id("192.0.2.1"),
                                                                    id("2001:db8::1"), id("C=CH, CN=moon"),
                                                                    id("moon@example.org"), id("fqdn:192.0.2.1")});
    CHECK(moon.extended_key_usages() == Texts{"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.8.2.2"});
    CHECK(moon.crl_uris() == Texts{"http://a.example/r.crl", "http://b.example/r.crl"});
    CHECK(moon.ocsp_uris() == Texts{"http://ocsp.example"});
    CHECK(moon.may_sign());
    CHECK_FALSE(moon.is_ca());
    CHECK_FALSE(moon.may_sign_crls());
    CHECK(moon.authority_key_id() == root.subject_key_id());
    CHECK(moon.serial().size() == 16);
    CHECK(moon.validity().contains(now()));
    CHECK(moon.validity().contains(now() + std::chrono::days(729)));
    CHECK_FALSE(moon.validity().contains(now() + std::chrono::days(731)));

    REQUIRE(run_pki({"client", "carol", "--days", "7", "--out", out}).code == ExitCode::ok);
    const auto carol = folder.certificate("x509/carol.pem");
    CHECK(carol.extended_key_usages() == Texts{"1.3.6.1.5.5.7.3.2"});
    CHECK(carol.serial() != moon.serial());
    CHECK_FALSE(carol.validity().contains(now() + std::chrono::days(8)));
}

TEST_CASE("keys of every kind make CAs and ends that are accepted", "[cli][pki]") {
    for (const std::string_view kind : pki::key_kinds()) {
        if (kind == "rsa-4096") continue;  // as rsa-3072, and too slow
        CAPTURE(kind);
        const PkiFolder folder;
        REQUIRE(run_pki({"ca", "root", "--kind", std::string(kind), "--out", folder.path()}).code == ExitCode::ok);
        REQUIRE(run_pki({"gateway", "moon", "--kind", std::string(kind), "--out", folder.path()}).code == ExitCode::ok);
        CHECK(accepted(folder.certificate("x509/moon.pem"), {folder.certificate("x509ca/root.pem")}));
    }
}

TEST_CASE("a CA in between signs, and its ends get all CAs above them", "[cli][pki]") {
    const PkiFolder cas;
    const PkiFolder moon;
    REQUIRE(run_pki({"ca", "root", "--out", cas.path()}).code == ExitCode::ok);
    REQUIRE(run_pki({"ca", "middle", "--kind", "ecdsa-384", "--ca", "root", "--out", cas.path()}).code == ExitCode::ok);
    const auto root = cas.certificate("x509ca/root.pem");
    const auto middle = cas.certificate("x509ca/middle.pem");
    CHECK(middle.issuer() == root.subject());
    REQUIRE(run_pki({"gateway", "moon", "--ca", cas / "x509ca/middle.pem", "--out", moon.path()}).code == ExitCode::ok);
    CHECK(moon.files() == Texts{"private/moon.pem", "x509/moon.pem", "x509ca/middle.pem", "x509ca/root.pem"});
    const auto end = moon.certificate("x509/moon.pem");
    CHECK(accepted(end, {root, middle}));
    CHECK(accepted(end, {root}, {middle}));
    CHECK_FALSE(accepted(end, {root}));
    // They are there already.
    REQUIRE(run_pki({"gateway", "other", "--ca", cas / "x509ca/middle.pem", "--out", moon.path()}).code ==
            ExitCode::ok);
}

TEST_CASE("what is there is not overwritten, and a refusal leaves nothing behind", "[cli][pki]") {
    const PkiFolder folder;
    REQUIRE(run_pki({"ca", "root", "--out", folder.path()}).code == ExitCode::ok);
    const std::string before = folder.read("private/root.pem");
    const PkiRun again = run_pki({"ca", "root", "--out", folder.path()});
    CHECK(again.code == ExitCode::failed);
    CHECK(says(again, "private/root.pem is there already"));
    CHECK(says(again, "next: choose another name, or replace it with --force"));
    CHECK(folder.read("private/root.pem") == before);

    // One of several
    folder.write("x509/moon.pem", "precious");
    CHECK(run_pki({"gateway", "moon", "--out", folder.path()}).code == ExitCode::failed);
    CHECK(folder.files() == Texts{"private/root.pem", "x509/moon.pem", "x509ca/root.pem"});
    CHECK(folder.read("x509/moon.pem") == "precious");
    // A CA's key, which a gateway of its name would take
    CHECK(run_pki({"gateway", "root", "--out", folder.path()}).code == ExitCode::failed);
    CHECK(says(run_pki({"gateway", "root", "--force", "--out", folder.path()}),
               "x509ca/root.pem\n  next: choose another name"));
    CHECK(folder.read("private/root.pem") == before);
    CHECK(says(run_pki({"ca", "other", "--subject", "CN=root", "--ca", "root", "--out", folder.path()}),
               "'CN=root' is the name of the CA that signs"));

    CHECK(run_pki({"gateway", "moon", "--force", "--out", folder.path()}).code == ExitCode::ok);
    CHECK(folder.certificate("x509/moon.pem").to_string() == "CN=moon");
    // Another CA of the same name
    const PkiFolder other;
    REQUIRE(run_pki({"ca", "root", "--out", other.path()}).code == ExitCode::ok);
    CHECK(says(run_pki({"gateway", "sun", "--ca", other / "x509ca/root.pem", "--out", folder.path()}),
               "x509ca/root.pem is there already"));
    CHECK_FALSE(folder.has("private/sun.pem"));
}

TEST_CASE("keys are encrypted where one says so, and opened where one knows how", "[cli][pki]") {
    const PkiFolder folder;
    const std::string file = folder.write("passphrase", "correct horse\nbattery\n");
    REQUIRE(run_pki({"ca", "root", "--passphrase-file", file, "--out", folder.path()}).code == ExitCode::ok);
    const std::string key = folder.read("private/root.pem");
    CHECK(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
    const base::SecretBytes good(base::as_bytes("correct horse"));
    const base::SecretBytes bad(base::as_bytes("battery"));
    CHECK(load_key(key, &good).has_value());
    CHECK_FALSE(load_key(key, &bad).has_value());

    const PkiRun unasked = run_pki({"gateway", "moon", "--out", folder.path()});
    CHECK(unasked.code == ExitCode::failed);
    CHECK(says(unasked, "is encrypted, and there is no secret for it"));
    CHECK(says(unasked, "--ca-passphrase-file"));
    CHECK(says(run_pki({"gateway", "moon", "--out", folder.path()}, {"battery"}), "the secret does not fit"));
    CHECK(run_pki({"gateway", "moon", "--out", folder.path()}, {"correct horse"}).code == ExitCode::ok);
    CHECK(run_pki({"gateway", "sun", "--ca-passphrase-file", file, "--out", folder.path()}).code == ExitCode::ok);

    const Texts asked{"ca", "other", "--ask-passphrase", "--out", folder.path()};
    CHECK(run_pki(asked).code == ExitCode::usage);
    CHECK(says(run_pki(asked, {"one", "two"}), "that was another passphrase than before"));
    CHECK_FALSE(folder.has("private/other.pem"));
    CHECK(run_pki(asked, {"one", "one"}).code == ExitCode::ok);
    REQUIRE(run_pki({"ca", "ml", "--kind", "mldsa44", "--passphrase-file", file, "--out", folder.path()}).code ==
            ExitCode::ok);
    CHECK(load_key(folder.read("private/ml.pem"), &good).has_value());
    const base::SecretBytes one(base::as_bytes("one"));
    CHECK(load_key(folder.read("private/other.pem"), &one).has_value());
    folder.write("empty", "\nsecond line");
    CHECK(says(run_pki({"ca", "third", "--passphrase-file", folder / "empty", "--out", folder.path()}), "empty line"));
}

TEST_CASE("nothing outlives its CA", "[cli][pki]") {
    const PkiFolder folder;
    REQUIRE(run_pki({"ca", "root", "--days", "10", "--out", folder.path()}).code == ExitCode::ok);
    const PkiRun run = run_pki({"gateway", "moon", "--out", folder.path()});
    CHECK(run.code == ExitCode::ok);
    CHECK(says(run, "it ends with its CA"));
    CHECK(folder.certificate("x509/moon.pem").validity().not_after ==
          folder.certificate("x509ca/root.pem").validity().not_after);
    CHECK(run_pki({"gateway", "sun", "--days", "9", "--out", folder.path()}).err.empty());
}

TEST_CASE("names that nobody could have are refused", "[cli][pki]") {
    const PkiFolder folder;
    const std::string out = folder.path();
    REQUIRE(run_pki({"ca", "root", "--out", out}).code == ExitCode::ok);
    for (const std::string name : {"", "../moon", "a/b", ".moon", "mo on", "m\n", "-", "m,CN=root"}) {
        CAPTURE(name);
        CHECK(run_pki({"gateway", "--out", out, "--", name}).code == ExitCode::usage);
    }
    CHECK(run_pki({"gateway", std::string(65, 'a'), "--out", out}).code == ExitCode::usage);
    for (const std::string san : {"*.example.org", "*@example.org", "CN=*", "%any", "*", "keyid:01", "@#0102", "a b",
                                  "", "mo\x01on", "fqdn:", "ipv4:moon", "d\xc3\xb6ner.example"}) {
        CAPTURE(san);
        CHECK(run_pki({"gateway", "moon", "--san", san, "--out", out}).code == ExitCode::usage);
    }
    for (const std::string subject : {"moon", "CN=*", "XX=moon", "CN"})
        CHECK(run_pki({"gateway", "moon", "--subject", subject, "--out", out}).code == ExitCode::usage);
    for (const std::string uri : {"example.org/root.crl", "", "http://exa mple"})
        CHECK(run_pki({"gateway", "moon", "--crl-uri", uri, "--out", out}).code == ExitCode::usage);
    CHECK(folder.files() == Texts{"private/root.pem", "x509ca/root.pem"});
}

TEST_CASE("without its CA nothing is signed", "[cli][pki]") {
    const PkiFolder folder;
    const std::string out = folder.path();
    const PkiRun none = run_pki({"gateway", "moon", "--out", out});
    CHECK(none.code == ExitCode::no_match);
    CHECK(says(none, "xfrmctl pki ca NAME"));
    REQUIRE(run_pki({"ca", "root", "--out", out}).code == ExitCode::ok);
    CHECK(says(run_pki({"gateway", "moon", "--ca", "other", "--out", out}), "cannot read"));
    REQUIRE(run_pki({"ca", "other", "--out", out}).code == ExitCode::ok);
    const PkiRun several = run_pki({"gateway", "moon", "--out", out});
    CHECK(several.code == ExitCode::usage);
    CHECK(says(several, "there are several CAs in " + out + ": other, root"));
    CHECK(says(run_pki({"gateway", "moon", "--ca", "root", "--ca-key", folder / "private/other.pem", "--out", out}),
               "is not the key of 'CN=root'"));
    REQUIRE(run_pki({"gateway", "moon", "--ca", "root", "--out", out}).code == ExitCode::ok);
    CHECK(says(run_pki({"gateway", "sun", "--ca", folder / "x509/moon.pem", "--out", out}), "is no CA"));
    std::filesystem::remove(folder / "private/root.pem");
    const PkiRun keyless = run_pki({"gateway", "sun", "--ca", "root", "--out", out});
    CHECK(keyless.code == ExitCode::failed);
    CHECK(says(keyless, "name its file with --ca-key"));
    folder.write("x509ca/root.pem", "garbage");
    CHECK(run_pki({"gateway", "sun", "--ca", "root", "--out", out}).code == ExitCode::failed);
    CHECK_FALSE(folder.has("private/sun.pem"));
}

TEST_CASE("what was made is told as JSON, too", "[cli][pki]") {
    const PkiFolder folder;
    const Json made = run_pki({"ca", "root", "--json", "--out", folder.path()}).json();
    CHECK(made.at("schema") == 1);
    CHECK(made.at("subject") == "CN=root");
    CHECK(made.at("files") == Json{folder / "private/root.pem", folder / "x509ca/root.pem"});
    CHECK(made.at("serial") == base::to_hex(folder.certificate("x509ca/root.pem").serial()));
    const Json error = run_pki({"ca", "root", "--json", "--out", folder.path()}).json();
    CHECK(error.at("error").at("data").at("kind") == "pki.exists");
}
