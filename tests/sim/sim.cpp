// The simulator's command line: many worlds, each from its seed, on all processors. Exits with 1 where something was
// violated, and says which seed to replay.
#include <atomic>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>

#include "tests/sim/world.h"

namespace {

using xfrmd::sim::Kind;
using xfrmd::sim::Outcome;

// A mesh costs as much as hundreds of pairs.
constexpr std::uint64_t kMeshEvery = 500;
constexpr std::uint64_t kRivalsEvery = 4;
constexpr std::uint64_t kRenewalsEvery = 3;  // of the others
const std::vector<std::pair<std::string, Kind>> kKinds = {
    {"gateways", Kind::gateways}, {"rivals", Kind::rivals}, {"renewals", Kind::renewals}, {"mesh", Kind::mesh}};
// So many are run twice, to see that a seed says everything.
constexpr std::uint64_t kTwiceEvery = 100;

struct Wishes {
    std::uint64_t seeds = 1000;
    std::uint64_t first = 1;
    unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
    bool trace = false;
    std::optional<Kind> kind;  // nothing: gateways, often rivals or renewals, and now and then a mesh

    Kind kind_of(std::uint64_t seed) const {
        if (kind) return *kind;
        if (seed % kMeshEvery == 0) return Kind::mesh;
        if (seed % kRivalsEvery == 0) return Kind::rivals;
        return seed % kRenewalsEvery == 0 ? Kind::renewals : Kind::gateways;
    }
};

struct Figures {
    std::uint64_t steps = 0;
    std::uint64_t datagrams = 0;
    std::uint64_t rekeyings = 0;
    std::uint64_t packets = 0;
    std::map<std::uint64_t, std::string> violations;  // by seed

    void add(std::uint64_t seed, const Outcome& outcome) {
        steps += outcome.steps;
        datagrams += outcome.datagrams;
        rekeyings += outcome.rekeyings;
        packets += outcome.packets;
        if (!outcome.violation.empty()) violations.emplace(seed, outcome.violation);
    }
};

Outcome run_once(const Wishes& wishes, std::uint64_t seed) {
    return xfrmd::sim::run(wishes.kind_of(seed), seed, wishes.trace ? &std::cout : nullptr);
}

Outcome run(const Wishes& wishes, std::uint64_t seed) {
    Outcome outcome = run_once(wishes, seed);
    if (wishes.trace || (outcome.violation.empty() && seed % kTwiceEvery != 1)) return outcome;
    const Outcome again = run_once(wishes, seed);
    if (again.hash != outcome.hash || again.violation != outcome.violation)
        outcome.violation = "it runs otherwise the second time; " + outcome.violation;
    return outcome;
}

Figures run_all(const Wishes& wishes) {
    Figures figures;
    std::mutex writing;
    std::atomic<std::uint64_t> next = wishes.first;
    const auto work = [&] {
        for (std::uint64_t seed = next++; seed < wishes.first + wishes.seeds; seed = next++) {
            const Outcome outcome = run(wishes, seed);
            const std::lock_guard lock(writing);
            figures.add(seed, outcome);
        }
    };
    std::vector<std::thread> workers;
    for (unsigned i = 0; i < wishes.jobs; ++i) workers.emplace_back(work);
    for (std::thread& worker : workers) worker.join();
    return figures;
}

void print(const Wishes& wishes, const Figures& figures, std::chrono::duration<double> elapsed) {
    for (const auto& [seed, violation] : figures.violations)
        std::cout << "seed " << seed << ": " << violation << "; replay: scripts/sim --first " << seed
                  << " --seeds 1 --trace --world " << kKinds[static_cast<std::size_t>(wishes.kind_of(seed))].first
                  << '\n';
    std::cout << wishes.seeds << " seeds, " << figures.steps << " steps, " << figures.datagrams << " datagrams, "
              << figures.rekeyings << " rekeyings, " << figures.packets << " packets, " << figures.violations.size()
              << " violations, " << std::fixed << std::setprecision(1) << elapsed.count() << " seconds\n";
}

}  // namespace

int main(int argc, char** argv) {
    Wishes wishes;
    CLI::App app("Engines on a virtual wire, one world from each seed.");
    app.add_option("--seeds", wishes.seeds, "how many worlds")->capture_default_str();
    app.add_option("--first", wishes.first, "the first seed")->capture_default_str();
    app.add_option("--jobs", wishes.jobs, "worlds at a time")->check(CLI::PositiveNumber)->capture_default_str();
    app.add_flag("--trace", wishes.trace, "tell what happens, one world at a time");
    app.add_option("--world", wishes.kind, "of this kind only")
        ->transform(CLI::CheckedTransformer(kKinds, CLI::ignore_case));
    CLI11_PARSE(app, argc, argv);
    if (wishes.trace) wishes.jobs = 1;
    const auto start = std::chrono::steady_clock::now();
    const Figures figures = run_all(wishes);
    print(wishes, figures, std::chrono::steady_clock::now() - start);
    return figures.violations.empty() ? 0 : 1;
}
