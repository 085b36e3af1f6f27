// The values of swanctl.conf, as strongSwan reads them: yes/true/enabled/1 and no/false/disabled/0, times with s m h d,
// amounts with k m g (1024), numbers in decimal, octal (0...) or hexadecimal (0x...), lists separated by commas.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/config/complaint.h"

namespace xfrmd::daemon {

enum class Kind : std::uint8_t {
    boolean,
    number,
    time,  // seconds
    bytes,
    word,     // one of a few
    action,   // one of a few, or several joined with '|'
    mark,     // value/mask, or %unique and the like
    if_id,    // number, or %unique and the like
    dscp,     // six binary digits
    padding,  // number or mtu
    auth,     // an authentication method, perhaps with constraints
    list,
    text,
};

struct Value {
    std::string_view text;                // as written, without quotes
    std::string canonical;                // equal for what means the same: "yes", "3600"; empty for lists and text
    std::uint64_t number = 0;             // of booleans (0 or 1), numbers, times, bytes, marks, interface ids
    std::vector<std::string_view> items;  // of lists: without blanks around them and without empty ones
    std::uint32_t mask = 0;               // of marks
};

// The complaint is what is expected instead: "a number, %unique or %unique-dir".
Read<Value> read_value(Kind kind, std::string_view words, std::string_view text);

// Separated by blanks.
std::vector<std::string_view> split_words(std::string_view words);
bool has_word(std::string_view words, std::string_view word);
std::vector<std::string_view> split_list(std::string_view text);
std::string to_lower(std::string_view text);

}  // namespace xfrmd::daemon
