#include "daemon/api/select.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/unit/api/fake_service.h"

using namespace xfrmd::daemon;
using namespace xfrmd::daemon::api;

namespace {

IkeSaView two_children() {
    IkeSaView sa = ike_view(7, "gw");
    sa.child_sas = {child_view(1, "net"), child_view(2, "dmz", ChildSaState::rekeying)};
    return sa;
}

std::size_t children_left(const SaFilter& filter) {
    const auto sa = select(filter, two_children());
    return sa ? sa->child_sas.size() : 99;
}

constexpr std::size_t kNoMatch = 99;

}  // namespace

TEST_CASE("ids are a number or two with a dot", "[api]") {
    CHECK(SaId::parse("7") == SaId{7});
    CHECK(SaId::parse("7.12") == SaId{7, 12});
    CHECK(SaId::parse("18446744073709551615") == SaId{18446744073709551615u});
    CHECK(SaId{7, 12}.to_string() == "7.12");
    for (const char* text :
         {"", "0", "7.", ".7", "7.0", "-1", "+1", " 7", "7 ", "7.1.2", "0x7", "18446744073709551616", "gw"}) {
        CAPTURE(text);
        CHECK_FALSE(SaId::parse(text));
    }
}

TEST_CASE("a filter lets through what matches in every part", "[api]") {
    CHECK(children_left({}) == 2);
    CHECK(children_left({.conn = "gw"}) == 2);
    CHECK(children_left({.conn = "other"}) == kNoMatch);
    CHECK(children_left({.child = "net"}) == 1);
    CHECK(children_left({.child = "other"}) == kNoMatch);
    CHECK(children_left({.id = SaId{7}}) == 2);
    CHECK(children_left({.id = SaId{7, 2}}) == 1);
    CHECK(children_left({.id = SaId{7, 3}}) == kNoMatch);
    CHECK(children_left({.id = SaId{8}}) == kNoMatch);
    CHECK(children_left({.conn = "gw", .child = "dmz", .peer = "192.0.2.0/24"}) == 1);
    CHECK(children_left({.conn = "gw", .child = "dmz", .peer = "198.51.100.0/24"}) == kNoMatch);
}

TEST_CASE("a peer is an identity, an address or a prefix", "[api]") {
    CHECK(children_left({.peer = "right.example.org"}) == 2);
    CHECK(children_left({.peer = "192.0.2.1"}) == 2);
    CHECK(children_left({.peer = "192.0.0.0/16"}) == 2);
    CHECK(children_left({.peer = "left.example.org"}) == kNoMatch);
    CHECK(children_left({.peer = "192.0.2.2"}) == kNoMatch);
    CHECK(children_left({.peer = "::/0"}) == kNoMatch);
}

TEST_CASE("kind and state choose between the IKE SA and its children", "[api]") {
    CHECK(children_left({.kind = SaKind::ike}) == 0);
    CHECK(children_left({.kind = SaKind::child}) == 2);
    CHECK_FALSE(select({.kind = SaKind::child}, ike_view(1, "gw")));
    CHECK(children_left({.state = "established"}) == 2);
    CHECK(children_left({.state = "installed"}) == 1);
    CHECK(children_left({.state = "rekeying"}) == 1);
    CHECK(children_left({.state = "connecting"}) == kNoMatch);
    CHECK(children_left({.state = "established", .kind = SaKind::child}) == kNoMatch);
    CHECK(children_left({.state = "installed", .kind = SaKind::ike}) == kNoMatch);
    CHECK(children_left({.child = "net", .kind = SaKind::ike}) == 0);
    CHECK(children_left({.child = "other", .kind = SaKind::ike}) == kNoMatch);
}

TEST_CASE("a page ends at its limit and says that there is more only when there is", "[api]") {
    SaPage page;
    const SaQuery query{{}, 1, 2};
    CHECK(offer(query, page, ike_view(1, "before the cursor")));
    CHECK(offer(query, page, ike_view(2, "gw")));
    CHECK(offer(query, page, ike_view(3, "gw")));
    CHECK_FALSE(page.more);
    CHECK_FALSE(offer(query, page, ike_view(4, "gw")));
    CHECK(page.more);
    CHECK(page.items.size() == 2);
}

TEST_CASE("a page ends early when a peer has made its SAs large", "[api][hostile-f10]") {
    IkeSaView large = two_children();
    large.child_sas[0].remote_ts.assign(250, "2001:db8::1..2001:db8::2[tcp/1-2]");
    SaPage page;
    const SaQuery query{{}, 0, kMaxPage};
    std::size_t offered = 0;
    while (offer(query, page, large)) {
        ++offered;
        ++large.id;
    }
    CHECK(offered == 3);
    CHECK(page.more);
}

TEST_CASE("connections page by name and are found by child", "[api]") {
    ConnectionPage page;
    const ConnectionQuery query{"", "net", "b", 1};
    CHECK(offer(query, page, connection_view("b", {"net"})));
    CHECK(offer(query, page, connection_view("c", {"other"})));
    CHECK(offer(query, page, connection_view("d", {"other", "net"})));
    CHECK_FALSE(offer(query, page, connection_view("e", {"net"})));
    REQUIRE(page.items.size() == 1);
    CHECK(page.items[0].name == "d");
    CHECK(page.more);
}
