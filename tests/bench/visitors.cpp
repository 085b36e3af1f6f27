// bench_visitors: real handshakes that begin so many a second, whatever else the responder has to do, and how long each
// took. Prints the seconds of those that were done in time, as a JSON list.
#include <cstdio>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "tests/bench/generator.h"

int main(int argc, char** argv) {
    using namespace xfrmd;
    try {
        bench::Visits visits;
        std::string local = "198.51.100.1";
        std::string responder = "198.51.100.2";
        CLI::App app("makes handshakes at a steady rate against a responder in another process");
        app.add_option("--local", local, "our address");
        app.add_option("--responder", responder, "the responder's address");
        app.add_option("--first", visits.first, "number of the first identity");
        app.add_option("--count", visits.count, "handshakes")->required();
        app.add_option("--rate", visits.per_second, "begun a second");
        app.add_option("--patience", visits.patience, "seconds after which one has failed");
        CLI11_PARSE(app, argc, argv);
        bench::Generator generator(bench::kSuites[0], *base::Address::parse(local), *base::Address::parse(responder),
                                   visits.first + visits.count);
        std::printf("%s\n", nlohmann::json(generator.visit(visits)).dump().c_str());
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "bench_visitors: %s\n", error.what());
        return 1;
    }
}
