// bench_kernel: how fast SAs and policies get into the kernel, change, are listed and go, through the port, through
// "ip -batch", and as prebuilt messages, which is as fast as this kernel can be asked. One row of JSON a line.
#include <malloc.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/bench/kernel/measure.h"

namespace {

using namespace xfrmd;

struct Arguments {
    std::vector<std::size_t> tunnels = {1000, 10000, 100000};
    bool policies_alone = false;
    std::size_t rounds = 15;
    std::vector<bench::Peers> peers = {bench::Peers::sequential, bench::Peers::random};
    std::string folder = "/tmp";
};

// States a second, a state being an SA, or a policy where there are only policies. What is renewed are policies.
nlohmann::json rates(const bench::Seconds& seconds, std::size_t tunnels, bool policies_alone) {
    nlohmann::json row;
    for (const auto& [phase, taken] : seconds) {
        const std::size_t states = phase == bench::Phase::renew ? bench::sample_of(tunnels) * 3
                                   : policies_alone             ? tunnels * 3
                                                                : tunnels * 2;
        row[std::string(bench::name_of(phase)) + "_per_s"] = static_cast<double>(states) / taken;
    }
    return row;
}

nlohmann::json row(const bench::Size& size, std::size_t wanted, const bench::Figures& figures) {
    const std::string kind = size.policies_alone ? "policies" : "sas";
    const std::string peers(bench::name_of(size.peers));
    return {{"name", "kernel/" + kind + "-" + std::to_string(wanted) + "-" + peers},
            {"kind", kind},
            {"wanted", wanted},
            {"tunnels", size.tunnels},
            {"ip_tunnels", figures.ip_tunnels},
            {"peers", peers},
            {"rounds", size.rounds},
            {"heap_bytes_per_tunnel", figures.heap_bytes},
            {"xfrmd", rates(figures.port, size.tunnels, size.policies_alone)},
            {"raw", rates(figures.raw, size.tunnels, size.policies_alone)},
            {"ip", rates(figures.ip, figures.ip_tunnels, size.policies_alone)},
            {"install_ratio", figures.install_ratio}};
}

// The largest sizes take a minute each.
std::size_t rounds_at(std::size_t tunnels, std::size_t rounds) {
    return tunnels > 20000 ? std::min<std::size_t>(rounds, 2) : rounds;
}

void run(const Arguments& arguments) {
    for (const std::size_t wanted : arguments.tunnels) {
        const std::size_t tunnels = bench::tunnels_with_room(wanted);
        for (const bench::Peers peers : arguments.peers) {
            const bench::Size size{tunnels, peers, arguments.policies_alone, rounds_at(tunnels, arguments.rounds)};
            std::printf("%s\n", row(size, wanted, bench::measure(size, arguments.folder)).dump().c_str());
            std::fflush(stdout);
        }
    }
}

// The heap of a daemon that has been at work: what was freed stays with the process.
void keep_heap() {
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        Arguments arguments;
        CLI::App app("measures how fast SAs and policies get into the kernel");
        app.add_option("--n", arguments.tunnels, "tunnels: two SAs and three policies each")
            ->check(CLI::PositiveNumber);
        app.add_flag("--policies-alone", arguments.policies_alone, "three policies each and no SA");
        app.add_option("--rounds", arguments.rounds, "rounds of which the median is told")->check(CLI::PositiveNumber);
        app.add_option("--peers", arguments.peers, "how their addresses are drawn: sequential, random")
            ->transform(CLI::CheckedTransformer(std::map<std::string, bench::Peers>{
                {"sequential", bench::Peers::sequential}, {"random", bench::Peers::random}}));
        app.add_option("--folder", arguments.folder, "where ip's batch may lie");
        CLI11_PARSE(app, argc, argv);
        keep_heap();
        run(arguments);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_kernel: %s\n", error.what());
        return 1;
    }
}
