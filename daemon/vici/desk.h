// Where vici's commands are worked on: what they ask, whom they tell, and the table of them.
#pragma once

#include <span>
#include <string_view>

#include "daemon/api/service.h"
#include "daemon/vici/exchange.h"
#include "daemon/vici/followers.h"
#include "daemon/vici/port.h"
#include "daemon/vici/reports.h"

namespace xfrmd::daemon::vici {

struct Desk {
    api::Service& service;
    Port& port;
    Reports& reports;
};

struct Command {
    std::string_view name;
    void (*run)(Desk& desk, const Asked& asked);
    bool is_audited = false;  // it changes what runs
};

// nullptr for a name that none has.
const Command* find_command(std::string_view name);
bool is_event(std::string_view name);

// Every name, in the order of strongSwan's documentation.
std::span<const Command> all_commands();

}  // namespace xfrmd::daemon::vici
