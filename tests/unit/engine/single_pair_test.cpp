// A peer that takes children for a single pair of addresses only (SINGLE_PAIR_REQUIRED, RFC 7296 2.9).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

policy::TrafficSelector selector(const std::string& text) { return policy::parse_selector(text).value().selector; }

bool is_single(const policy::TrafficSelectors& selectors) {
    return std::all_of(selectors.begin(), selectors.end(), [&](const policy::TrafficSelector& one) {
        return one.is_host() && one.addresses == selectors.front().addresses;
    });
}

struct Particular : Lonely {
    using Lonely::Lonely;

    std::uint64_t ask(const std::optional<policy::TriggeringPacket>& packet = {}) {
        ike::Initiate wish{{}, "gw", {}, host.address, peer.self.address, {}, packet};
        if (sa() != nullptr) {
            const std::size_t before = host.sent.size();
            const auto operation = wire.initiate(host, std::move(wish));
            wire.settle();
            if (host.sent.size() > before) answer(host.sent.back().bytes);
            return operation;
        }
        const auto operation = be_called(std::move(wish));
        note(auth_request);
        Payloads refusal = peer.auth_response(auth_request);
        refusal.resize(2);
        refusal.emplace_back(notify(wire::NotifyType::single_pair_required));
        const auto sent = tell(peer.protect(wire::ExchangeType::ike_auth, 1, true, refusal));
        if (!sent.empty()) answer(sent.at(0));
        return operation;
    }
    std::uint64_t ask(const std::string& from, const std::string& to) {
        return ask(policy::TriggeringPacket{selector(from), selector(to)});
    }
    // And what the engine asks for then.
    void answer(base::Bytes request) {
        for (std::vector<base::Bytes> sent{std::move(request)}; !sent.empty(); sent = tell(reply(sent.at(0)))) {
        }
    }
    base::Bytes reply(const base::Bytes& request) {
        const wire::Payloads wanted = peer.open(request).value();
        const wire::Header header = read(request).header;
        if (header.exchange != wire::ExchangeType::create_child_sa)
            return peer.protect(header.exchange, static_cast<std::uint32_t>(header.message_id), true, {});
        note(wanted);
        const bool is_granted = grants && is_single(wanted.ts_i->selectors) && is_single(wanted.ts_r->selectors);
        const auto number = static_cast<std::uint8_t>(asked.size());
        const Payloads granted{ScriptedPeer::esp_offer(0xc0ffee10U + number), wire::Nonce{base::Bytes(32, number)},
                               *wanted.ts_i, *wanted.ts_r};
        const Payloads refused{notify(wire::NotifyType::single_pair_required)};
        return peer.protect(header.exchange, static_cast<std::uint32_t>(header.message_id), true,
                            is_granted ? granted : refused);
    }
    void note(const wire::Payloads& wanted) {
        asked.push_back(to_string(wanted.ts_i->selectors) + " - " + to_string(wanted.ts_r->selectors));
    }

    bool grants = true;
    std::vector<std::string> asked;
};

}  // namespace

TEST_CASE("a packet's own pair of addresses is asked for where the peer wants one", "[engine][rfc7296-2.9]") {
    Particular lonely;
    const auto operation = lonely.ask("10.1.0.10[tcp/40000]", "10.2.0.10[tcp/443]");
    CHECK(lonely.host.outcome(operation) == "ok");
    CHECK(lonely.asked.size() == 2);
    CHECK(lonely.asked.back() == "10.1.0.10/32 - 10.2.0.10/32");
    REQUIRE(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.kernel.list().at(0)->local_ts == selectors({"10.1.0.10/32"}));

    SECTION("and so is the next packet's, at once") {
        const auto next = lonely.ask("10.1.0.10", "10.2.0.11");
        CHECK(lonely.host.outcome(next) == "ok");
        CHECK(lonely.asked.size() == 3);
        CHECK(lonely.asked.back() == "10.1.0.10/32 - 10.2.0.11/32");
        CHECK(lonely.host.kernel.children().size() == 2);
    }
    SECTION("but none that is there") {
        const auto again = lonely.ask("10.1.0.10[udp/7]", "10.2.0.10[udp/9]");
        CHECK(lonely.host.outcome(again) == "ok");
        CHECK(lonely.asked.size() == 2);
    }
    CHECK(disagreement_inside(lonely.host) == "");
}

