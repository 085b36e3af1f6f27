// The certificates and keys beside swanctl.conf: which are found, which are named, and what is said of those that are
// not as they should be.
#include <catch2/catch_test_macros.hpp>

#include "daemon/config/swanctl_loader.h"
#include "ike/crypto/credentials.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/config/memory_files.h"

namespace xfrmd::daemon {

namespace {

using tests::small_key;

std::string text(const base::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

const tests::TestIssuer& root() {
    static const tests::TestIssuer issuer{"CN=root", small_key(1)};
    return issuer;
}

std::string end_certificate(const std::string& name, std::uint64_t seed) {
    tests::CertificateFields fields;
    fields.subject = "C=CH, CN=" + name;
    fields.names = {name};
    return text(tests::certificate_der(fields, small_key(seed), root()));
}

std::string conf(const std::string& local, const std::string& remote, const std::string& secrets = {}) {
    return "connections { gw {\nlocal {\n" + local + "\n}\nremote {\n" + remote +
           "\n}\nchildren { net { } } } }\nsecrets {\n" + secrets + "\n}\n";
}

struct Etc {
    Etc() {
        files["/etc/x509/moon.pem"] = end_certificate("moon.example", 2);
        files["/etc/x509ca/root.pem"] = text(tests::make_root(root()).der());
        files["/etc/private/moon.key"] = text(small_key(2).pkcs8());
    }

    tl::expected<LoadResult, ConfigErrors> load(const std::string& conf) {
        files["/etc/swanctl.conf"] = conf;
        return load_swanctl(MemoryFiles(files), "/etc/swanctl.conf");
    }
    std::string errors(const std::string& conf) {
        const auto loaded = load(conf);
        return loaded ? std::string() : print(loaded.error());
    }
    std::string warnings(const std::string& conf) {
        const auto loaded = load(conf);
        REQUIRE(loaded);
        std::string all;
        for (const std::string& one : loaded->warnings) all += one + "\n";
        return all;
    }

    std::map<std::string, std::string> files;
};

}  // namespace

TEST_CASE("a certificate that is named comes with its subject as identity, and its key", "[config][credentials]") {
    Etc etc;
    const auto loaded = etc.load(conf("certs = moon.pem", "id = sun.example"));
    REQUIRE(loaded);
    const policy::Connection& gw = loaded->configuration.connections.at(0);
    CHECK(gw.local.auth == policy::AuthMethod::pubkey);
    CHECK(gw.local.id.to_string() == "C=CH, CN=moon.example");
    const auto& credentials = *loaded->configuration.credentials;
    const auto* certificate = credentials.certificate(gw.local.certificates.at(0));
    REQUIRE(certificate != nullptr);
    CHECK(credentials.private_key(certificate->public_key()) != nullptr);
    CHECK(credentials.authorities(gw.remote).size() == 1);
    CHECK(credentials.certificates_naming(*policy::Identity::parse("moon.example")).size() == 1);
    CHECK(loaded->warnings.empty());
}

TEST_CASE("an id that our certificate does not name is replaced by its subject", "[config][credentials]") {
    Etc etc;
    CHECK(etc.warnings(conf("certs = moon.pem\nid = moon.example", "")).empty());
    CHECK(etc.warnings(conf("certs = moon.pem\nid = other.example", "")) ==
          "/etc/swanctl.conf:2:1: connections.gw.local.id: certificate 'C=CH, CN=moon.example' does not name "
          "other.example; its subject is used instead\n");
}

TEST_CASE("who has a raw key and no id is that key's id, and %any stays so", "[config][credentials]") {
    Etc etc;
    etc.files["/etc/pubkey/sun.pub"] = text(small_key(3).subject_public_key_info());
    const auto loaded = etc.load(conf("certs = moon.pem\nid = %any", "pubkeys = sun.pub"));
    REQUIRE(loaded);
    const policy::Connection& gw = loaded->configuration.connections.at(0);
    CHECK(gw.local.id.is_any());
    CHECK(gw.remote.id.type == policy::IdentityType::key_id);
}

TEST_CASE("what a connection names has to be there", "[config][credentials][errors]") {
    Etc etc;
    etc.files["/etc/x509/bad.pem"] = "nothing of the kind";
    etc.files["/etc/pubkey/sun.pub"] = text(small_key(3).subject_public_key_info());
    CHECK(etc.errors(conf("certs = none.pem", "")) ==
          "/etc/swanctl.conf:2:1: connections.gw.local.certs: none.pem: No such file or directory\n");
    CHECK(etc.errors(conf("certs = bad.pem", "")).find("connections.gw.local.certs: bad.pem: ") != std::string::npos);
    CHECK(etc.errors(conf("", "cacerts = /etc/x509/moon.pem")) ==
          "/etc/swanctl.conf:5:1: connections.gw.remote.cacerts: /etc/x509/moon.pem: 'C=CH, CN=moon.example' is no CA "
          "certificate\n");
    CHECK(etc.errors(conf("cert1 { file = none.pem\n }", "")).find("none.pem: No such file") != std::string::npos);
    CHECK(etc.errors(conf("pubkeys = sun.pub", "pubkeys = sun.pub\ncert2 { file = moon.pem\n }")).empty());
    CHECK(etc.errors(conf("", "cacerts = root.pem\ncerts = moon.pem")).find("do not go together") != std::string::npos);
}

TEST_CASE("a file in a folder that cannot be read is left out with a warning", "[config][credentials]") {
    Etc etc;
    etc.files["/etc/x509/bad.pem"] = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    etc.files["/etc/x509ca/moon.pem"] = etc.files["/etc/x509/moon.pem"];
    etc.files["/etc/private/bad.key"] = "x";
    etc.files["/etc/pubkey/bad.pub"] = "x";
    const std::string warnings = etc.warnings(conf("certs = moon.pem", ""));
    for (const char* file :
         {"/etc/x509/bad.pem", "/etc/private/bad.key", "/etc/pubkey/bad.pub", "/etc/x509ca/moon.pem"}) {
        INFO(file);
        CHECK(warnings.find(std::string(file) + ": left out: ") != std::string::npos);
    }
    CHECK(warnings.find("is no CA certificate") != std::string::npos);
}

TEST_CASE("a CA among the end certificates is a CA", "[config][credentials]") {
    Etc etc;
    etc.files["/etc/x509/root.pem"] = etc.files["/etc/x509ca/root.pem"];
    etc.files.erase("/etc/x509ca/root.pem");
    const auto loaded = etc.load(conf("certs = moon.pem", ""));
    REQUIRE(loaded);
    CHECK(loaded->configuration.credentials->authorities(loaded->configuration.connections[0].remote).size() == 1);
}

TEST_CASE("a secret names the file of its key", "[config][credentials][errors]") {
    Etc etc;
    CHECK(etc.errors(conf("", "", "private-1 { secret = x\n }")) ==
          "/etc/swanctl.conf:10:1: secrets.private-1: 'file' is missing\n");
    CHECK(etc.warnings(conf("certs = moon.pem", "", "private-1 { file = none.key\n secret = x\n }")) ==
          "/etc/private/none.key: left out: No such file or directory\n");
}

TEST_CASE("authorities say where to ask about what a CA has issued", "[config][credentials]") {
    Etc etc;
    etc.files["/ca/root.pem"] = etc.files["/etc/x509ca/root.pem"];
    etc.files.erase("/etc/x509ca/root.pem");
    const auto loaded =
        etc.load(conf("certs = moon.pem", "") +
                 "authorities { a { file = /ca/root.pem\n crl_uris = http://a/, https://b/x\n }\n"
                 "b { cacert = /ca/root.pem\n ocsp_uris = HTTP://c\n cert_uri_base = http://d/\n } }\n");
    REQUIRE(loaded);
    const auto& credentials = *loaded->configuration.credentials;
    const auto authorities = credentials.authorities(loaded->configuration.connections[0].remote);
    REQUIRE(authorities.size() == 1);
    const auto& uris = credentials.revocation_uris(*authorities[0]);
    CHECK(uris.crl == std::vector<std::string>{"http://a/", "https://b/x"});
    CHECK(uris.ocsp == std::vector<std::string>{"HTTP://c"});
    REQUIRE(loaded->warnings.size() == 1);
    CHECK(
        loaded->warnings[0] ==
        "/etc/swanctl.conf:17:2: authorities.b.cert_uri_base: certificates are sent whole, and never by their hash and "
        "URI");
}

TEST_CASE("what authorities name has to be there, and to be asked by http", "[config][credentials][errors]") {
    Etc etc;
    const auto errors = [&](const std::string& lines) {
        return etc.errors(conf("certs = moon.pem", "") + "authorities { a {\n" + lines + "\n} }\n");
    };
    CHECK(errors("") == "/etc/swanctl.conf:12:15: authorities.a: 'cacert', 'file' or 'handle' is missing\n");
    CHECK(errors("cacert = none.pem") ==
          "/etc/swanctl.conf:12:15: authorities.a: none.pem: No such file or directory\n");
    CHECK(errors("cacert = root.pem\nfile = x").find("one of 'cacert', 'file' and 'handle', and no more") !=
          std::string::npos);
    CHECK(errors("cacert = /etc/x509/moon.pem").find("is no CA certificate") != std::string::npos);
    CHECK(errors("cacert = root.pem\ncrl_uris = ldap://a/cn=x") ==
          "/etc/swanctl.conf:14:12: authorities.a.crl_uris: 'ldap://a/cn=x' is neither http nor https\n");
    CHECK(errors("cacert = root.pem\nocsp_uris = http://a,http://b,http://c,http://d,http://e")
              .find("expected at most 4 URIs") != std::string::npos);
    CHECK(errors("cacert = root.pem\nhandle = 01").find("one of 'cacert', 'file' and 'handle'") != std::string::npos);
    CHECK(errors("handle = 01").find("authorities.a: ") != std::string::npos);
    CHECK(errors("cacert = root.pem\nx { }").find("authorities.a: unknown section in it") != std::string::npos);
}

TEST_CASE("OCSP responders that are trusted for any CA have a folder", "[config][credentials]") {
    Etc etc;
    etc.files["/etc/x509ocsp/one.pem"] = end_certificate("ocsp.example", 5);
    etc.files["/etc/x509ocsp/bad.pem"] = "x";
    const auto loaded = etc.load(conf("certs = moon.pem", ""));
    REQUIRE(loaded);
    CHECK(loaded->configuration.credentials->ocsp_responders().size() == 1);
    REQUIRE(loaded->warnings.size() == 1);
    CHECK(loaded->warnings[0].starts_with("/etc/x509ocsp/bad.pem: left out: "));
}

TEST_CASE("a key that every user can read is used, with a warning", "[config][credentials]") {
    Etc etc;
    etc.files["/etc/swanctl.conf"] = conf("certs = moon.pem", "");
    MemoryFiles files(etc.files);
    files.make_readable_by_others("/etc/private/moon.key");
    const auto loaded = load_swanctl(files, "/etc/swanctl.conf");
    REQUIRE(loaded);
    CHECK(loaded->warnings ==
          std::vector<std::string>{"/etc/private/moon.key: a private key that every user can read; chmod o-r it"});
}

TEST_CASE("post-quantum pre-shared keys are known by the octets of their names", "[config][rfc8784-5.1]") {
    Etc etc;
    auto loaded = etc.load(conf("certs = moon.pem", "", "ppk-1 { secret = abc\n id-1 = one.example\n id-2 = two\n }"));
    REQUIRE(loaded);
    const auto snapshot = policy::IndexedConfiguration::of(std::move(loaded->configuration));
    REQUIRE(snapshot->ppk(base::as_bytes("one.example")) != nullptr);
    CHECK(snapshot->ppk(base::as_bytes("two")) == snapshot->ppk(base::as_bytes("one.example")));
    CHECK(snapshot->ppk(base::as_bytes("three")) == nullptr);
    CHECK(snapshot->shared_secret({}, {}) == nullptr);
}

}  // namespace xfrmd::daemon
