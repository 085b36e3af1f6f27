// What clients load reaches the one set, lists and octets whole, and what they hear of it.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/test_certificate.h"
#include "tests/support/test_revocation.h"
#include "tests/unit/vici/vici_harness.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::vici;

namespace {

Section connection(const std::string& name) {
    Section message;
    Section& section = message.add_section(name);
    section.set("local_addrs", std::vector<std::string>{"192.0.2.1"});
    section.add_section("local").set("auth", "psk").set("id", "C=CH, CN=a");
    section.add_section("remote").set("auth", "psk");
    section.add_section("children").add_section("net").set("remote_ts", std::vector<std::string>{"10.0.0.0/8"});
    return message;
}

bool is_success(const Section& answer) { return *answer.value("success") == "yes"; }

}  // namespace

TEST_CASE("a client loads and unloads a connection", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    CHECK(is_success(hall.request(client, "load-conn", connection("gw"))));
    const auto snapshot = hall.port.objects().snapshot();
    REQUIRE(snapshot->connection("gw") != nullptr);
    CHECK(snapshot->connection("gw")->local.id == policy::Identity::parse("C=CH, CN=a"));
    CHECK(snapshot->connection("gw")->child("net") != nullptr);
    Section name;
    name.set("name", "gw");
    CHECK(is_success(hall.request(client, "unload-conn", name)));
    CHECK(*hall.request(client, "unload-conn", name).value("errmsg") == "unload: connection 'gw' not found");
    CHECK(is_success(hall.request(client, "load-conn", {})));
}

TEST_CASE("a mistake is told in charon's words, and in ours to the log", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    Section message = connection("gw");
    message.add_section("other").set("bogus", "1");
    CHECK(*hall.request(client, "load-conn", message).value("errmsg") == "unknown option: bogus, config discarded");
    REQUIRE(hall.port.warnings.size() == 1);
    CHECK(hall.port.warnings.front() == "vici: load-conn: connections.other: unknown key 'bogus'");
    // Those before it stay, as with charon.
    CHECK(hall.port.objects().connection_names() == std::vector<std::string>{"gw"});
}

TEST_CASE("keys, certificates and lists are listed in charon's order", "[vici]") {
    ViciHall hall;
    Objects& objects = hall.port.objects();
    const tests::TestIssuer root{"CN=root", tests::small_key(1)};
    const crypto::Certificate authority = tests::make_root(root);
    tests::CertificateFields fields;
    fields.subject = "CN=moon";
    const crypto::Certificate end = tests::make_certificate(fields, tests::small_key(2), root);
    REQUIRE(objects.load_certificate("X509", "CA", authority.der()));
    REQUIRE(objects.load_certificate("X509_CRL", "", tests::crl_der({}, root)));
    REQUIRE(objects.load_certificate("X509", "NONE", end.der()));
    REQUIRE(objects.load_certificate("PUBKEY", "", end.public_key().subject_public_key_info()));
    hall.port.snapshot = objects.snapshot();
    ViciClient client(hall.options.path);
    hall.ask(client, PacketType::follow, "list-cert");
    const auto listed = [&](const Section& filter) {
        client.forget();
        client.say(PacketType::request, "list-certs", filter);
        std::string all;
        for (const Packet& packet : hall.settle(client)) {
            if (packet.type != PacketType::event) continue;
            const std::string* flag = packet.message.value("flag");
            all += *packet.message.value("type") + (flag == nullptr ? " " : "/" + *flag + " ");
        }
        return all;
    };
    CHECK(listed({}) == "PUBKEY X509/NONE X509/CA X509_CRL ");
    for (const char* type : {"x509_crl", "x509crl"}) {
        Section filter;
        filter.set("type", type);
        CHECK(listed(filter) == "X509_CRL ");
    }
}

TEST_CASE("shared secrets are loaded, listed and unloaded", "[vici]") {
    ViciHall hall;
    ViciClient client(hall.options.path);
    Section secret;
    secret.set("id", "ike-1").set("type", "IKE").set("data", std::string("\0x", 2));
    secret.set("owners", std::vector<std::string>{"a.example"});
    CHECK(is_success(hall.request(client, "load-shared", secret)));
    CHECK(*hall.request(client, "get-shared").list("keys") == std::vector<std::string>{"ike-1"});
    CHECK(hall.port.objects().snapshot()->secrets().front().secret.size() == 2);
    Section id;
    id.set("id", "ike-1");
    CHECK(is_success(hall.request(client, "unload-shared", id)));
    CHECK(hall.request(client, "get-shared").list("keys")->empty());
    CHECK(*hall.request(client, "load-shared", {}).value("errmsg") == "shared key type missing");
}
