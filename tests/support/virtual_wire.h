// Engines joined by a wire that loses, repeats, delays and reorders datagrams as a seed says, under a clock that moves
// only when a test says so. The same seed and the same calls give the same bytes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ike/engine.h"
#include "tests/support/fake_kernel.h"
#include "tests/support/nat_box.h"
#include "tests/support/seeded_random.h"

namespace xfrmd::tests {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Parcel {
    base::Instant sent;
    base::Endpoint from;
    base::Endpoint to;
    base::Bytes bytes;  // with the marker, where there is one
};

// What a kernel-less daemon would be: an engine, its kernel, and everything it ever said.
struct Host {
    Host(base::Address host_address, ike::Options engine_options, std::uint64_t seed,
         policy::Snapshot host_configuration)
        : address(host_address),
          options(engine_options),
          configuration(std::move(host_configuration)),
          random(seed),
          engine(engine_options, random, configuration) {}

    base::Address address;
    ike::Options options;
    policy::Snapshot configuration;  // as it began
    base::Duration clock_ahead{0};   // of the wire's: this host has slept
    bool has_crashed = false;
    SeededRandom random;
    ike::Engine engine;
    FakeKernel kernel;
    bool kernel_answers = true;      // false: answers wait in `held`
    base::Duration kernel_delay{0};  // of its answers
    std::vector<ike::ChildInstalled> held;
    std::vector<ike::Report> reports;
    std::vector<std::uint64_t> begun;  // operations
    std::vector<ike::OperationDone> done;
    std::vector<ike::ReviveChild> revived;  // nobody does it
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

struct Faults {
    double loss = 0;
    double repetition = 0;
    base::Duration least_delay = milliseconds(1);
    base::Duration most_delay = milliseconds(1);
    std::size_t mtu = 65535;  // longer datagrams are lost
};

class VirtualWire {
public:
    explicit VirtualWire(std::uint64_t seed = 1) : random_(seed) {}

    Host& add(const std::string& address, policy::Snapshot configuration, ike::Options options = {});
    // A crash: another host in its place, with the same address and configuration, a fresh engine and an empty kernel.
    // The old one is never fed again; references to it stay good.
    Host& restart(Host& old);
    // In front of the host at `inside`. Only one for each of its addresses.
    NatBox& add_nat(const std::string& inside, const std::string& outside);

    // Of the faults from now on.
    void seed(std::uint64_t seed) { random_ = SeededRandom(seed); }
    Faults faults;
    // May change a parcel on its way; false loses it.
    std::function<bool(Parcel&)> on_the_way;
    // Told of each host that has just been fed, its actions done.
    std::function<void(Host&)> after_feed;

    base::Instant now() const { return now_; }
    void feed(Host& host, const ike::Input& input);
    // Puts a datagram on the wire, from anybody, without faults.
    void inject(const base::Endpoint& from, const base::Endpoint& to, base::Bytes bytes);

    // Something of the test's own, after everything else that is due at the same time.
    void later(base::Duration delay, std::function<void()> run) { at(now_ + delay, std::move(run)); }
    // No datagram and no kernel answer is under way.
    bool is_still() const { return under_way_ == 0; }
    // All clocks go forward, and what is under way is late.
    void jump(base::Duration duration) { now_ += duration; }

    // Until no datagram and no kernel answer is under way; timers wait unless their time comes meanwhile.
    void settle();
    void run_for(base::Duration duration);

    // Operations are numbered from 1.
    std::uint64_t initiate(Host& host, const std::string& remote, const std::string& connection = "gw",
                           const std::string& child = {});
    // The same with everything said; the operation is chosen here.
    std::uint64_t initiate(Host& host, ike::Initiate wish);
    std::uint64_t clear(Host& host, ike::IkeSaId sa, ike::ChildSaId child = {}, bool force = false);

    std::uint64_t rekey(Host& host, ike::IkeSaId sa, ike::ChildSaId child = {});

    // Of everything that was ever sent, with its time.
    std::uint64_t fingerprint() const { return fingerprint_; }
    // Engines fed, and datagrams that were put on the wire.
    std::uint64_t steps() const { return steps_; }
    std::uint64_t datagrams() const { return datagrams_; }

private:
    void at(base::Instant due, std::function<void()> run) {
        events_.emplace(std::pair(due, ++last_number_), std::move(run));
    }
    void perform(Host& host, ike::Action& action);
    void answer_later(Host& host, ike::ChildInstalled answer);
    void post(Parcel parcel);
    void send(Parcel parcel);
    void deliver(Parcel parcel);
    void note(const Parcel& parcel);
    bool step(base::Instant until, bool with_timers);
    Host* next_due(base::Instant until);
    bool chance(double probability);
    base::Duration delay();

    SeededRandom random_;
    base::Instant now_ = base::Instant(seconds(1000));
    std::vector<std::unique_ptr<Host>> hosts_;
    std::map<std::pair<base::Instant, std::uint64_t>, std::function<void()>> events_;  // in the order they were given
    std::uint64_t last_number_ = 0;
    std::vector<std::unique_ptr<Host>> crashed_;
    std::vector<std::unique_ptr<NatBox>> nat_boxes_;
    std::size_t under_way_ = 0;
    std::uint64_t steps_ = 0;
    std::uint64_t datagrams_ = 0;
    std::uint64_t new_operation(Host& host);
    std::uint64_t last_operation_ = 0;
    std::uint64_t fingerprint_ = 14695981039346656037U;
};

}  // namespace xfrmd::tests
