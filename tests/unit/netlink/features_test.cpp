#include "netlink/features.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

#include "netlink/algorithms.h"
#include "netlink/failing_kernel.h"
#include "netlink/memory_kernel.h"
#include "tests/unit/netlink/specs.h"

namespace xfrmd::netlink::test {

TEST_CASE("the memory kernel has what the newest have", "[netlink]") {
    MemoryKernel kernel;
    const auto features = find_features(kernel);
    REQUIRE(features);
    CHECK(features->iptfs);
    CHECK(features->sa_direction);
    CHECK(features->per_cpu);
    CHECK(features->nat_keepalive);
}

TEST_CASE("what the kernel refuses, it has not", "[netlink][hostile-g6]") {
    MemoryKernel memory;
    FailingKernel kernel(memory);
    kernel.fail_change(1, ENOSYS);
    kernel.fail_change(kKernelAlgorithms.size() + 1, EPROTONOSUPPORT);
    kernel.fail_change(kKernelAlgorithms.size() + 2, EINVAL);
    const auto features = find_features(kernel);
    REQUIRE(features);
    CHECK(features->algorithms.size() == kKernelAlgorithms.size() - 1);
    CHECK(features->algorithms.front() == kKernelAlgorithms[1].name);
    CHECK_FALSE(features->esp);
    CHECK_FALSE(features->beet);
    CHECK(features->iptfs);
    CHECK(memory.empty());
}

TEST_CASE("who may not ask, or gets no answer, learns nothing", "[netlink][hostile-g4]") {
    for (const int error : {EPERM, ENOBUFS}) {
        MemoryKernel memory;
        FailingKernel kernel(memory);
        kernel.fail_change(3, error);
        CHECK(errno_of(find_features(kernel)) == error);
        CHECK(memory.empty());
    }
}

}  // namespace xfrmd::netlink::test
