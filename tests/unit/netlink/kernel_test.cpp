#include "netlink/kernel.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"
#include "netlink/xfrm_kernel.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

TEST_CASE("errors are told with name, meaning and the kernel's words", "[netlink]") {
    CHECK(kernel_error(EEXIST).text == "EEXIST: File exists");
    CHECK(kernel_error(EPROTONOSUPPORT, "Requested type not found").text ==
          "EPROTONOSUPPORT: Protocol not supported (Requested type not found)");
    CHECK(kernel_error(4000).text == "errno 4000");
    CHECK(kernel_error(EPERM).errno_value == EPERM);
}

TEST_CASE("only a lost answer leaves open what was done", "[netlink][hostile-g3]") {
    CHECK(answer_was_lost(kernel_error(ENOBUFS)));
    CHECK(answer_was_lost(kernel_error(ETIMEDOUT)));
    CHECK_FALSE(answer_was_lost(kernel_error(EEXIST)));
    CHECK_FALSE(answer_was_lost(kernel_error(ENOMEM)));
}

TEST_CASE("what a refused probe means is one sentence", "[netlink][hostile-g6]") {
    CHECK(
        explain_probe(kernel_error(EPROTONOSUPPORT, "Requested type not found")).text ==
        "this kernel has no ESP (CONFIG_INET_ESP, CONFIG_INET6_ESP, modules esp4 and esp6): EPROTONOSUPPORT: Protocol "
        "not supported (Requested type not found)");
    CHECK(explain_probe(kernel_error(EPERM)).text ==
          "changing XFRM needs CAP_NET_ADMIN: EPERM: Operation not permitted");
    CHECK(explain_probe(kernel_error(ENOSYS)).text.starts_with("this kernel has no cipher for ESP"));
    CHECK(explain_probe(kernel_error(EIO)).text.starts_with("this kernel does not take an ESP SA: EIO"));
    CHECK(explain_probe(kernel_error(EPERM)).errno_value == EPERM);
}

TEST_CASE("every change says what it is about", "[netlink]") {
    const PolicySpec spec = policy(Direction::forward, selector("10.1.0.0/24", "10.2.0.0/24"));
    SaSpec outbound = sa(0x100);
    outbound.inbound = false;
    CHECK(describe(AddSa{sa(0xc1234567)}) == "adding the inbound SA 192.0.2.1 -> 192.0.2.2 spi 0xc1234567");
    CHECK(describe(AddSa{std::move(outbound)}) == "adding the outbound SA 192.0.2.1 -> 192.0.2.2 spi 0x00000100");
    CHECK(describe(UpdateSa{sa(0xc1234567)}) == "updating the SA 192.0.2.1 -> 192.0.2.2 spi 0xc1234567");
    CHECK(describe(DeleteSa{sa(0xc1234567).id}) == "deleting the SA 192.0.2.2 spi 0xc1234567");
    CHECK(describe(AddPolicy{spec}) == "adding the fwd policy 10.1.0.0/24 === 10.2.0.0/24");
    CHECK(describe(UpdatePolicy{spec}) == "updating the fwd policy 10.1.0.0/24 === 10.2.0.0/24");
    CHECK(describe(DeletePolicy{spec.id}) == "deleting the fwd policy 10.1.0.0/24 === 10.2.0.0/24");
}

TEST_CASE("the failing kernel refuses the n-th change of a kind and passes on the rest", "[netlink]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    kernel.fail_change(2, EIO, ChangeKind::add_policy);
    kernel.fail_change(1, ENOMEM, ChangeKind::delete_sa);
    std::vector<Change> changes;
    changes.push_back(add(policy(Direction::out, selector("10.1.0.0/24", "10.2.0.0/24"))));
    changes.push_back(add(sa(0xc0000001)));
    changes.push_back(add(policy(Direction::in, selector("10.1.0.0/24", "10.2.0.0/24"))));
    changes.emplace_back(DeleteSa{sa(0xc0000001).id});
    changes.push_back(add(policy(Direction::forward, selector("10.1.0.0/24", "10.2.0.0/24"))));
    CHECK_FALSE(kernel.has_failed());
    const auto results = kernel.apply(changes);
    REQUIRE(results.size() == 5);
    CHECK(errno_of(results[0]) == 0);
    CHECK(errno_of(results[1]) == 0);
    CHECK(errno_of(results[2]) == EIO);
    CHECK(errno_of(results[3]) == ENOMEM);
    CHECK(errno_of(results[4]) == 0);
    CHECK(kernel.has_failed());
    CHECK(memory.sa_count() == 1);
    CHECK(memory.policy_count() == 2);
    kernel.fail_change(1, EIO);
    kernel.heal();
    CHECK(make(kernel, DeleteSa{sa(0xc0000001).id}));
    CHECK(kernel.list_sas()->empty());
}

}  // namespace xfrmd::netlink::test
