// Who follows which events, among all clients: what happens is told to those only, and encoded once. One thread.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "daemon/vici/outgoing.h"

namespace xfrmd::daemon::vici {

class Followers {
public:
    // `wake`: clients have something to be sent that none of them has asked for.
    void on_news(std::function<void()> wake) { wake_ = std::move(wake); }
    void add(const std::shared_ptr<Outgoing>& client) { clients_.push_back(client); }
    void remove(const std::shared_ptr<Outgoing>& client) { std::erase(clients_, client); }

    bool any(std::string_view event) const;
    void tell(std::string_view event, const Section& message);

private:
    std::vector<std::shared_ptr<Outgoing>> clients_;
    std::function<void()> wake_;
};

}  // namespace xfrmd::daemon::vici
