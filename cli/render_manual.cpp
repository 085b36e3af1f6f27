#include "cli/render.h"
#include "cli/render_lines.h"
#include "cli/text.h"

namespace xfrmd::cli {

namespace {

// A bundle has two.
std::string spis_of(const Json& sa) {
    const std::string auxiliary = text_of(sa, "auxiliary_spi");
    return text_of(sa, "spi") + (auxiliary.empty() ? "" : "+" + auxiliary);
}

bool receives(const Json& sa) { return text_of(sa, "direction") != "outbound"; }
bool sends(const Json& sa) { return text_of(sa, "direction") != "inbound"; }

std::string render_one(const Json& sa, Style style) {
    constexpr std::size_t kIndent = 2;
    std::string out = "manual SA " + terminal_safe(text_of(sa, "name")) + "  " +
                      toned(terminal_safe(text_of(sa, "state")), state_cell(text_of(sa, "state")).tone, style) + "  " +
                      terminal_safe(text_of(sa, "direction")) + "  " + terminal_safe(text_of(sa, "protocol")) + "  " +
                      terminal_safe(text_of(sa, "mode")) + "\n";
    out += detail(kIndent, "local", text_of(sa, "local"));
    out += detail(kIndent, "remote", text_of(sa, "remote"));
    out += detail(kIndent, "traffic",
                  joined(texts_of(sa, "local_ts"), ", ") + " === " + joined(texts_of(sa, "remote_ts"), ", "));
    out += detail(kIndent, "SPIs", spis_of(sa) + ", reqid " + std::to_string(number_of(sa, "reqid")));
    out += detail(kIndent, "algorithms", or_dash(text_of(sa, "algorithms")));
    if (receives(sa)) out += detail(kIndent, "received", traffic_of(sa, "bytes_in", "packets_in"));
    if (sends(sa)) out += detail(kIndent, "sent", traffic_of(sa, "bytes_out", "packets_out"));
    if (const std::string error = text_of(sa, "last_error"); !error.empty())
        out += detail(kIndent, "last error", error);
    return out;
}

}  // namespace

std::string render_manual_table(const Json& manual, Style style) {
    Table table({{"NAME"},
                 {"STATE"},
                 {"DIRECTION"},
                 {"MODE"},
                 {"LOCAL"},
                 {"REMOTE"},
                 {"SPI"},
                 {"IN", Align::right},
                 {"OUT", Align::right},
                 {"ALGORITHMS"}});
    for (const Json& sa : manual) {
        table.add({text_of(sa, "name"), state_cell(text_of(sa, "state")), text_of(sa, "direction"), text_of(sa, "mode"),
                   text_of(sa, "local"), text_of(sa, "remote"), spis_of(sa),
                   receives(sa) ? human_bytes(number_of(sa, "bytes_in")) : "-",
                   sends(sa) ? human_bytes(number_of(sa, "bytes_out")) : "-", or_dash(text_of(sa, "algorithms"))});
    }
    return table.render(style);
}

std::string render_manual_details(const Json& manual, Style style) {
    std::string out;
    for (const Json& sa : manual) out += render_one(sa, style);
    return out;
}

}  // namespace xfrmd::cli
