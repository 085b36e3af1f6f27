// What a kernel-less daemon would be: an engine, its kernel, and everything it ever said.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "ike/engine.h"
#include "ike/policy/lease_book.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/seeded_random.h"

namespace xfrmd::tests {

struct Parcel {
    base::Instant sent;
    base::Endpoint from;
    base::Endpoint to;
    base::Bytes bytes;  // with the marker, where there is one
};

struct Host {
    Host(base::Address host_address, ike::Options engine_options, std::uint64_t seed,
         policy::Snapshot host_configuration)
        : address(host_address),
          options(engine_options),
          configuration(std::move(host_configuration)),
          random(seed),
          leases(configuration->pools()),
          engine(engine_options, random, configuration) {}

    base::Address address;
    ike::Options options;
    policy::Snapshot configuration;  // as it began
    base::Duration clock_ahead{0};   // of the wire's: this host has slept
    bool has_crashed = false;
    SeededRandom random;
    policy::LeaseBook leases;
    ike::Engine engine;
    FakeKernel kernel;
    bool kernel_answers = true;      // false: answers wait in `held`
    base::Duration kernel_delay{0};  // of its answers
    std::vector<ike::ChildInstalled> held;
    std::size_t questions = 0;  // of what children have carried
    std::vector<ike::Report> reports;
    std::vector<std::uint64_t> begun;  // operations
    std::vector<ike::OperationDone> done;
    std::vector<ike::PeerNews> told;        // other engines, by nobody
    std::vector<ike::ReviveChild> revived;  // nobody does it
    std::vector<ike::SeekPath> sought;
    std::vector<ike::Fetch> fetches;
    std::map<std::string, base::Bytes> web;  // what URIs have
    bool web_answers = true;
    std::vector<ike::Sign> signatures;  // nobody answers them but the test
    bool leases_answer = true;
    std::vector<ike::HoldAddresses> held_addresses;  // virtual ones, that it has now
    std::vector<Parcel> sent;

    std::uint64_t count(base::Reason reason) const;
    std::uint64_t counted() const;  // all reasons together
    // The one end of this operation, nullptr while it runs. More than one end ends the test.
    const ike::OperationDone* end_of(std::uint64_t operation) const;
    // "running", "ok", or the name of the reason it failed for.
    std::string outcome(std::uint64_t operation) const;
    bool failed(std::uint64_t operation) const { return outcome(operation) != "running" && outcome(operation) != "ok"; }
    bool reported(const std::string& part_of_text) const;
    std::vector<const ikev2::sa::IkeSa*> sas() const;
    std::size_t established() const;
    // By the wire's clock.
    base::Instant next_timeout() const;
};

}  // namespace xfrmd::tests
