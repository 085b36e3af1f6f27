#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "daemon/api/rpc.h"
#include "tests/unit/api/fake_service.h"
#include "tests/unit/api/talk.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

Topics only(Topic topic) {
    Topics topics;
    topics.add(topic);
    return topics;
}

std::vector<Json> all_of(Subscription& subscription) {
    std::vector<Json> all;
    while (const auto line = subscription.next()) all.push_back(Json::parse(*line));
    return all;
}

// One connection.
struct Talker {
    FakeService service;
    std::vector<AuditEntry> audited;
    Rpc rpc{service, [this](const AuditEntry& entry) { audited.push_back(entry); }};
    Subscription subscription{service.log};

    Json ask(std::string_view text) {
        Json answer;
        const Caller caller{};
        handle(rpc, text, {caller, subscription}, [&](const Reply& reply) {
            if (reply.line) answer = Json::parse(*reply.line);
        });
        return answer;
    }
    Json subscribe(const std::string& params) { return ask(request("events.subscribe", params)); }
};

}  // namespace

TEST_CASE("a subscriber is told what happens after it has subscribed, of its topics only", "[api]") {
    Talker talker;
    talker.service.log.publish(drift_event("before"));
    const Json answer = talker.subscribe(R"({"topics":["kernel"]})").at("result");
    CHECK(answer.at("topics") == Json::array({"kernel"}));
    CHECK(answer.at("revision") == 101);
    CHECK(answer.at("newest_event") == 101);
    CHECK(all_of(talker.subscription).empty());
    talker.service.log.publish(sa_event(EventKind::ike_established, SaId{7}));
    talker.service.log.publish(drift_event("policy"));
    const auto told = all_of(talker.subscription);
    REQUIRE(told.size() == 1);
    CHECK(told[0].at("jsonrpc") == "2.0");
    CHECK(told[0].at("method") == "event");
    CHECK_FALSE(told[0].contains("id"));
    const Json& event = told[0].at("params");
    CHECK(event.at("revision") == 103);
    CHECK(event.at("topic") == "kernel");
    CHECK(event.at("event") == "drift");
    CHECK(event.at("sa").is_null());
    CHECK(event.at("drift").at("repaired") == Json::array({"policy"}));
    CHECK(all_of(talker.subscription).empty());
}

TEST_CASE("an event about an SA has the ids that sa.list shows", "[api]") {
    Talker talker;
    REQUIRE(talker.subscribe(R"({"topics":["sa"]})").contains("result"));
    talker.service.log.publish(sa_event(EventKind::child_installed, SaId{7, 12}, "net"));
    talker.service.log.publish(sa_event(EventKind::ike_closed, SaId{7}));
    const auto told = all_of(talker.subscription);
    REQUIRE(told.size() == 2);
    CHECK(told[0].at("params").at("sa") == Json{{"id", "7.12"}, {"conn", "gw"}, {"child", "net"}, {"reason", nullptr}});
    CHECK(told[1].at("params").at("event") == "ike_closed");
    CHECK(told[1].at("params").at("sa").at("child").is_null());
}

TEST_CASE("the revision also grows without an event", "[api]") {
    EventLog log(5);
    log.count_change();
    log.publish(drift_event("x"));
    CHECK(log.revision() == 7);
    CHECK(log.newest(only(Topic::kernel)) == 7);
    CHECK(log.newest(only(Topic::sa)) == 0);
}

TEST_CASE("since_revision goes on where one was; 0 is everything that is kept", "[api]") {
    Talker talker;
    for (int i = 0; i < 3; ++i) talker.service.log.publish(drift_event("x"));  // 101, 102, 103
    REQUIRE(talker.subscribe(R"({"topics":["kernel"],"since_revision":102})").contains("result"));
    CHECK(all_of(talker.subscription).size() == 1);
    REQUIRE(talker.subscribe(R"({"topics":["kernel"],"since_revision":0})").contains("result"));
    CHECK(all_of(talker.subscription).size() == 3);
    const Json ahead = talker.subscribe(R"({"topics":["kernel"],"since_revision":104})").at("error");
    CHECK(ahead.at("data").at("pointer") == "/since_revision");
}

TEST_CASE("since a revision of an earlier daemon is lagged", "[api]") {
    Talker talker;
    talker.service.log.publish(drift_event("x"));
    REQUIRE(talker.subscribe(R"({"topics":["kernel"],"since_revision":20})").contains("result"));
    const auto told = all_of(talker.subscription);
    REQUIRE(told.size() == 2);
    CHECK(told[0].at("method") == "events.lagged");
    CHECK(told[0].at("params") == Json{{"from", 21}, {"to", 100}});
    CHECK(told[1].at("params").at("revision") == 101);
}

TEST_CASE("who does not take events is told how many were forgotten, and goes on", "[api][hostile-h2]") {
    Talker talker;
    REQUIRE(talker.subscribe(R"({"topics":["kernel"]})").contains("result"));
    for (std::size_t i = 0; i < kMaxEvents + 10; ++i) talker.service.log.publish(drift_event("x"));
    const auto told = all_of(talker.subscription);
    REQUIRE(told.size() == 1 + kMaxEvents);
    CHECK(told[0].at("method") == "events.lagged");
    CHECK(told[0].at("params") == Json{{"from", 101}, {"to", 110}});
    CHECK(told[1].at("params").at("revision") == 111);
}

