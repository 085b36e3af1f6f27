#include "cli/render_lines.h"

#include "cli/text.h"

namespace xfrmd::cli {

Cell state_cell(const std::string& state) {
    if (state == "established" || state == "installed" || state == "manual") return {state, Tone::good};
    return {state, state == "failed" ? Tone::bad : Tone::busy};
}

std::string detail(std::size_t indent, std::string name, std::string_view value) {
    constexpr std::size_t kNameWidth = 12;
    name.resize(kNameWidth, ' ');
    return std::string(indent, ' ') + name + terminal_safe(value) + "\n";
}

std::string traffic_of(const Json& sa, std::string_view bytes, std::string_view packets) {
    return human_bytes(number_of(sa, bytes)) + ", " + counted(number_of(sa, packets), "packet");
}

}  // namespace xfrmd::cli
