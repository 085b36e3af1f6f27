// Text for people: made safe for a terminal, durations and sizes in a form that is read at a glance. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace xfrmd::cli {

// Printable UTF-8 stays; control characters (C0, C1, DEL), characters that reorder, hide or break lines, and bytes that
// are not UTF-8 become \xNN, byte by byte.
std::string terminal_safe(std::string_view text);

// In characters, as near as one gets without a table of the wide ones. For text that is terminal_safe.
std::size_t display_width(std::string_view text);

// "0 B", "999 B", "1.2 kB", "12.3 MB", "123 GB": powers of 1000.
std::string human_bytes(std::uint64_t bytes);
// "59s", "3m12s", "2h05m", "3d04h".
std::string human_age(std::uint64_t seconds);
// "1 child SA", "3 child SAs"
std::string counted(std::uint64_t count, std::string_view thing);
std::string joined(const std::vector<std::string>& texts, std::string_view separator);
std::string or_dash(std::string text);

// "10", "10s" (seconds), "500ms", "2m", "1h"; nullopt on anything else or beyond a day.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

// "2031-01-31" (its first second) or "2031-01-31T12:00:00Z", in UTC; nullopt on anything else.
std::optional<std::chrono::sys_seconds> parse_time(std::string_view text);

}  // namespace xfrmd::cli
