// Certificates, keys, lists and authorities of clients, beside those of files.
#include "ike/crypto/credentials.h"
#include "tests/support/test_certificate.h"
#include "tests/support/test_revocation.h"
#include "tests/unit/objects/stock.h"

namespace xfrmd::daemon {

namespace {

using tests::small_key;

const tests::TestIssuer& root() {
    static const tests::TestIssuer issuer{"CN=root", small_key(1)};
    return issuer;
}

std::string text(const base::Bytes& bytes) { return {bytes.begin(), bytes.end()}; }

crypto::Certificate end(const std::string& name, std::uint64_t seed) {
    tests::CertificateFields fields;
    fields.subject = "CN=" + name;
    fields.names = {name};
    return tests::make_certificate(fields, small_key(seed), root());
}

crypto::Certificate authority() { return tests::make_root(root()); }

const crypto::Credentials& credentials(Stock& stock) {
    REQUIRE(stock.objects.snapshot()->credentials() != nullptr);
    return *stock.objects.snapshot()->credentials();
}

const auto with_certificates = [](settings::Section& section) {
    section.open("local").set("auth", "pubkey");
    section.open("local").set_list("certs", {text(end("moon", 2).der())});
    section.open("remote").set("auth", "pubkey");
    section.open("remote").set_list("cacerts", {text(authority().der())});
};

}  // namespace

TEST_CASE("a client's connection brings its certificates", "[objects]") {
    Stock stock;
    CHECK(stock.load("gw", with_certificates) == "");
    const policy::Connection& gw = *stock.objects.snapshot()->connection("gw");
    CHECK(gw.local.id == end("moon", 2).subject());
    CHECK(credentials(stock).certificate(end("moon", 2).fingerprint()) != nullptr);
    CHECK(credentials(stock).authorities(gw.remote).size() == 1);
    CHECK(credentials(stock).knows_trust_of(gw.remote));
    stock.objects.clear_credentials();
    CHECK(credentials(stock).certificate(end("moon", 2).fingerprint()) != nullptr);
    CHECK(refusal(stock.objects.unload_connection("gw")) == "");
    CHECK(credentials(stock).certificate(end("moon", 2).fingerprint()) == nullptr);
}

TEST_CASE("certificates are taken by their kinds", "[objects]") {
    Stock stock;
    const auto load = [&](const std::string& type, const std::string& flag, const base::Bytes& data) {
        return refusal(stock.objects.load_certificate(type, flag, data));
    };
    const base::Bytes moon = end("moon", 2).der();
    CHECK(load("X509", "NONE", moon) == "");
    CHECK(load("x509", "", moon) == "");
    CHECK(load("X509", "CA", moon) == "ca certificate lacks CA basic constraint, rejected");
    CHECK(load("x509ca", "NONE", moon) == "ca certificate lacks CA basic constraint, rejected");
    CHECK(load("X509", "OCSP", end("signer", 3).der()) == "");
    CHECK(credentials(stock).parts().certificates.size() == 1);
    CHECK(credentials(stock).parts().authorities.empty());
    CHECK(load("X509", "NONE", authority().der()) == "");  // a CA by what it says
    CHECK(credentials(stock).parts().authorities.size() == 1);
    CHECK(credentials(stock).ocsp_responders().size() == 1);
    CHECK(load("PUBKEY", "", small_key(5).subject_public_key_info()) == "");
    CHECK(credentials(stock).parts().public_keys.size() == 1);
    stock.objects.clear_credentials();
    CHECK(credentials(stock).parts().certificates.empty());
}

TEST_CASE("a certificate that cannot be kept is refused in strongSwan's words", "[objects]") {
    Stock stock;
    const auto load = [&](const std::string& type, const std::string& flag, const std::string& data) {
        return refusal(stock.objects.load_certificate(type, flag, base::as_bytes(data)));
    };
    CHECK(load("", "", "x") == "certificate type missing");
    CHECK(load("zz", "", "x") == "invalid certificate type 'zz'");
    CHECK(load("X509", "zz", "x") == "invalid certificate flag 'zz'");
    CHECK(load("X509", "", "") == "certificate data missing");
    CHECK(load("X509", "NONE", "x") == "parsing X509 certificate failed");
    CHECK(load("X509_CRL", "", "x") == "parsing X509_CRL certificate failed");
    CHECK(load("X509_AC", "", "x") == "parsing X509_AC certificate failed");
    CHECK(load("PUBKEY", "", "x") == "parsing PUBKEY certificate failed");
}

TEST_CASE("a list counts once its CA is there", "[objects]") {
    Stock stock;
    const base::Bytes list = tests::crl_der({}, root());
    CHECK(refusal(stock.objects.load_certificate("X509_CRL", "NONE", list)) == "");
    CHECK(credentials(stock).parts().lists.empty());
    CHECK(refusal(stock.objects.load_certificate("X509", "CA", authority().der())) == "");
    CHECK(credentials(stock).parts().lists.size() == 1);
}

TEST_CASE("private keys are known by their ids", "[objects]") {
    Stock stock;
    const base::Bytes key = small_key(2).pkcs8();
    const std::string id = base::to_hex(end("moon", 2).public_key().key_id());
    const auto loaded = stock.objects.load_key("ANY", key);
    REQUIRE(loaded);
    CHECK(*loaded == id);
    CHECK(stock.objects.load_key("ecdsa", key).value() == id);
    CHECK(stock.objects.key_ids() == std::vector<std::string>{id});
    CHECK(credentials(stock).private_key(end("moon", 2).public_key()) != nullptr);
    CHECK(refusal(stock.objects.load_key("", key)) == "key type missing");
    CHECK(refusal(stock.objects.load_key("any", {})) == "key data missing");
    CHECK(refusal(stock.objects.load_key("zz", key)) == "invalid key type: zz");
    CHECK(refusal(stock.objects.load_key("rsa", key)) == "parsing RSA private key failed");
    CHECK(refusal(stock.objects.load_key("any", base::as_bytes("x"))) == "parsing ANY private key failed");
    CHECK(refusal(stock.objects.unload_key("")) == "key id missing");
    CHECK(refusal(stock.objects.unload_key("00")) == "key not found");
    CHECK(refusal(stock.objects.unload_key(id)) == "");
    CHECK(credentials(stock).private_key(end("moon", 2).public_key()) == nullptr);
}

TEST_CASE("authorities have names, and where to ask about what they have issued", "[objects]") {
    Stock stock;
    settings::Document document = settings::document_of("client");
    settings::Section& section = document.root->open("ca");
    CHECK(refusal(stock.objects.load_authority(document, section)) == "CA certificate missing: ca");
    section.set("cacert", text(end("moon", 2).der()));
    CHECK(refusal(stock.objects.load_authority(document, section)) == "CA certificate missing: ca");
    section.set("cacert", text(authority().der()));
    section.set_list("crl_uris", {"http://ca.example/crl"});
    CHECK(refusal(stock.objects.load_authority(document, section)) == "");
    CHECK(credentials(stock).revocation_uris(authority()).crl.size() == 1);
    CHECK(stock.objects.authorities().size() == 1);
    section.set("bogus", "1");
    CHECK(refusal(stock.objects.load_authority(document, section)) == "unknown option: bogus, authority discarded");
    stock.objects.clear_credentials();
    CHECK(credentials(stock).parts().authorities.size() == 1);
    CHECK(refusal(stock.objects.unload_authority("nope")) == "unload: authority 'nope' not found");
    CHECK(refusal(stock.objects.unload_authority("")) == "unload: missing authority name");
    CHECK(refusal(stock.objects.unload_authority("ca")) == "");
    CHECK(credentials(stock).parts().authorities.empty());
}

TEST_CASE("flushing certificates makes credentials that are others, and equal", "[objects]") {
    Stock stock;
    REQUIRE(stock.objects.load_key("any", small_key(2).pkcs8()));
    const policy::Snapshot before = stock.objects.snapshot();
    CHECK(refusal(stock.objects.flush_certificates("zz")) == "invalid certificate type 'zz'");
    CHECK(stock.objects.snapshot() == before);
    CHECK(refusal(stock.objects.flush_certificates("X509_CRL")) == "");
    CHECK(&credentials(stock) != before->credentials());
    CHECK(credentials(stock).private_key(end("moon", 2).public_key()) != nullptr);
}

TEST_CASE("clients cannot have keys in tokens read", "[objects]") {
    Stock stock;
    CHECK(refusal(stock.objects.load_token("")) == "keyid missing");
    CHECK(refusal(stock.objects.load_token("01")) == "loading private key from token failed");
}

TEST_CASE("a key in a token that swanctl.conf names is loaded", "[objects]") {
    Stock stock;
    const crypto::PublicKey key = end("moon", 2).public_key();
    const std::string id = base::to_hex(key.key_id());
    LoadResult loaded;
    CredentialParts parts;
    parts.private_keys.push_back(crypto::PrivateKey::elsewhere(key));
    loaded.configuration.credentials = crypto::Credentials::make(std::move(parts), {}).value();
    loaded.token_keys = {{"0a1b", id}};
    stock.objects.take_files(std::move(loaded));
    CHECK(stock.objects.load_token("0A:1b").value() == id);
    CHECK(refusal(stock.objects.unload_key(id)) == "");
    CHECK(refusal(stock.objects.load_token("0a1b")) == "loading private key from token failed");
}

TEST_CASE("what rounds of files name is there whatever clients clear", "[objects]") {
    Stock stock;
    const std::string conf =
        "connections { gw {\nlocal { auth = pubkey\ncerts = moon.pem\n}\nremote { auth = pubkey }\n} }";
    auto loaded = load_swanctl(MemoryFiles({{"/e/s.conf", conf},
                                            {"/e/x509/moon.pem", text(end("moon", 2).der())},
                                            {"/e/x509/sun.pem", text(end("sun", 3).der())}}),
                               "/e/s.conf");
    REQUIRE(loaded);
    stock.objects.take_files(std::move(*loaded));
    CHECK(credentials(stock).certificate(end("sun", 3).fingerprint()) != nullptr);
    stock.objects.clear_credentials();
    CHECK(credentials(stock).certificate(end("sun", 3).fingerprint()) == nullptr);
    CHECK(credentials(stock).certificate(end("moon", 2).fingerprint()) != nullptr);
}

}  // namespace xfrmd::daemon
