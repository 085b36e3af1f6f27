#include "daemon/sa_view.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/policies.h"
#include "tests/support/virtual_wire.h"

using namespace xfrmd;
using std::chrono::seconds;

TEST_CASE("an IKE SA shows when it is rekeyed or authenticated again, whichever is first", "[daemon][rfc7296-2.8.3]") {
    const auto shown = [](seconds rekey_time, seconds reauth_time) {
        tests::ConnectionWords words;
        words.rekey_time = rekey_time;
        tests::VirtualWire wire;
        wire.add("192.0.2.2", tests::snapshot(tests::mirrored(words)));  // has no AUTH_LIFETIME to send
        words.reauth_time = reauth_time;
        tests::Host& left = wire.add("192.0.2.1", tests::snapshot(words));
        wire.initiate(left, "192.0.2.2");
        wire.settle();
        const ikev2::sa::IkeSa& sa = *left.sas().at(0);
        return daemon::view_of(sa, sa.established()->since).rekey_in;
    };
    CHECK(shown(seconds(0), seconds(0)) == std::nullopt);
    CHECK(shown(seconds(70), seconds(0)) == seconds(70));
    CHECK(shown(seconds(0), seconds(90)) == seconds(90));
    CHECK(shown(seconds(70), seconds(90)) == seconds(70));
    CHECK(shown(seconds(110), seconds(90)) == seconds(90));
}

TEST_CASE("SAs show their key exchanges, and whether one resists quantum computers", "[daemon][rfc9370-2.2.2]") {
    using Names = std::vector<std::string>;
    const auto shown = [](const std::string& ike) {
        tests::ConnectionWords words;
        words.ike = ike;
        tests::VirtualWire wire;
        wire.add("192.0.2.2", tests::snapshot(tests::mirrored(words)));
        tests::Host& left = wire.add("192.0.2.1", tests::snapshot(words));
        wire.initiate(left, "192.0.2.2");
        wire.settle();
        return daemon::view_of(*left.sas().at(0), wire.now());
    };
    const auto hybrid = shown("aes128-sha256-x25519-ke1_mlkem768");
    CHECK(hybrid.key_exchanges == Names{"CURVE_25519", "ML_KEM_768"});
    CHECK(hybrid.quantum_resistant);
    CHECK(hybrid.child_sas.at(0).key_exchanges.empty());
    CHECK(hybrid.child_sas.at(0).quantum_resistant);
    const auto classic = shown("aes128-sha256-x25519-ke1_ecp256");
    CHECK(classic.key_exchanges == Names{"CURVE_25519", "ECP_256"});
    CHECK_FALSE(classic.quantum_resistant);
    CHECK_FALSE(classic.child_sas.at(0).quantum_resistant);
}
