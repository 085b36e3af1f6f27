#include "ike/policy/asn1_name.h"

#include <algorithm>
#include <array>

#include "ike/base/reader.h"
#include "ike/base/writer.h"

namespace xfrmd::policy {

namespace {

using base::Bytes;
using base::ByteView;

constexpr std::uint8_t kOid = 0x06;
constexpr std::uint8_t kUtf8String = 0x0c;
constexpr std::uint8_t kPrintableString = 0x13;
constexpr std::uint8_t kIa5String = 0x16;
constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kSet = 0x31;

constexpr std::size_t kMostAttributes = 64;
constexpr std::size_t kLongestText = 512;

// RFC 5280 A.1, RFC 4519, RFC 2985; the first word of an attribute is the one that is shown.
struct AttributeType {
    std::string_view word;
    std::string_view oid;  // contents of the OBJECT IDENTIFIER
    std::uint8_t tag = kPrintableString;
};
constexpr std::string_view kEmail = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01";
constexpr AttributeType kTypes[] = {
    {"CN", "\x55\x04\x03"},
    {"S", "\x55\x04\x04"},
    {"SN", "\x55\x04\x05"},
    {"serialNumber", "\x55\x04\x05"},
    {"C", "\x55\x04\x06"},
    {"L", "\x55\x04\x07"},
    {"ST", "\x55\x04\x08"},
    {"O", "\x55\x04\x0a"},
    {"OU", "\x55\x04\x0b"},
    {"T", "\x55\x04\x0c"},
    {"D", "\x55\x04\x0d"},
    {"N", "\x55\x04\x29"},
    {"G", "\x55\x04\x2a"},
    {"I", "\x55\x04\x2b"},
    {"ID", "\x55\x04\x2d"},
    {"dnQualifier", "\x55\x04\x2e"},
    {"ND", "\x02\x82\x06\x01\x0a\x07\x14"},
    {"UID", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"},
    {"DC", "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"},
    {"EN", "\x60\x86\x48\x01\x86\xf8\x42\x03\x01\x03"},
    {"employeeNumber", "\x60\x86\x48\x01\x86\xf8\x42\x03\x01\x03"},
    {"E", kEmail, kIa5String},
    {"Email", kEmail, kIa5String},
    {"emailAddress", kEmail, kIa5String},
    {"UN", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02", kIa5String},
    {"unstructuredName", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02", kIa5String},
    {"UA", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x08"},
    {"unstructuredAddress", "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x08"},
};

// X.690 8.1: one tag octet and a definite length. The reader fails on everything else.
struct Element {
    std::uint8_t tag;
    ByteView contents;
};

Element read_element(base::Reader& in) {
    const std::uint8_t tag = in.u8();
    std::size_t length = in.u8();
    if (length > 0x82 || length == 0x80) in.invalidate();
    if (length == 0x81) {
        length = in.u8();
    } else if (length == 0x82) {
        length = in.u16();
    }
    return {tag, in.bytes(length)};
}

ByteView read_expected(base::Reader& in, std::uint8_t tag) {
    const Element element = read_element(in);
    if (element.tag != tag) in.invalidate();
    return element.contents;
}

// AttributeTypeAndValue ::= SEQUENCE { type OBJECT IDENTIFIER, value ANY }
std::optional<NameAttribute> read_attribute(ByteView sequence) {
    base::Reader in(sequence);
    const ByteView oid = read_expected(in, kOid);
    const Element value = read_element(in);
    if (!in.complete()) return std::nullopt;
    return NameAttribute{oid, value.tag, value.contents};
}

// RelativeDistinguishedName ::= SET OF AttributeTypeAndValue
bool read_relative_name(ByteView set, std::vector<NameAttribute>& name) {
    base::Reader in(set);
    while (!in.done()) {
        const ByteView sequence = read_expected(in, kSequence);
        const auto attribute = in.ok() ? read_attribute(sequence) : std::nullopt;
        if (!attribute || name.size() == kMostAttributes) return false;
        name.push_back(*attribute);
    }
    return in.ok();
}

char lower(char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter; }

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

const AttributeType* type_of_word(std::string_view word) {
    const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [word](const AttributeType& type) {
        return equal_ignoring_case(type.word, word);
    });
    return found == std::end(kTypes) ? nullptr : found;
}

// X.680 41.4
bool is_printable_string(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
               (letter >= '0' && letter <= '9') ||
               std::string_view(" '()+,-./:=?").find(letter) != std::string_view::npos;
    });
}

// False where the length does not fit two octets.
bool write_element(base::Writer& out, std::uint8_t tag, ByteView contents) {
    if (contents.size() > 0xffff) return false;
    out.u8(tag);
    if (contents.size() > 0xff) {
        out.u8(0x82).u16(static_cast<std::uint16_t>(contents.size()));
    } else if (contents.size() > 0x7f) {
        out.u8(0x81).u8(static_cast<std::uint8_t>(contents.size()));
    } else {
        out.u8(static_cast<std::uint8_t>(contents.size()));
    }
    out.bytes(contents);
    return true;
}

bool write_attribute(base::Writer& out, const AttributeType& type, std::string_view value) {
    const std::uint8_t tag = type.tag == kPrintableString && !is_printable_string(value) ? kUtf8String : type.tag;
    base::Writer attribute;
    base::Writer sequence;
    return write_element(attribute, kOid, base::as_bytes(type.oid)) &&
           write_element(attribute, tag, base::as_bytes(value)) &&
           write_element(sequence, kSequence, attribute.view()) && write_element(out, kSet, sequence.view());
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

// Takes the text up to the separator off the front.
std::string take_part(std::string_view& text, char separator) {
    std::string part;
    std::size_t at = 0;
    for (; at < text.size() && text[at] != separator; ++at) {
        if (text[at] == '\\' && at + 1 < text.size()) ++at;
        part.push_back(text[at]);
    }
    text.remove_prefix(std::min(at + 1, text.size()));
    return part;
}

bool write_part(base::Writer& out, std::string_view part) {
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return false;
    const AttributeType* type = type_of_word(trimmed(part.substr(0, equals)));
    return type != nullptr && write_attribute(out, *type, trimmed(part.substr(equals + 1)));
}

std::string word_of(ByteView oid) {
    const auto* found = std::find_if(std::begin(kTypes), std::end(kTypes), [oid](const AttributeType& type) {
        return base::equal(base::as_bytes(type.oid), oid);
    });
    if (found != std::end(kTypes)) return std::string(found->word);
    return "#" + base::to_hex(oid.first(std::min<std::size_t>(oid.size(), 32)));
}

void append_value(std::string& text, ByteView value) {
    for (const char letter : base::printable(value)) {
        if (letter == ',') text += '\\';
        text += letter;
    }
}

bool is_any_value(const NameAttribute& attribute) { return base::as_text(attribute.value) == "*"; }

bool equal_values(const NameAttribute& a, const NameAttribute& b) {
    const bool mail = a.tag == kIa5String && base::as_text(a.oid) == kEmail;
    if (a.tag == b.tag && (a.tag == kPrintableString || mail)) {
        return equal_ignoring_case(base::as_text(a.value), base::as_text(b.value));
    }
    return base::equal(a.value, b.value);
}

}  // namespace

// Name ::= SEQUENCE OF RelativeDistinguishedName
std::optional<std::vector<NameAttribute>> read_name(ByteView der) {
    base::Reader in(der);
    base::Reader sets(read_expected(in, kSequence));
    if (!in.complete()) return std::nullopt;
    std::vector<NameAttribute> name;
    while (!sets.done()) {
        const ByteView set = read_expected(sets, kSet);
        if (!sets.ok() || !read_relative_name(set, name)) return std::nullopt;
    }
    if (!sets.ok()) return std::nullopt;
    return name;
}

std::optional<Bytes> parse_name(std::string_view text) {
    const char separator = text.starts_with('/') ? '/' : ',';
    if (separator == '/') text.remove_prefix(1);
    base::Writer sets;
    if (text.empty()) return std::nullopt;
    while (!text.empty()) {
        if (!write_part(sets, take_part(text, separator))) return std::nullopt;
    }
    base::Writer name;
    if (!write_element(name, kSequence, sets.view())) return std::nullopt;
    return name.take();
}

std::string to_string(const std::vector<NameAttribute>& name) {
    std::string text;
    for (const NameAttribute& attribute : name) {
        if (text.size() > kLongestText) return text + "...";
        if (!text.empty()) text += ", ";
        text += word_of(attribute.oid) + "=";
        append_value(text, attribute.value);
    }
    return text;
}

bool matches(const std::vector<NameAttribute>& pattern, const std::vector<NameAttribute>& name) {
    if (pattern.size() != name.size()) return false;
    std::vector<NameAttribute> wanted = pattern;
    // What fits anything takes what is left.
    std::stable_partition(wanted.begin(), wanted.end(), [](const NameAttribute& a) { return !is_any_value(a); });
    std::vector<NameAttribute> left = name;
    return std::all_of(wanted.begin(), wanted.end(), [&left](const NameAttribute& attribute) {
        const auto found = std::find_if(left.begin(), left.end(), [&](const NameAttribute& candidate) {
            return base::equal(attribute.oid, candidate.oid) &&
                   (is_any_value(attribute) || equal_values(attribute, candidate));
        });
        if (found == left.end()) return false;
        left.erase(found);
        return true;
    });
}

bool has_wildcard(const std::vector<NameAttribute>& name) {
    return std::any_of(name.begin(), name.end(), is_any_value);
}

}  // namespace xfrmd::policy
