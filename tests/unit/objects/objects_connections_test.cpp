// Connections and secrets of files and of clients as one set, what replaces what, and what clients hear of mistakes.
#include "tests/unit/objects/stock.h"

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

const auto child_with = [](std::string key, std::string value) {
    return [key, value](settings::Section& section) { section.open("children").open("net").set(key, value); };
};

policy::Identity id(std::string_view text) { return policy::Identity::parse(text).value(); }

LoadShared psk(const std::string& name, const std::string& secret, std::vector<std::string> owners = {}) {
    return {name, "ike", base::SecretBytes(base::as_bytes(secret)), std::move(owners)};
}

std::string secret_for(Stock& stock, std::string_view peer) {
    const auto* found = stock.objects.snapshot()->shared_secret(id("me.example"), id(peer));
    return found == nullptr ? "none" : std::string(base::as_text(found->secret.view()));
}

}  // namespace

TEST_CASE("a client's connection is read as one of a file is", "[objects]") {
    Stock stock;
    const auto fill = [](settings::Section& section) {
        section.set_list("local_addrs", {"192.0.2.1", "2001:db8::1"});
        section.set("remote_port", "4500");
        section.open("remote").set("id", "C=CH, O=a, CN=b");
        settings::Section& child = section.open("children").open("net");
        child.set_list("remote_ts", {"10.0.0.0/8"});
        child.set("start_action", "trap");
    };
    CHECK(stock.load("gw", fill) == "");
    const policy::Connection* gw = stock.objects.snapshot()->connection("gw");
    REQUIRE(gw != nullptr);
    CHECK(gw->local_addrs.size() == 2);
    CHECK(gw->remote_port == 4500);
    CHECK(gw->remote.id == id("C=CH, O=a, CN=b"));
    CHECK(policy::traps(gw->child("net")->start_action));
}

TEST_CASE("what is wrong with a client's connection it hears in strongSwan's words", "[objects]") {
    Stock stock;
    const auto set = [](std::string key, std::string value) {
        return [key, value](settings::Section& section) { section.set(key, value); };
    };
    CHECK(stock.load("gw", set("bogus", "1")) == "unknown option: bogus, config discarded");
    CHECK(stock.load("gw", set("mobike", "perhaps")) == "invalid value for: mobike, config discarded");
    CHECK(stock.reason == "connections.gw.mobike: expected yes or no, not 'perhaps'");
    // Lists are lists, and nothing else is one.
    CHECK(stock.load("gw", set("local_addrs", "192.0.2.1")) == "unknown option: local_addrs, config discarded");
    CHECK(stock.load("gw", [](auto& section) { section.set_list("mobike", {"yes"}); }) ==
          "unknown option: mobike, config discarded");
    CHECK(stock.load("gw", [](auto& section) { section.set_list("proposals", {"aes999"}); }) ==
          "invalid value for: proposals, config discarded");
    CHECK(stock.load("gw", [](auto& section) { section.open("bogus"); }) == "invalid section: bogus");
    CHECK(stock.load("gw", child_with("bogus", "1")) == "unknown option: bogus, config discarded");
    CHECK(stock.load("gw", [](auto& section) { section.open("local").set_list("certs", {"xx"}); })
              .ends_with("config discarded"));
    stock.lack = "no such SAs";
    CHECK(stock.load("gw") == "no such SAs, config discarded");
    CHECK(stock.objects.connection_names().empty());
    CHECK(stock.objects.snapshot()->connections().empty());
}

TEST_CASE("many changes are told once, and make one snapshot", "[objects]") {
    Stock stock;
    stock.objects.snapshot();
    for (const char* name : {"a", "b", "c"}) stock.load(name);
    CHECK(stock.changes == 1);
    CHECK(stock.objects.is_changed());
    const policy::Snapshot made = stock.objects.snapshot();
    CHECK(stock.names() == "a b c ");
    CHECK(stock.objects.snapshot() == made);
    CHECK_FALSE(stock.objects.is_changed());
    stock.load("d");
    CHECK(stock.changes == 2);
    CHECK(made->connections().size() == 3);
}

TEST_CASE("an equal connection changes nothing, another one takes its place", "[objects]") {
    Stock stock;
    stock.load("a");
    stock.load("b");
    const policy::Snapshot before = stock.objects.snapshot();
    stock.load("a");
    CHECK_FALSE(stock.objects.is_changed());
    stock.load("a", child_with("mode", "transport"));
    CHECK(stock.names() == "a b ");
    CHECK(stock.objects.snapshot()->connection("a")->child("net")->mode == policy::Mode::transport);
    CHECK(stock.objects.snapshot()->connection("b") == before->connection("b"));
}

