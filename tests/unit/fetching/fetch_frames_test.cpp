#include "daemon/fetching/fetch_frames.h"
#include "daemon/sockets/frame_splitter.h"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <vector>

#include "tests/support/seeded_random.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

base::Bytes contents_of(const base::Bytes& frame) {
    FrameSplitter splitter(frame.size());
    splitter.feed(frame);
    auto contents = splitter.next();
    REQUIRE(contents);
    CHECK_FALSE(splitter.next());
    return *contents;
}

}  // namespace

TEST_CASE("questions and answers are understood as they were meant", "[fetching]") {
    for (const FetchQuestion& question :
         {FetchQuestion{1, 100, "http://ca.example/root.crl"},
          FetchQuestion{~std::uint64_t{0}, ~std::uint32_t{0}, "http://ca.example/", {0x30, 0x00}},
          FetchQuestion{0, 0, ""}}) {
        CHECK(decode_question(contents_of(encode(question))) == question);
    }
    for (const FetchAnswer& answer :
         {FetchAnswer{7, {1, 2, 3}}, FetchAnswer{7}, FetchAnswer{7, {}, "does not answer in time"}}) {
        CHECK(decode_answer(contents_of(encode(answer))) == answer);
    }
}

TEST_CASE("frames are found however they are cut", "[fetching]") {
    const base::Bytes first = encode(FetchAnswer{1, base::Bytes(300, 'x')});
    const base::Bytes second = encode(FetchAnswer{2, {}, "no"});
    base::Bytes all = first;
    base::append(all, second);
    for (std::size_t piece = 1; piece <= all.size(); ++piece) {
        FrameSplitter splitter(1000);
        std::vector<base::Bytes> found;
        for (std::size_t start = 0; start < all.size(); start += piece) {
            splitter.feed(base::ByteView(all).subspan(start, std::min(piece, all.size() - start)));
            while (auto frame = splitter.next()) found.push_back(std::move(*frame));
        }
        REQUIRE(found.size() == 2);
        CHECK(decode_answer(found[0])->number == 1);
        CHECK(decode_answer(found[1])->number == 2);
    }
}

TEST_CASE("a frame that is too long breaks the rest, before its octets are there", "[fetching][hostile-h10]") {
    FrameSplitter splitter(1000);
    splitter.feed(base::Bytes{0, 0, 0x03, 0xe9});
    CHECK_FALSE(splitter.next());
    CHECK(splitter.is_broken());
    splitter.feed(encode(FetchAnswer{1}));
    CHECK_FALSE(splitter.next());
}

TEST_CASE("no octets of a helper do harm", "[fetching][hostile-h10]") {
    tests::SeededRandom random(1);
    for (int round = 0; round < 2000; ++round) {
        base::Bytes bytes(static_cast<std::size_t>(round) % 64);
        random.fill(bytes);
        if (const auto answer = decode_answer(bytes)) CHECK(answer->body.size() + answer->failure.size() <= 4 * 64);
        if (const auto question = decode_question(bytes)) CHECK(question->uri.size() <= 64);
        FrameSplitter splitter(40);
        splitter.feed(bytes);
        while (const auto frame = splitter.next()) CHECK(frame->size() <= 40);
    }
}

TEST_CASE("a failure that a helper tells is printable", "[fetching][hostile-h10]") {
    base::Bytes contents(8, 0);
    base::append(contents, base::Bytes{1, 0x1b, '[', 'm'});
    CHECK(decode_answer(contents)->failure == "\\x1b[m");
    contents.resize(9);
    CHECK_FALSE(decode_answer(contents));  // a failure without a word
}
