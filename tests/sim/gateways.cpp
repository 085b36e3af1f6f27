// Two gateways in a storm, and after it.
#include <algorithm>
#include <map>

#include "tests/sim/invariants.h"
#include "tests/sim/outcome.h"
#include "tests/sim/streams.h"
#include "tests/sim/weather.h"
#include "tests/sim/world.h"

namespace xfrmd::sim {

namespace {

constexpr std::size_t kLeft = 0;
constexpr std::size_t kRight = 1;
constexpr Bounds kBounds{16, 8};

class Gateways {
public:
    Gateways(std::uint64_t seed, Kind kind, std::ostream* trace);

    Outcome run();

private:
    void add_host(const tests::ConnectionWords& words, const ike::Options& options);
    void connect();
    void storm();
    void one_order();
    void misfortune();
    void move_left();
    void tell_paths();
    void check_paths();
    void calm_down();
    void check_wanted();
    void clear_all();
    std::uint64_t initiate(std::size_t place, const std::string& child);
    void order_rekeying(std::size_t place);
    void order_clear(std::size_t place);
    const ikev2::sa::IkeSa* any_ike_sa(std::size_t place);
    static ike::ChildSaId any_child(const ikev2::sa::IkeSa& sa, Dice& dice);

    Dice dice_;
    Weather weather_;
    Network network_;
    Streams streams_;
    tests::NatBox* nat_ = nullptr;
    std::vector<Wanted> wanted_;
    unsigned moves_ = 0;
};

Gateways::Gateways(std::uint64_t seed, Kind kind, std::ostream* trace)
    : dice_(seed), weather_(Weather::drawn(dice_, kind)), network_(seed + 1, trace), streams_(network_, seed + 2) {
    network_.tell(weather_.to_string());
    if (weather_.nat) nat_ = &network_.wire.add_nat(weather_.words.local, "203.0.113.9");
    add_host(weather_.left_words(), weather_.left_options);
    add_host(weather_.right_words(), weather_.right_options);
    network_.wire.faults = weather_.faults;
    for (std::size_t i = 0; i < weather_.words.children.size(); ++i) {
        const std::string number = std::to_string(i);
        streams_.add(kLeft, kRight,
                     {tests::address("10.1" + number + ".0.1"), tests::address("10.2" + number + ".0.1")});
        wanted_.push_back({kLeft, kRight, "gw", "gw", "net-" + number});
    }
    network_.wire.after_feed = [this](Host& host) {
        check_step(network_, host, kBounds);
        streams_.after(host);
    };
}

// More rounds of that side, each as somebody else.
std::vector<policy::AuthRound> further_rounds(const policy::AuthRound& first, unsigned number, const std::string& who) {
    std::vector<policy::AuthRound> rounds(number, first);
    for (unsigned i = 0; i < number; ++i) rounds[i].id = tests::identity(std::to_string(i) + "." + who);
    return rounds;
}

void Gateways::add_host(const tests::ConnectionWords& words, const ike::Options& options) {
    policy::Connection connection = tests::connection(words);
    const bool is_left = words.local_id == weather_.words.local_id;
    auto left = further_rounds(connection.local, weather_.left_rounds, "left.example");
    auto right = further_rounds(connection.local, weather_.right_rounds, "right.example");
    connection.further_local = is_left ? left : right;
    connection.further_remote = is_left ? right : left;
    connection.dpd_delay = weather_.dpd_delay;
    std::vector<policy::Pool> pools;
    if (weather_.vips && is_left) connection.vips = {base::Address::any(base::Family::ipv4)};
    if (weather_.vips && !is_left) {
        connection.pools = {"rw"};
        pools.push_back({"rw", policy::PoolAddresses::parse("10.99.0.0/28").value(), {}});
    }
    const auto configuration = tests::snapshot({connection}, {{tests::kSecret, {}}}, pools);
    Host& host = network_.at(network_.add(words.local, configuration, options));
    host.kernel_delay = weather_.kernel_delay;
    host.kernel.verdict = [this](const ike::ChildInstall&) -> base::Result<void> {
        if (!dice_.chance(weather_.kernel_refusals)) return {};
        return base::fail(base::Reason::KernelRefused, "out of sorts");
    };
}

Outcome Gateways::run() {
    for (const auto step :
         {&Gateways::connect, &Gateways::storm, &Gateways::calm_down, &Gateways::check_wanted, &Gateways::clear_all}) {
        if (network_.is_sound()) (this->*step)();
    }
    return outcome_of(network_, streams_);
}

void Gateways::connect() {
    for (const Wanted& wanted : wanted_) initiate(kLeft, wanted.child);
    network_.wire.run_for(dice_.time(base::Duration(0), base::Duration(seconds(10))));
}

void Gateways::storm() {
    for (unsigned i = 0; i < weather_.orders && network_.is_sound(); ++i) {
        one_order();
        misfortune();
        network_.wire.run_for(dice_.time(base::Duration(0), weather_.longest_pause));
    }
}

void Gateways::one_order() {
    const std::size_t place = dice_.between(kLeft, kRight);
    if (dice_.chance(weather_.clears)) return order_clear(place);
    if (dice_.chance(0.7)) {
        order_rekeying(place);
        if (dice_.chance(0.5)) order_rekeying(place == kLeft ? kRight : kLeft);
        return;
    }
    initiate(weather_.both_initiate ? place : kLeft, dice_.pick(wanted_).child);
}

void Gateways::misfortune() {
    if (dice_.chance(weather_.restarts)) {
        const std::size_t place = dice_.between(kLeft, kRight);
        streams_.excuse(place);
        network_.restart(place);
        initiate(weather_.both_initiate ? place : kLeft, dice_.pick(wanted_).child);
    }
    if (dice_.chance(weather_.jumps)) {
        const auto jump = dice_.time(base::Duration(seconds(1)), base::Duration(seconds(120)));
        network_.tell("clocks jump");
        streams_.excuse(kLeft);
        if (dice_.chance(0.5)) {
            network_.wire.jump(jump);
        } else {
            network_.at(dice_.between(kLeft, kRight)).clock_ahead += jump;
        }
    }
    if (dice_.chance(weather_.rebindings)) nat_->forget();
    if (weather_.moves > 0 && dice_.chance(weather_.moves)) move_left();
}

// Routing tells a little later.
void Gateways::move_left() {
    Host& left = network_.at(kLeft);
    left.address = tests::address("192.0.2." + std::to_string(100 + ++moves_ % 100));
    network_.tell("left is at " + left.address.to_string());
    network_.wire.later(dice_.time(base::Duration(0), base::Duration(seconds(1))), [this] { tell_paths(); });
}

void Gateways::tell_paths() {
    Host& left = network_.at(kLeft);
    std::vector<ike::IkeSaId> ids;
    for (const auto* sa : left.sas()) ids.push_back(sa->sa().id);
    for (const ike::IkeSaId id : ids) {
        network_.wire.feed(left, ike::UsePath{id, left.address, network_.at(kRight).address});
    }
}

// RFC 4555 3.5: both kernels send to where the other one is.
void Gateways::check_paths() {
    if (weather_.nat) return;
    for (const std::size_t place : {kLeft, kRight}) {
        const Host& here = network_.at(place);
        const Host& there = network_.at(place == kLeft ? kRight : kLeft);
        for (const ike::ChildInstall* child : here.kernel.list()) {
            if (child->local.address == here.address && child->remote.address == there.address) continue;
            network_.violated("child " + child->child_name + " of " + here.address.to_string() + " goes from " +
                              child->local.to_string() + " to " + child->remote.to_string());
        }
    }
}

// Dead IKE SAs are found out by liveness checks and their last retransmission.
void Gateways::calm_down() {
    network_.tell("calm");
    weather_.kernel_refusals = 0;
    network_.wire.faults = {};
    network_.wire.run_for(seconds(150));
    if (!network_.run_until_quiet(seconds(300))) return network_.violated("it never becomes quiet");
    check_quiet(network_, wanted_, 0);
    check_paths();
}

// A rekeying of the peer's may come between (RFC 7296 2.25), but hardly ever again.
void Gateways::check_wanted() {
    std::map<std::string, std::uint64_t> running;
    for (int tries = 0; tries < 4; ++tries) {
        for (const Wanted& wanted : wanted_) running[wanted.child] = initiate(kLeft, wanted.child);
        network_.wire.run_for(seconds(1));
        if (!network_.run_until_quiet(seconds(300))) return network_.violated("it never becomes quiet again");
        if (std::all_of(running.begin(), running.end(), [this](const auto& operation) {
                return network_.at(kLeft).outcome(operation.second) == "ok";
            })) {
            check_quiet(network_, wanted_, 1);
            return check_paths();
        }
    }
    network_.violated("a child that is wanted does not come up");
}

// Where the peer is just authenticating again, that comes up.
void Gateways::clear_all() {
    const std::size_t place = dice_.between(kLeft, kRight);
    Host& host = network_.at(place);
    const unsigned tries = weather_.words.reauth_time.count() > 0 ? 2 : 1;
    for (unsigned i = 0; i < tries; ++i) {
        network_.tell("clearing all");
        streams_.excuse(place);
        std::vector<ike::IkeSaId> ids;
        for (const auto* sa : host.sas()) ids.push_back(sa->sa().id);
        for (const ike::IkeSaId id : ids) network_.wire.clear(host, id);
        network_.wire.run_for(seconds(60));
    }
    check_empty(network_);
}

std::uint64_t Gateways::initiate(std::size_t place, const std::string& child) {
    const auto& peer = place == kLeft ? weather_.words.remote : weather_.words.local;
    network_.tell("order: " + network_.at(place).address.to_string() + " initiates " + child);
    return network_.wire.initiate(network_.at(place), peer, "gw", child);
}

const ikev2::sa::IkeSa* Gateways::any_ike_sa(std::size_t place) {
    const auto all = network_.at(place).sas();
    return all.empty() ? nullptr : dice_.pick(all);
}

ike::ChildSaId Gateways::any_child(const ikev2::sa::IkeSa& sa, Dice& dice) {
    if (sa.established() == nullptr || sa.established()->children.empty()) return ike::ChildSaId::none;
    return dice.pick(sa.established()->children).id;
}

void Gateways::order_rekeying(std::size_t place) {
    const auto* sa = any_ike_sa(place);
    if (sa == nullptr) return;
    const ike::ChildSaId child = dice_.chance(0.6) ? any_child(*sa, dice_) : ike::ChildSaId::none;
    network_.tell("order: " + network_.at(place).address.to_string() + " rekeys " +
                  (child == ike::ChildSaId::none ? "IKE SA" : "child"));
    network_.wire.rekey(network_.at(place), sa->sa().id, child);
}

void Gateways::order_clear(std::size_t place) {
    const auto* sa = any_ike_sa(place);
    if (sa == nullptr) return;
    const ike::ChildSaId child = dice_.chance(0.6) ? any_child(*sa, dice_) : ike::ChildSaId::none;
    const bool force = dice_.chance(weather_.forced);
    network_.tell("order: " + network_.at(place).address.to_string() + (force ? " clears at once " : " clears ") +
                  (child == ike::ChildSaId::none ? "IKE SA" : "child"));
    streams_.excuse(place);
    network_.wire.clear(network_.at(place), sa->sa().id, child, force);
}

}  // namespace

Outcome run_gateways(std::uint64_t seed, Kind kind, std::ostream* trace) { return Gateways(seed, kind, trace).run(); }

}  // namespace xfrmd::sim
