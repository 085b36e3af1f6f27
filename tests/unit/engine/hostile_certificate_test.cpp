// What is wrong with CERT, ID and AUTH of who has a valid certificate, and of who has not but has seen one.
#include "tests/support/certified_peer.h"
#include "tests/unit/engine/hostile.h"

namespace xfrmd::tests {

namespace {

constexpr auto kAuth = wire::ExchangeType::ike_auth;

const Certified& certified() {
    static const Certified all;
    return all;
}

// A gateway that wants a certificate.
struct Judge : Lonely {
    explicit Judge(const std::string& peer_id = "b.example", bool has_key = true)
        : Lonely(certified().gateway(peer_id, has_key)) {
        wire.feed(host, test_time_of_day(wire.now()));
    }
    std::vector<base::Bytes> show(const Payloads& payloads) { return tell(peer.protect(kAuth, 1, false, payloads)); }
};

// The octets of CERT and AUTH payloads and of the identity of who sends them, which is the first payload; but for the
// headers, and the reserved ones of AUTH, which count for nothing (RFC 7296 3.8).
std::vector<std::size_t> judged_octets(wire::PayloadType type, base::ByteView inner) {
    using enum wire::PayloadType;
    std::vector<std::size_t> octets;
    for (std::size_t begin = 0; begin < inner.size();) {
        const std::size_t end = begin + (inner[begin + 2] << 8U) + inner[begin + 3];
        const bool is_judged = begin == 0 || type == cert || type == auth;
        for (std::size_t at = begin + 4; is_judged && at < end; ++at) {
            const bool is_reserved = type == auth && at > begin + 4 && at < begin + 8;
            if (!is_reserved) octets.push_back(at);
        }
        type = static_cast<wire::PayloadType>(inner[begin]);
        begin = end;
    }
    return octets;
}

void change(base::Bytes& inner, std::size_t at) { inner[at] ^= static_cast<std::uint8_t>(1U << (at % 8)); }

// Validly signed by who has the certificate of b.example.
Payloads said_to_be(const ScriptedPeer& peer, const wire::Identification& who) {
    Payloads payloads = certified().request(peer);
    for (wire::Payload& payload : payloads) {
        if (std::holds_alternative<wire::IdentificationInitiator>(payload))
            payload = wire::IdentificationInitiator{who};
        if (std::holds_alternative<wire::Authentication>(payload)) payload = certified().sign(peer, who);
    }
    return payloads;
}

policy::Identity name_of(policy::IdentityType type, const std::string& text) {
    return {type, base::to_bytes(base::as_bytes(text))};
}

// SEQUENCEs in SEQUENCEs, as deep as it can be said in so many octets.
base::Bytes nested(std::size_t octets) {
    base::Bytes all;
    while (all.size() + 4 <= octets) {
        const std::size_t left = octets - all.size() - 4;
        base::append(all,
                     base::Bytes{0x30, 0x82, static_cast<std::uint8_t>(left >> 8U), static_cast<std::uint8_t>(left)});
    }
    return all;
}

std::vector<policy::Identity> strange_identities() {
    using enum policy::IdentityType;
    return {name_of(any, ""),
            name_of(any, "b.example"),
            name_of(fqdn, ""),
            name_of(fqdn, "*"),
            name_of(fqdn, "*.example"),
            name_of(fqdn, std::string("b.example\0", 10)),
            name_of(fqdn, std::string("b.example\0.elsewhere", 20)),
            name_of(fqdn, "b.example\x1b[2J\r\n"),
            name_of(fqdn, "b.example."),
            name_of(fqdn, std::string(wire::kMaxIdentity, 'b')),
            name_of(rfc822_address, "b.example"),
            name_of(rfc822_address, "*@b.example"),
            name_of(key_id, ""),
            name_of(key_id, "b.example"),
            name_of(der_asn1_gn, "b.example"),
            name_of(der_asn1_dn, ""),
            name_of(der_asn1_dn, "CN=b.example"),
            {der_asn1_dn, nested(wire::kMaxIdentity)},
            {der_asn1_dn, base::Bytes{0x30, 0x84, 0xff, 0xff, 0xff, 0xff}},
            {der_asn1_dn, name_der("C=CH, O=xfrmd, CN=*")},
            {der_asn1_dn, name_der("C=*, O=*, CN=*")},
            {der_asn1_dn, name_der("C=CH, O=xfrmd")},
            {policy::IdentityType{201}, base::Bytes(wire::kMaxIdentity, 0xff)}};
}

bool is_printable(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

TEST_CASE("no octet of certificates, identity and signature can be changed", "[engine][rfc7296-2.15][hostile-d8]") {
    Judge untouched;
    untouched.begin();
    const Payloads payloads = certified().request(untouched.peer);
    const base::Bytes inner = wire::encode_inner(payloads);
    const auto first = wire::first_type(payloads);
    const auto octets = judged_octets(first, inner);
    REQUIRE(octets.size() > certified().end().der().size() + certified().between().der().size());
    for (const std::size_t at : octets) {
        INFO(at);
        Judge judge;
        judge.begin();
        base::Bytes bad = inner;
        change(bad, at);
        judge.tell(judge.peer.protect_raw(kAuth, 1, false, first, bad));
        REQUIRE(judge.host.established() == 0);
        REQUIRE(judge.host.sas().empty());
        REQUIRE(judge.host.counted() == 1);
        REQUIRE(judge.host.kernel.complaints().empty());
    }
    untouched.tell(untouched.peer.protect_raw(kAuth, 1, false, first, inner));
    CHECK(untouched.host.established() == 1);
}

TEST_CASE("as initiator, no octet of what the answer proves can be changed", "[engine][rfc7296-2.15][hostile-d8]") {
    Judge untouched;
    const std::uint64_t operation = untouched.be_called();
    const Payloads payloads = certified().response(untouched.peer, untouched.auth_request);
    const base::Bytes inner = wire::encode_inner(payloads);
    const auto first = wire::first_type(payloads);
    for (const std::size_t at : judged_octets(first, inner)) {
        INFO(at);
        Judge judge;
        const std::uint64_t failing = judge.be_called();
        base::Bytes bad = inner;
        change(bad, at);
        judge.tell(judge.peer.protect_raw(kAuth, 1, true, first, bad));
        REQUIRE(judge.host.established() == 0);
        REQUIRE(judge.host.failed(failing));
        REQUIRE(judge.host.counted() == 1);
        REQUIRE(judge.host.kernel.complaints().empty());
    }
    untouched.tell(untouched.peer.protect_raw(kAuth, 1, true, first, inner));
    CHECK(untouched.host.outcome(operation) == "ok");
}

TEST_CASE("whoever it is, its certificate says so", "[engine][rfc4945-3][hostile-d6]") {
    for (const policy::Identity& who :
         {identity("b.example"), identity("B.Example"), identity("192.0.2.2"), certified().end().subject()}) {
        Judge judge("");
        judge.begin();
        judge.show(said_to_be(judge.peer, {who, 0xabcdef}));
        INFO(who.to_string());
        CHECK(judge.host.established() == 1);
    }
    for (const policy::Identity& who : strange_identities()) {
        Judge judge("");
        judge.begin();
        judge.show(said_to_be(judge.peer, {who, 0}));
        INFO(who.to_string());
        CHECK(judge.host.count(Reason::AuthenticationFailed) == 1);
        CHECK(judge.host.counted() == 1);
        CHECK(judge.host.sas().empty());
        CHECK(std::ranges::all_of(judge.host.reports, [](const auto& report) { return is_printable(report.text); }));
    }
}

TEST_CASE("what is no identity ends the attempt", "[engine][rfc7296-3.5][hostile-d6]") {
    using enum policy::IdentityType;
    for (const policy::Identity& who : {policy::Identity{ipv4_address, {192, 0, 2}},
                                        {ipv4_address, base::Bytes(5)},
                                        {ipv6_address, base::Bytes(4)},
                                        {fqdn, base::Bytes(wire::kMaxIdentity + 1, 'b')},
                                        {key_id, base::Bytes(20000)}}) {
        Judge judge("");
        judge.begin();
        check_ended(judge, Reason::PayloadMalformed, [&] { judge.show(said_to_be(judge.peer, {who, 0})); });
    }
}

TEST_CASE("certificates by hash and URL, and other kinds of them, prove nothing and are not asked for",
          "[engine][rfc7296-3.6][hostile-d8]") {
    const std::string text = std::string(20, 'h') + "http://192.0.2.2/b.der";
    for (const unsigned encoding : {12U, 13U, 10U, 1U, 7U, 11U, 200U}) {
        INFO(encoding);
        const wire::Certificate other{static_cast<std::uint8_t>(encoding), base::to_bytes(base::as_bytes(text))};
        Judge judge;
        judge.begin();
        Payloads alone = certified().request(judge.peer);
        std::erase_if(alone, [](const auto& one) { return std::holds_alternative<wire::Certificate>(one); });
        alone.insert(alone.begin() + 1, other);
        check_ended(judge, Reason::AuthenticationFailed, [&] { judge.show(alone); });
        Judge beside;
        beside.begin();
        Payloads both = certified().request(beside.peer);
        both.insert(both.begin() + 1, other);
        beside.show(both);
        CHECK(beside.host.established() == 1);
    }
}

TEST_CASE("without our own key nobody comes in, and nothing stays", "[engine][rfc7296-2.21.2][hostile-d20]") {
    Judge judge("b.example", false);
    judge.begin();
    std::vector<base::Bytes> answers;
    check_ended(judge, Reason::NoPrivateKey, [&] { answers = judge.show(certified().request(judge.peer)); });
    REQUIRE(answers.size() == 1);
    const auto answer = judge.peer.open(answers[0]);
    REQUIRE(answer);
    CHECK(answer->find(wire::NotifyType::authentication_failed) != nullptr);
    Judge caller("b.example", false);
    const std::uint64_t operation = caller.wire.initiate(caller.host, "192.0.2.2");
    caller.wire.settle();
    CHECK(caller.host.outcome(operation) == "no_private_key");
    CHECK(caller.host.sas().empty());
    CHECK(caller.host.sent.empty());
}

}  // namespace xfrmd::tests
