#include <sys/prctl.h>
#include <unistd.h>

#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "cli/run.h"
#include "cli/secret_prompt.h"

namespace {

std::optional<std::string> environment(const char* name) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): there is one thread
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

}  // namespace

int main(int argc, char** argv) try {
    // Of keys and passphrases (pki): no core dumps, and nothing for other processes of the same user to read.
    prctl(PR_SET_DUMPABLE, 0);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    xfrmd::cli::Surroundings around{std::cout,
                                    std::cerr,
                                    isatty(STDOUT_FILENO) == 1,
                                    isatty(STDERR_FILENO) == 1,
                                    isatty(STDIN_FILENO) == 1,
                                    environment,
                                    xfrmd::cli::ask_secret};
    const auto code = xfrmd::cli::run(arguments, around);
    std::cout.flush();
    return static_cast<int>(std::cout ? code : xfrmd::cli::ExitCode::failed);
} catch (const std::exception& error) {
    std::cerr << "xfrmctl: " << error.what() << "\n";
    return static_cast<int>(xfrmd::cli::ExitCode::failed);
}
