#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/updown/samples.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::updown;
using namespace xfrmd::daemon::updown::test;

namespace {

// Commands that write to a file in a folder of their own; all of them run to their end.
class Bench {
public:
    Bench() {
        std::string name = (std::filesystem::temp_directory_path() / "updown-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        folder_ = name;
    }
    ~Bench() { std::filesystem::remove_all(folder_); }
    Bench(const Bench&) = delete;
    Bench& operator=(const Bench&) = delete;

    std::string said_in() const { return (folder_ / "said").string(); }
    Occasion telling(const std::string& what = "$PLUTO_VERB") const {
        return occasion("echo \"" + what + "\" >>" + said_in());
    }
    // Until nothing runs any more.
    void run() {
        io.restart();
        io.run();
    }
    std::string said() const {
        std::ifstream file(said_in());
        std::ostringstream text;
        text << file.rdbuf();
        return text.str();
    }

    asio::io_context io;
    Log log{LogTarget::standard_error, false};
    Updown updown{io, log, std::chrono::seconds(100)};

private:
    std::filesystem::path folder_;
};

}  // namespace

TEST_CASE("commands run when a child comes up and when it has gone, not when it is rekeyed", "[updown]") {
    Bench bench;
    bench.updown.is_up(arrival(1, bench.telling()));
    bench.run();
    CHECK(bench.said() == "up-client\n");
    bench.updown.is_up(rekeyed(2, 1, bench.telling()));
    bench.updown.is_down(ike::ChildSaId{1});
    bench.updown.is_up(rekeyed(3, 2, bench.telling()));
    bench.updown.is_down(ike::ChildSaId{2});
    bench.run();
    CHECK(bench.said() == "up-client\n");
    bench.updown.is_down(ike::ChildSaId{3});
    bench.updown.is_down(ike::ChildSaId{3});
    bench.run();
    CHECK(bench.said() == "up-client\ndown-client\n");
}

TEST_CASE("an IKE SA that is authenticated again has its child come up before the old one goes", "[updown]") {
    Bench bench;
    Occasion first = bench.telling("$PLUTO_VERB $PLUTO_UNIQUEID");
    Occasion second = first;
    second.ike_sa = 8;
    bench.updown.is_up(arrival(1, first));
    bench.run();
    bench.updown.is_up(arrival(2, second));
    bench.updown.is_down(ike::ChildSaId{1});
    bench.run();
    CHECK(bench.said() == "up-client 7\nup-client 8\ndown-client 7\n");
}

TEST_CASE("SAs of single CPUs are nothing to commands", "[updown][rfc9611-3]") {
    Bench bench;
    Arrival of_cpu = arrival(2, bench.telling());
    of_cpu.is_of_cpu = true;
    bench.updown.is_up(of_cpu);
    bench.updown.is_down(ike::ChildSaId{2});
    bench.run();
    CHECK(bench.said().empty());
}

TEST_CASE("commands of one child run one after the other, those of others beside them", "[updown]") {
    Bench bench;
    // The second one says something only after the third has: with one at a time for all, this would not end.
    Occasion slow = occasion("echo begin >>" + bench.said_in() + "; until grep -q other " + bench.said_in() +
                             "; do :; done; echo end >>" + bench.said_in());
    Occasion same = bench.telling("same");
    Occasion other = bench.telling("other");
    other.remote_ts = {selector("10.3.0.0/24")};
    bench.updown.is_up(arrival(1, slow));
    bench.updown.is_up(arrival(2, same));
    bench.updown.is_up(arrival(3, other));
    bench.run();
    const std::string said = bench.said();
    CHECK(said.find("end") < said.find("same"));
    CHECK(said.find("other") < said.find("end"));
}

TEST_CASE("what has gone before its command's turn came is passed over", "[updown][hostile-h9]") {
    Bench bench;
    bench.updown.is_up(arrival(1, bench.telling("$PLUTO_VERB $PLUTO_UNIQUEID")));
    for (std::uint64_t id = 2; id < 1000; ++id) {
        Occasion next = bench.telling("$PLUTO_VERB $PLUTO_UNIQUEID");
        next.ike_sa = id;
        bench.updown.is_up(arrival(id, next));
        bench.updown.is_down(ike::ChildSaId{id});
    }
    bench.updown.is_down(ike::ChildSaId{1});
    bench.run();
    CHECK(bench.said() == "up-client 7\ndown-client 7\n");
}

TEST_CASE("at the end commands run for what still stands, and are waited for", "[updown]") {
    Bench bench;
    bench.updown.is_up(arrival(1, bench.telling()));
    bench.run();
    std::string said_then;
    bench.updown.end([&] { said_then = bench.said(); });
    bench.run();
    CHECK(said_then == "up-client\ndown-client\n");
}

TEST_CASE("a command that does not end is killed, with its children", "[updown][hostile-h9]") {
    Bench bench;
    bool ended = false;
    const Script script{"trap '' TERM; sleep 1000 & sleep 1000", {"PATH=/usr/bin:/bin"}, "hanging"};
    ScriptRun run(bench.io, bench.log, script, std::chrono::seconds(0), [&] { ended = true; });
    bench.run();
    CHECK(ended);
}

TEST_CASE("a command that cannot be run has ended", "[updown][hostile-h9]") {
    Bench bench;
    bool ended = false;
    const Script script{std::string(1 << 20, 'x'), {}, "too long"};
    ScriptRun run(bench.io, bench.log, script, std::chrono::seconds(100), [&] { ended = true; });
    bench.run();
    CHECK(ended);
}

TEST_CASE("what peers choose reaches commands as values alone", "[updown][hostile-h7]") {
    Bench bench;
    Occasion hostile = bench.telling("$PLUTO_PEER_ID");
    hostile.remote_id = "$(echo broken >>" + bench.said_in() + "); `id` \" ' \\ ;";
    bench.updown.is_up(arrival(1, hostile));
    bench.run();
    CHECK(bench.said() == hostile.remote_id + "\n");
}

TEST_CASE("what a command says is lines of bounded length and number, and printable", "[updown][hostile-h9]") {
    std::vector<std::string> lines;
    ScriptOutput output([&](const std::string& line) { lines.push_back(line); });
    const auto say = [&](const std::string& text) { output.take(base::as_bytes(text)); };
    say("first\nsec");
    say("ond\x1b[31m\n\n");
    say(std::string(ScriptOutput::kLongestLine + 10, 'x') + "\n");
    for (std::size_t i = 0; i < 2 * ScriptOutput::kMostLines; ++i) say("again\n");
    output.end();
    REQUIRE(lines.size() == ScriptOutput::kMostLines + 1);
    CHECK(lines[0] == "first");
    CHECK(lines[1] == "second\\x1b[31m");
    CHECK(lines[2] == std::string(ScriptOutput::kLongestLine, 'x'));
    const std::size_t more = 10 + 6 * (ScriptOutput::kMostLines + 3);
    CHECK(lines.back() == "(" + std::to_string(more) + " bytes more)");
}

TEST_CASE("the more commands there are at the end, the longer they are waited for, within the unit's time",
          "[updown]") {
    CHECK(patience_for(0) == std::chrono::seconds(5));
    CHECK(patience_for(5) == std::chrono::seconds(10));
    CHECK(patience_for(100'000) == std::chrono::seconds(14));
}

TEST_CASE("whose commands run or wait is known, and how many one after the other", "[updown]") {
    Bench bench;
    ScriptQueue queue(bench.io, bench.log, std::chrono::seconds(100));
    for (const char* subject : {"a", "b", "b", "b"}) queue.add(subject, 1, {"true", {}, subject});
    CHECK(queue.subjects() == std::vector<std::string>{"b", "a", "b"});
    CHECK(queue.turns() == 2);
    for (int i = 0; i < 80; ++i) queue.add(std::to_string(i), 1, {"true", {}, "other"});
    CHECK(queue.turns() == 9);
    bench.run();
    CHECK(queue.subjects().empty());
    CHECK(queue.turns() == 0);
}
