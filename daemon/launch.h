// How the start went, told to whoever started the daemon. In the foreground that is plain: standard error and the exit
// status. In the background the process that was started stays until the one behind it is ready or has failed, and ends
// with its exit status; standard error stays open until then.
#pragma once

#include <string>

#include <tl/expected.hpp>

#include "daemon/descriptor.h"

namespace xfrmd::daemon {

class Launch {
public:
    static Launch foreground() { return Launch({}); }
    // Returns in the new process only, which has a session of its own. To be called before there are threads.
    static tl::expected<Launch, std::string> background();

    // The daemon works. Called once.
    void ready();
    // The daemon ends before it was ready; `why` is for people, in whole lines. Returns `status`.
    int failed(int status, const std::string& why);

private:
    explicit Launch(Descriptor starter) : starter_(std::move(starter)) {}

    Descriptor starter_;  // takes one byte, the exit status; not open in the foreground
};

}  // namespace xfrmd::daemon
