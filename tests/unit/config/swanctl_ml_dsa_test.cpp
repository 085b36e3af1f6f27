// ML-DSA in swanctl.conf and beside it: an experiment, which nobody comes into without having said so.
#include <catch2/catch_test_macros.hpp>

#include "daemon/config/swanctl_loader.h"
#include "ike/crypto/credentials.h"
#include "tests/support/test_certificate.h"
#include "tests/unit/config/memory_files.h"

namespace xfrmd::daemon {

namespace {

using policy::KeyType;
using tests::TestKey;

const std::string kHow = "is an experiment: xfrmd takes it with --experimental draft-ietf-ipsecme-ikev2-pqc-auth";

std::string text(const base::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

// moon's certificate and key are of ML-DSA, and of a CA of that; another CA is not.
struct Etc {
    Etc() {
        const tests::TestIssuer root{"CN=root", TestKey::make(KeyType::ml_dsa_87, 0, 1)};
        const TestKey moon = TestKey::make(KeyType::ml_dsa_65, 0, 2);
        tests::CertificateFields fields;
        fields.names = {"moon.example"};
        files["/etc/x509/moon.pem"] = text(tests::certificate_der(fields, moon, root));
        files["/etc/x509ca/root.pem"] = text(tests::make_root(root).der());
        files["/etc/x509ca/other.pem"] = text(tests::make_root({"CN=other", tests::small_key(1)}).der());
        files["/etc/private/moon.key"] = text(moon.pkcs8());
        files["/etc/pubkey/moon.pub"] = text(moon.subject_public_key_info());
    }

    tl::expected<LoadResult, ConfigErrors> load(const std::string& local, const std::string& remote, bool ml_dsa) {
        files["/etc/swanctl.conf"] =
            "connections { gw {\nlocal { " + local + "\n}\nremote { " + remote + "\n}\nchildren { net { } } } }\n";
        return load_swanctl(MemoryFiles(files), "/etc/swanctl.conf", {.ports = {}, .ml_dsa = ml_dsa});
    }
    std::string errors(const std::string& local, const std::string& remote = {}) {
        const auto loaded = load(local, remote, false);
        return loaded ? std::string() : print(loaded.error());
    }

    std::map<std::string, std::string> files;
};

}  // namespace

TEST_CASE("with the switch, certificates, keys and auth of ML-DSA are taken", "[config][ml-dsa]") {
    Etc etc;
    const auto loaded =
        etc.load("certs = moon.pem\nauth = mldsa65", "cacerts = root.pem\nauth = mldsa44-mldsa65", true);
    REQUIRE(loaded);
    CHECK(loaded->warnings.empty());
    const policy::Connection& gw = loaded->configuration.connections.at(0);
    CHECK(gw.local.requirements.allow_key(KeyType::ml_dsa_65, 1));
    CHECK_FALSE(gw.remote.requirements.allow_key(KeyType::ml_dsa_87, 1));
    CHECK(gw.remote.requirements.are_enough(KeyType::ml_dsa_87, 1));
    const auto& credentials = *loaded->configuration.credentials;
    const auto* moon = credentials.certificate(gw.local.certificates.at(0));
    REQUIRE(moon != nullptr);
    CHECK(credentials.private_key(moon->public_key()) != nullptr);
    CHECK(credentials.authorities(gw.remote).size() == 1);
    CHECK(etc.load("pubkeys = moon.pub", "pubkeys = moon.pub", true));
}

TEST_CASE("without it, what names ML-DSA is an error that says how to switch it on", "[config][ml-dsa][errors]") {
    Etc etc;
    CHECK(etc.errors("auth = mldsa65") ==
          "/etc/swanctl.conf:2:16: connections.gw.local.auth: ML-DSA-65 " + kHow + "\n");
    CHECK(etc.errors("", "auth = rsa-mldsa87") ==
          "/etc/swanctl.conf:4:17: connections.gw.remote.auth: ML-DSA-87 " + kHow + "\n");
    CHECK(etc.errors("certs = moon.pem") ==
          "/etc/swanctl.conf:2:1: connections.gw.local.certs: moon.pem: ML-DSA-65 " + kHow + "\n");
    CHECK(etc.errors("", "cacerts = root.pem") ==
          "/etc/swanctl.conf:4:1: connections.gw.remote.cacerts: root.pem: ML-DSA-87 " + kHow + "\n");
    CHECK(etc.errors("pubkeys = moon.pub") ==
          "/etc/swanctl.conf:2:1: connections.gw.local.pubkeys: moon.pub: ML-DSA-65 " + kHow + "\n");
}

TEST_CASE("without it, what stands in folders is left out with a warning", "[config][ml-dsa]") {
    Etc etc;
    etc.files["/etc/x509ocsp/one.pem"] = etc.files["/etc/x509/moon.pem"];
    const auto loaded = etc.load("", "", false);
    REQUIRE(loaded);
    std::string all;
    for (const std::string& one : loaded->warnings) all += one + "\n";
    CHECK(all == "/etc/x509/moon.pem: left out: ML-DSA-65 " + kHow + "\n/etc/x509ca/root.pem: left out: ML-DSA-87 " +
                     kHow + "\n/etc/x509ocsp/one.pem: left out: ML-DSA-65 " + kHow +
                     "\n/etc/pubkey/moon.pub: left out: ML-DSA-65 " + kHow +
                     "\n/etc/private/moon.key: left out: ML-DSA-65 " + kHow + "\n");
    const policy::Connection& gw = loaded->configuration.connections.at(0);
    const auto& credentials = *loaded->configuration.credentials;
    CHECK(credentials.authorities(gw.remote).size() == 1);
    CHECK(credentials.certificates_naming(*policy::Identity::parse("moon.example")).empty());
    CHECK_FALSE(gw.local.requirements.ml_dsa);
}

}  // namespace xfrmd::daemon
