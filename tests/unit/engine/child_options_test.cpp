// What may be agreed for a child beyond its keys: BEET mode, extended sequence numbers, IPComp, TFC padding (RFC 7296
// 1.3.1, 2.22, 3.3.2; RFC 4303 2.2.1).
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <algorithm>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

namespace {

ConnectionWords in_mode(policy::Mode mode, const std::string& local = "10.1.1.1",
                        const std::string& remote = "10.2.1.1") {
    return {.children = {{.local_ts = {local}, .remote_ts = {remote}, .mode = mode}}};
}

ConnectionWords with_ipcomp(bool wanted) { return {.children = {{.ipcomp = wanted}}}; }

const base::Bytes kStrongSwan = {0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc,
                                 0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b, 0xeb};

bool shows_strongswan(const Parcel& first_message) {
    const auto ids = read(first_message.bytes).clear.vendor_ids;
    return std::find(ids.begin(), ids.end(), wire::VendorId{kStrongSwan}) != ids.end();
}

}  // namespace

TEST_CASE("BEET between two hosts", "[engine][rfc7296-1.3.1]") {
    Gateways gateways(in_mode(policy::Mode::beet));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    CHECK(gateways.left.kernel.list().at(0)->mode == policy::Mode::beet);
    CHECK(gateways.right.kernel.list().at(0)->mode == policy::Mode::beet);
}

TEST_CASE("strongSwan's vendor ID goes with BEET only", "[engine][rfc7296-3.12]") {
    const auto mode = GENERATE(policy::Mode::tunnel, policy::Mode::transport, policy::Mode::beet);
    Gateways gateways(in_mode(mode));
    gateways.connect();
    CHECK(shows_strongswan(gateways.left.sent.at(0)) == (mode == policy::Mode::beet));
    CHECK(shows_strongswan(gateways.right.sent.at(0)) == (mode == policy::Mode::beet));
}

TEST_CASE("BEET is not for networks", "[engine][rfc7296-1.3.1]") {
    const bool wide_left = GENERATE(true, false);
    const auto words =
        in_mode(policy::Mode::beet, wide_left ? "10.1.1.0/24" : "10.1.1.1", wide_left ? "10.2.1.1" : "10.2.1.0/31");
    Gateways gateways(words);
    const auto operation = gateways.connect();
    CHECK(gateways.left.failed(operation));
    CHECK(gateways.right.count(Reason::ModeUnacceptable) == 1);
    CHECK(gateways.left.established() == 1);
    CHECK(gateways.left.kernel.children().empty());
    CHECK(gateways.disagreement() == "");
}

TEST_CASE("BEET with several selectors of the same hosts", "[engine][rfc7296-1.3.1]") {
    ConnectionWords words = in_mode(policy::Mode::beet);
    words.children[0].local_ts = {"10.1.1.1[tcp/80]", "10.1.1.1[udp]"};
    Gateways gateways(words);
    CHECK(gateways.left.outcome(gateways.connect()) == "ok");
    CHECK(gateways.disagreement() == "");
    words.children[0].local_ts = {"10.1.1.1", "10.1.1.3"};
    Gateways others(words);
    CHECK(others.left.failed(others.connect()));
    CHECK(others.disagreement() == "");
}

TEST_CASE("an answer in another mode than asked for is no child", "[engine][rfc7296-1.3.1]") {
    struct Row {
        policy::Mode asked;
        std::vector<wire::NotifyType> answered;
        bool fits;
    };
    using enum wire::NotifyType;
    const auto row = GENERATE(values<Row>({
        {policy::Mode::beet, {}, false},
        {policy::Mode::beet, {use_transport_mode}, false},
        {policy::Mode::beet, {use_beet_mode}, true},
        {policy::Mode::transport, {}, false},
        {policy::Mode::transport, {use_beet_mode}, false},
        {policy::Mode::transport, {use_transport_mode, use_beet_mode}, true},
        {policy::Mode::tunnel, {use_transport_mode}, false},
        // A private number, which means nothing to who did not ask for BEET.
        {policy::Mode::tunnel, {use_beet_mode}, true},
    }));
    Lonely lonely(in_mode(row.asked));
    const auto operation = lonely.be_called();
    CHECK((lonely.auth_request.find(use_beet_mode) != nullptr) == (row.asked == policy::Mode::beet));
    CHECK((lonely.auth_request.find(use_transport_mode) != nullptr) == (row.asked == policy::Mode::transport));
    Payloads answer = lonely.peer.auth_response(lonely.auth_request);
    for (const auto type : row.answered) answer.emplace_back(notify(type));
    const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, true, answer));
    CHECK(lonely.host.established() == 1);
    if (row.fits) {
        CHECK(lonely.host.outcome(operation) == "ok");
        CHECK(lonely.host.kernel.list().at(0)->mode == row.asked);
    } else {
        CHECK(lonely.host.outcome(operation) == base::name(Reason::ModeUnacceptable));
        CHECK(lonely.peer.open(sent.at(0))->deletes.size() == 1);
        CHECK(lonely.host.kernel.children().empty());
    }
}

