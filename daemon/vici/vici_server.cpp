#include "daemon/vici/vici_server.h"

#include <algorithm>
#include <array>
#include <utility>

#include "daemon/clock.h"

namespace xfrmd::daemon::vici {

namespace {

constexpr std::size_t kLongestParam = 128;

// What it is about, and nothing that may be secret: sections by their names.
std::string params_of(const Section& request) {
    constexpr std::array<std::string_view, 11> kTold{"name",    "child",   "child-id", "ike",  "ike-id", "peer-ip",
                                                     "peer-id", "gateway", "id",       "type", "reauth"};
    std::string params;
    const auto add = [&params](std::string_view key, std::string_view value) {
        params += (params.empty() ? "" : ",") + std::string(key) + "=" + base::printable(value, kLongestParam);
    };
    for (const Entry& entry : request.entries()) {
        if (std::holds_alternative<Section>(entry.content)) add("section", entry.name);
        const auto* value = std::get_if<std::string>(&entry.content);
        if (value != nullptr && std::ranges::find(kTold, entry.name) != kTold.end()) add(entry.name, *value);
        if (params.size() > kLongestParam) break;
    }
    return params;
}

}  // namespace

ViciServer::ViciServer(api::Service& service, Port& port, ViciLog log)
    : log_(std::move(log)), reports_(hall_.followers, service, port), desk_{service, port, reports_} {
    hall_.command = [this](const Asked& asked, const Caller& caller) { return run(asked, caller); };
    hall_.is_event = is_event;
    hall_.followed = [this](std::string_view event) { reports_.followed(event); };
    hall_.warn = [this](const std::string& text) { warn(text); };
}

tl::expected<std::unique_ptr<ViciServer>, std::string> ViciServer::start(asio::io_context& io, Turns& turns,
                                                                         api::Service& service, Port& port,
                                                                         SocketFile file, ViciLog log) {
    std::unique_ptr<ViciServer> vici(new ViciServer(service, port, std::move(log)));
    ServerOptions options;
    options.most_connections = kMostConnections;
    options.make_dialogue = [raw = vici.get()](const Caller& caller, Place place) {
        return std::make_unique<ViciDialogue>(raw->hall_, caller, place);
    };
    options.on_denied = [audit = vici->log_.audit](const Caller& caller) {
        if (audit) audit({caller, "", "", "permission.denied"});
    };
    auto server = Server::start(io, turns, std::move(file), std::move(options));
    if (!server) return tl::unexpected(server.error());
    vici->server_ = std::move(*server);
    vici->hall_.followers.on_news([raw = vici->server_.get()] { raw->wake(); });
    return vici;
}

void ViciServer::warn(const std::string& text) {
    if (!warnings_.take(boot_now())) {
        ++left_out_;
        return;
    }
    const std::uint64_t left_out = std::exchange(left_out_, 0);
    log_.warn(left_out == 0 ? text : text + " (and " + std::to_string(left_out) + " that were left out)");
}

bool ViciServer::run(const Asked& asked, const Caller& caller) {
    const Command* command = find_command(asked->command());
    if (command == nullptr) return false;
    if (command->is_audited && log_.audit) {
        AuditEntry entry{caller, "vici " + asked->command(), params_of(asked->request()), ""};
        asked->on_response([this, entry = std::move(entry)](const Section& message) mutable {
            const std::string* errmsg = message.value("errmsg");
            entry.outcome = errmsg == nullptr ? "ok" : base::printable(*errmsg, kLongestParam);
            log_.audit(entry);
        });
    }
    command->run(desk_, asked);
    return true;
}

}  // namespace xfrmd::daemon::vici
