#include <utility>

#include "cli/render.h"
#include "cli/render_lines.h"
#include "cli/text.h"

namespace xfrmd::cli {

namespace {

std::string age_of(const Json& sa, std::string_view name) {
    const auto seconds = optional_number_of(sa, name);
    return seconds ? human_age(*seconds) : "-";
}

std::string endpoint_of(const Json& side) {
    const std::string address = text_of(side, "address");
    const std::string port = std::to_string(number_of(side, "port"));
    return address.find(':') == std::string::npos ? address + ":" + port : "[" + address + "]:" + port;
}

std::string cpu_of(const Json& child) {
    const auto cpu = optional_number_of(child, "cpu");
    return cpu ? " cpu " + std::to_string(*cpu) : "";
}

std::string algorithms_of(const Json& sa) {
    return or_dash(text_of(sa, "algorithms")) + (flag_of(sa, "quantum_resistant") ? ", quantum-resistant" : "");
}

// A child SA's line, or that of an IKE SA that has none yet.
std::vector<Cell> child_line(const Json& sa, const Json& child) {
    const bool is_child = child.is_object();
    const Json& subject = is_child ? child : sa;
    return {text_of(subject, "id"),
            or_dash(text_of(sa, "conn")),
            is_child ? text_of(child, "child") + cpu_of(child) : "-",
            state_cell(text_of(subject, "state")),
            text_of(member(sa, "remote"), "address"),
            text_of(sa, "path"),
            age_of(subject, "age_seconds"),
            age_of(subject, "rekey_in_seconds"),
            is_child ? human_bytes(number_of(child, "bytes_in")) : "-",
            is_child ? human_bytes(number_of(child, "bytes_out")) : "-",
            algorithms_of(subject)};
}

std::string child_table(const Json& items, bool children_only, Style style) {
    Table table({{"ID"},
                 {"CONNECTION"},
                 {"CHILD"},
                 {"STATE"},
                 {"PEER"},
                 {"PATH"},
                 {"AGE", Align::right},
                 {"REKEY", Align::right},
                 {"IN", Align::right},
                 {"OUT", Align::right},
                 {"ALGORITHMS"}});
    for (const Json& sa : items) {
        const Json& children = list_of(sa, "child_sas");
        for (const Json& child : children) table.add(child_line(sa, child));
        if (children.empty() && !children_only) table.add(child_line(sa, nullptr));
    }
    return table.render(style);
}

std::string ike_table(const Json& items, Style style) {
    Table table({{"ID"},
                 {"CONNECTION"},
                 {"STATE"},
                 {"ROLE"},
                 {"PEER"},
                 {"IDENTITY"},
                 {"PATH"},
                 {"AGE", Align::right},
                 {"REKEY", Align::right},
                 {"ALGORITHMS"}});
    for (const Json& sa : items) {
        const Json& remote = member(sa, "remote");
        table.add({text_of(sa, "id"), or_dash(text_of(sa, "conn")), state_cell(text_of(sa, "state")),
                   text_of(sa, "role"), text_of(remote, "address"), or_dash(text_of(remote, "id")), text_of(sa, "path"),
                   age_of(sa, "age_seconds"), age_of(sa, "rekey_in_seconds"), algorithms_of(sa)});
    }
    return table.render(style);
}

std::string age_detail(const Json& sa) {
    const auto rekey = optional_number_of(sa, "rekey_in_seconds");
    return age_of(sa, "age_seconds") + (rekey ? ", rekeyed in " + human_age(*rekey) : "");
}

std::string render_child(const Json& child, Style style) {
    constexpr std::size_t kIndent = 4;
    std::string out = "  child SA " + terminal_safe(text_of(child, "id")) + "  " +
                      terminal_safe(text_of(child, "child")) + "  " +
                      toned(terminal_safe(text_of(child, "state")), state_cell(text_of(child, "state")).tone, style) +
                      "  " + terminal_safe(text_of(child, "mode")) + cpu_of(child) + "\n";
    out += detail(kIndent, "traffic",
                  joined(texts_of(child, "local_ts"), ", ") + " === " + joined(texts_of(child, "remote_ts"), ", "));
    out += detail(kIndent, "SPIs",
                  or_dash(text_of(child, "spi_in")) + " in, " + or_dash(text_of(child, "spi_out")) + " out, reqid " +
                      std::to_string(number_of(child, "reqid")));
    out += detail(kIndent, "algorithms", algorithms_of(child));
    out += detail(kIndent, "age", age_detail(child));
    out += detail(kIndent, "received", traffic_of(child, "bytes_in", "packets_in"));
    out += detail(kIndent, "sent", traffic_of(child, "bytes_out", "packets_out"));
    if (const Json& offload = member(child, "offload"); offload.is_object()) {
        out += detail(kIndent, "offload", text_of(offload, "mode") + " on " + text_of(offload, "interface"));
    }
    if (const std::string error = text_of(child, "last_error"); !error.empty())
        out += detail(kIndent, "last error", error);
    return out;
}

// Not of one that has just been rekeyed: the peer may still send on the old one.
bool is_one_way(const Json& child) {
    constexpr std::uint64_t kYoung = 10;                 // seconds
    if (optional_number_of(child, "cpu")) return false;  // the peer's packets are on another CPU's (RFC 9611 6)
    if (optional_number_of(child, "age_seconds").value_or(kYoung) < kYoung) return false;
    return number_of(child, "bytes_out") > 0 && number_of(child, "bytes_in") == 0;
}

std::uint64_t children_in(const Json& items) {
    std::uint64_t count = 0;
    for (const Json& sa : items) count += list_of(sa, "child_sas").size();
    return count;
}

}  // namespace

std::string render_sa_table(const Json& items, SaLines lines, Style style) {
    return lines == SaLines::ike ? ike_table(items, style) : child_table(items, lines == SaLines::child, style);
}

std::string render_sa_summary(const Json& items, const Json& manual, SaLines lines) {
    std::string summary = counted(items.size(), "IKE SA");
    if (lines != SaLines::ike) summary += ", " + counted(children_in(items), "child SA");
    if (!manual.empty()) summary += ", " + counted(manual.size(), "manual SA");
    return summary + "\n";
}

std::string render_sa(const Json& sa, Style style) {
    constexpr std::size_t kIndent = 2;
    const Json& local = member(sa, "local");
    const Json& remote = member(sa, "remote");
    std::string out = "IKE SA " + terminal_safe(text_of(sa, "id")) + "  " +
                      or_dash(terminal_safe(text_of(sa, "conn"))) + "  " +
                      toned(terminal_safe(text_of(sa, "state")), state_cell(text_of(sa, "state")).tone, style) + "  " +
                      terminal_safe(text_of(sa, "role")) + "\n";
    out += detail(kIndent, "local", endpoint_of(local) + "  " + or_dash(text_of(local, "id")));
    out += detail(kIndent, "remote", endpoint_of(remote) + "  " + or_dash(text_of(remote, "id")));
    for (const std::string_view side : {"local", "remote"}) {
        const std::string addresses = joined(texts_of(sa, std::string(side) + "_vips"), ", ");
        if (!addresses.empty()) out += detail(kIndent, std::string(side) + " vips", addresses);
    }
    out += detail(kIndent, "path", text_of(sa, "path"));
    out += detail(kIndent, "SPIs",
                  or_dash(text_of(sa, "spi_i")) + " initiator, " + or_dash(text_of(sa, "spi_r")) + " responder");
    out += detail(kIndent, "algorithms", algorithms_of(sa));
    out += detail(kIndent, "age", age_detail(sa));
    if (const std::string error = text_of(sa, "last_error"); !error.empty())
        out += detail(kIndent, "last error", error);
    for (const Json& child : list_of(sa, "child_sas")) out += render_child(child, style);
    return out;
}

std::vector<std::string> sa_warnings(const Json& items) {
    std::vector<std::string> warnings;
    for (const Json& sa : items) {
        for (const Json& child : list_of(sa, "child_sas")) {
            if (!is_one_way(child)) continue;
            warnings.push_back("warning: " + terminal_safe(text_of(child, "id")) + " (" +
                               terminal_safe(text_of(sa, "conn")) + "/" + terminal_safe(text_of(child, "child")) +
                               ") has sent " + human_bytes(number_of(child, "bytes_out")) +
                               " and received nothing: look at the peer's policies and the path back");
        }
    }
    return warnings;
}

}  // namespace xfrmd::cli
