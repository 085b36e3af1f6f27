#include <cstdint>

#include "cli/render.h"
#include "cli/text.h"

namespace xfrmd::cli {

namespace {

Cell outcome_cell(const std::string& outcome) {
    if (outcome == "failed") return {outcome, Tone::bad};
    if (outcome == "forced") return {outcome, Tone::busy};
    if (outcome == "matched") return {"would be cleared"};
    return {outcome, Tone::good};
}

Cell traffic_cell(const std::string& traffic) {
    if (traffic == "clear") return {"in clear", Tone::bad};
    return {traffic == "unknown" ? "-" : or_dash(traffic)};
}

std::string name_of(const Json& row) {
    const std::string child = text_of(row, "child");
    return terminal_safe(text_of(row, "conn") + (child.empty() ? "" : "/" + child));
}

std::string clear_summary(const Json& result) {
    const std::uint64_t matched = number_of(result, "matched");
    if (matched == 0) return "no SA matched, nothing was changed\n";
    if (flag_of(result, "dry_run")) return "would clear " + counted(matched, "SA") + ", nothing was changed\n";
    std::string out = "matched " + counted(matched, "SA") + ": ";
    out += std::to_string(number_of(result, "acknowledged")) + " acknowledged by the peer, ";
    out += std::to_string(number_of(result, "forced")) + " forced, ";
    if (const auto gone = number_of(result, "gone"); gone > 0) out += std::to_string(gone) + " gone already, ";
    return out + std::to_string(number_of(result, "failed")) + " failed\n";
}

std::string sas_of(const Json& connection) {
    const std::uint64_t ike = number_of(connection, "ike_sas");
    if (ike == 0) return "-";
    return std::to_string(ike) + " IKE, " + std::to_string(number_of(connection, "child_sas")) + " child";
}

std::string addresses_of(const Json& connection) {
    const std::string all = joined(texts_of(connection, "remote_addrs"), ", ");
    return all.empty() ? "any" : all;
}

std::string line(std::string name, std::string_view value) {
    constexpr std::size_t kNameWidth = 15;
    name.resize(kNameWidth, ' ');
    return name + terminal_safe(value) + "\n";
}

std::string numbers_of(const Json& info, std::string_view name) {
    std::vector<std::string> numbers;
    const Json& all = member(info, name);
    if (!all.is_object()) return "-";
    for (const auto& number : all.items()) {
        if (number.value().is_number_unsigned()) numbers.push_back(number.key() + " " + number.value().dump());
    }
    return joined(numbers, ", ");
}

// "esp, ah, esn; not: iptfs"
std::string features_of(const Json& info, std::string_view name) {
    std::vector<std::string> there;
    std::vector<std::string> missing;
    const Json& all = member(info, name);
    if (!all.is_object()) return "-";
    for (const auto& feature : all.items()) (feature.value() == true ? there : missing).push_back(feature.key());
    return or_dash(joined(there, ", ")) + (missing.empty() ? "" : "; not: " + joined(missing, ", "));
}

// "  ours: ..." for the first, the rest below it.
std::string side(std::string_view heading, const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& text : lines) {
        out +=
            "  " + (out.empty() ? std::string(heading) : std::string(heading.size(), ' ')) + terminal_safe(text) + "\n";
    }
    return out;
}

// The first one is the message.
std::vector<std::string> other_problems(const Json& data) {
    std::vector<std::string> messages;
    for (const Json& problem : list_of(data, "problems")) messages.push_back(text_of(problem, "message"));
    if (!messages.empty()) messages.erase(messages.begin());
    return messages;
}

}  // namespace

std::string render_clear(const Json& result, Style style) {
    Table table({{"ID"}, {"SA"}, {"CONNECTION"}, {"CHILD"}, {"OUTCOME"}, {"TRAFFIC"}});
    for (const Json& row : list_of(result, "items")) {
        const std::string error = text_of(row, "error");
        Cell outcome = outcome_cell(text_of(row, "outcome"));
        if (!error.empty()) outcome.text += ": " + error;
        table.add({text_of(row, "id"), text_of(row, "kind"), or_dash(text_of(row, "conn")),
                   or_dash(text_of(row, "child")), outcome, traffic_cell(text_of(row, "traffic"))});
    }
    std::string out = table.render(style);
    if (flag_of(result, "truncated")) out += "...\n";
    return out + clear_summary(result);
}

