#include "netlink/features.h"

#include <catch2/catch_test_macros.hpp>

#include <cerrno>

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
    kernel.fail_change(1, EPROTONOSUPPORT);
    kernel.fail_change(2, EINVAL);
    kernel.fail_change(10, EPROTONOSUPPORT);
    const auto features = find_features(kernel);
    REQUIRE(features);
    CHECK_FALSE(features->esp);
    CHECK_FALSE(features->beet);
    CHECK(features->iptfs);
    CHECK_FALSE(features->ah);
    CHECK(features->ipcomp);
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

TEST_CASE("algorithms are warmed up without a trace, and those that are missing are told", "[netlink][hostile-g6]") {
    MemoryKernel kernel;
    std::vector<Algorithms> algorithms;
    algorithms.push_back(gcm());
    algorithms.push_back(Aead{"rfc4106(gcm(nothing))", key(20), 128});
    algorithms.push_back(Mac{"hmac(sha256)", key(32), 128});
    algorithms.push_back(Compression{"deflate"});
    const auto results = warm_up(kernel, std::move(algorithms));
    REQUIRE(results.size() == 4);
    CHECK(results[0]);
    CHECK(errno_of(results[1]) == ENOSYS);
    CHECK(results[2]);
    CHECK(results[3]);
    CHECK(kernel.empty());
    CHECK(warm_up(kernel, {}).empty());
}

}  // namespace xfrmd::netlink::test
