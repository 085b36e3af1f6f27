#include "tests/bench/kernel/measure.h"

#include <malloc.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <thread>

namespace xfrmd::bench {

namespace {

using Clock = std::chrono::steady_clock;

// Twice two SAs with their cryptography and three policies in the kernel; here the spec, the books and the prebuilt
// messages.
constexpr double kBytesPerTunnel = 24576;

// "ip" takes its time for each line, however many there are.
constexpr std::size_t kMostForIp = 2000;

// proc(5): meminfo's numbers are KiB.
double meminfo_bytes(const std::string& name) {
    std::ifstream file("/proc/meminfo");
    std::string word;
    while (file >> word) {
        double kib = 0;
        if (word == name + ":" && file >> kib) return kib * 1024;
        file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
    }
    return 0;
}

// Linux frees SAs and grows its tables behind our back: wait until that is over, so that nobody pays for another.
void settle() {
    constexpr double kStill = 256.0 * 1024;
    double before = meminfo_bytes("Slab");
    for (int i = 0; i < 200; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        const double now = meminfo_bytes("Slab");
        if (std::abs(now - before) < kStill) return;
        before = now;
    }
}

double heap_bytes() {
    const struct mallinfo2 heap = mallinfo2();
    return static_cast<double>(heap.uordblks + heap.hblkhd);
}

double seconds_of(Contender& contender, Phase phase, std::size_t part) {
    const auto start = Clock::now();
    contender.run(phase, part);
    return std::chrono::duration<double>(Clock::now() - start).count();
}

// A turn is this share of the work: some ten milliseconds, in which a contender has the caches to itself for long
// enough, while what else slows the machine down slows both.
constexpr double kTurn = 0.125;

double share_of(const Contender& contender, Phase phase, std::size_t done) {
    return static_cast<double>(done) / static_cast<double>(contender.parts(phase));
}

// The largest sizes take minutes: whoever waits sees what for.
void tell_progress(const Size& size, std::string_view what) {
    std::fprintf(stderr, "%zu tunnels, %s peers: %.*s\n", size.tunnels, std::string(name_of(size.peers)).c_str(),
                 static_cast<int>(what.size()), what.data());
}

std::vector<double> take_turns(std::span<Contender* const> contenders, Phase phase) {
    for (Contender* one : contenders) one->prepare(phase);
    settle();
    std::vector<double> seconds(contenders.size());
    std::vector<std::size_t> done(contenders.size());
    for (double until = kTurn; until < 1 + kTurn; until += kTurn) {
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            Contender& one = *contenders[i];
            while (done[i] < one.parts(phase) && share_of(one, phase, done[i]) < until) {
                seconds[i] += seconds_of(one, phase, done[i]++);
            }
        }
    }
    return seconds;
}

using Round = std::map<Phase, std::vector<double>>;

Round all_phases(std::span<Contender* const> contenders, bool policies_alone) {
    Round seconds;
    for (const Phase phase : kPhases) {
        if (phase == Phase::update && policies_alone) continue;  // that is of SAs
        std::fprintf(stderr, "  %s\n", std::string(name_of(phase)).c_str());
        seconds[phase] = take_turns(contenders, phase);
    }
    return seconds;
}

double median(std::vector<double> numbers) {
    std::sort(numbers.begin(), numbers.end());
    const std::size_t half = numbers.size() / 2;
    return numbers.size() % 2 != 0 ? numbers[half] : (numbers[half - 1] + numbers[half]) / 2;
}

Seconds medians(const std::vector<Round>& rounds, std::size_t contender) {
    Seconds result;
    for (const auto& [phase, seconds] : rounds.front()) {
        std::vector<double> all;
        for (const Round& round : rounds) all.push_back(round.at(phase)[contender]);
        result[phase] = median(std::move(all));
    }
    return result;
}

// Of each round, in which both had the same weather.
double median_install_ratio(const std::vector<Round>& rounds) {
    std::vector<double> all;
    for (const Round& round : rounds) {
        const auto& seconds = round.at(Phase::install);
        all.push_back(seconds[1] / seconds[0]);
    }
    return median(std::move(all));
}

// Its sockets stay in a network namespace of its own, in which there is nothing yet.
template <typename Make>
std::unique_ptr<Contender> alone(Make make) {
    if (unshare(CLONE_NEWNET) != 0) throw std::runtime_error("a network namespace needs CAP_SYS_ADMIN");
    return make();
}

// Warms the kernel's tables and the heap, as in a daemon that has been at work, and sees what the books take.
void warm_up(const MakeWork& make_work, std::size_t tunnels, Figures& figures) {
    const auto port = alone([&] { return port_contender(make_work); });
    const double heap_before = heap_bytes();
    const auto run = [&port](Phase phase) {
        for (std::size_t part = 0; part < port->parts(phase); ++part) port->run(phase, part);
    };
    port->prepare(Phase::install);
    run(Phase::install);
    port->prepare(Phase::remove);
    figures.heap_bytes = (heap_bytes() - heap_before) / static_cast<double>(tunnels);
    run(Phase::remove);
}

}  // namespace

Figures measure(const Size& size, const std::string& folder) {
    const auto specs = road_warriors(size.tunnels, size.peers);
    const auto work = [&](std::span<const netlink::TunnelSpec> of) -> MakeWork {
        return [of, alone = size.policies_alone](netlink::Kernel& port) {
            return alone ? policy_work(port, of) : tunnel_work(port, of);
        };
    };
    Figures figures;
    tell_progress(size, "warming up");
    warm_up(work(specs), size.tunnels, figures);
    std::vector<Round> rounds;
    for (std::size_t round = 0; round < size.rounds; ++round) {
        const auto port = alone([&] { return port_contender(work(specs)); });
        const auto raw = alone([&] { return raw_contender(work(specs)); });
        tell_progress(size, "round " + std::to_string(round + 1) + " of " + std::to_string(size.rounds));
        rounds.push_back(all_phases(std::array<Contender*, 2>{port.get(), raw.get()}, size.policies_alone));
        const std::size_t states = size.tunnels * (size.policies_alone ? 3 : 5);
        if (port->listed() != states || raw->listed() != states) throw std::runtime_error("not what was installed");
    }
    figures.port = medians(rounds, 0);
    figures.raw = medians(rounds, 1);
    figures.install_ratio = median_install_ratio(rounds);
    const auto some = std::span(specs).first(std::min(specs.size(), kMostForIp));
    tell_progress(size, "ip");
    const auto ip = alone([&] { return ip_contender(work(some), folder); });
    figures.ip = medians({all_phases(std::array<Contender*, 1>{ip.get()}, size.policies_alone)}, 0);
    figures.ip_tunnels = some.size();
    settle();
    return figures;
}

std::size_t tunnels_with_room(std::size_t wanted) {
    const double room = meminfo_bytes("MemAvailable") / kBytesPerTunnel;
    return std::min(wanted, static_cast<std::size_t>(room));
}

}  // namespace xfrmd::bench
