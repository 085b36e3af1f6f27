#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <catch2/catch_test_macros.hpp>
#include <cstring>
#include <deque>
#include <iterator>
#include <string>
#include <utility>

#include "tests/unit/api/socket_harness.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

// The server still works for somebody who behaves.
bool still_serves(Hall& hall) {
    const bool held = std::exchange(hall.service.hold, false);
    Client client(hall.options.path);
    client.send(request("system.info"));
    const bool answered = hall.run_until_lines(client, 1);
    hall.service.hold = held;
    return answered;
}

void pass_descriptor(int socket, int passed, std::string_view text) {
    iovec part{const_cast<char*>(text.data()), text.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
    REQUIRE(sendmsg(socket, &message, MSG_NOSIGNAL) == static_cast<ssize_t>(text.size()));
}

}  // namespace

TEST_CASE("lost framing: -32700 and the end", "[api][hostile-h1]") {
    for (const std::string& text : {std::string("]"), std::string(100, '['), std::string("\xef\xbb\xbf{}"),
                                    std::string("{\"a\":\"\n"), std::string("\0", 1), std::string("HELO\r\n")}) {
        Hall hall;
        Client client(hall.options.path);
        client.send(request("system.info") + text);
        REQUIRE(hall.run_until_ended(client));
        const std::vector<Json> replies = client.replies();
        REQUIRE(replies.size() == 2);
        const Json& fault = replies[replies[0].contains("error") ? 0 : 1];
        CHECK(fault.at("error").at("code") == -32700);
        CHECK(fault.at("id").is_null());
        CHECK(still_serves(hall));
    }
}

TEST_CASE("JSON that is broken but ends is -32700, and the connection lives", "[api][hostile-h1]") {
    Hall hall;
    Client client(hall.options.path);
    client.send(R"({"jsonrpc":"2.0","id":1,"id":2,"method":"sa.list"})"
                "\n{nope}\n[1e999]\n[\"\xff\"]\n");
    client.send(request("system.info"));
    REQUIRE(hall.run_until_lines(client, 5));
    for (std::size_t i = 0; i < 4; ++i) CHECK(client.replies()[i].at("error").at("code") == -32700);
    CHECK(client.replies()[4].contains("result"));
}

TEST_CASE("a gigabyte without a newline is cut off at the limit", "[api][hostile-h1]") {
    Hall hall;
    Client client(hall.options.path);
    const std::string piece(16384, ' ');
    std::size_t sent = client.send("[");
    const bool ended = hall.run_until([&] {
        sent += client.send(piece);
        client.receive();
        return client.ended();
    });
    REQUIRE(ended);
    CHECK(sent < 8 * kMaxMessageBytes);  // what the sockets hold is sent, too
    CHECK(client.replies()[0].at("error").at("data").at("kind") == "rpc.message_too_large");
}

TEST_CASE("a caller that asks and never reads is not read from either", "[api][hostile-h2]") {
    Hall hall;
    for (std::uint64_t id = 1; id <= 300; ++id) hall.service.sas.push_back(ike_view(id, "gw"));
    Client client(hall.options.path);
    std::size_t asked = 0;
    const std::string ask = request("sa.list") + std::string(8000, ' ');
    while (client.send(ask) == ask.size()) {
        ++asked;
        hall.settle();
        REQUIRE(asked < 100000);
    }
    CHECK(still_serves(hall));
    // Reading again frees everything: whatever was asked in whole is answered.
    REQUIRE(hall.run_until_lines(client, asked));
    CHECK(client.lines() == asked);
}

