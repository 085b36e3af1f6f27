#include "daemon/sockets/server.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

#include "tests/support/socket_client.h"
#include "tests/support/temporary_folder.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kAnswer = 300'000;  // more than a socket holds

// Answers each octet at length, and one only when the answer before has been read.
class Talkative final : public Dialogue {
public:
    void received(std::string_view bytes) override { asked_ += bytes.size(); }
    void received_end() override { ended_ = true; }
    void refuse(Refusal) override { ended_ = true; }
    bool work() override {
        if (asked_ == 0 || !answer_.empty()) return false;
        --asked_;
        answer_.assign(kAnswer, 'x');
        sent_ = 0;
        return true;
    }
    std::string_view outgoing() override { return std::string_view(answer_).substr(sent_); }
    void sent(std::size_t count) override {
        sent_ += count;
        if (sent_ == answer_.size()) answer_.clear(), sent_ = 0;
    }
    bool wants_input() const override { return !ended_; }
    bool is_over() const override { return ended_ && asked_ == 0 && answer_.empty(); }
    bool has_news() const override { return false; }
    bool is_idle() const override { return asked_ == 0 && answer_.empty(); }
    bool is_asking() const override { return false; }

private:
    std::size_t asked_ = 0;
    std::string answer_;
    std::size_t sent_ = 0;
    bool ended_ = false;
};

// Has so much to do, of which each piece comes back to it in a turn of its own.
class Pipelining final : public Dialogue {
public:
    Pipelining(Place place, char name, std::string& done) : place_(place), name_(name), done_(done) {}
    void received(std::string_view) override { left_ = 50; }
    void received_end() override { left_ = 0; }
    void refuse(Refusal) override {}
    bool work() override {
        if (left_ == 0) return false;
        --left_;
        done_ += name_;
        place_.later([] {});
        return true;
    }
    std::string_view outgoing() override { return {}; }
    void sent(std::size_t) override {}
    bool wants_input() const override { return true; }
    bool is_over() const override { return false; }
    bool has_news() const override { return false; }
    bool is_idle() const override { return left_ == 0; }
    bool is_asking() const override { return false; }

private:
    Place place_;
    char name_;
    std::string& done_;
    int left_ = 0;
};

using Make = std::function<std::unique_ptr<Dialogue>(const Caller&, Place)>;

struct Room {
    TemporaryFolder folder;
    asio::io_context io;
    Turns turns{io};
    SocketOptions where{folder.file("a.sock"), "no-such-group-here", 0660};
    std::unique_ptr<Server> server;

    explicit Room(Make make) {
        ServerOptions options;
        options.make_dialogue = std::move(make);
        server = std::move(*Server::start(io, turns, std::move(*SocketFile::make(where)), std::move(options)));
    }
    void settle(SocketClient& client) {
        for (int i = 0; i < 10'000; ++i) {
            io.poll();
            client.receive();
        }
    }
};

}  // namespace

TEST_CASE("what was asked meanwhile is answered once there is room", "[sockets][hostile-h2]") {
    Room room([](const Caller&, Place) { return std::make_unique<Talkative>(); });
    SocketClient client(room.where.path);
    client.send("???");
    room.settle(client);
    CHECK(client.received().size() == 3 * kAnswer);
}

TEST_CASE("who has much to do has one turn, as everybody", "[sockets][hostile-h2]") {
    std::string done;
    char name = 'a';
    Room room([&](const Caller&, Place place) { return std::make_unique<Pipelining>(place, name++, done); });
    SocketClient one(room.where.path);
    SocketClient other(room.where.path);
    room.io.poll();
    one.send("?");
    other.send("?");
    room.settle(one);
    CHECK(done.size() == 100);
    CHECK(done.find("aaaaa") == std::string::npos);
    CHECK(done.find("bbbbb") == std::string::npos);
}

}  // namespace xfrmd::daemon
