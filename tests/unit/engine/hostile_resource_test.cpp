// A peer that says SA_RESOURCE_INFO and TS_MAX_QUEUE (RFC 9611) where it should not, or too often.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/unit/engine/per_resource.h"

namespace xfrmd::tests {

namespace {

constexpr auto kCreate = wire::ExchangeType::create_child_sa;

wire::Notify resource_info(base::Bytes data = {}) {
    return notify(wire::NotifyType::sa_resource_info, std::move(data));
}

// The engine has asked for a child for all CPUs, and the peer has said that there may be more.
struct Asked : Lonely {
    explicit Asked(bool is_granted = true) : Lonely(per_cpu_words(), with_cpus(2)) {
        be_called();
        Payloads answer = peer.auth_response(auth_request);
        if (is_granted) answer.emplace_back(resource_info());
        tell(peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    }

    // The operation; what the engine has sent for it is in `asked`, empty where it has asked for nothing.
    std::uint64_t ask(std::uint32_t cpu) {
        const std::size_t before = host.sent.size();
        const auto operation = wire.initiate(host, {{}, "gw", "net", {}, {}, sa()->sa().id, {}, cpu});
        wire.settle();
        asked = host.sent.size() > before ? host.sent.back().bytes : base::Bytes();
        return operation;
    }
    std::vector<base::Bytes> answer(const Payloads& payloads) {
        const wire::Header header = read(asked).header;
        return tell(peer.protect(kCreate, static_cast<std::uint32_t>(header.message_id), true, payloads));
    }
    Payloads grant(const std::string& esp = "aes128gcm16") {
        const wire::Payloads wanted = peer.open(asked).value();
        return {ScriptedPeer::esp_offer(0xc0ffee20, esp), wire::Nonce{base::Bytes(32, 5)}, *wanted.ts_i, *wanted.ts_r};
    }

    base::Bytes asked;
};

// The peer has asked for a child, and may ask for more.
struct Asking : Lonely {
    explicit Asking(ike::Options options = with_cpus(2)) : Lonely(per_cpu_words(), options) {
        begin();
        Payloads request = peer.auth_request();
        request.emplace_back(resource_info());
        tell(peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
    }

    wire::Payloads create(const Payloads& payloads) {
        const auto answers = tell(peer.protect(kCreate, ++last, false, payloads));
        return peer.open(answers.at(0)).value();
    }
    Payloads request(const std::string& esp = "aes128gcm16") {
        return {resource_info(), ScriptedPeer::esp_offer(0xc0ffee40 + last, esp),
                wire::Nonce{base::Bytes(32, static_cast<std::uint8_t>(last))}, peer.own_selectors(),
                peer.engine_selectors()};
    }

    std::uint32_t last = 1;
};

bool says(const wire::Payloads& payloads, wire::NotifyType type) { return payloads.find(type) != nullptr; }

}  // namespace

TEST_CASE("what is not granted is not asked for again", "[engine][rfc9611-6][hostile-f17]") {
    Asked lonely;
    const auto operation = lonely.ask(1);
    REQUIRE_FALSE(lonely.asked.empty());
    CHECK(says(lonely.peer.open(lonely.asked).value(), wire::NotifyType::sa_resource_info));
    Payloads answer;
    auto reason = Reason::TsMaxQueue;
    SECTION("TS_MAX_QUEUE") { answer = {notify(wire::NotifyType::ts_max_queue)}; }
    SECTION("NO_ADDITIONAL_SAS") {
        answer = {notify(wire::NotifyType::no_additional_sas)};
        reason = Reason::NoAdditionalSas;
    }
    SECTION("TS_UNACCEPTABLE") {
        answer = {notify(wire::NotifyType::ts_unacceptable)};
        reason = Reason::TrafficSelectorsUnacceptable;
    }
    SECTION("SINGLE_PAIR_REQUIRED") {
        answer = {notify(wire::NotifyType::single_pair_required)};
        reason = Reason::SinglePairRequired;
    }
    SECTION("no SA_RESOURCE_INFO") {
        answer = lonely.grant();
        reason = Reason::ResourceInfoMissing;
    }
    SECTION("other selectors") {
        answer = lonely.grant();
        answer.emplace_back(resource_info());
        std::get<wire::TrafficSelectorPayload>(answer.at(2)).selectors = selectors({"10.1.7.0/24"});
        reason = Reason::GroupPropertiesDiffer;
    }
    const bool is_made = answer.size() > 1;
    const auto sent = lonely.answer(answer);
    CHECK(lonely.host.outcome(operation) == base::name(reason));
    CHECK(lonely.host.count(reason) == 1);
    CHECK(sent.size() == (is_made ? 1 : 0));  // a Delete of what the peer has made
    if (is_made) lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 3, true, {}));
    CHECK(lonely.host.kernel.children().size() == 1);
    CHECK(lonely.host.outcome(lonely.ask(0)) == base::name(Reason::TsMaxQueue));
    CHECK(lonely.asked.empty());
    CHECK(lonely.host.established() == 1);
}

TEST_CASE("what may be granted later is asked for again", "[engine][rfc7296-2.25][rfc9611-6]") {
    Asked lonely;
    const auto operation = lonely.ask(1);
    lonely.answer({notify(wire::NotifyType::temporary_failure)});
    CHECK(lonely.host.outcome(operation) == base::name(Reason::TemporaryFailure));
    const auto again = lonely.ask(1);
    REQUIRE_FALSE(lonely.asked.empty());
    Payloads answer = lonely.grant();
    answer.emplace_back(resource_info(base::Bytes(4, 0xff)));
    lonely.answer(answer);
    CHECK(lonely.host.outcome(again) == "ok");
    CHECK(cpus(lonely.host) == std::vector<std::string>{"all", "1"});
}

TEST_CASE("without SA_RESOURCE_INFO in the first answer there are none", "[engine][rfc9611-3]") {
    Asked lonely(false);
    CHECK_FALSE(lonely.host.kernel.list().at(0)->in_group);
    CHECK(lonely.host.outcome(lonely.ask(1)) == base::name(Reason::NotFound));
    CHECK(lonely.asked.empty());
}

TEST_CASE("a peer gets two for each CPU and no more", "[engine][rfc9611-6][rfc9611-7][hostile-f17]") {
    Asking lonely;
    for (int i = 0; i < 4; ++i) {
        const wire::Payloads answer = lonely.create(lonely.request());
        CHECK(says(answer, wire::NotifyType::sa_resource_info));
        CHECK(answer.sa);
    }
    CHECK(cpus(lonely.host) == std::vector<std::string>{"all", "0", "1", "0", "1"});
    for (int i = 0; i < 10; ++i) CHECK(says(lonely.create(lonely.request()), wire::NotifyType::ts_max_queue));
    CHECK(lonely.host.count(Reason::TsMaxQueue) == 10);
    CHECK(lonely.host.kernel.children().size() == 5);
    SECTION("of a group of other selectors as well") {
        Payloads other = lonely.request();
        std::get<wire::TrafficSelectorPayload>(other.at(3)).selectors = selectors({"10.2.7.0/24"});
        CHECK(lonely.create(other).sa);
        CHECK(cpus(lonely.host).back() == "all");
    }
    CHECK(disagreement_inside(lonely.host) == "");
}

TEST_CASE("a full IKE SA does not say NO_ADDITIONAL_SAS of a single resource", "[engine][rfc9611-6][hostile-f17]") {
    ike::Options options = with_cpus(64);
    options.most_children = 3;
    Asking lonely(options);
    for (int i = 0; i < 2; ++i) CHECK(lonely.create(lonely.request()).sa);
    CHECK(says(lonely.create(lonely.request()), wire::NotifyType::ts_max_queue));
    Payloads plain = lonely.request();
    plain.erase(plain.begin());
    CHECK(says(lonely.create(plain), wire::NotifyType::no_additional_sas));
}

TEST_CASE("who is of the group has the group's properties", "[engine][rfc9611-3][hostile-f17]") {
    ConnectionWords words = per_cpu_words();
    words.children.front().esp = "aes128gcm16,aes256gcm16";
    Lonely lonely(words, with_cpus(2));
    lonely.begin();
    Payloads first = lonely.peer.auth_request();
    first.emplace_back(resource_info());
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, first));
    const auto answers = lonely.tell(lonely.peer.protect(
        kCreate, 2, false,
        {resource_info(), ScriptedPeer::esp_offer(0xc0ffee41, "aes256gcm16"), wire::Nonce{base::Bytes(32, 1)},
         lonely.peer.own_selectors(), lonely.peer.engine_selectors()}));
    CHECK(says(lonely.peer.open(answers.at(0)).value(), wire::NotifyType::no_proposal_chosen));
    CHECK(lonely.host.count(Reason::GroupPropertiesDiffer) == 1);
    CHECK(lonely.host.kernel.children().size() == 1);
    CHECK(disagreement_inside(lonely.host) == "");
}