TEST_CASE("a tunnel is what a peer gets that asked for another mode", "[engine][rfc7296-1.3.1]") {
    Lonely lonely;
    lonely.begin();
    Payloads request = lonely.peer.auth_request();
    request.emplace_back(notify(GENERATE(wire::NotifyType::use_beet_mode, wire::NotifyType::use_transport_mode)));
    const auto sent = lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, false, request));
    const auto answer = lonely.peer.open(sent.at(0));
    CHECK(answer->sa);
    CHECK(answer->notifies.empty());
    CHECK(lonely.host.kernel.list().at(0)->mode == policy::Mode::tunnel);
}

TEST_CASE("extended sequence numbers", "[engine][rfc7296-3.3.2][rfc4303-2.2.1]") {
    struct Row {
        std::string left, right, expected;
    };
    const auto row = GENERATE(values<Row>({
        {"aes128gcm16", "aes128gcm16", "no"},
        {"aes128gcm16-esn", "aes128gcm16-esn", "yes"},
        {"aes128gcm16-esn", "aes128gcm16-noesn", ""},
        {"aes128gcm16", "aes128gcm16-esn", ""},
        {"aes128gcm16-esn-noesn", "aes128gcm16", "no"},
        {"aes128gcm16-noesn-esn", "aes128gcm16-esn", "yes"},
        // The responder's order counts.
        {"aes128gcm16-noesn-esn", "aes128gcm16-esn-noesn", "yes"},
        {"aes128gcm16-esn-noesn", "aes128gcm16-noesn-esn", "no"},
        {"aes128-sha256-esn-noesn", "aes128-sha256-esn", "yes"},
    }));
    INFO(row.left << " - " << row.right);
    const auto words = [](const std::string& esp) { return ConnectionWords{.children = {{.esp = esp}}}; };
    Gateways gateways(words(row.left), mirrored(words(row.right)));
    const auto operation = gateways.connect();
    CHECK(gateways.disagreement() == "");
    if (row.expected.empty()) {
        CHECK(gateways.left.outcome(operation) == base::name(Reason::NoProposalChosen));
        return;
    }
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.left.kernel.list().at(0)->suite.esn == (row.expected == "yes"));
}

TEST_CASE("IPComp where both sides want it", "[engine][rfc7296-2.22][rfc3173-3.3]") {
    const bool left = GENERATE(true, false);
    const bool right = GENERATE(true, false);
    Gateways gateways(with_ipcomp(left), mirrored(with_ipcomp(right)));
    const auto operation = gateways.connect();
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    const auto ipcomp = gateways.left.kernel.list().at(0)->ipcomp;
    REQUIRE(ipcomp.has_value() == (left && right));
    if (!ipcomp) return;
    for (const ike::Cpi cpi : {ipcomp->in, ipcomp->out}) {
        CHECK(static_cast<std::uint16_t>(cpi) >= 0x100);
        CHECK(static_cast<std::uint16_t>(cpi) <= 0xefff);
    }
}

TEST_CASE("IPComp of further children, and of AH", "[engine][rfc7296-2.22]") {
    ConnectionWords words = two_children("");
    words.children.front().ipcomp = words.children.back().ipcomp = true;
    words.children.back().ah = "sha256";
    Gateways gateways(words);
    gateways.connect();
    const auto operation = gateways.connect("second");
    CHECK(gateways.left.outcome(operation) == "ok");
    CHECK(gateways.disagreement() == "");
    const auto children = gateways.left.kernel.list();
    REQUIRE(children.size() == 2);
    REQUIRE(children[0]->ipcomp);
    REQUIRE(children[1]->ipcomp);
    CHECK(children[0]->ipcomp->in != children[1]->ipcomp->in);
}

TEST_CASE("who cannot take TFC padding says so", "[engine][rfc7296-1.3.1]") {
    const bool as_responder = GENERATE(true, false);
    const bool says_so = GENERATE(true, false);
    Lonely lonely;
    if (as_responder) {
        lonely.begin();
    } else {
        lonely.be_called();
    }
    Payloads payloads = as_responder ? lonely.peer.auth_request() : lonely.peer.auth_response(lonely.auth_request);
    if (says_so) payloads.emplace_back(notify(wire::NotifyType::esp_tfc_padding_not_supported));
    lonely.tell(lonely.peer.protect(wire::ExchangeType::ike_auth, 1, !as_responder, payloads));
    CHECK(lonely.host.kernel.list().at(0)->tfc_padding_allowed == !says_so);
}

}  // namespace xfrmd::tests