TEST_CASE("without a packet each pair of hosts is asked for", "[engine][rfc7296-2.9]") {
    ConnectionWords words;
    words.children = {{.local_ts = {"10.1.0.1[tcp]", "10.1.0.2"}, .remote_ts = {"10.2.0.1", "10.2.0.2/32"}}};
    Particular lonely(words);
    const auto operation = lonely.ask();
    CHECK(lonely.host.outcome(operation) == "ok");
    CHECK(lonely.asked == std::vector<std::string>{"10.1.0.1/32[tcp] 10.1.0.2/32 - 10.2.0.1/32 10.2.0.2/32",
                                                   "10.1.0.1/32[tcp] - 10.2.0.1/32", "10.1.0.1/32[tcp] - 10.2.0.2/32",
                                                   "10.1.0.2/32 - 10.2.0.1/32", "10.1.0.2/32 - 10.2.0.2/32"});
    CHECK(lonely.host.kernel.children().size() == 4);
    CHECK(disagreement_inside(lonely.host) == "");
}

TEST_CASE("too many pairs are not asked for", "[engine][rfc7296-2.9]") {
    ConnectionWords words;
    SECTION("of a network") {}
    SECTION("of many hosts") {
        words.children = {{.local_ts = {}, .remote_ts = {"10.2.0.1"}}};
        for (int i = 1; i <= 17; ++i) words.children[0].local_ts.push_back("10.1.0." + std::to_string(i));
    }
    Particular lonely(words);
    const auto operation = lonely.ask();
    CHECK(lonely.host.outcome(operation) == base::name(Reason::SinglePairRequired));
    CHECK(lonely.asked.size() == 1);
    CHECK(lonely.host.kernel.children().empty());
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("a peer that wants a single pair of a single pair is not asked again", "[engine][rfc7296-2.9]") {
    Particular lonely;
    lonely.grants = false;
    const auto operation = lonely.ask("10.1.0.10", "10.2.0.10");
    CHECK(lonely.host.outcome(operation) == base::name(Reason::SinglePairRequired));
    CHECK(lonely.asked.size() == 2);
    CHECK(lonely.host.kernel.children().empty());
}

TEST_CASE("a child for a single pair is rekeyed as that", "[engine][rfc7296-2.9.2]") {
    Particular lonely;
    lonely.ask("10.1.0.10", "10.2.0.10");
    const auto& sa = *lonely.sa();
    const auto operation = lonely.wire.rekey(lonely.host, sa.sa().id, sa.established()->children.at(0).id);
    lonely.wire.settle();
    lonely.answer(lonely.host.sent.back().bytes);
    CHECK(lonely.host.outcome(operation) == "ok");
    CHECK(lonely.asked.size() == 3);
    CHECK(lonely.asked.back() == "10.1.0.10/32 - 10.2.0.10/32");
    CHECK(lonely.host.kernel.list().back()->local_ts == selectors({"10.1.0.10/32"}));
}

TEST_CASE("a child for a single pair that the peer has lost is made anew as that", "[engine][rfc7296-2.25]") {
    Particular lonely;
    lonely.ask("10.1.0.10", "10.2.0.10");
    const auto& sa = *lonely.sa();
    lonely.wire.rekey(lonely.host, sa.sa().id, sa.established()->children.at(0).id);
    lonely.wire.settle();
    const wire::Header header = read(lonely.host.sent.back().bytes).header;
    const auto sent = lonely.tell(lonely.peer.protect(header.exchange, static_cast<std::uint32_t>(header.message_id),
                                                      true, {notify(wire::NotifyType::child_sa_not_found)}));
    REQUIRE(sent.size() == 1);
    lonely.answer(sent.at(0));
    CHECK(lonely.asked.back() == "10.1.0.10/32 - 10.2.0.10/32");
    CHECK(lonely.host.kernel.children().size() == 1);
}

}  // namespace xfrmd::tests
