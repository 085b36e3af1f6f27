// xfrmctl against the real server with a fake Service behind it.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "tests/unit/api/socket_harness.h"
#include "tests/unit/cli/run_harness.h"

namespace xfrmd::cli {

// The server runs in its own thread while xfrmctl runs in this one; the Service is looked at before and after.
class Stage {
public:
    Stage() {
        daemon::api::IkeSaView gw = daemon::api::ike_view(7, "gw");
        gw.child_sas = {daemon::api::child_view(12, "net"), daemon::api::child_view(13, "dmz")};
        hall_.service.sas = {gw, daemon::api::ike_view(9, "branch", "198.51.100.1")};
        hall_.service.connections = {daemon::api::connection_view("branch", {"net"}),
                                     daemon::api::connection_view("gw", {"dmz", "net"})};
    }

    Run& run(std::vector<std::string> arguments) {
        runs_.push_back(std::make_unique<Run>());
        Run& run = *runs_.back();
        run.on_terminal = on_terminal;
        run.environment = {{"XFRMD_SOCKET", hall_.options.path}};
        const auto work = asio::make_work_guard(hall_.io);
        hall_.io.restart();
        std::thread server([this] { hall_.io.run(); });
        run.with(arguments);
        hall_.io.stop();
        server.join();
        return run;
    }
    daemon::api::FakeService& service() { return hall_.service; }

    bool on_terminal = false;

private:
    daemon::api::Hall hall_;
    std::vector<std::unique_ptr<Run>> runs_;
};

inline Json json_of(const Run& run) {
    const Json json = Json::parse(run.out.str());
    CHECK(json.at("schema") == 1);
    return json;
}

inline bool has(const std::ostringstream& stream, std::string_view text) {
    return stream.str().find(text) != std::string::npos;
}

}  // namespace xfrmd::cli
