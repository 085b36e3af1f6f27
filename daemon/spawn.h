// Starts another program: with nothing of our memory, descriptors or environment but what it is given, every signal as
// it is by default, and a process group of its own, so that what a terminal sends to the daemon is not for it.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include <tl/expected.hpp>

namespace xfrmd::daemon {

struct Program {
    std::string path;
    std::vector<std::string> arguments = {};    // after its name
    std::vector<std::string> environment = {};  // NAME=value
    int standard_input = -1;                    // a descriptor of ours; -1: nothing to read
    int output = -1;                            // of its standard output and error; -1: ours
};

// The error is one sentence.
tl::expected<pid_t, std::string> spawn(const Program& program);

// Runs it to its end, in a thread that may wait: for so long, then it is killed. `input`, of less than a pipe takes, is
// what it has to read. Empty, or what has gone wrong.
std::string run_to_end(Program program, std::string_view input, std::chrono::milliseconds patience);

// Readable once that process has ended; -1 where there is no descriptor to be had. The caller closes it.
int watch_process(pid_t pid);

// "ended with status 1", "was ended by signal 9"; of a status as waitpid() tells it.
std::string words_for_end(int status);

}  // namespace xfrmd::daemon