TEST_CASE("a plain child beside a group is in none", "[engine][rfc9611-3]") {
    Asking lonely;
    Payloads plain = lonely.request();
    plain.erase(plain.begin());
    const wire::Payloads answer = lonely.create(plain);
    CHECK_FALSE(says(answer, wire::NotifyType::sa_resource_info));
    CHECK_FALSE(lonely.host.kernel.list().at(1)->in_group);
}

TEST_CASE("a peer rekeys a child for a CPU without saying so", "[engine][rfc9611-3]") {
    Asking lonely;
    lonely.create(lonely.request());
    Payloads rekeying = lonely.request();
    const bool says_so = GENERATE(false, true);
    rekeying.front() = wire::Notify{policy::ProtocolId::esp, {0xc0, 0xff, 0xee, 0x41}, wire::NotifyType::rekey_sa, {}};
    if (says_so) rekeying.emplace_back(resource_info());
    const wire::Payloads answer = lonely.create(rekeying);
    REQUIRE(answer.sa);
    CHECK(says(answer, wire::NotifyType::sa_resource_info) == says_so);
    CHECK(lonely.host.kernel.list().back()->cpu == 0U);
}

TEST_CASE("SA_RESOURCE_INFO elsewhere means nothing", "[engine][rfc9611-5.1][hostile-f17]") {
    Lonely lonely(per_cpu_words(), with_cpus(2));
    Payloads init = lonely.peer.init_payloads();
    init.emplace_back(resource_info(base::Bytes(1000, 1)));
    lonely.peer.take_init_response(lonely.tell(lonely.peer.init_request(init)).at(0));
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, lonely.peer.auth_request()));
    CHECK_FALSE(lonely.host.kernel.list().at(0)->in_group);
    const auto answers = lonely.tell(lonely.peer.protect(wire::ExchangeType::informational, 2, false,
                                                         {resource_info(), notify(wire::NotifyType::ts_max_queue)}));
    CHECK(lonely.peer.open(answers.at(0)) == wire::Payloads{});
    CHECK(lonely.host.counted() == 0);
}

}  // namespace xfrmd::tests