TEST_CASE("a caller that lets too many answers pile up is cut off", "[api][hostile-h2]") {
    Hall hall;
    IkeSaView large = ike_view(1, "gw");
    large.child_sas = {child_view(1, "net")};
    large.child_sas[0].remote_ts.assign(20000, "2001:db8::1..2001:db8::2[tcp/1-2]");
    hall.service.sas = {large};
    hall.service.hold = true;
    Client client(hall.options.path);
    for (int i = 0; i < 32; ++i) client.send(request("sa.list"));
    REQUIRE(hall.run_until([&] { return hall.service.held.size() == 32; }));
    hall.service.answer_held();
    CHECK(hall.run_until([&] { return hall.server->connections() == 0; }));
    CHECK(still_serves(hall));
}

TEST_CASE("a caller that goes away in the middle of a reply takes nothing with it", "[api][hostile-h2]") {
    Hall hall;
    for (std::uint64_t id = 1; id <= 300; ++id) hall.service.sas.push_back(ike_view(id, "gw"));
    for (const bool with_unread_input : {false, true}) {
        Client client(hall.options.path);
        for (int i = 0; i < 20; ++i) client.send(request("sa.list"));
        REQUIRE(hall.run_until([&] { return hall.server->connections() == 1; }));
        if (with_unread_input) hall.settle();
        client.leave();
        CHECK(hall.run_until([&] { return hall.server->connections() == 0; }));
    }
    CHECK(still_serves(hall));
}

TEST_CASE("an answer for a caller that has gone meets nobody else", "[api][hostile-h2]") {
    Hall hall;
    hall.service.hold = true;
    Client gone(hall.options.path);
    gone.send(request("system.info"));
    REQUIRE(hall.run_until([&] { return hall.service.held.size() == 1; }));
    gone.leave();
    hall.settle();
    Client next(hall.options.path);
    hall.settle();
    hall.service.answer_held();
    hall.settle();
    next.receive();
    CHECK(next.received().empty());
    CHECK(hall.server->connections() == 1);
    CHECK(still_serves(hall));
}

TEST_CASE("the 65th connection is told so and closed; a place that is free again is given", "[api][hostile-h2]") {
    Hall hall;
    std::deque<Client> clients = hall.fill();
    CHECK(hall.server->connections() == kMaxConnections);
    // All of them wait for something: none is idle.
    hall.service.hold = true;
    for (Client& client : clients) client.send(request("system.info"));
    REQUIRE(hall.run_until([&] { return hall.service.held.size() == kMaxConnections; }));
    for (int i = 0; i < 200; ++i) {
        Client excess(hall.options.path);
        REQUIRE(hall.run_until_ended(excess));
        CHECK(excess.replies()[0].at("error").at("data").at("kind") == "server.busy");
    }
    CHECK(hall.server->connections() == kMaxConnections);
    hall.service.hold = false;
    hall.service.answer_held();
    hall.settle();
    clients.pop_front();
    REQUIRE(hall.run_until([&] { return hall.server->connections() == kMaxConnections - 1; }));
    CHECK(still_serves(hall));
}

TEST_CASE("descriptors that a caller passes are closed", "[api][hostile-h2]") {
    Hall hall;
    Client client(hall.options.path);
    hall.settle();
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 100; ++i) pass_descriptor(client.number(), STDERR_FILENO, request("system.info"));
    REQUIRE(hall.run_until_lines(client, 100));
    CHECK(open_descriptors() == before);
}

TEST_CASE("more than 64 requests at once wait in the socket", "[api][hostile-h2]") {
    Hall hall;
    hall.service.hold = true;
    Client client(hall.options.path);
    for (int i = 0; i < 100; ++i) client.send(request("system.info"));
    hall.settle();
    CHECK(hall.service.held.size() == kMaxInFlight);
    hall.service.answer_held();
    hall.settle();
    CHECK(hall.service.held.size() == 100 - kMaxInFlight);
    hall.service.answer_held();
    CHECK(hall.run_until_lines(client, 100));
}

