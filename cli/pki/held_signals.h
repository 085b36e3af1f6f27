// Signals that would end or stop xfrmctl wait while one of these lives: Ctrl-C leaves neither a terminal without echo
// nor half of the files. Of a process with one thread.
#pragma once

#include <csignal>

namespace xfrmd::cli::pki {

class HeldSignals {
public:
    HeldSignals() {
        sigemptyset(&held_);
        for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP}) sigaddset(&held_, signal);
        pthread_sigmask(SIG_BLOCK, &held_, &before_);
    }
    ~HeldSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldSignals(const HeldSignals&) = delete;
    HeldSignals& operator=(const HeldSignals&) = delete;

    const sigset_t& set() const { return held_; }

private:
    sigset_t held_{};
    sigset_t before_{};
};

}  // namespace xfrmd::cli::pki
