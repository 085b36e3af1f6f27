#include "daemon/kernel_history.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <cerrno>

#include "daemon/kernel_status.h"
#include "daemon/sa_events.h"
#include "netlink/memory_kernel.h"
#include "tests/unit/daemon/child_samples.h"

using namespace xfrmd;
using namespace xfrmd::daemon;

namespace {

struct Heard {
    api::EventLog log;
    KernelHistory history{log};
    std::uint64_t cursor = 0;

    // The next event, nullptr for none.
    const api::Event* next() {
        api::Topics topics;
        topics.add(api::Topic::kernel);
        return log.next(cursor, topics);
    }
};

}  // namespace

TEST_CASE("a comparison that finds nothing is counted and no event", "[daemon]") {
    Heard heard;
    CHECK(heard.history.view().outcome == api::ReconcileOutcome::none_yet);
    CHECK_FALSE(heard.history.view().age);
    heard.history.reconciled(api::KernelDrift{});
    const api::ReconcileHistory view = heard.history.view();
    CHECK(view.runs == 1);
    CHECK(view.outcome == api::ReconcileOutcome::in_order);
    CHECK(view.age);
    CHECK(heard.next() == nullptr);
}

TEST_CASE("drift is counted and told", "[daemon][hostile-g5]") {
    Heard heard;
    heard.history.reconciled(api::KernelDrift{{"the policy was gone", "another"}, {{{7, 12}, "gw", "net"}}, {}});
    CHECK(heard.history.view().outcome == api::ReconcileOutcome::repaired);
    CHECK(heard.history.view().repaired == 2);
    CHECK(heard.history.view().renegotiated == 1);
    const api::Event* event = heard.next();
    REQUIRE(event != nullptr);
    CHECK(event->kind == api::EventKind::drift);
    CHECK(event->message == "2 put back, 1 negotiated anew, 0 failed; the first: the policy was gone");
    REQUIRE(event->drift);
    CHECK(event->drift->renegotiated[0].id == api::SaId{7, 12});
    heard.history.reconciled(api::KernelDrift{});
    CHECK(heard.history.view().outcome == api::ReconcileOutcome::in_order);
    CHECK(heard.history.view().repaired == 2);
    CHECK(heard.next() == nullptr);
}

TEST_CASE("what could not be put back, and a kernel that cannot be listed, are failures", "[daemon][hostile-g4]") {
    Heard heard;
    heard.history.reconciled(api::KernelDrift{{"a"}, {}, {"b: ENOMEM"}});
    CHECK(heard.history.view().outcome == api::ReconcileOutcome::failed);
    CHECK(heard.history.view().error == "b: ENOMEM");
    heard.history.reconciled(tl::unexpected(netlink::KernelError{EPERM, "EPERM"}));
    CHECK(heard.history.view().error == "EPERM");
    CHECK(heard.history.view().failed == 1);  // nothing more was to be put back
    CHECK(heard.history.view().runs == 2);
    CHECK(heard.next() != nullptr);
    const api::Event* event = heard.next();
    REQUIRE(event != nullptr);
    CHECK(event->message == "cannot list what the kernel has: EPERM");
}

TEST_CASE("overruns are counted and told", "[daemon][hostile-g2]") {
    Heard heard;
    heard.history.overrun();
    heard.history.overrun();
    CHECK(heard.history.view().overruns == 2);
    REQUIRE(heard.next() != nullptr);
    CHECK(heard.next()->kind == api::EventKind::overrun);
}

TEST_CASE("reports of milestones are events, others are not", "[daemon]") {
    ike::Report report{ike::Level::info, ike::IkeSaId{7}, "gw", base::Reason::PeerDeleted, "child SA net removed"};
    CHECK_FALSE(event_of(report));
    report.milestone = {ike::Turn::child_removed, ike::ChildSaId{12}, "net"};
    const auto event = event_of(report);
    REQUIRE(event);
    CHECK(event->kind == api::EventKind::child_removed);
    CHECK(event->message == "child SA net removed");
    CHECK(event->sa->id == api::SaId{7, 12});
    CHECK(event->sa->conn == "gw");
    CHECK(event->sa->child == "net");
    CHECK(event->sa->reason == base::name(base::Reason::PeerDeleted));
    report.milestone = {ike::Turn::ike_closed};
    CHECK(event_of(report)->sa->id == api::SaId{7});
}

TEST_CASE("the kernel's entries are counted as ours, inherited or others'", "[daemon]") {
    netlink::MemoryKernel kernel;
    netlink::SaSpec foreign;
    foreign.id = {*base::Address::parse("192.0.2.1"), netlink::Spi{0x100}};
    foreign.source = *base::Address::parse("192.0.2.2");
    foreign.algorithms = netlink::CipherAndMac{"ecb(cipher_null)", {}, "", {}, 0};
    const netlink::SaId id = foreign.id;
    const std::array<netlink::Change, 1> add{netlink::AddSa{std::move(foreign)}};
    REQUIRE(kernel.apply(add).front());
    netlink::Books books(kernel);
    const Tunnels tunnels(books);
    const ManualSas manual(books);
    auto status = count_kernel(books, tunnels, manual);
    REQUIRE(status);
    CHECK(status->others.sas == 1);
    CHECK(status->wanted.sas == 0);
    books.orphaned_sas.try_emplace(id);
    status = count_kernel(books, tunnels, manual);
    CHECK(status->inherited.sas == 1);
    CHECK(status->others.sas == 0);
}

TEST_CASE("what is wanted is counted, and what of it is there", "[daemon]") {
    netlink::MemoryKernel kernel;
    netlink::Books books(kernel);
    Tunnels tunnels(books);
    const ManualSas manual(books);
    REQUIRE(test::install(tunnels, test::child(1, "10.1.0.0/24", "10.2.0.0/24")));
    const auto whole = count_kernel(books, tunnels, manual);
    REQUIRE(whole);
    CHECK(whole->wanted.sas == 2);
    CHECK(whole->wanted.policies == 3);
    CHECK(whole->there.sas == 2);
    CHECK(whole->there.policies == 3);
    const std::array<netlink::Change, 2> losses{
        netlink::DeleteSa{{*base::Address::parse("192.0.2.2"), netlink::Spi{0xc1000001}}},
        netlink::DeletePolicy{books.policies.all().front()}};
    for (const auto& result : kernel.apply(losses)) REQUIRE(result);
    const auto less = count_kernel(books, tunnels, manual);
    REQUIRE(less);
    CHECK(less->wanted.sas == 2);
    CHECK(less->wanted.policies == 3);
    CHECK(less->there.sas == 1);
    CHECK(less->there.policies == 2);
    CHECK(less->others.sas + less->others.policies + less->inherited.sas + less->inherited.policies == 0);
}