TEST_CASE("connections are unloaded by name, whoever has loaded them", "[objects]") {
    Stock stock;
    stock.take_files(gateway("a"));
    stock.load("b");
    CHECK(refusal(stock.objects.unload_connection("nope")) == "unload: connection 'nope' not found");
    CHECK(refusal(stock.objects.unload_connection("")) == "unload: missing connection name");
    CHECK(refusal(stock.objects.unload_connection("a")) == "");
    CHECK(stock.names() == "b ");
    CHECK(stock.objects.connection_names() == std::vector<std::string>{"b"});
}

TEST_CASE("files that are read again replace what came from files, and no client's", "[objects]") {
    Stock stock;
    stock.take_files(gateway("a") + gateway("b") + gateway("c"));
    stock.load("client");
    stock.load("b", child_with("mode", "transport"));
    const auto* kept = stock.objects.snapshot()->connection("c");
    stock.take_files(gateway("new") + gateway("c"));
    CHECK(stock.names() == "new c b client ");
    CHECK(stock.objects.snapshot()->connection("c") == kept);
    CHECK(stock.objects.snapshot()->connection("b")->child("net") != nullptr);
    // The last load of a name wins.
    stock.take_files(gateway("client", "mobike = no"));
    CHECK(stock.names() == "client b ");
    CHECK_FALSE(stock.objects.snapshot()->connection("client")->mobike);
    stock.take_files("");
    CHECK(stock.names() == "b ");
}

TEST_CASE("what a client loads just as the files have it stays theirs", "[objects]") {
    Stock stock;
    stock.take_files(gateway("a"));
    CHECK(stock.load("a") == "");
    stock.take_files("");
    CHECK(stock.names() == "");
}

TEST_CASE("pools are loaded and unloaded, unless somebody has an address of them", "[objects]") {
    Stock stock;
    settings::Document document = settings::document_of("client");
    settings::Section& section = document.root->open("p");
    const auto load = [&] { return refusal(stock.objects.load_pool(document, section)); };
    CHECK(load() == "missing addrs for pool 'p'");
    section.set("addrs", "nonsense");
    CHECK(load() == "invalid addrs value: nonsense");
    REQUIRE(stock.objects.snapshot()->pools().empty());
    CHECK_FALSE(stock.objects.has_other_pools());
    section.set("addrs", "10.9.0.0/24");
    CHECK(load() == "");
    CHECK(stock.objects.has_other_pools());
    REQUIRE(stock.objects.snapshot()->pools().size() == 1);
    CHECK_FALSE(stock.objects.has_other_pools());
    section.set_list("dns", {"zz"});
    CHECK(load() == "invalid attribute value for dns");
    section.set_list("dns", {"10.9.0.1"});
    section.set_list("25", {"example.com, and more"});
    CHECK(load() == "");
    CHECK(stock.objects.snapshot()->pools().front().attributes.size() == 2);
    section.set_list("bogus", {"1"});
    CHECK(load() == "invalid attribute: bogus");
    CHECK(refusal(stock.objects.unload_pool("nope")) == "nope not found");
    stock.objection = "leases";
    CHECK(refusal(stock.objects.unload_pool("p")) == "leases");
    CHECK(stock.objects.snapshot()->pools().size() == 1);
    stock.objection.clear();
    CHECK(refusal(stock.objects.unload_pool("p")) == "");
    CHECK(stock.objects.snapshot()->pools().empty());
}

TEST_CASE("shared secrets are one set as well", "[objects]") {
    Stock stock;
    stock.take_files("secrets { ike-a { secret = file\nid = a.example } }");
    CHECK(secret_for(stock, "a.example") == "file");
    CHECK(refusal(stock.objects.load_shared(psk("ike-a", "client", {"a.example"}))) == "");
    CHECK(secret_for(stock, "a.example") == "client");
    CHECK(refusal(stock.objects.load_shared(psk("", "anybody"))) == "");
    CHECK(refusal(stock.objects.load_shared(psk("", "anybody else"))) == "");
    CHECK(secret_for(stock, "b.example") == "anybody");
    CHECK(stock.objects.shared_ids() == std::vector<std::string>{"ike-a"});
    CHECK(refusal(stock.objects.unload_shared("ike-a")) == "");
    CHECK(secret_for(stock, "a.example") == "anybody");
    CHECK(refusal(stock.objects.unload_shared("nope")) == "");
    stock.objects.clear_credentials();
    CHECK(secret_for(stock, "b.example") == "none");
    CHECK(stock.objects.shared_ids().empty());
}