std::string render_rekey(const Json& result, Style style) {
    Table table({{"ID"}, {"SA"}, {"CONNECTION"}, {"CHILD"}, {"OUTCOME"}});
    for (const Json& row : list_of(result, "items")) {
        const std::string error = text_of(row, "error");
        Cell outcome = outcome_cell(text_of(row, "outcome"));
        if (!error.empty()) outcome.text += ": " + error;
        table.add({text_of(row, "id"), text_of(row, "kind"), or_dash(text_of(row, "conn")),
                   or_dash(text_of(row, "child")), outcome});
    }
    return table.render(style) + (flag_of(result, "truncated") ? "...\n" : "") + "matched " +
           counted(number_of(result, "matched"), "SA") + ": " + std::to_string(number_of(result, "rekeyed")) +
           " rekeyed, " + std::to_string(number_of(result, "failed")) + " failed\n";
}

std::vector<std::string> clear_warnings(const Json& result) {
    std::vector<std::string> warnings;
    for (const Json& row : list_of(result, "items")) {
        if (text_of(row, "traffic") != "clear") continue;
        warnings.push_back("warning: the traffic of " + name_of(row) + " is in clear now");
    }
    return warnings;
}

std::string render_connections(const Json& items, Style style) {
    Table table({{"CONNECTION"},
                 {"PEER"},
                 {"IDENTITY"},
                 {"AUTH"},
                 {"CHILD"},
                 {"MODE"},
                 {"LOCAL TS"},
                 {"REMOTE TS"},
                 {"START"},
                 {"UP"}});
    for (const Json& connection : items) {
        const auto add = [&](const Json& child) {
            table.add({text_of(connection, "name"), addresses_of(connection), or_dash(text_of(connection, "remote_id")),
                       text_of(connection, "auth"), or_dash(text_of(child, "name")), or_dash(text_of(child, "mode")),
                       or_dash(joined(texts_of(child, "local_ts"), ", ")),
                       or_dash(joined(texts_of(child, "remote_ts"), ", ")), or_dash(text_of(child, "start_action")),
                       sas_of(connection)});
        };
        const Json& children = list_of(connection, "children");
        for (const Json& child : children) add(child);
        if (children.empty()) add(nullptr);
    }
    return table.render(style) + counted(items.size(), "connection") + "\n";
}

std::string render_redirected(const Json& result) {
    return terminal_safe("the peer of SA " + text_of(result, "id") + " was sent to " + text_of(result, "gateway")) +
           "\n";
}

std::string render_initiated(const Json& result) {
    const std::string how = flag_of(result, "existed") ? " was up already: SA " : " is up: SA ";
    return name_of(result) + how + terminal_safe(text_of(result, "id")) + "\n";
}

std::string render_system(const Json& info) {
    std::string out = terminal_safe(text_of(info, "name") + " " + text_of(info, "version")) + ", pid " +
                      std::to_string(number_of(info, "pid")) + ", up " + human_age(number_of(info, "uptime_seconds")) +
                      "\n";
    out += line("kernel", text_of(info, "kernel"));
    out += line("features", features_of(info, "kernel_features"));
    out += line("algorithms", features_of(info, "kernel_algorithms"));
    out += line("configuration",
                or_dash(text_of(info, "config_path")) + ", " + counted(number_of(info, "connections"), "connection"));
    out += line("SAs", std::to_string(number_of(info, "ike_sas")) + " IKE, " +
                           std::to_string(number_of(info, "ike_sas_half_open")) + " half-open, " +
                           std::to_string(number_of(info, "child_sas")) + " child");
    out += line("engines", std::to_string(number_of(info, "engines")));
    out += line("received", counted(number_of(info, "datagrams_in"), "datagram") + ", " +
                                counted(number_of(info, "keepalives_in"), "keepalive") + ", " +
                                counted(number_of(info, "ike_sas_established"), "IKE SA") + " established so far");
    out += line("reasons", or_dash(numbers_of(info, "reasons")));
    out += line("limits", numbers_of(info, "limits"));
    return out;
}

std::string render_error(const Json& error, Style style) {
    const Json& data = member(error, "data");
    std::string out = toned("xfrmctl: " + terminal_safe(text_of(error, "message")), Tone::bad, style);
    if (const std::string name = text_of(data, "errno"); !name.empty()) out += " (" + terminal_safe(name) + ")";
    out += "\n";
    out += side("ours: ", texts_of(data, "ours"));
    out += side("peer: ", texts_of(data, "peer"));
    out += side("one of: ", texts_of(data, "choices"));
    out += side("also: ", other_problems(data));
    if (const std::string meant = text_of(data, "did_you_mean"); !meant.empty())
        out += "  did you mean: " + terminal_safe(meant) + "\n";
    if (const std::string hint = text_of(data, "hint"); !hint.empty()) out += "  next: " + terminal_safe(hint) + "\n";
    return out;
}

}  // namespace xfrmd::cli
