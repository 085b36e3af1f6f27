// A vici message, strongSwan's: sections, keys with values and lists of values, in an order that means something. What
// a packet holds behind its type and name. Numbers are text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <tl/expected.hpp>

#include "ike/base/bytes.h"

namespace xfrmd::daemon::vici {

struct Entry;

class Section {
public:
    const std::vector<Entry>& entries() const { return entries_; }
    bool empty() const { return entries_.empty(); }

    // nullptr where there is none of this name and kind.
    const std::string* value(std::string_view name) const;
    const std::vector<std::string>* list(std::string_view name) const;
    const Section* section(std::string_view name) const;

    // To make one: in the order of the calls. References are good until the next call.
    Section& set(std::string_view name, std::string value);
    Section& set(std::string_view name, std::vector<std::string> values);
    Section& add_section(std::string_view name);
    Section& add_section(std::string_view name, Section section);

private:
    friend void wipe(Section& section);
    std::vector<Entry> entries_;
};

struct Entry {
    std::string name;
    std::variant<std::string, std::vector<std::string>, Section> content;
};

inline constexpr std::size_t kMostValueBytes = 65535;
inline constexpr std::size_t kMostElements = 65536;  // of a message that is read
inline constexpr unsigned kDeepest = 16;             // sections in each other

// Overwrites its values: a client may have said a secret.
void wipe(Section& section);

// Error: half a sentence that says what is wrong, and where.
tl::expected<Section, std::string> decode(base::ByteView message);
// Values that are longer than kMostValueBytes are left out, as nothing could carry them; names end after 255 octets.
base::Bytes encode(const Section& message);

}  // namespace xfrmd::daemon::vici
