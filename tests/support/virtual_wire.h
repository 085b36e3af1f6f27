// Engines joined by a wire that loses, repeats, delays and reorders datagrams as a seed says, under a clock that moves
// only when a test says so. The same seed and the same calls give the same bytes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/host.h"
#include "tests/support/nat_box.h"

namespace xfrmd::tests {

using std::chrono::milliseconds;
using std::chrono::seconds;

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
    void answer_later(Host& host, ike::Input answer);
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
