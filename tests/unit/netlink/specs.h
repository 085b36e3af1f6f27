// Short ways to make the port's values in tests.
#pragma once

#include <initializer_list>
#include <string>
#include <vector>

#include "netlink/tunnel.h"

namespace xfrmd::netlink::test {

inline base::Address address(const char* text) { return base::Address::parse(text).value(); }
inline base::Prefix prefix(const char* text) { return base::Prefix::parse(text).value(); }

inline base::SecretBytes key(std::size_t bytes, std::uint8_t first = 1) {
    base::SecretBytes made(bytes);
    for (std::size_t i = 0; i < bytes; ++i) made.writable()[i] = static_cast<std::uint8_t>(first + i);
    return made;
}

inline Algorithms gcm() { return Aead{"rfc4106(gcm(aes))", key(20), 128}; }
inline Algorithms cbc_sha256() { return CipherAndMac{"cbc(aes)", key(16), "hmac(sha256)", key(32), 128}; }

inline Selector selector(const char* source, const char* destination) {
    return {prefix(source), prefix(destination), 0, {}, {}, 0};
}

// An inbound ESP SA in tunnel mode, 192.0.2.1 -> 192.0.2.2.
inline SaSpec sa(std::uint32_t spi, Algorithms algorithms = gcm()) {
    SaSpec made;
    made.source = address("192.0.2.1");
    made.id = {address("192.0.2.2"), Spi{spi}, kEsp};
    made.reqid = Reqid{7};
    made.algorithms = std::move(algorithms);
    made.inbound = true;
    return made;
}

inline PolicySpec policy(Direction direction, const Selector& which) {
    PolicySpec made;
    made.id = {direction, which};
    made.priority = policy_priority(which);
    Template served_by;
    served_by.reqid = Reqid{7};
    served_by.source = address("192.0.2.1");
    served_by.destination = address("192.0.2.2");
    made.templates = {served_by};
    return made;
}

inline TunnelSpec tunnel(std::uint32_t spi_in, std::uint32_t spi_out,
                         std::vector<Selector> selectors = {selector("10.1.0.0/24", "10.2.0.0/24")}) {
    TunnelSpec made;
    made.local = address("192.0.2.1");
    made.remote = address("192.0.2.2");
    made.selectors = std::move(selectors);
    made.spi_in = Spi{spi_in};
    made.spi_out = Spi{spi_out};
    made.algorithms_in = gcm();
    made.algorithms_out = gcm();
    return made;
}

inline Change add(SaSpec spec) { return AddSa{std::move(spec)}; }
inline Change add(const PolicySpec& spec) { return AddPolicy{spec}; }

inline KernelResult<void> make(Kernel& kernel, const Change& change) { return kernel.apply({&change, 1}).front(); }

// 0 where it went well.
template <typename T>
int errno_of(const KernelResult<T>& result) {
    return result ? 0 : result.error().errno_value;
}

}  // namespace xfrmd::netlink::test
