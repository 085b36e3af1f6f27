// What `xfrmctl pki crl`, `show` and `verify` do and say.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "ike/crypto/crl.h"
#include "tests/support/der.h"
#include "tests/support/test_revocation.h"
#include "tests/unit/cli/pki_harness.h"

using namespace xfrmd;
using namespace xfrmd::cli;
using Texts = std::vector<std::string>;

namespace {

// A root, a CA below it, and a gateway of each.
class Shop : public PkiFolder {
public:
    Shop() {
        make({"ca", "root"});
        make({"ca", "middle", "--ca", "root"});
        make({"gateway", "moon", "--ca", "root"});
        make({"gateway", "sun", "--ca", "middle"});
    }
    PkiRun here(Texts arguments) const {
        arguments.insert(arguments.end(), {"--out", path()});
        return run_pki(std::move(arguments));
    }
    void make(Texts arguments) const {
        const PkiRun run = here(std::move(arguments));
        if (run.code != ExitCode::ok) throw std::runtime_error(run.err);
    }
    PkiRun verify(const std::string& certificate, Texts more = {}) const {
        more.insert(more.begin(), {"verify", *this / certificate, "--ca", *this / "x509ca"});
        return run_pki(std::move(more));
    }
    std::string x509(const std::string& name) const { return *this / ("x509/" + name + ".pem"); }
    crypto::Crl list(const std::string& name) const {
        return crypto::Crl::read(base::as_bytes(read("x509crl/" + name + ".crl")),
                                 certificate("x509ca/" + name + ".pem"))
            .value();
    }
    Json shown(const std::string& name) const { return run_pki({"show", *this / name, "--json"}).json().at("items"); }
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::string as_text(const base::Bytes& bytes) { return std::string(base::as_text(bytes)); }

}  // namespace

TEST_CASE("a chain is verified up to a CA that is trusted", "[cli][pki]") {
    const Shop shop;
    const PkiRun good = shop.verify("x509/sun.pem");
    CHECK(good.code == ExitCode::ok);
    CHECK(
        good.out.starts_with("CN=sun; revocation: not known: no list of 'CN=middle' is there\n"
                             "  issued by CN=middle; revocation: not known: no list of 'CN=root' is there\n"
                             "  issued by CN=root\n"
                             "good from "));
    const Json json = shop.verify("x509/sun.pem", {"--json"}).json();
    CHECK(json.at("path").size() == 3);
    CHECK(json.at("path")[2].at("subject") == "CN=root");

    const PkiRun stuck = run_pki({"verify", shop.x509("sun"), "--ca", shop / "x509ca/root.pem"});
    CHECK(stuck.code == ExitCode::failed);
    CHECK(stuck.err ==
          "xfrmctl: no path from the certificate to a trusted one: no trusted CA 'CN=middle', which issued certificate "
          "'CN=sun'\n");
    CHECK(run_pki({"verify", shop.x509("sun"), "--ca", shop / "x509ca/root.pem", "--with", shop / "x509ca/middle.pem"})
              .code == ExitCode::ok);
    // The peer's others may stand behind its own.
    shop.write("both.pem", shop.read("x509/sun.pem") + shop.read("x509ca/middle.pem"));
    CHECK(run_pki({"verify", shop / "both.pem", "--ca", shop / "x509ca/root.pem"}).code == ExitCode::ok);
    const Shop other;
    const PkiRun forged = run_pki({"verify", shop.x509("moon"), "--ca", other / "x509ca/root.pem"});
    CHECK(forged.code == ExitCode::failed);
    CHECK(has(forged.err, "CN=moon"));
}

TEST_CASE("verify says what is wrong as the daemon says it", "[cli][pki]") {
    const Shop shop;
    const auto end = shop.certificate("x509/moon.pem").validity().not_after;
    const PkiRun late = shop.verify("x509/moon.pem", {"--at", "2199-01-01T00:00:00Z"});
    CHECK(late.code == ExitCode::failed);
    CHECK(late.err == "xfrmctl: no path from the certificate to a trusted one: certificate 'CN=moon' has expired on " +
                          crypto::to_string(end) + "\n");
    CHECK(has(shop.verify("x509/moon.pem", {"--at", "2020-02-29"}).err, "is not valid before"));
    CHECK(has(shop.verify("x509ca/middle.pem").err, "is not for signatures"));
    const PkiRun named = shop.verify("x509/moon.pem", {"--name", "sun"});
    CHECK(named.code == ExitCode::failed);
    CHECK(named.err == "xfrmctl: certificate 'CN=moon' does not name 'sun'\n  next: it names 'CN=moon', moon\n");
    CHECK(shop.verify("x509/moon.pem", {"--name", "moon"}).code == ExitCode::ok);
    CHECK(shop.verify("x509/moon.pem", {"--name", "CN=moon"}).code == ExitCode::ok);
    const Json error = shop.verify("x509/moon.pem", {"--json", "--at", "2199-01-01"}).json().at("error");
    CHECK(error.at("data").at("kind") == "pki.certificate_untrusted");

    const PkiRun strict = shop.verify("x509/moon.pem", {"--revocation", "strict"});
    CHECK(strict.code == ExitCode::failed);
    CHECK(strict.err ==
          "xfrmctl: whether the certificate is revoked is not known: 'CN=moon' no list of 'CN=root' is "
          "there\n");
    CHECK(shop.verify("x509/moon.pem", {"--revocation", "ifuri"}).code == ExitCode::ok);
    shop.make({"gateway", "uri", "--ca", "root", "--crl-uri", "http://example.org/root.crl"});
    CHECK(shop.verify("x509/uri.pem", {"--revocation", "ifuri"}).code == ExitCode::failed);
}

TEST_CASE("a revoked certificate is refused, and others are not", "[cli][pki][rfc5280-5.1]") {
    const Shop shop;
    shop.make({"gateway", "other", "--ca", "root"});
    shop.make({"crl", "--ca", "root"});
    CHECK(shop.list("root").size() == 0);
    const Texts strict{"--crl", shop / "x509crl", "--revocation", "strict"};
    CHECK(shop.verify("x509/moon.pem", strict).out.starts_with("CN=moon; revocation: good\n"));
    const PkiRun made = shop.here({"crl", "--ca", "root", "--revoke", shop.x509("moon"), "--reason", "key-compromise"});
    CHECK(made.code == ExitCode::ok);
    CHECK(made.out.starts_with("made CRL 2 of CN=root with 1 revoked certificate; the next one is due by "));
    const PkiRun revoked = shop.verify("x509/moon.pem", strict);
    CHECK(revoked.code == ExitCode::failed);
    CHECK(revoked.err.starts_with("xfrmctl: certificate is revoked: 'CN=moon' was revoked on "));
    CHECK(revoked.err.ends_with(" UTC (key compromise)\n"));
    CHECK(shop.verify("x509/other.pem", strict).code == ExitCode::ok);
    // A CA in between
    shop.make({"crl", "--ca", "middle"});
    CHECK(shop.verify("x509/sun.pem", strict).code == ExitCode::ok);
    shop.make({"crl", "--ca", "root", "--revoke", shop / "x509ca/middle.pem", "--reason", "ca-compromise"});
    CHECK(has(shop.verify("x509/sun.pem", strict).err, "'CN=middle' was revoked on "));
    const auto later =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + std::chrono::days(40);
    Texts then = strict;
    then.insert(then.end(), {"--at", crypto::to_string(later).substr(0, 10)});
    CHECK(has(shop.verify("x509/other.pem", then).err, "CRL has expired on "));
}

TEST_CASE("each CRL continues the one before", "[cli][pki][rfc5280-5.2.3]") {
    const Shop shop;
    shop.make({"crl", "--ca", "root", "--revoke", shop.x509("moon"), "--reason", "superseded"});
    const Json first = shop.shown("x509crl/root.crl")[0];
    CHECK(first.at("number") == "1");
    CHECK(has(first.at("revoked")[0].get<std::string>(), "(superseded)"));
    const std::string sun = base::to_hex(shop.certificate("x509ca/middle.pem").serial());
    // Twice the same, and one that is on it already
    const PkiRun next = shop.here({"crl", "--ca", "root", "--revoke", sun, "--revoke", shop / "x509ca/middle.pem",
                                   "--revoke", shop.x509("moon"), "--reason", "key-compromise"});
    CHECK(next.code == ExitCode::ok);
    CHECK(has(next.err, "was revoked already; its entry stays as it was"));
    const Json second = shop.shown("x509crl/root.crl")[0];
    CHECK(second.at("number") == "2");
    CHECK(second.at("revoked").size() == 2);
    CHECK(second.at("revoked")[0] == first.at("revoked")[0]);
    CHECK(has(second.at("revoked")[1].get<std::string>(), sun + " since "));
    // Without a reason there is none in it, rather than one that says nothing (RFC 5280 5.3.1).
    shop.make({"crl", "--ca", "root", "--revoke", "00:0a:1B"});
    CHECK(has(shop.shown("x509crl/root.crl")[0].at("revoked")[2].get<std::string>(), "0a1b since "));
    CHECK(shop.list("root").size() == 3);
    const std::string list = shop.read("x509crl/root.crl");
    const std::string reason = as_text(tests::oid({0x55, 0x1d, 21}));
    std::size_t reasons = 0;
    for (auto at = list.find(reason); at != std::string::npos; at = list.find(reason, at + 1)) ++reasons;
    CHECK(reasons == 2);
}

TEST_CASE("a CRL is made of what the CA has issued and signed", "[cli][pki]") {
    const Shop shop;
    const PkiRun foreign = shop.here({"crl", "--ca", "root", "--revoke", shop.x509("sun")});
    CHECK(foreign.code == ExitCode::failed);
    CHECK(has(foreign.err, "certificate 'CN=sun' was issued by 'CN=middle', not by 'CN=root'"));
    CHECK(shop.here({"crl", "--ca", "root", "--revoke", "moon.pem"}).code == ExitCode::usage);
    CHECK(shop.here({"crl", "--ca", "root", "--reason", "boredom"}).code == ExitCode::usage);
    CHECK_FALSE(shop.has("x509crl"));
    shop.make({"crl", "--ca", "middle"});
    const std::string theirs = shop.read("x509crl/middle.crl");
    shop.write("x509crl/root.crl", theirs);
    const PkiRun mixed = shop.here({"crl", "--ca", "root"});
    CHECK(mixed.code == ExitCode::failed);
    CHECK(has(mixed.err, "is not signed by 'CN=root'"));
    CHECK(shop.read("x509crl/root.crl") == theirs);
    shop.write("x509crl/root.crl", "garbage");
    CHECK(shop.here({"crl", "--ca", "root"}).code == ExitCode::failed);
}

TEST_CASE("a CRL that is not about everything is not continued", "[cli][pki][rfc5280-5.2.5]") {
    const PkiFolder folder;
    const tests::TestIssuer issuer{"CN=root", tests::small_key(1)};
    tests::CertificateFields fields = tests::authority_fields("CN=root");
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    fields.not_before = now - std::chrono::days(1);
    fields.not_after = now + std::chrono::days(1);
    folder.write("x509ca/root.pem", as_text(tests::certificate_der(fields, issuer.key, issuer)));
    folder.write("private/root.pem", as_text(issuer.key.pkcs8()));
    tests::CrlFields list;
    list.number = 7;
    folder.write("x509crl/root.crl", as_text(tests::crl_der(list, issuer)));
    CHECK(run_pki({"crl", "--out", folder.path()}).out.starts_with("made CRL 8 of CN=root"));
    list.base_number = 3;
    folder.write("x509crl/root.crl", as_text(tests::crl_der(list, issuer)));
    CHECK(has(run_pki({"crl", "--out", folder.path()}).err, "is not a list of all that 'CN=root' has revoked"));
    list.base_number.reset();
    list.distribution_point = tests::der(0x81, base::Bytes{0xff});
    folder.write("x509crl/root.crl", as_text(tests::crl_der(list, issuer)));
    CHECK(run_pki({"crl", "--out", folder.path()}).code == ExitCode::failed);
}

TEST_CASE("show tells what is public, of everything", "[cli][pki]") {
    const Shop shop;
    const Json moon = shop.shown("x509/moon.pem")[0];
    const auto certificate = shop.certificate("x509/moon.pem");
    CHECK(moon.at("kind") == "certificate");
    CHECK(moon.at("title") == "CN=moon");
    CHECK(moon.at("issuer") == "CN=root");
    CHECK(moon.at("names") == Json{"moon"});
    CHECK(moon.at("not_after") == crypto::to_string(certificate.validity().not_after));
    CHECK(moon.at("serial") == base::to_hex(certificate.serial()));
    CHECK(moon.at("ca") == false);
    CHECK(moon.at("key") == "ECDSA 256");
    CHECK(moon.at("key_usage") == Json{"digitalSignature"});
    CHECK(moon.at("extended_key_usage") == Json{"serverAuth", "ikeIntermediate"});
    CHECK(moon.at("subject_key_id") == moon.at("key_id"));
    CHECK(moon.at("signed_with") == "ECDSA_SHA2_256");
    CHECK_FALSE(moon.contains("crl_uris"));
    CHECK(shop.shown("x509ca/root.pem")[0].at("key_usage") == Json{"keyCertSign", "cRLSign"});

    const PkiRun key = run_pki({"show", shop / "private/moon.pem"});
    CHECK(key.out == "private key ECDSA 256\n  key                 ECDSA 256\n  key id              " +
                         moon.at("key_id").get<std::string>() + "\n  encrypted           no\n");
    shop.write("phrase", "laboratory");
    shop.make({"ca", "secret", "--passphrase-file", shop / "phrase"});
    CHECK(shop.shown("private/secret.pem")[0].at("encrypted") == true);
    // A file with both
    shop.write("both.pem", shop.read("private/moon.pem") + shop.read("x509/moon.pem"));
    CHECK(shop.shown("both.pem").size() == 2);
    shop.write("moon.der", as_text(certificate.der()));
    CHECK(shop.shown("moon.der") == shop.shown("x509/moon.pem"));
    shop.write("key.der", as_text(certificate.public_key().subject_public_key_info()));
    CHECK(shop.shown("key.der")[0].at("kind") == "public_key");

    shop.make({"crl", "--ca", "root"});
    const PkiRun list = run_pki({"show", shop / "x509crl/root.crl"});
    CHECK(list.out.starts_with("CRL of CN=root\n  number              1\n  delta               no\n"));
    CHECK(has(list.out, "  revoked             -\n"));
}

TEST_CASE("files that are none of these are told so", "[cli][pki]") {
    const Shop shop;
    for (const std::string text : {"", "garbage", "-----BEGIN CERTIFICATE-----\n", "\x30\x03\x02\x01\x01",
                                   "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"}) {
        CAPTURE(text);
        const std::string file = shop.write("file", text);
        const PkiRun shown = run_pki({"show", file});
        CHECK(shown.code == ExitCode::failed);
        CHECK(has(shown.err, file));
        CHECK(run_pki({"verify", file, "--ca", shop / "x509ca"}).code == ExitCode::failed);
        CHECK(run_pki({"verify", shop.x509("moon"), "--ca", file}).code == ExitCode::failed);
        CHECK(run_pki({"verify", shop.x509("moon"), "--ca", shop / "x509ca", "--crl", file}).code == ExitCode::failed);
    }
    CHECK(run_pki({"show", shop / "nothing"}).code == ExitCode::failed);
    CHECK(run_pki({"show", shop.path()}).code == ExitCode::failed);
    CHECK(has(run_pki({"verify", shop.x509("moon"), "--ca", shop / "x509"}).err, "is no CA"));
    std::filesystem::create_directory(shop / "empty");
    CHECK(has(run_pki({"verify", shop / "empty", "--ca", shop / "x509ca"}).err, "no certificate is in"));
    CHECK(run_pki({"verify", shop.x509("moon")}).code == ExitCode::usage);
    CHECK(run_pki({"verify", shop.x509("moon"), "--ca", shop / "x509ca", "--at", "soon"}).code == ExitCode::usage);
    // Each byte of a certificate
    const std::string whole = as_text(shop.certificate("x509/moon.pem").der());
    for (std::size_t i = 0; i < whole.size(); i += 7) {
        std::string other = whole;
        other[i] = static_cast<char>(other[i] ^ 0x55);
        const std::string file = shop.write("other", other);
        CHECK(run_pki({"verify", file, "--ca", shop / "x509ca"}).code == ExitCode::failed);
        run_pki({"show", file});
        run_pki({"show", shop.write("cut", whole.substr(0, i))});
    }
}
