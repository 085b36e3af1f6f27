#include "cli/client.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <thread>

#include "cli/exit_code.h"
#include "tests/unit/api/socket_harness.h"

using namespace xfrmd::cli;
using namespace std::chrono_literals;
using xfrmd::daemon::Descriptor;
using xfrmd::daemon::TemporaryFolder;
using xfrmd::daemon::unix_address;

namespace {

// Listens on a socket and answers the first request of the first caller with bytes of the test's choice.
class Impostor {
public:
    Impostor(const std::string& path, std::string answer)
        : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        const sockaddr_un address = unix_address(path);
        REQUIRE(bind(listener_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(listen(listener_.number(), 1) == 0);
        thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
    }
    Impostor(const Impostor&) = delete;
    Impostor& operator=(const Impostor&) = delete;
    ~Impostor() { thread_.join(); }

private:
    void serve(const std::string& answer) const {
        const Descriptor caller(accept(listener_.number(), nullptr, nullptr));
        std::array<char, 4096> request{};
        if (recv(caller.number(), request.data(), request.size(), 0) <= 0) return;
        std::string_view rest = answer;
        while (!rest.empty()) {
            const auto count = send(caller.number(), rest.data(), rest.size(), MSG_NOSIGNAL);
            if (count <= 0) return;
            rest.remove_prefix(static_cast<std::size_t>(count));
        }
    }

    Descriptor listener_;
    std::thread thread_;
};

Answer answer_from(const std::string& bytes) {
    const TemporaryFolder folder;
    const std::string path = folder.file("api.sock");
    const Impostor impostor(path, bytes);
    Client client(path);
    return client.call("system.info", Json::object(), 60s);
}

std::string kind_of(const Answer& answer) {
    REQUIRE_FALSE(answer);
    return text_of(member(answer.error(), "data"), "kind");
}

}  // namespace

TEST_CASE("a daemon that is not there is unreachable", "[cli]") {
    const TemporaryFolder folder;
    Client absent(folder.file("api.sock"));
    CHECK(kind_of(absent.call("sa.list", Json::object(), 1s)) == "daemon.unreachable");
    Client too_long(folder.file(std::string(200, 'x')));
    CHECK(kind_of(too_long.call("sa.list", Json::object(), 1s)) == "daemon.unreachable");
    const Descriptor stale(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = unix_address(folder.file("stale.sock"));
    REQUIRE(bind(stale.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    Client refused(folder.file("stale.sock"));
    CHECK(kind_of(refused.call("sa.list", Json::object(), 1s)) == "daemon.unreachable");
}

TEST_CASE("a daemon that accepts and says nothing is a timeout", "[cli]") {
    const TemporaryFolder folder;
    const Descriptor silent(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = unix_address(folder.file("api.sock"));
    REQUIRE(bind(silent.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(silent.number(), 1) == 0);
    Client client(folder.file("api.sock"));
    CHECK(kind_of(client.call("sa.list", Json::object(), 0ms)) == "operation.timeout");
}

TEST_CASE("what is no reply to us is not taken for one", "[cli]") {
    CHECK(kind_of(answer_from("HTTP/1.1 400 Bad Request\r\n\r\n")) == "daemon.reply_invalid");
    CHECK(kind_of(answer_from("[]\n")) == "daemon.reply_invalid");
    CHECK(kind_of(answer_from("{\"jsonrpc\":\"2.0\",\"id\":2,\"result\":{}}\n")) == "daemon.reply_invalid");
    CHECK(kind_of(answer_from("{\"jsonrpc\":\"2.0\",\"id\":1}\n")) == "daemon.reply_invalid");
    CHECK(kind_of(answer_from("")) == "daemon.unreachable");
    CHECK(kind_of(answer_from("{\"jsonrpc\":\"2.0\",\"id\":1,\"resu")) == "daemon.unreachable");
}

TEST_CASE("results and errors come back, errors about the connection too", "[cli]") {
    const Answer result = answer_from("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"pid\":42}}\n");
    REQUIRE(result);
    CHECK(number_of(*result, "pid") == 42);
    CHECK(kind_of(answer_from(
              R"({"jsonrpc":"2.0","id":1,"error":{"code":-32000,"message":"x","data":{"kind":"sa.not_found"}}})"
              "\n")) == "sa.not_found");
    CHECK(kind_of(answer_from(
              R"({"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"x","data":{"kind":"server.busy"}}})"
              "\n")) == "server.busy");
}

TEST_CASE("a reply without end is cut off", "[cli]") {
    CHECK(kind_of(answer_from("[" + std::string(20 << 20, ' '))) == "daemon.reply_invalid");
}

TEST_CASE("a socket we may not use is permission denied", "[cli]") {
    if (geteuid() != 0) SKIP("needs to become somebody else");
    const TemporaryFolder folder;
    const std::string path = folder.file("api.sock");
    const Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_un address = unix_address(path);
    REQUIRE(bind(listener.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(listen(listener.number(), 1) == 0);
    REQUIRE(chmod(path.c_str(), 0600) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        constexpr uid_t kNobody = 65534;
        if (setresgid(kNobody, kNobody, kNobody) != 0 || setresuid(kNobody, kNobody, kNobody) != 0) _exit(99);
        Client client(path);
        const Answer answer = client.call("sa.list", Json::object(), 1s);
        _exit(answer ? 98 : static_cast<int>(exit_code_of(answer.error())));
    }
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 5);
}