TEST_CASE("without a free descriptor the server waits, and does not spin", "[api][hostile-g9]") {
#ifdef __SANITIZE_ADDRESS__
    SKIP("the sanitizer itself wants descriptors");
#endif
    Hall hall;
    Client client(hall.options.path);
    client.send(request("system.info"));
    rlimit before{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    const Descriptor next_free(open("/dev/null", O_RDONLY | O_CLOEXEC));
    const rlimit none_left{static_cast<rlim_t>(next_free.number()), before.rlim_max};
    REQUIRE(setrlimit(RLIMIT_NOFILE, &none_left) == 0);
    hall.settle();  // would not return if it tried again at once
    CHECK(hall.server->connections() == 0);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    while (client.lines() == 0) {
        hall.io.run_one();
        client.receive();
    }
    CHECK(client.replies()[0].contains("result"));
}

TEST_CASE("who has gone gives the place back, though the answer is not there", "[api][hostile-h2]") {
    Hall hall;
    hall.service.hold = true;
    Client client(hall.options.path);
    client.send(request("sa.list"));
    hall.settle();
    REQUIRE(hall.service.held.size() == 1);
    CHECK(hall.server->connections() == 1);
    client.leave();
    hall.settle();
    CHECK(hall.server->connections() == 0);
    hall.service.answer_held();  // nobody hears it
    hall.settle();
}

TEST_CASE("who asks and goes at once has asked", "[api][hostile-h2]") {
    Hall hall;
    {
        Client client(hall.options.path);
        client.send(request("sa.initiate", R"({"conn":"gw","child":"net"})"));
    }
    hall.settle();
    CHECK(hall.service.initiated.size() <= 1);
    CHECK(hall.audited.size() == 1);
    CHECK(hall.server->connections() == 0);
}

TEST_CASE("a batch of a thousand, and of ten thousand, is one error", "[api][hostile-h4]") {
    for (const int count : {1000, 10000}) {
        Hall hall;
        Client client(hall.options.path);
        std::string batch = "[1";
        for (int i = 1; i < count; ++i) batch += ",1";
        client.send(batch + "]");
        REQUIRE(hall.run_until_lines(client, 1));
        const Json error = client.replies()[0].at("error");
        CHECK(error.at("data").at("kind") == (count == 1000 ? "rpc.invalid_request" : "rpc.message_too_large"));
    }
}

TEST_CASE("a caller who is neither root nor in the group is told so, audited and closed", "[api][hostile-h3]") {
    if (geteuid() != 0) SKIP("needs to become somebody else");
    Hall hall;
    hall.server->stop();
    hall.settle();
    hall.io.restart();
    hall.options.mode = 0666;
    hall.open();
    std::filesystem::permissions(std::filesystem::path(hall.options.path).parent_path(), std::filesystem::perms::all);
    std::array<int, 2> pipe_ends{};
    REQUIRE(pipe2(pipe_ends.data(), O_CLOEXEC) == 0);
    const Descriptor answers(pipe_ends[0]);
    Descriptor question(pipe_ends[1]);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        // In the child only system calls: connect as nobody and hand on what comes.
        constexpr uid_t kNobody = 65534;
        if (setresgid(kNobody, kNobody, kNobody) != 0 || setresuid(kNobody, kNobody, kNobody) != 0) _exit(1);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
        const sockaddr_un address = unix_address(hall.options.path);
        if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) _exit(2);
        std::array<char, 1024> line{};
        const auto count = read(socket, line.data(), line.size());
        _exit(count > 0 && write(question.number(), line.data(), static_cast<std::size_t>(count)) == count ? 0 : 3);
    }
    question = Descriptor();
    REQUIRE(hall.run_until([&] { return !hall.audited.empty(); }));
    hall.settle();
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    std::array<char, 1024> line{};
    const auto count = read(answers.number(), line.data(), line.size());
    REQUIRE(count > 0);
    CHECK(std::string(line.data(), static_cast<std::size_t>(count)).find("permission.denied") != std::string::npos);
    CHECK(hall.audited[0].outcome == "permission.denied");
    CHECK(hall.audited[0].caller.uid == 65534);
}