TEST_CASE("post-quantum pre-shared keys are found by octets, and others are kept", "[objects]") {
    Stock stock;
    LoadShared ppk = psk("ppk-1", "post", {"x"});
    ppk.type = "PPK";
    CHECK(refusal(stock.objects.load_shared(std::move(ppk))) == "");
    LoadShared eap = psk("eap-1", "word", {"carol"});
    eap.type = "EAP";
    CHECK(refusal(stock.objects.load_shared(std::move(eap))) == "");
    CHECK(stock.objects.snapshot()->ppk(base::as_bytes("x")) != nullptr);
    CHECK(secret_for(stock, "carol") == "none");
    CHECK(stock.objects.shared_ids() == std::vector<std::string>{"ppk-1", "eap-1"});
}

TEST_CASE("a shared secret that cannot be kept is refused in strongSwan's words", "[objects]") {
    Stock stock;
    const auto load = [&](const std::string& type, const std::string& data) {
        return refusal(stock.objects.load_shared({"i", type, base::SecretBytes(base::as_bytes(data)), {}}));
    };
    CHECK(load("", "x") == "shared key type missing");
    CHECK(load("ike", "") == "shared key data missing");
    CHECK(load("nonsense", "x") == "invalid shared key type: nonsense");
    CHECK(refusal(stock.objects.unload_shared("")) == "unique identifier missing");
}

TEST_CASE("what there is is listed with who has loaded it", "[objects]") {
    Stock stock;
    stock.take_files(gateway("a") + gateway("b") + "secrets { ike-a { secret = x\n } }\n");
    CHECK(stock.load("c") == "");
    CHECK(stock.load("b", [](settings::Section& section) { section.set("mobike", "no"); }) == "");
    const ObjectPage all = stock.objects.list({});
    std::string told;
    for (const ObjectRow& row : all.rows) {
        told += std::string(name(row.kind)) + " " + row.name + " " + std::string(name(row.from)) + "; ";
    }
    CHECK(told == "connection a files; connection b vici; connection c vici; secret ike-a files; ");
    CHECK_FALSE(all.next);
    const ObjectPage first = stock.objects.list({{}, Origin::vici, {}, 1});
    REQUIRE(first.next);
    CHECK(first.rows.front().name == "b");
    CHECK(stock.objects.list({{}, Origin::vici, *first.next, 1}).rows.front().name == "c");
}

TEST_CASE("a page of objects ends where enough were looked at", "[objects][hostile-h2]") {
    Stock stock;
    for (std::size_t i = 0; i < kMostLookedAt + 1; ++i) {
        REQUIRE(
            stock.objects.load_shared({"ike-" + std::to_string(i), "ike", base::SecretBytes(base::as_bytes("x")), {}}));
    }
    const ObjectPage page = stock.objects.list({{}, Origin::files, {}, 100});
    CHECK(page.rows.empty());
    REQUIRE(page.next);
    CHECK_FALSE(stock.objects.list({{}, Origin::files, *page.next, 100}).next);
}

TEST_CASE("a section of a shared secret says by its name what it is for", "[objects]") {
    Stock stock;
    const auto load = [&](const std::string& name, const std::string& key, const std::string& value) {
        settings::Document document = settings::document_of("client");
        settings::Section& section = document.root->open(name);
        section.set(key, value);
        section.set("id-1", "moon");
        return refusal(stock.objects.load_secret(document, section, Origin::json_rpc));
    };
    CHECK(load("ike-a", "secret", "x") == "");
    CHECK(load("ppk-a", "secret", "0sAQID") == "");
    CHECK(load("eap-a", "secret", "x") == "");
    CHECK(stock.objects.snapshot()->secrets().size() == 1);
    CHECK(stock.objects.snapshot()->ppk(base::as_bytes("moon")) != nullptr);
    CHECK(load("token-a", "secret", "x") != "");
    CHECK(load("ike-b", "scret", "x") == "secrets.ike-b: unknown key");
    CHECK(load("ike-b", "id-2", "sun") == "secrets.ike-b: 'secret' is missing");
    CHECK(stock.objects.list({ObjectKind::secret, {}, {}, 100}).rows.size() == 3);
}

}  // namespace xfrmd::daemon
