// bench_handshake: how many handshakes a responder does, what CPU time one costs it, and how that compares with the
// bare cryptography measured in the same run. The responder is another process, xfrmd or charon, given by its process
// id.
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/bench/floor.h"
#include "tests/bench/generator.h"

namespace {

using namespace xfrmd;

constexpr std::size_t kWarmUp = 200;

struct Arguments {
    std::string suite;
    std::string responder_name = "xfrmd";
    std::string local = "198.51.100.1";
    std::string responder = "198.51.100.2";
    int pid = 0;
    std::size_t sequential = 500;
    std::size_t concurrent = 3000;
    std::size_t at_once = 64;
    bool keep = false;
};

// proc(5): fields 14 and 15 of stat, in ticks; coarse, but every kernel has it.
double cpu_seconds_by_ticks(const std::string& process) {
    std::ifstream file(process + "/stat");
    std::string skipped;
    std::getline(file, skipped, ')');
    for (int field = 3; field < 14; ++field) file >> skipped;
    double user = 0;
    double system = 0;
    file >> user >> system;
    return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// All threads. Where the kernel keeps it, schedstat has nanoseconds on a CPU in its first field.
double cpu_seconds(int pid) {
    const std::string process = "/proc/" + std::to_string(pid);
    double sum = 0;
    for (const auto& task : std::filesystem::directory_iterator(process + "/task")) {
        std::ifstream file(task.path() / "schedstat");
        double nanoseconds = 0;
        if (file >> nanoseconds) sum += nanoseconds * 1e-9;
    }
    return sum > 0 ? sum : cpu_seconds_by_ticks(process);
}

const bench::Suite& find_suite(const std::string& name) {
    for (const bench::Suite& suite : bench::kSuites) {
        if (suite.name == name) return suite;
    }
    throw std::runtime_error("no such suite: " + name);
}

struct Measured {
    double per_second = 0;
    double cpu_us = 0;
};

Measured measure(bench::Generator& generator, int pid, const bench::Load& load) {
    const double before = cpu_seconds(pid);
    const bench::Outcome outcome = generator.run(load);
    const double used = cpu_seconds(pid) - before;
    if (outcome.established != load.handshakes) {
        throw std::runtime_error("only " + std::to_string(outcome.established) + " of " +
                                 std::to_string(load.handshakes) + " handshakes succeeded");
    }
    const auto count = static_cast<double>(load.handshakes);
    return {count / outcome.seconds, used * 1e6 / count};
}

// Where there are certificates, a peer that comes back costs less: the responder remembers that its path is valid. Such
// rows have the suite's name; those of peers that it sees for the first time have "+new".
nlohmann::json measure_visits(const Arguments& arguments, const bench::Suite& suite, bench::Generator& generator,
                              bool peer_is_new) {
    const double floor = bench::measure_floor(suite, peer_is_new);
    const Measured one = measure(generator, arguments.pid, {kWarmUp, arguments.sequential, 1});
    const Measured many =
        measure(generator, arguments.pid, {kWarmUp + arguments.sequential, arguments.concurrent, arguments.at_once});
    if (!arguments.keep) generator.clear();
    const std::string name = std::string(suite.name) + (suite.has_certificates() && peer_is_new ? "+new" : "");
    return {{"name", name + "/" + arguments.responder_name},
            {"suite", name},
            {"responder", arguments.responder_name},
            {"sequential_per_s", one.per_second},
            {"sequential_cpu_us", one.cpu_us},
            {"handshakes_per_s", many.per_second},
            {"cpu_us", many.cpu_us},
            {"floor_us", floor},
            {"ratio", many.cpu_us / floor}};
}

void run(const Arguments& arguments) {
    const bench::Suite& suite = find_suite(arguments.suite);
    bench::Generator generator(suite, *base::Address::parse(arguments.local),
                               *base::Address::parse(arguments.responder),
                               kWarmUp + arguments.sequential + arguments.concurrent);
    generator.run({0, kWarmUp, 8});
    std::printf("%s\n", measure_visits(arguments, suite, generator, true).dump().c_str());
    if (!suite.has_certificates()) return;
    std::printf("%s\n", measure_visits(arguments, suite, generator, false).dump().c_str());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        Arguments arguments;
        CLI::App app("measures handshakes against a responder in another process");
        app.add_option("--suite", arguments.suite, "name of one of those in suites.h")->required();
        app.add_option("--pid", arguments.pid, "process id of the responder")->required();
        app.add_option("--responder-name", arguments.responder_name, "what the responder is called in the result");
        app.add_option("--local", arguments.local, "our address");
        app.add_option("--responder", arguments.responder, "the responder's address");
        app.add_option("--sequential", arguments.sequential, "handshakes one after the other");
        app.add_option("--concurrent", arguments.concurrent, "handshakes with --at-once in flight");
        app.add_option("--at-once", arguments.at_once, "how many are in flight");
        app.add_flag("--keep", arguments.keep, "leave the IKE SAs at the end");
        CLI11_PARSE(app, argc, argv);
        run(arguments);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_handshake: %s\n", error.what());
        return 1;
    }
}
