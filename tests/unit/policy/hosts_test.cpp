#include "ike/policy/hosts.h"

#include <catch2/catch_test_macros.hpp>

#include "ike/policy/configuration.h"
#include "ike/policy/resolved_connections.h"

using namespace xfrmd::policy;
using xfrmd::base::Address;
using xfrmd::base::AddressRange;
using xfrmd::base::Prefix;

namespace {

const AddressRange kTen = AddressRange::of(*Prefix::parse("10.0.0.0/8"));

Address address(std::string_view text) { return *Address::parse(text); }

// As the loader makes it.
Connection connection(const std::string& name, std::vector<AddressRange> ranges, std::vector<std::string> names) {
    Connection made;
    made.name = name;
    made.remote_addrs = ranges;
    made.remote_hosts = {std::move(ranges), std::move(names)};
    made.proposals = default_proposals(ProtocolId::ike);
    return made;
}

}  // namespace

TEST_CASE("a connection with names has the addresses that they resolve to", "[policy][connections]") {
    const Connection named = connection("named", {kTen}, {"gw.example", "other.example"});
    const Connection unknown = connection("unknown", {}, {"other.example"});
    Configuration configuration;
    configuration.connections = {named, unknown};
    const Snapshot before = IndexedConfiguration::of(std::move(configuration));
    const auto found = [](const Snapshot& snapshot, std::string_view remote) {
        std::string names;
        for (const Connection* one : snapshot->candidates(address("192.0.2.1"), address(remote), Identity{}))
            names += one->name;
        return names;
    };
    CHECK(found(before, "10.1.1.1") == "named");
    CHECK(found(before, "198.51.100.7").empty());
    CHECK_FALSE(before->connection("unknown")->is_resolved());

    const auto gw = [](const std::string& name) {
        return name == "gw.example" ? std::vector{address("198.51.100.7")} : std::vector<Address>();
    };
    AddressesOf answers = gw;
    ResolvedConnections resolved([&](const std::string& name) { return answers(name); });
    const Snapshot after = resolved.take(before);
    CHECK(found(after, "10.1.1.1") == "named");
    CHECK(found(after, "198.51.100.7") == "named");
    CHECK_FALSE(after->connection("unknown")->is_resolved());
    CHECK(after->connection("named")->is_configured_as(*before->connection("named")));
    CHECK(*after->connection("named") != *before->connection("named"));
    answers = [](const std::string&) { return std::vector<Address>(); };
    const Snapshot gone = resolved.again();
    CHECK(*gone->connection("named") == *before->connection("named"));
}

TEST_CASE("what is configured as before and resolves to the same is the same object", "[policy][connections]") {
    const auto named = std::make_shared<const Connection>(connection("named", {kTen}, {"gw.example"}));
    const auto plain = std::make_shared<const Connection>(connection("plain", {kTen}, {}));
    const auto snapshot_of = [](SharedList<Connection>::Pointers connections) {
        return IndexedConfiguration::of({})->with_connections(SharedList<Connection>(std::move(connections)));
    };
    Address peer = address("198.51.100.7");
    ResolvedConnections resolved([&](const std::string&) { return std::vector{peer}; });
    const Snapshot without_names = snapshot_of({plain});
    CHECK(resolved.take(without_names) == without_names);
    const Snapshot first = resolved.take(snapshot_of({named, plain}));
    CHECK(first->connection("plain") == plain.get());
    const Snapshot second = resolved.take(snapshot_of({plain, named}));
    CHECK(second->connection("named") == first->connection("named"));
    peer = address("198.51.100.8");
    const Snapshot third = resolved.again();
    CHECK(third->connection("named") != first->connection("named"));
    CHECK(third->connection("named")->has_same_ike(*first->connection("named")));
    const auto again = std::make_shared<const Connection>(*named);
    CHECK(resolved.take(snapshot_of({again}))->connection("named") != third->connection("named"));
}

TEST_CASE("other names or ranges are another configuration", "[policy][connections]") {
    const Connection one = connection("one", {kTen}, {"gw.example"});
    Connection other = one;
    CHECK(one.is_configured_as(other));
    SECTION("name") { other.remote_hosts.names = {"other.example"}; }
    SECTION("range") { other.remote_hosts.ranges.clear(); }
    SECTION("none") { other.remote_hosts = {}; }
    SECTION("something else") { other.encap = true; }
    CHECK_FALSE(one.is_configured_as(other));
    CHECK_FALSE(other.is_configured_as(one));
}
