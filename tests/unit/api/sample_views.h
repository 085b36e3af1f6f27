// SAs, connections and events as the API shows them, for tests: what they are about is told, the rest is always the
// same.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "daemon/api/event_log.h"
#include "daemon/api/service.h"

namespace xfrmd::daemon::api {

inline ChildSaView child_view(std::uint64_t id, std::string name, ChildSaState state = ChildSaState::installed) {
    ChildSaView child;
    child.id = child.newest = child.own_id = id;
    child.child = std::move(name);
    child.state = state;
    child.spi_in = 0xc1234567;
    child.spi_out = 0xc89abcde;
    child.reqid = 1;
    child.algorithms = "AES_GCM_16_256";
    child.quantum_resistant = true;
    child.age = std::chrono::seconds(192);
    child.bytes_in = 1200000;
    child.bytes_out = 3400;
    child.local_ts = {"10.1.0.0/16"};
    child.remote_ts = {"10.2.0.0/16"};
    return child;
}

inline IkeSaView ike_view(std::uint64_t id, std::string conn, const char* remote = "192.0.2.1") {
    IkeSaView sa;
    sa.id = sa.own_id = id;
    sa.conn = std::move(conn);
    sa.state = IkeSaState::established;
    sa.local = {*base::Address::parse("192.0.2.2"), 500};
    sa.remote = {*base::Address::parse(remote), 500};
    sa.local_id = "left.example.org";
    sa.remote_id = "right.example.org";
    sa.spi_i = 0x0123456789abcdef;
    sa.spi_r = 0xfedcba9876543210;
    sa.algorithms = "AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519";
    sa.key_exchanges = {"CURVE_25519"};
    sa.ppk_exchange = "IKE_AUTH";
    sa.remote_vips = {"10.3.0.1"};
    sa.age = std::chrono::seconds(200);
    return sa;
}

inline ManualSaView manual_view(std::string name, const char* remote = "192.0.2.9") {
    ManualSaView sa;
    sa.name = std::move(name);
    sa.local = *base::Address::parse("192.0.2.2");
    sa.remote = *base::Address::parse(remote);
    sa.spi = 256;
    sa.reqid = 3;
    sa.algorithms = "ESP:AES_CBC_128/HMAC_SHA1_96";
    sa.bytes_in = 4200;
    sa.packets_in = 50;
    sa.local_ts = {"10.1.0.0/16"};
    sa.remote_ts = {"10.9.0.0/16"};
    return sa;
}

inline ConnectionView connection_view(std::string name, std::vector<std::string> children) {
    ConnectionView connection;
    connection.name = std::move(name);
    connection.remote_addrs = {"192.0.2.1"};
    connection.local_id = "left.example.org";
    connection.remote_id = "right.example.org";
    connection.auth = "psk";
    connection.proposals = {"IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519"};
    for (std::string& child : children) {
        connection.children.push_back({std::move(child),
                                       Mode::tunnel,
                                       {"10.1.0.0/16"},
                                       {"10.2.0.0/16"},
                                       {"ESP:AES_GCM_16_256/NO_EXT_SEQ"},
                                       "none"});
    }
    return connection;
}

inline Event drift_event(std::string sentence) {
    return {EventKind::drift, "1 put back", {}, KernelDrift{{std::move(sentence)}, {}, {}}};
}

inline Event sa_event(EventKind kind, SaId id, std::string child = {}) {
    return {kind, "something about it", SaEvent{id, "gw", std::move(child), {}}};
}

}  // namespace xfrmd::daemon::api
