#include "daemon/sockets/caller.h"
#include "daemon/descriptor.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::daemon;

TEST_CASE("root and members of the group may operate, nobody else", "[api][hostile-h3]") {
    constexpr gid_t kGroup = 900;
    CHECK(may_operate({0, 0, 1}, kGroup));
    CHECK(may_operate({1000, kGroup, 1}, kGroup));
    CHECK(may_operate({1000, 1000, 1, {27, kGroup}}, kGroup));
    CHECK_FALSE(may_operate({1000, 1000, 1, {27, 901}}, kGroup));
    CHECK_FALSE(may_operate({1000, 0, 1, {}}, kGroup));
}

TEST_CASE("the kernel tells who is at the other end", "[api][hostile-h3]") {
    std::array<int, 2> pair{};
    REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) == 0);
    const Descriptor one(pair[0]);
    const Descriptor other(pair[1]);
    const auto caller = caller_of(one.number());
    REQUIRE(caller);
    CHECK(caller->uid == geteuid());
    CHECK(caller->gid == getegid());
    CHECK(caller->pid == getpid());
    CHECK_FALSE(caller_of(-1));
}

TEST_CASE("an audit line has who, what and how it ended", "[api]") {
    CHECK(AuditEntry{{1000, 1000, 812}, "sa.clear", R"({"all":true})", "ok"}.to_string() ==
          R"(uid=1000 pid=812 method=sa.clear params={"all":true} outcome=ok)");
    CHECK(AuditEntry{{1000, 1000, 812}, "", "", "permission.denied"}.to_string() ==
          "uid=1000 pid=812 outcome=permission.denied");
}