TEST_CASE("an event of a flush of thousands is cut", "[api][hostile-g5]") {
    EventLog log;
    KernelDrift drift;
    drift.repaired.assign(5000, "policy");
    drift.failed.assign(11, "another");
    log.publish({EventKind::drift, "5000 put back", {}, drift});
    std::uint64_t cursor = 0;
    const Event* event = log.next(cursor, only(Topic::kernel));
    REQUIRE(event != nullptr);
    CHECK(event->drift->repaired.size() == kMaxSentencesOfEvent);
    CHECK(event->drift->failed.size() == kMaxSentencesOfEvent);
    CHECK(event->drift->left_out == 5000 + 11 - 2 * kMaxSentencesOfEvent);
}

TEST_CASE("to subscribe twice, or a thousand times, is one subscription", "[api][hostile-h2]") {
    Talker talker;
    for (int i = 0; i < 1000; ++i) REQUIRE(talker.subscribe(R"({"topics":["kernel","sa","sa"]})").contains("result"));
    talker.service.log.publish(drift_event("x"));
    CHECK(all_of(talker.subscription).size() == 1);
    for (std::size_t i = 1; i < kMaxSubscribers; ++i) CHECK(talker.service.log.take_place());
}

TEST_CASE("unsubscribe: some topics, or all", "[api]") {
    Talker talker;
    talker.subscribe(R"({"topics":["kernel","sa"]})");
    const Json left = talker.ask(request("events.unsubscribe", R"({"topics":["sa"]})")).at("result");
    CHECK(left.at("topics") == Json::array({"kernel"}));
    talker.service.log.publish(sa_event(EventKind::ike_closed, SaId{7}));
    CHECK(all_of(talker.subscription).empty());
    CHECK(talker.ask(request("events.unsubscribe")).at("result").at("topics").empty());
    CHECK_FALSE(talker.subscription.is_active());
    CHECK(talker.ask(request("events.unsubscribe")).contains("result"));
    talker.service.log.publish(drift_event("x"));
    CHECK(all_of(talker.subscription).empty());
}

TEST_CASE("one subscriber too many is told so; a place that is free again is given", "[api][hostile-h2]") {
    Talker talker;
    for (std::size_t i = 0; i < kMaxSubscribers; ++i) REQUIRE(talker.service.log.take_place());
    const Json refused = talker.subscribe(R"({"topics":["kernel"]})").at("error");
    CHECK(refused.at("data").at("kind") == "server.busy");
    CHECK_FALSE(talker.subscription.is_active());
    talker.service.log.give_back_place();
    {
        Subscription passing(talker.service.log);
        CHECK(passing.add(only(Topic::sa), std::nullopt));
        CHECK(talker.subscribe(R"({"topics":["kernel"]})").contains("error"));
    }
    CHECK(talker.subscribe(R"({"topics":["kernel"]})").contains("result"));
}

TEST_CASE("topics that do not exist are refused with the near name", "[api][hostile-h4]") {
    Talker talker;
    const Json error = talker.subscribe(R"({"topics":["sa","kernl"]})").at("error");
    CHECK(error.at("code") == -32602);
    CHECK(error.at("data").at("pointer") == "/topics/1");
    CHECK(error.at("data").at("did_you_mean") == "kernel");
    for (const char* params : {R"({})", R"({"topics":[]})", R"({"topics":"sa"})", R"({"topics":[7]})",
                               R"({"topics":["sa"],"since_revision":-1})", R"({"topics":["sa"],"since":1})"}) {
        CAPTURE(params);
        CHECK(talker.subscribe(params).at("error").at("code") == -32602);
    }
    CHECK_FALSE(talker.subscription.is_active());
}

TEST_CASE("as notifications, neither subscribing nor repairing does anything", "[api][hostile-h4]") {
    Talker talker;
    CHECK(talker.ask(R"({"jsonrpc":"2.0","method":"events.subscribe","params":{"topics":["sa"]}})").is_null());
    CHECK_FALSE(talker.subscription.is_active());
    CHECK(talker.ask(R"({"jsonrpc":"2.0","method":"kernel.reconcile"})").is_null());
    REQUIRE(talker.audited.size() == 1);
    CHECK(talker.audited[0].method == "kernel.reconcile");
    CHECK(talker.audited[0].outcome.find("refused") != std::string::npos);
}

TEST_CASE("kernel.reconcile tells what it found, and is audited", "[api]") {
    Talker talker;
    talker.service.drift = KernelDrift{{"a policy"}, {{SaId{7, 12}, "gw", "net"}}, {}};
    const Json drift = talker.ask(request("kernel.reconcile")).at("result");
    CHECK(drift.at("repaired") == Json::array({"a policy"}));
    CHECK(drift.at("renegotiated")[0] == Json{{"id", "7.12"}, {"conn", "gw"}, {"child", "net"}});
    CHECK(drift.at("failed").empty());
    CHECK(drift.at("left_out") == 0);
    REQUIRE(talker.audited.size() == 1);
    CHECK(talker.audited[0].outcome == "ok");
    talker.service.drift = tl::unexpected(ApiError{ErrorKind::KernelRefused, "cannot list: EPERM"});
    CHECK(talker.ask(request("kernel.reconcile")).at("error").at("data").at("kind") == "kernel.refused");
    CHECK(talker.audited.size() == 2);
}

TEST_CASE("kernel.status", "[api]") {
    Talker talker;
    talker.service.status.wanted = {4, 6};
    talker.service.status.history.age = std::chrono::seconds(3);
    talker.service.status.history.outcome = ReconcileOutcome::repaired;
    const Json status = talker.ask(request("kernel.status")).at("result");
    CHECK(status.at("wanted") == Json{{"sas", 4}, {"policies", 6}});
    CHECK(status.at("reconcile").at("age_seconds") == 3);
    CHECK(status.at("reconcile").at("outcome") == "repaired");
    CHECK(talker.audited.empty());
}
