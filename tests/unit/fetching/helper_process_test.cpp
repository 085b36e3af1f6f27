#include <cstdlib>
#include <filesystem>

#include <asio/buffer.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/write.hpp>
#include <catch2/catch_test_macros.hpp>

#include "daemon/fetching/helper_process.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

using asio::local::stream_protocol;

struct Bench {
    Bench() {
        std::string name = (std::filesystem::temp_directory_path() / "helper-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder = name;
        path = (folder / "socket").string();
    }
    ~Bench() { std::filesystem::remove_all(folder); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    std::filesystem::path folder;
    std::string path;
    asio::io_context io;
    Log log{LogTarget::standard_error, false};
    std::string heard;
    bool ended = false;
    HelperProcess::Hear hear = [this](base::ByteView more) { heard.append(more.begin(), more.end()); };
    HelperProcess::End end = [this](const std::string&) { ended = true; };
};

}  // namespace

TEST_CASE("where its path is a socket, the program behind it is spoken with", "[fetching]") {
    Bench bench;
    stream_protocol::acceptor acceptor(bench.io, stream_protocol::endpoint(bench.path));
    HelperProcess helper(bench.io, bench.log, bench.path, bench.hear, bench.end);
    REQUIRE(helper.start());
    stream_protocol::socket there(bench.io);
    acceptor.accept(there);
    helper.send({'a', 's', 'k'});
    std::array<char, 3> asked{};
    while (there.available() < asked.size()) bench.io.run_one();
    there.read_some(asio::buffer(asked));
    CHECK(std::string(asked.begin(), asked.end()) == "ask");
    asio::write(there, asio::buffer("told", 4));
    there.close();
    while (!bench.ended) bench.io.run_one();
    CHECK(bench.heard == "told");
    CHECK_FALSE(helper.runs());
}

TEST_CASE("a socket that nobody listens at, or with no room, is an error at once", "[fetching][hostile-h10]") {
    Bench bench;
    HelperProcess helper(bench.io, bench.log, bench.path, bench.hear, bench.end);
    {
        stream_protocol::acceptor acceptor(bench.io, stream_protocol::endpoint(bench.path));
        acceptor.listen(0);
        REQUIRE(helper.start());
        HelperProcess second(bench.io, bench.log, bench.path, bench.hear, bench.end);
        const auto started = second.start();
        REQUIRE_FALSE(started);
        CHECK(started.error() == "cannot connect to " + bench.path + ": Resource temporarily unavailable");
    }
    const auto started = helper.start();
    REQUIRE_FALSE(started);
    CHECK(started.error() == "cannot connect to " + bench.path + ": Connection refused");
}
