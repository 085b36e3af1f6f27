// Every subset of payload kinds in every exchange and direction, against a second statement of the rules: one sentence
// of RFC 7296 (1.2-1.4, appendix C), RFC 6023 or RFC 9370 a line, written as sets of names.

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "ike/ikev2/wire/message.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;
using base::Reason;

namespace {

using Names = std::set<std::string>;

struct Kind {
    const char* name;
    void (*add)(Payloads&);
};

const Kind kKinds[] = {
    {"SA", [](Payloads& p) { p.sa.emplace(); }},
    {"KE", [](Payloads& p) { p.key_exchange.emplace(); }},
    {"Nonce", [](Payloads& p) { p.nonce.emplace(); }},
    {"IDi", [](Payloads& p) { p.id_i.emplace(); }},
    {"IDr", [](Payloads& p) { p.id_r.emplace(); }},
    {"CERT", [](Payloads& p) { p.certificates.resize(2); }},
    {"CERTREQ", [](Payloads& p) { p.certificate_requests.resize(2); }},
    {"AUTH", [](Payloads& p) { p.auth.emplace(); }},
    {"D", [](Payloads& p) { p.deletes.resize(2); }},
    {"TSi", [](Payloads& p) { p.ts_i.emplace(); }},
    {"TSr", [](Payloads& p) { p.ts_r.emplace(); }},
    {"CP", [](Payloads& p) { p.configuration.emplace(); }},
    {"EAP", [](Payloads& p) { p.eap.emplace(); }},
};

Payloads payloads_of(const Names& names) {
    Payloads payloads;
    for (const Kind& kind : kKinds) {
        if (names.count(kind.name) != 0) kind.add(payloads);
    }
    return payloads;
}

Header header_of(ExchangeType exchange, bool is_response) {
    Header header;
    header.exchange = exchange;
    header.is_response = is_response;
    return header;
}

struct Story {
    ExchangeType exchange;
    bool is_response;
    Shape shape;
    Names required;
    Names optional;
};

const std::vector<Story>& stories() {
    using enum ExchangeType;
    constexpr bool kRequest = false;
    constexpr bool kResponse = true;
    static const std::vector<Story> all = {
        {ike_sa_init, kRequest, Shape::initial, {"SA", "KE", "Nonce"}, {}},
        {ike_sa_init, kResponse, Shape::initial, {"SA", "KE", "Nonce"}, {"CERTREQ"}},
        {ike_session_resume, kRequest, Shape::resumption, {"Nonce"}, {}},
        {ike_session_resume, kResponse, Shape::resumption, {"Nonce"}, {}},
        {ike_auth,
         kRequest,
         Shape::authentication,
         {"IDi", "AUTH", "SA", "TSi", "TSr"},
         {"CERT", "CERTREQ", "IDr", "CP"}},
        {ike_auth, kRequest, Shape::childless, {"IDi", "AUTH"}, {"CERT", "CERTREQ", "IDr", "CP"}},
        {ike_auth, kRequest, Shape::eap_start, {"IDi", "SA", "TSi", "TSr"}, {"CERTREQ", "IDr", "CP"}},
        {ike_auth, kRequest, Shape::eap_round, {"EAP"}, {}},
        {ike_auth, kRequest, Shape::eap_end, {"AUTH"}, {}},
        {ike_auth, kResponse, Shape::authentication, {"IDr", "AUTH", "SA", "TSi", "TSr"}, {"CERT", "CP"}},
        {ike_auth, kResponse, Shape::childless, {"IDr", "AUTH"}, {"CERT", "CP"}},
        {ike_auth, kResponse, Shape::eap_start, {"IDr", "EAP"}, {"CERT", "AUTH"}},
        {ike_auth, kResponse, Shape::eap_round, {"EAP"}, {}},
        {ike_auth, kResponse, Shape::eap_end, {"AUTH", "SA", "TSi", "TSr"}, {"CP"}},
        {ike_auth, kRequest, Shape::silent, {}, {}},
        {ike_auth, kResponse, Shape::silent, {}, {}},
        {ike_auth, kResponse, Shape::silent, {"SA", "TSi", "TSr"}, {"CP"}},
        {create_child_sa, kRequest, Shape::new_child, {"SA", "Nonce", "TSi", "TSr"}, {"KE", "CP"}},
        {create_child_sa, kRequest, Shape::rekey_ike, {"SA", "Nonce", "KE"}, {}},
        {create_child_sa, kResponse, Shape::new_child, {"SA", "Nonce", "TSi", "TSr"}, {"KE", "CP"}},
        {create_child_sa, kResponse, Shape::rekey_ike, {"SA", "Nonce", "KE"}, {}},
        {ike_intermediate, kRequest, Shape::next_key_exchange, {"KE"}, {}},
        {ike_intermediate, kResponse, Shape::next_key_exchange, {"KE"}, {}},
        {ike_intermediate, kRequest, Shape::notifies_alone, {}, {}},
        {ike_intermediate, kResponse, Shape::notifies_alone, {}, {}},
        {ike_followup_ke, kRequest, Shape::next_key_exchange, {"KE"}, {}},
        {ike_followup_ke, kResponse, Shape::next_key_exchange, {"KE"}, {}},
        {informational, kRequest, Shape::informational, {}, {"D", "CP"}},
        {informational, kResponse, Shape::informational, {}, {"D", "CP"}},
    };
    return all;
}

bool subset(const Names& inner, const Names& outer) {
    return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}

Names joined(Names a, const Names& b) {
    a.insert(b.begin(), b.end());
    return a;
}

std::optional<Shape> expected(ExchangeType exchange, bool is_response, const Names& present) {
    std::optional<Shape> shape;
    for (const Story& story : stories()) {
        if (story.exchange != exchange || story.is_response != is_response) continue;
        if (!subset(story.required, present) || !subset(present, joined(story.required, story.optional))) continue;
        REQUIRE_FALSE(shape);  // no message is two things
        shape = story.shape;
    }
    return shape;
}

// Kinds that some message of this exchange and direction may have.
Names ever_allowed(ExchangeType exchange, bool is_response) {
    Names names;
    for (const Story& story : stories()) {
        if (story.exchange == exchange && story.is_response == is_response) {
            names = joined(names, joined(story.required, story.optional));
        }
    }
    return names;
}

template <typename Visit>
void for_each_subset(Visit visit) {
    constexpr std::size_t kCount = std::size(kKinds);
    for (std::size_t bits = 0; bits < std::size_t{1} << kCount; ++bits) {
        Names names;
        for (std::size_t i = 0; i < kCount; ++i) {
            if ((bits >> i & 1) != 0) names.insert(kKinds[i].name);
        }
        visit(names);
    }
}

Notify notify(NotifyType type) { return {policy::ProtocolId::none, {}, type, {}}; }

const ExchangeType kExchanges[] = {ExchangeType::ike_sa_init,     ExchangeType::ike_auth,
                                   ExchangeType::create_child_sa, ExchangeType::ike_intermediate,
                                   ExchangeType::ike_followup_ke, ExchangeType::informational};

void check_all_subsets(ExchangeType exchange, bool is_response) {
    const Header header = header_of(exchange, is_response);
    const Names allowed = ever_allowed(exchange, is_response);
    std::size_t wrong = 0;
    for_each_subset([&](const Names& present) {
        const auto shape = check_grammar(header, payloads_of(present));
        const auto want = expected(exchange, is_response, present);
        if (want) {
            wrong += shape && *shape == *want ? 0U : 1U;
        } else if (shape) {
            ++wrong;
        } else {
            const bool forbidden = !subset(present, allowed);
            const Reason reason = shape.error().reason;
            wrong += forbidden && reason != Reason::PayloadUnexpected ? 1U : 0U;
            wrong += reason != Reason::PayloadUnexpected && reason != Reason::PayloadMissing ? 1U : 0U;
        }
    });
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("all subsets of payloads in all exchanges", "[wire][rfc7296-1.2][rfc7296-1.3][rfc7296-1.4][hostile-B5]") {
    for (const ExchangeType exchange : kExchanges) {
        for (const bool is_response : {false, true}) {
            INFO(to_string(exchange) << (is_response ? " response" : " request"));
            check_all_subsets(exchange, is_response);
        }
    }
}

TEST_CASE("an error notify in a response excuses what is missing, not what is forbidden",
          "[wire][rfc7296-2.21][hostile-B5]") {
    for (const ExchangeType exchange : kExchanges) {
        const Names allowed = ever_allowed(exchange, true);
        std::size_t wrong = 0;
        for_each_subset([&](const Names& present) {
            Payloads payloads = payloads_of(present);
            payloads.notifies = {notify(NotifyType::initial_contact), notify(NotifyType::no_proposal_chosen)};
            const auto shape = check_grammar(header_of(exchange, true), payloads);
            const auto want = expected(exchange, true, present);
            if (want) {
                wrong += shape && *shape == *want ? 0U : 1U;
            } else if (subset(present, allowed)) {
                wrong += shape && *shape == Shape::refusal ? 0U : 1U;
            } else {
                wrong += shape ? 1U : 0U;
            }
        });
        INFO(to_string(exchange));
        CHECK(wrong == 0);
    }
}

TEST_CASE("an error notify in a request excuses nothing", "[wire][rfc7296-3.10.1][hostile-B5]") {
    for (const ExchangeType exchange : kExchanges) {
        std::size_t wrong = 0;
        for_each_subset([&](const Names& present) {
            Payloads payloads = payloads_of(present);
            payloads.notifies = {notify(NotifyType::no_proposal_chosen), notify(NotifyType::cookie)};
            const auto shape = check_grammar(header_of(exchange, false), payloads);
            wrong += shape.has_value() == expected(exchange, false, present).has_value() ? 0U : 1U;
        });
        INFO(to_string(exchange));
        CHECK(wrong == 0);
    }
}

TEST_CASE("COOKIE alone answers IKE_SA_INIT and nothing else", "[wire][rfc7296-2.6]") {
    Payloads cookie;
    cookie.notifies = {notify(NotifyType::cookie)};
    CHECK(check_grammar(header_of(ExchangeType::ike_sa_init, true), cookie).value() == Shape::refusal);
    CHECK_FALSE(check_grammar(header_of(ExchangeType::ike_sa_init, false), cookie));
    CHECK(check_grammar(header_of(ExchangeType::ike_auth, true), cookie).value() == Shape::silent);
    CHECK_FALSE(check_grammar(header_of(ExchangeType::create_child_sa, true), cookie));
}

TEST_CASE("TICKET_NACK alone answers a first request and nothing else", "[wire][rfc5723-4.3.2]") {
    Payloads nack;
    nack.notifies = {notify(NotifyType::ticket_nack)};
    CHECK(check_grammar(header_of(ExchangeType::ike_session_resume, true), nack).value() == Shape::refusal);
    CHECK_FALSE(check_grammar(header_of(ExchangeType::ike_session_resume, false), nack));
    CHECK(check_grammar(header_of(ExchangeType::ike_auth, true), nack).value() == Shape::silent);
}

TEST_CASE("notifies, vendor ids and unknown payloads come with every message", "[wire][rfc7296-3.12][rfc7296-2.5]") {
    for (const Story& story : stories()) {
        Payloads payloads = payloads_of(story.required);
        payloads.notifies = {notify(NotifyType{50000})};
        payloads.vendor_ids.resize(3);
        payloads.unknown.resize(2);
        CHECK(check_grammar(header_of(story.exchange, story.is_response), payloads).value() == story.shape);
    }
}

TEST_CASE("the error says which payloads are the matter", "[wire][rfc7296-1.2][hostile-B5]") {
    const auto error_of = [](ExchangeType exchange, bool is_response, const Names& names) {
        const auto shape = check_grammar(header_of(exchange, is_response), payloads_of(names));
        REQUIRE_FALSE(shape);
        return shape.error().sentence();
    };
    using enum ExchangeType;
    CHECK(error_of(ike_sa_init, false, {"SA", "KE"}) == "a required payload is missing: Nonce in IKE_SA_INIT");
    CHECK(error_of(ike_auth, true, {"IDr", "SA", "TSi", "TSr"}) == "a required payload is missing: AUTH in IKE_AUTH");
    CHECK(error_of(ike_sa_init, false, {"SA", "KE", "Nonce", "AUTH", "D"}) ==
          "a payload is not allowed here: AUTH, D in IKE_SA_INIT");
    CHECK(error_of(ike_auth, false, {"IDi", "AUTH", "SA", "TSi", "TSr", "EAP"}) ==
          "a payload is not allowed here: EAP in IKE_AUTH");
}

TEST_CASE("exchanges that the table does not have are refused", "[wire][rfc7296-3.1]") {
    for (const unsigned exchange : {0U, 2U, 33U, 39U, 45U, 255U}) {
        for (const bool is_response : {false, true}) {
            Payloads payloads;
            payloads.notifies = {notify(NotifyType::invalid_syntax)};
            const auto shape =
                check_grammar(header_of(ExchangeType{static_cast<std::uint8_t>(exchange)}, is_response), payloads);
            REQUIRE_FALSE(shape);
            CHECK(shape.error().reason == Reason::ExchangeTypeUnexpected);
        }
    }
}
