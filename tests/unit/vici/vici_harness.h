// A ViciServer on a real Unix socket, with a FakeService and a FakePort behind it, and clients that speak vici.
#pragma once

#include <deque>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "daemon/vici/vici_server.h"
#include "tests/support/socket_client.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/api/fake_service.h"
#include "tests/unit/config/memory_files.h"

namespace xfrmd::daemon::vici {

class FakePort final : public Port {
public:
    policy::Snapshot snapshot = policy::IndexedConfiguration::of({});
    std::vector<StandingView> policies;
    std::vector<std::pair<std::string, std::string>> installed;
    std::vector<std::uint64_t> reauthenticated;
    std::vector<std::pair<std::chrono::milliseconds, std::function<void()>>> timers;
    base::Result<void> install_result;

    policy::Snapshot configuration() const override { return snapshot; }
    std::vector<StandingView> standing() const override { return policies; }
    base::Result<void> install(const std::string& connection, const std::string& child) override {
        installed.emplace_back(connection, child);
        return install_result;
    }
    bool uninstall(const std::string& connection, const std::string& child) override {
        return std::erase(installed, std::pair(connection, child)) != 0;
    }
    void reauthenticate(std::uint64_t ike_sa) override { reauthenticated.push_back(ike_sa); }
    void after(std::chrono::milliseconds time, std::function<void()> then) override {
        timers.emplace_back(time, std::move(then));
    }
    Objects& objects() override { return objects_; }
    void warn(const std::string& line) override { warnings.push_back(line); }
    void reload_settings() override {}
    void look_at_follower() override {}
    const policy::LeaseBook& leases() const override { return lease_book; }
    void message_counts(std::function<void(Counts)> done) override { done(counts); }
    void reset_message_counts(std::optional<std::string> connection) override { resets.push_back(connection); }
    void add_counters(api::IkeSaView&) override {}

    Counts counts;
    std::vector<std::optional<std::string>> resets;
    policy::LeaseBook lease_book;
    std::vector<std::string> warnings;

private:
    MemoryFiles files_;
    Objects objects_{files_,
                     {},
                     {[](const policy::Connection&) { return std::string(); },
                      [](const std::vector<policy::Pool>&) { return std::string(); }, [] {}}};
};

class ViciClient : public SocketClient {
public:
    using SocketClient::SocketClient;

    void say(PacketType type, const std::string& name, const Section& message = {}) {
        const auto frame = encode(Packet{type, name, message});
        send(base::as_text(*frame));
    }
    // Everything that was heard and not taken yet.
    std::vector<Packet> packets() {
        splitter_.feed(base::as_bytes(std::string_view(received()).substr(taken_)));
        taken_ = received().size();
        while (auto contents = splitter_.next()) heard_.push_back(*decode_packet(*contents));
        return heard_;
    }
    void forget() { heard_.clear(); }

private:
    FrameSplitter splitter_{kMostPacketBytes};
    std::size_t taken_ = 0;
    std::vector<Packet> heard_;
};

// A child to initiate: "gw" with "net", and the shunt "lan".
inline policy::Snapshot small_configuration() {
    policy::Configuration configuration;
    policy::Connection& gw = configuration.connections.emplace_back();
    gw.name = "gw";
    gw.children.emplace_back().name = "net";
    gw.shunts.emplace_back().name = "lan";
    gw.shunts.back().mode = policy::Mode::pass;
    return policy::IndexedConfiguration::of(std::move(configuration));
}

struct ViciHall {
    TemporaryFolder folder;
    asio::io_context io;
    Turns turns{io};
    api::FakeService service;
    FakePort port;
    std::vector<std::string> warnings;
    std::vector<AuditEntry> audited;
    SocketOptions options{folder.file("charon.vici"), "no-such-group-here", 0660};
    std::unique_ptr<ViciServer> server;

    ViciHall() {
        port.snapshot = small_configuration();
        auto file = SocketFile::make(options);
        if (!file) throw std::runtime_error(file.error());
        ViciLog log;
        log.audit = [this](const AuditEntry& entry) { audited.push_back(entry); };
        log.warn = [this](const std::string& text) { warnings.push_back(text); };
        auto started = ViciServer::start(io, turns, service, port, std::move(*file), std::move(log));
        if (!started) throw std::runtime_error(started.error());
        server = std::move(*started);
    }

    // Whatever can be done without anything new from outside.
    std::vector<Packet> settle(ViciClient& client) {
        for (int quiet = 0; quiet < 3; ++quiet) {
            while (io.poll() > 0) {
            }
            client.receive();
        }
        return client.packets();
    }
    // The one packet that answers.
    Packet ask(ViciClient& client, PacketType type, const std::string& name, const Section& message = {}) {
        client.forget();
        client.say(type, name, message);
        const std::vector<Packet> heard = settle(client);
        if (heard.size() != 1) throw std::runtime_error("not one packet, but " + std::to_string(heard.size()));
        return heard.front();
    }
    Section request(ViciClient& client, const std::string& command, const Section& message = {}) {
        const Packet answer = ask(client, PacketType::request, command, message);
        if (answer.type != PacketType::response) throw std::runtime_error("no response");
        return answer.message;
    }
};

}  // namespace xfrmd::daemon::vici
