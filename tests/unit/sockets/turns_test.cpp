#include <functional>
#include <string>

#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <catch2/catch_test_macros.hpp>

#include "daemon/sockets/turns.h"

namespace xfrmd::daemon {

TEST_CASE("pieces are done in their order, those that others add behind them", "[sockets]") {
    asio::io_context io;
    Turns turns(io);
    std::string done;
    turns.add([&] {
        done += 'a';
        turns.add([&] { done += 'c'; });
    });
    turns.add([&] { done += 'b'; });
    CHECK(done.empty());
    io.run();
    CHECK(done == "abc");
    turns.add([&] { done += 'd'; });
    io.restart();
    io.run();
    CHECK(done == "abcd");
}

TEST_CASE("whatever else there is to do comes between two pieces", "[sockets][hostile-h2]") {
    asio::io_context io;
    Turns turns(io);
    std::string done;
    for (int i = 0; i < 3; ++i) turns.add([&] { done += 't'; });
    int left = 3;
    std::function<void()> datagram = [&] {
        done += 'i';
        if (--left > 0) asio::post(io, datagram);
    };
    asio::post(io, datagram);
    io.run();
    CHECK(done == "tititi");
}

}  // namespace xfrmd::daemon
