#include <cstdint>

#include "cli/render.h"
#include "cli/render_lines.h"
#include "cli/text.h"

namespace xfrmd::cli {

namespace {

// "4 SAs, 6 policies"
std::string objects_of(const Json& status, std::string_view name) {
    const Json& objects = member(status, name);
    const std::uint64_t policies = number_of(objects, "policies");
    return counted(number_of(objects, "sas"), "SA") + ", " + std::to_string(policies) +
           (policies == 1 ? " policy" : " policies");
}

std::string last_look(const Json& history) {
    const auto age = optional_number_of(history, "age_seconds");
    if (!age) return "none yet";
    std::string text = text_of(history, "outcome");
    if (text == "in_order") text = "in order";
    if (const std::string error = text_of(history, "error"); !error.empty()) text += ": " + error;
    return text + ", " + human_age(*age) + " ago";
}

std::string name_of(const Json& tunnel) {
    return text_of(tunnel, "conn") + "/" + text_of(tunnel, "child") + " (SA " + text_of(tunnel, "id") + ")";
}

std::string finding(std::string_view what, const std::string& text, Tone tone, Style style) {
    return toned(std::string(what), tone, style) + ": " + terminal_safe(text) + "\n";
}

Tone tone_of(const std::string& event) {
    if (event == "drift" || event == "overrun") return Tone::busy;
    if (event.ends_with("_failed")) return Tone::bad;
    return event.ends_with("established") || event.ends_with("installed") ? Tone::good : Tone::plain;
}

// "gw/net[7.12]: "
std::string subject_of(const Json& event) {
    const Json& sa = member(event, "sa");
    if (!sa.is_object()) return {};
    const std::string child = text_of(sa, "child");
    return text_of(sa, "conn") + (child.empty() ? "" : "/" + child) + "[" + text_of(sa, "id") + "]: ";
}

}  // namespace

std::string render_kernel_status(const Json& status) {
    const Json& history = member(status, "reconcile");
    std::string out = detail(0, "wanted", objects_of(status, "wanted"));
    out += detail(0, "there", objects_of(status, "there"));
    out += detail(0, "inherited", objects_of(status, "inherited"));
    out += detail(0, "others'", objects_of(status, "others"));
    out += detail(0, "last look", last_look(history));
    out += detail(0, "drift",
                  std::to_string(number_of(history, "repaired")) + " put back, " +
                      std::to_string(number_of(history, "renegotiated")) + " negotiated anew, " +
                      std::to_string(number_of(history, "failed")) + " failed in " +
                      counted(number_of(history, "runs"), "look"));
    return out + detail(0, "overruns", std::to_string(number_of(history, "overruns")));
}

std::string render_drift(const Json& drift, Style style) {
    std::string out;
    for (const std::string& text : texts_of(drift, "repaired")) out += finding("repaired", text, Tone::good, style);
    for (const Json& tunnel : list_of(drift, "renegotiated")) {
        out += finding("renegotiated", name_of(tunnel), Tone::busy, style);
    }
    for (const std::string& text : texts_of(drift, "failed")) out += finding("failed", text, Tone::bad, style);
    if (const std::uint64_t more = number_of(drift, "left_out"); more > 0) {
        out += "and " + std::to_string(more) + " more like these\n";
    }
    return out.empty() ? "the kernel has what is wanted\n" : out;
}

std::string render_event(const Json& event, Style style) {
    const std::string kind = text_of(event, "event");
    return terminal_safe(text_of(event, "time") + "  " + text_of(event, "topic")) + "  " +
           toned(terminal_safe(kind), tone_of(kind), style) + "  " +
           terminal_safe(subject_of(event) + text_of(event, "message")) + "\n";
}

}  // namespace xfrmd::cli
