// Children as engines ask for them, for tests of what becomes of them in the kernel.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "daemon/tunnels.h"

namespace xfrmd::daemon::test {

inline policy::TrafficSelectors negotiated(const std::string& text) { return {policy::parse_selector(text)->selector}; }

inline ike::ChildInstall child(std::uint64_t id, const std::string& local_ts, const std::string& remote_ts) {
    ike::ChildInstall install;
    install.child = ike::ChildSaId{id};
    install.local = {*base::Address::parse("192.0.2.1"), 4500};
    install.remote = {*base::Address::parse("192.0.2.2"), 4500};
    const auto proposals = *policy::parse_proposal(policy::ProtocolId::esp, "aes128gcm16");
    install.suite = *crypto::ChildSuite::of(proposals.front());
    install.spi_in = ike::EspSpi{static_cast<std::uint32_t>(0xc0000000 + id)};
    install.spi_out = ike::EspSpi{static_cast<std::uint32_t>(0xc1000000 + id)};
    install.encryption_in = base::SecretBytes(install.suite.encryption_key_bytes());
    install.encryption_out = base::SecretBytes(install.suite.encryption_key_bytes());
    install.local_ts = negotiated(local_ts);
    install.remote_ts = negotiated(remote_ts);
    return install;
}

inline base::Result<void> install(Tunnels& tunnels, ike::ChildInstall child) {
    std::vector<ike::ChildInstall> children;
    children.push_back(std::move(child));
    return tunnels.install(std::move(children)).front();
}

}  // namespace xfrmd::daemon::test
