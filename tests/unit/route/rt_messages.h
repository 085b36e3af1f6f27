// rtnetlink's notices, as the kernel writes them, for tests of the decoder.
#pragma once

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>

#include "netlink/codec.h"
#include "tests/unit/route/contract.h"

namespace xfrmd::netlink::route::test {

// Messages, one after the other, with attributes added to the last one.
class Notice {
public:
    Notice() : batch_(64, 65536) {}

    template <Plain T>
    Notice& begin(std::uint16_t type, const T& fixed) {
        batch_.begin(type, 0, fixed);
        return *this;
    }
    template <Plain T>
    Notice& with(std::uint16_t type, const T& value) {
        batch_.attribute(type, bytes_of(value));
        return *this;
    }
    Notice& with(std::uint16_t type, const base::Address& address) {
        batch_.attribute(type, address.bytes());
        return *this;
    }
    Notice& with_text(std::uint16_t type, std::string text) {
        text.push_back('\0');
        batch_.attribute(type, base::ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()));
        return *this;
    }
    Notice& with_bytes(std::uint16_t type, const base::Bytes& bytes) {
        batch_.attribute(type, bytes);
        return *this;
    }
    base::ByteView bytes() const { return batch_.view(); }

private:
    MessageBatch batch_;
};

inline ifinfomsg link_header(std::uint32_t flags, std::uint8_t family = AF_UNSPEC) {
    ifinfomsg header{};
    header.ifi_family = family;
    header.ifi_index = 7;
    header.ifi_flags = flags;
    return header;
}

inline ifaddrmsg address_header(std::uint8_t family, std::uint8_t length, std::uint8_t flags = 0) {
    ifaddrmsg header{};
    header.ifa_family = family;
    header.ifa_prefixlen = length;
    header.ifa_flags = flags;
    header.ifa_index = 7;
    return header;
}

inline rtmsg route_header(std::uint8_t family, std::uint8_t length, std::uint8_t type = RTN_UNICAST) {
    rtmsg header{};
    header.rtm_family = family;
    header.rtm_dst_len = length;
    header.rtm_table = RT_TABLE_MAIN;
    header.rtm_protocol = RTPROT_STATIC;
    header.rtm_type = type;
    return header;
}

// An attribute inside another.
inline void put_nested(base::Bytes& bytes, std::uint16_t type, base::ByteView payload) {
    const nlattr header{static_cast<std::uint16_t>(sizeof(nlattr) + payload.size()), type};
    for (const base::ByteView part : {bytes_of(header), payload}) bytes.insert(bytes.end(), part.begin(), part.end());
    bytes.resize((bytes.size() + 3) & ~std::size_t{3});
}

inline base::Bytes xfrm_link_info(std::uint32_t if_id, std::uint32_t underlying) {
    base::Bytes data;
    put_nested(data, IFLA_XFRM_LINK, bytes_of(underlying));
    put_nested(data, IFLA_XFRM_IF_ID, bytes_of(if_id));
    base::Bytes info;
    constexpr std::uint8_t kKind[] = {'x', 'f', 'r', 'm', 0};
    put_nested(info, IFLA_INFO_KIND, kKind);
    put_nested(info, IFLA_INFO_DATA, data);
    return info;
}

}  // namespace xfrmd::netlink::route::test
