// The addresses of the hosts that the configuration names, as the system's resolver tells them: asked for in a thread
// of the library's, one after the other, and again every minute; what is not known yet, every five seconds. What is
// known stays known when the resolver fails: a tunnel does not depend on it. Main thread only.
#pragma once

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/udp.hpp>

#include "daemon/deadline.h"
#include "daemon/log.h"
#include "ike/base/address.h"

namespace xfrmd::daemon {

class HostNames {
public:
    using Answer = std::function<void(const std::error_code&, std::vector<base::Address>)>;
    // Asks for a name, without waiting for the answer; not called again before that has come.
    using Lookup = std::function<void(const std::string& name, Answer)>;

    static constexpr std::chrono::seconds kRefresh{60};
    static constexpr std::chrono::seconds kRetry{5};
    static constexpr std::size_t kMostAddresses = 16;  // of a name; more are ignored

    // `changed`: some name has other addresses than before. `io` and `log` outlive it.
    HostNames(asio::io_context& io, Log& log, std::function<void()> changed);
    // With another resolver than the system's.
    HostNames(asio::io_context& io, Log& log, std::function<void()> changed, Lookup lookup);

    // These and no others from now on. New ones are asked for at once.
    void want(const std::set<std::string>& names);
    // Asks for all of them again, as happens every minute; nothing while some are being asked for.
    void refresh();
    // The same for those that are not known.
    void retry();
    // Nobody can call a question back: the loop's end waits for its answer, as long as the resolver is patient.
    bool is_asking() const { return is_asking_; }
    // In the resolver's order; empty while it is not known.
    std::vector<base::Address> addresses_of(const std::string& name) const;

private:
    struct Known {
        std::vector<base::Address> addresses;
        std::string failure;  // the last answer, for the log to tell it once
    };

    void ask(const std::string& name) { waiting_.push_back(name); }
    void ask_next();
    void take(const std::string& name, const std::error_code& error, std::vector<base::Address> addresses);

    Log& log_;
    std::function<void()> changed_;
    asio::ip::udp::resolver resolver_;
    Lookup lookup_;
    std::map<std::string, Known> known_;
    std::deque<std::string> waiting_;
    bool is_asking_ = false;
    Deadline refresh_due_;
    Deadline retry_due_;
};

}  // namespace xfrmd::daemon
