#include "tests/bench/kernel/measure.h"

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <limits>
#include <thread>

namespace xfrmd::bench {

namespace {

using Clock = std::chrono::steady_clock;

// Two SAs with their cryptography and three policies in the kernel; here the spec, the books and the prebuilt messages.
constexpr double kBytesPerTunnel = 16384;

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

double timed(Contender& contender, Phase phase) {
    contender.prepare(phase);
    settle();
    const auto start = Clock::now();
    contender.run(phase);
    return std::chrono::duration<double>(Clock::now() - start).count();
}

Seconds all_phases(Contender& contender, bool policies_alone) {
    Seconds seconds;
    for (const Phase phase : kPhases) {
        if (phase == Phase::update && policies_alone) continue;  // that is of SAs
        seconds[phase] = timed(contender, phase);
    }
    return seconds;
}

// Whoever else uses the machine only ever makes a round slower.
Seconds best(const std::vector<Seconds>& rounds) {
    Seconds result = rounds.front();
    for (const Seconds& round : rounds) {
        for (auto& [phase, seconds] : result) seconds = std::min(seconds, round.at(phase));
    }
    return result;
}

// Warms the kernel's tables and the heap, as in a daemon that has been at work, and sees what the books take.
void warm_up(const MakeWork& make_work, std::size_t tunnels, Figures& figures) {
    const auto port = port_contender(make_work);
    const double heap_before = heap_bytes();
    port->prepare(Phase::install);
    port->run(Phase::install);
    port->prepare(Phase::remove);
    figures.heap_bytes = (heap_bytes() - heap_before) / static_cast<double>(tunnels);
    port->run(Phase::remove);
}

}  // namespace

Figures measure(const Size& size, const std::string& folder) {
    const auto specs = road_warriors(size.tunnels, size.peers);
    const auto some = std::span(specs).first(std::min(specs.size(), kMostForIp));
    const auto work = [&](std::span<const netlink::TunnelSpec> of) -> MakeWork {
        return [of, alone = size.policies_alone](netlink::Kernel& port) {
            return alone ? policy_work(port, of) : tunnel_work(port, of);
        };
    };
    Figures figures;
    warm_up(work(specs), size.tunnels, figures);
    std::vector<Seconds> port;
    std::vector<Seconds> raw;
    const auto do_port = [&] { port.push_back(all_phases(*port_contender(work(specs)), size.policies_alone)); };
    const auto do_raw = [&] { raw.push_back(all_phases(*raw_contender(work(specs)), size.policies_alone)); };
    for (std::size_t round = 0; round < size.rounds; ++round) {
        // Who comes first meets memory that nobody has touched yet, which is slow in the lab's kernel.
        if (round % 2 == 0) do_port();
        do_raw();
        if (round % 2 != 0) do_port();
    }
    figures.port = best(port);
    figures.raw = best(raw);
    figures.ip = all_phases(*ip_contender(work(some), folder), size.policies_alone);
    figures.ip_tunnels = some.size();
    settle();
    return figures;
}

std::size_t tunnels_with_room(std::size_t wanted) {
    const double room = meminfo_bytes("MemAvailable") / kBytesPerTunnel;
    return std::min(wanted, static_cast<std::size_t>(room));
}

}  // namespace xfrmd::bench
