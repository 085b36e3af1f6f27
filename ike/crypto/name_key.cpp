#include "ike/crypto/name_key.h"

#include "ike/base/writer.h"
#include "ike/policy/asn1_name.h"

namespace xfrmd::crypto {

namespace {

// RFC 4518 2.6.1: none at the ends, one in between.
base::Bytes prepared(base::ByteView value) {
    base::Bytes out;
    bool space = false;
    for (const std::uint8_t octet : value) {
        if (octet == ' ') {
            space = !out.empty();
            continue;
        }
        if (space) out.push_back(' ');
        space = false;
        out.push_back(octet >= 'A' && octet <= 'Z' ? static_cast<std::uint8_t>(octet - 'A' + 'a') : octet);
    }
    return out;
}

}  // namespace

base::Bytes name_key(base::ByteView der) {
    const auto name = policy::read_name(der);
    if (!name) return base::to_bytes(der);
    base::Writer out;
    for (const policy::NameAttribute& attribute : *name) {
        const base::Bytes value = prepared(attribute.value);
        out.u16(static_cast<std::uint16_t>(attribute.oid.size())).bytes(attribute.oid);
        out.u16(static_cast<std::uint16_t>(value.size())).bytes(value);
    }
    return out.take();
}

}  // namespace xfrmd::crypto
