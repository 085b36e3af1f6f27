// One command of a client, from its request to its response: what it asks, the events that only it is told meanwhile,
// and its one response. Whoever works on it keeps it; where the client has gone, what is said goes nowhere.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "daemon/sockets/server.h"
#include "daemon/vici/outgoing.h"

namespace xfrmd::daemon::vici {

class Exchange {
public:
    // `responded`: the dialogue goes on; called in a turn of its own.
    Exchange(std::string command, Section request, std::shared_ptr<Outgoing> client, Place place,
             std::function<void()> responded)
        : command_(std::move(command)),
          request_(std::move(request)),
          client_(std::move(client)),
          place_(place),
          responded_(std::move(responded)) {}
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    ~Exchange() { wipe(request_); }

    const std::string& command() const { return command_; }
    const Section& request() const { return request_; }

    // To this client, if it follows the event.
    void event(std::string_view name, Section message);
    bool follows(std::string_view event) const { return client_->follows(event); }
    // Exactly once.
    void respond(Section message);
    // Hears the response, whenever that is.
    void on_response(std::function<void(const Section& message)> listener) { listener_ = std::move(listener); }
    // Goes on in a turn of its own, once the client has read most of what it was told; never where it has gone.
    void when_room(std::function<void()> more);

private:
    std::string command_;
    Section request_;
    std::shared_ptr<Outgoing> client_;
    Place place_;
    std::function<void()> responded_;
    std::function<void(const Section& message)> listener_;
};
using Asked = std::shared_ptr<Exchange>;

// "success=yes", or "no" with the words that swanctl shows.
Section success();
Section failure(std::string_view errmsg);

}  // namespace xfrmd::daemon::vici
