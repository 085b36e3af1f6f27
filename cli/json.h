// Reading a daemon's JSON without trusting its shape: what is missing, or of another type, reads as nothing. Never
// throws.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>
#include <tl/expected.hpp>

namespace xfrmd::cli {

using Json = nlohmann::ordered_json;

const Json& member(const Json& object, std::string_view name);  // a null where there is none
std::string text_of(const Json& object, std::string_view name);
std::uint64_t number_of(const Json& object, std::string_view name);
std::optional<std::uint64_t> optional_number_of(const Json& object, std::string_view name);
bool flag_of(const Json& object, std::string_view name);
// The strings of a list; other items are left out.
std::vector<std::string> texts_of(const Json& object, std::string_view name);
// A list; an empty one where there is none.
const Json& list_of(const Json& object, std::string_view name);

// Of a file of somebody's: also an object that names a member twice is refused. The error is a sentence.
tl::expected<Json, std::string> parse_json(std::string_view text);

// Both as --json prints them, ASCII only, with a line break at the end: in one line, and indented.
std::string to_line(const Json& json);
std::string to_pretty(const Json& json);

}  // namespace xfrmd::cli
