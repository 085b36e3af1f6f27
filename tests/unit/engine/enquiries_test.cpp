// What has been asked outside, and its limits (ike/enquiries.h).
#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/sa/enquiries.h"
#include "tests/unit/engine/revocable.h"

namespace xfrmd::tests {

using ikev2::sa::Enquiries;

namespace {

ike::Fetch question(std::size_t number) { return ike::Fetch{"http://ca.example/" + std::to_string(number)}; }

ike::Sign signature_of(std::string_view message) { return {{}, {}, {}, {}, base::to_bytes(base::as_bytes(message))}; }

base::Instant after(base::Duration past) { return base::Instant() + past; }

}  // namespace

TEST_CASE("so many questions are out, and the next has its answer at once", "[engine][hostile-d10]") {
    Enquiries enquiries;
    for (std::size_t i = 0; i < Enquiries::kMostOpen; ++i) {
        CHECK(enquiries.ask(question(i), ike::IkeSaId{i + 1}, {}));
    }
    CHECK(enquiries.ask(question(0), ike::IkeSaId{5000}, {}));
    CHECK_FALSE(enquiries.ask(question(9999), ike::IkeSaId{5001}, {}));
    CHECK(enquiries.find(question(9999)) == nullptr);
    CHECK(enquiries.take_questions().size() == Enquiries::kMostOpen);
    enquiries.answer(ike::Fetched{question(0).uri, {}, base::Bytes{}}, {});
    CHECK(enquiries.take_ready().size() == 2);
}

TEST_CASE("of many who wait for one answer so many go on at a time", "[engine][hostile-d10]") {
    Enquiries enquiries;
    const std::size_t all = 2 * Enquiries::kMostReady + 1;
    for (std::size_t i = 0; i < all; ++i) CHECK(enquiries.ask(question(0), ike::IkeSaId{i + 1}, {}));
    const base::Instant now = after(std::chrono::seconds(1));
    enquiries.answer(ike::Fetched{question(0).uri, {}, base::Bytes{}}, now);
    CHECK(enquiries.deadline() == now);
    CHECK(enquiries.take_ready().size() == Enquiries::kMostReady);
    CHECK(enquiries.take_ready().size() == Enquiries::kMostReady);
    CHECK(enquiries.deadline() == now);
    CHECK(enquiries.take_ready().size() == 1);
    CHECK(enquiries.deadline() == base::kNever);
}

TEST_CASE("a signature that took long is there when another one has taken long, too", "[engine][rfc4739-2]") {
    Enquiries enquiries;
    CHECK(enquiries.sign(signature_of("first"), ike::IkeSaId{1}, after({})) == nullptr);
    const auto late = after(Enquiries::kPatience - std::chrono::seconds(1));
    enquiries.answer(ike::Signed{ike::SignatureId{1}, base::Bytes{1}}, late);
    CHECK(enquiries.sign(signature_of("second"), ike::IkeSaId{1}, late + std::chrono::seconds(2)) == nullptr);
    CHECK(enquiries.sign(signature_of("first"), ike::IkeSaId{1}, late + std::chrono::seconds(2)) != nullptr);
}

TEST_CASE("one list is read for two certificates of its CA, once for each", "[engine][rfc5280-6.3]") {
    CertificateFields renewed = authority_fields("CN=root");
    renewed.serial = 7;
    const crypto::Certificate older = make_root(root());
    const crypto::Certificate newer = make_certificate(renewed, root().key, root());
    ikev2::sa::Found found;
    found.take(list_with({{}}), {}, false);
    const auto read_by = [&](const crypto::Certificate& issuer) {
        const auto& lists = found.lists(issuer, ikev2::sa::Found::Kind::complete, kTestNow);
        REQUIRE(lists.last);
        return &*lists.last;
    };
    const auto* first = read_by(older);
    CHECK(read_by(newer) != first);
    CHECK(read_by(older) == first);
    CHECK(found.counts_until(older) == found.counts_until(newer));
}

}  // namespace xfrmd::tests
