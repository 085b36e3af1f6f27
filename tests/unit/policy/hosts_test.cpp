#include "ike/policy/hosts.h"

#include <catch2/catch_test_macros.hpp>

#include "ike/policy/configuration.h"

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
    const Snapshot after = before->with_addresses(gw);
    CHECK(found(after, "10.1.1.1") == "named");
    CHECK(found(after, "198.51.100.7") == "named");
    CHECK_FALSE(after->connection("unknown")->is_resolved());
    CHECK(after->connection("named")->is_configured_as(*before->connection("named")));
    CHECK(*after->connection("named") != *before->connection("named"));
    const Snapshot gone = after->with_addresses([](const std::string&) { return std::vector<Address>(); });
    CHECK(*gone->connection("named") == *before->connection("named"));
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
