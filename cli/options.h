// What the command line said, and where its output goes. Filled by arguments.h, read by the commands.
#pragma once

#include <chrono>
#include <functional>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "cli/pki_options.h"
#include "ike/base/secret_bytes.h"

namespace xfrmd::cli {

struct Options {
    std::string socket = "/run/xfrmd/api.sock";
    bool json = false;
    std::optional<std::chrono::milliseconds> timeout;

    std::string selector;  // SELECTOR, ID, CHILD|CONN[/CHILD], NAME or FILE
    bool all = false;
    bool ike = false;     // --ike
    bool child = false;   // --child
    bool manual = false;  // --manual
    std::string gateway;
    std::string conn;
    std::string peer;
    std::string state;
    std::string kind;
    std::string from;
    bool detail = false;
    bool force = false;
    bool dry_run = false;
    bool yes = false;
    bool follow = false;
    std::vector<std::string> topics;
    PkiOptions pki;
};

// The world around a run of xfrmctl; tests give their own.
struct Surroundings {
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    bool in_is_terminal = false;
    std::function<std::optional<std::string>(const char*)> environment;
    // What a person types without seeing it; nothing where there is no terminal.
    std::function<std::optional<base::SecretBytes>(const std::string& prompt)> ask_secret = {};
};

}  // namespace xfrmd::cli
