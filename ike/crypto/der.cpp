#include "ike/crypto/der.h"

#include <charconv>
#include <string_view>

namespace xfrmd::crypto {

namespace {

constexpr std::size_t kShort = 0x80;
constexpr std::size_t kMostLengthOctets = 4;

// X.690 8.1.3, 10.1; nullopt for what is not in its shortest form.
std::optional<std::size_t> read_length(base::Reader& in) {
    const std::size_t first = in.u8();
    if (first < kShort) return first;
    const std::size_t octets = first - kShort;
    if (octets == 0 || octets > kMostLengthOctets) return std::nullopt;
    std::size_t length = 0;
    for (std::size_t i = 0; i < octets; ++i) length = length << 8 | in.u8();
    const bool shortest = length >= kShort && length >> (8 * (octets - 1)) != 0;
    return shortest ? std::optional(length) : std::nullopt;
}

std::optional<unsigned> digits(std::string_view text, std::size_t offset, std::size_t count) {
    unsigned value = 0;
    const char* first = text.data() + offset;
    if (*first < '0' || *first > '9') return std::nullopt;
    const auto [end, error] = std::from_chars(first, first + count, value);
    if (error != std::errc{} || end != first + count) return std::nullopt;
    return value;
}

// "20300615120000Z"
std::optional<WallClock> read_time(std::string_view text) {
    namespace chrono = std::chrono;
    if (text.size() != 15 || text.back() != 'Z') return std::nullopt;
    const auto year = digits(text, 0, 4);
    const auto month = digits(text, 4, 2);
    const auto day = digits(text, 6, 2);
    const auto hour = digits(text, 8, 2);
    const auto minute = digits(text, 10, 2);
    const auto second = digits(text, 12, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    const chrono::year_month_day date(chrono::year(static_cast<int>(*year)), chrono::month(*month), chrono::day(*day));
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
    return WallClock(chrono::sys_days(date)) + chrono::hours(*hour) + chrono::minutes(*minute) +
           chrono::seconds(*second);
}

base::ByteView without_zeros(base::ByteView value) {
    while (!value.empty() && value.front() == 0) value = value.subspan(1);
    return value;
}

}  // namespace

DerElement DerReader::next() {
    base::Reader in(rest_);
    const std::uint8_t tag = in.u8();
    const auto length = read_length(in);
    const base::ByteView contents = length ? in.bytes(*length) : base::ByteView{};
    if (!length || !in.ok()) {
        invalidate();
        return {};
    }
    const base::ByteView whole = rest_.first(rest_.size() - in.left());
    rest_ = rest_.subspan(whole.size());
    return {tag, contents, whole};
}

base::ByteView DerReader::contents(std::uint8_t tag) {
    const DerElement element = next();
    if (element.tag == tag) return element.contents;
    invalidate();
    return {};
}

base::ByteView DerReader::whole(std::uint8_t tag) {
    const DerElement element = next();
    if (element.tag == tag) return element.whole;
    invalidate();
    return {};
}

std::optional<base::ByteView> DerReader::optional(std::uint8_t tag) {
    return next_is(tag) ? std::optional(contents(tag)) : std::nullopt;
}

base::ByteView DerReader::number() {
    const base::ByteView value = contents(tag::kInteger);
    if (value.empty() || (value.front() & 0x80U) != 0) invalidate();
    return without_zeros(value);
}

base::ByteView DerReader::serial() {
    const base::ByteView value = contents(tag::kInteger);
    if (value.empty()) invalidate();
    return without_zeros(value);
}

std::optional<std::uint32_t> DerReader::small_number() {
    const base::ByteView value = number();
    if (!ok_ || value.size() > 4) return std::nullopt;
    std::uint32_t small = 0;
    for (const std::uint8_t octet : value) small = small << 8 | octet;
    return small;
}

WallClock DerReader::time() {
    const DerElement element = next();
    std::string text(base::as_text(element.contents));
    // RFC 5280 4.1.2.5.1: two digits below 50 are of this century.
    if (element.tag == tag::kUtcTime && text.size() == 13) text.insert(0, text.front() < '5' ? "20" : "19");
    const bool is_time = element.tag == tag::kUtcTime || element.tag == tag::kGeneralizedTime;
    const auto time = is_time ? read_time(text) : std::nullopt;
    if (!time) invalidate();
    return time.value_or(WallClock{});
}

void DerReader::invalidate() {
    ok_ = false;
    rest_ = {};
}

base::Bytes der_element(std::uint8_t tag, base::ByteView contents) {
    base::Bytes out{tag};
    const std::size_t size = contents.size();
    if (size < kShort) {
        out.push_back(static_cast<std::uint8_t>(size));
    } else {
        std::uint8_t octets = 1;
        while (size >> (8 * octets) != 0) ++octets;
        out.push_back(static_cast<std::uint8_t>(kShort + octets));
        for (unsigned i = octets; i > 0; --i) out.push_back(static_cast<std::uint8_t>(size >> (8 * (i - 1))));
    }
    base::append(out, contents);
    return out;
}

base::Bytes der_integer(base::ByteView number) {
    number = without_zeros(number);
    base::Bytes contents;
    if (number.empty() || (number.front() & 0x80U) != 0) contents.push_back(0);
    base::append(contents, number);
    return der_element(tag::kInteger, contents);
}

}  // namespace xfrmd::crypto
