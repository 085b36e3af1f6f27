// What the renderers of SAs share: cells and lines. Pure.
#pragma once

#include <string>
#include <string_view>

#include "cli/json.h"
#include "cli/table.h"

namespace xfrmd::cli {

Cell state_cell(const std::string& state);
// "  name        value", with the value made safe.
std::string detail(std::size_t indent, std::string name, std::string_view value);
// "1.2 MB, 1100 packets", of the two members that are named.
std::string traffic_of(const Json& sa, std::string_view bytes, std::string_view packets);

}  // namespace xfrmd::cli
