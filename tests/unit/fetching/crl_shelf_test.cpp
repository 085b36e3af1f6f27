// Lists on a disk that hangs, or fails: whoever asks is answered all the same, once.
#include "daemon/fetching/crl_shelf.h"

#include <catch2/catch_test_macros.hpp>

#include <future>
#include <stdexcept>

#include "tests/unit/fetching/temporary_folder.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

struct Bench {
    void ask(CrlShelf& shelf) {
        shelf.find("http://192.0.2.1/root.crl", [this](const auto& kept) {
            CHECK_FALSE(kept);
            ++answers;
        });
    }
    void run_until(const std::function<bool()>& done) {
        while (!done()) io.run_one();
    }

    TemporaryFolder folder;
    asio::io_context io;
    const asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(io);
    Log log{LogTarget::standard_error, false};
    int answers = 0;
};

}  // namespace

TEST_CASE("nobody waits for a disk that hangs", "[fetching][hostile-h10]") {
    Bench bench;
    std::promise<void> hangs;
    CrlDisk disk;
    disk.patience = std::chrono::milliseconds(1);
    disk.open = [until = hangs.get_future().share()](const std::string& folder) {
        until.wait();
        return CrlCache::open(folder);
    };
    CrlShelf shelf(bench.io, bench.log, bench.folder.path("crls"), disk);
    bench.ask(shelf);
    bench.ask(shelf);
    CHECK(bench.answers == 0);
    bench.run_until([&] { return bench.answers == 2; });
    CHECK(shelf.is_busy());
    bench.ask(shelf);
    CHECK(bench.answers == 3);
    hangs.set_value();
    bench.run_until([&] { return !shelf.is_busy(); });
    CHECK(bench.answers == 3);
    bench.ask(shelf);
    CHECK(bench.answers == 3);
    bench.run_until([&] { return bench.answers == 4; });
}

TEST_CASE("where reading lists throws, all who ask are answered, and the next is asked for again", "[fetching]") {
    Bench bench;
    CrlDisk disk;
    bool is_broken = true;
    disk.open = [&](const std::string& folder) {
        if (is_broken) throw std::runtime_error("no room");
        return CrlCache::open(folder);
    };
    CrlShelf shelf(bench.io, bench.log, bench.folder.path("crls"), disk);
    shelf.keep("http://192.0.2.1/other.crl", base::Bytes(CrlShelf::kMostUnkept));
    for (int i = 0; i < 3; ++i) bench.ask(shelf);
    bench.run_until([&] { return bench.answers == 3 && !shelf.is_busy(); });
    is_broken = false;
    for (std::size_t i = 0; i < CrlShelf::kMostSought; ++i) bench.ask(shelf);
    CHECK(bench.answers == 3);
    bench.run_until([&] { return bench.answers == 3 + int{CrlShelf::kMostSought}; });
}
