// DER (X.690 10) for what Botan has no reader or writer for, or one that keeps more than is needed: a cursor with a
// sticky error as base::Reader, over borrowed bytes. Definite, shortest lengths only. Internal to ike/crypto.
#pragma once

#include <cstdint>
#include <optional>

#include "ike/base/bytes.h"
#include "ike/base/reader.h"
#include "ike/crypto/certificate.h"

namespace xfrmd::crypto {

namespace tag {
inline constexpr std::uint8_t kBoolean = 0x01;
inline constexpr std::uint8_t kInteger = 0x02;
inline constexpr std::uint8_t kBitString = 0x03;
inline constexpr std::uint8_t kOctetString = 0x04;
inline constexpr std::uint8_t kNull = 0x05;
inline constexpr std::uint8_t kOid = 0x06;
inline constexpr std::uint8_t kEnumerated = 0x0a;
inline constexpr std::uint8_t kUtcTime = 0x17;
inline constexpr std::uint8_t kGeneralizedTime = 0x18;
inline constexpr std::uint8_t kSequence = 0x30;
inline constexpr std::uint8_t kSet = 0x31;
// [number], as it stands and around another element
constexpr std::uint8_t implicit(unsigned number) { return static_cast<std::uint8_t>(0x80 + number); }
constexpr std::uint8_t context(unsigned number) { return static_cast<std::uint8_t>(0xa0 + number); }
}  // namespace tag

struct DerElement {
    std::uint8_t tag = 0;
    base::ByteView contents;
    base::ByteView whole;
};

class DerReader {
public:
    explicit DerReader(base::ByteView bytes) : rest_(bytes) {}

    DerElement next();
    // Of the next element, which must have the tag.
    base::ByteView contents(std::uint8_t tag);
    base::ByteView whole(std::uint8_t tag);
    DerReader inside(std::uint8_t tag) { return DerReader(contents(tag)); }
    // Only where the next element has the tag.
    std::optional<base::ByteView> optional(std::uint8_t tag);
    bool next_is(std::uint8_t tag) const { return !rest_.empty() && rest_.front() == tag; }

    // An INTEGER that is not negative, without leading zeros.
    base::ByteView number();
    // A serial number: likewise, but some CAs have given negative ones (RFC 5280 4.1.2.2), which are as they stand.
    base::ByteView serial();
    std::optional<std::uint32_t> small_number();
    WallClock time();  // UTCTime or GeneralizedTime in the form of RFC 5280 4.1.2.5

    void invalidate();
    bool done() const { return rest_.empty(); }
    bool ok() const { return ok_; }
    bool complete() const { return ok_ && rest_.empty(); }

private:
    base::ByteView rest_;
    bool ok_ = true;
};

// Each extension of an Extensions (RFC 5280 4.2); `visit(oid contents, critical, value)`. False where it is none.
template <typename Visit>
bool each_extension(base::ByteView sequence, Visit visit) {
    DerReader list(sequence);
    while (!list.done() && list.ok()) {
        DerReader extension = list.inside(tag::kSequence);
        const base::ByteView oid = extension.contents(tag::kOid);
        const auto critical = extension.optional(tag::kBoolean);
        const base::ByteView value = extension.contents(tag::kOctetString);
        if (!extension.complete()) return false;
        visit(oid, critical && critical->size() == 1 && critical->front() != 0, value);
    }
    return list.complete();
}

base::Bytes der_element(std::uint8_t tag, base::ByteView contents);
// Of a big-endian number that is not negative.
base::Bytes der_integer(base::ByteView number);

}  // namespace xfrmd::crypto
