#include "daemon/vici/query_commands.h"
#include "daemon/vici/request.h"

namespace xfrmd::daemon::vici {

namespace {

Section section_of(const ike::MessageCounts& counts) {
    Section section;
    for (std::size_t i = 0; i < counts.values.size(); ++i) {
        section.set(ike::kMessageCountNames[i], std::to_string(counts.values[i]));
    }
    return section;
}

Section answer_with(Section counters) {
    Section answer;
    answer.add_section("counters", std::move(counters));
    return answer;
}

}  // namespace

// All together stand in a section without a name.
void get_counters(Desk& desk, const Asked& asked) {
    desk.port.message_counts([asked](const Port::Counts& counts) {
        const std::string name = text_of(asked->request(), "name");
        Section counters;
        bool is_found = true;
        if (is_set(asked->request(), "all")) {
            for (const auto& [connection, own] : counts.of_connections) {
                counters.add_section(connection, section_of(own));
            }
        } else if (name.empty()) {
            counters.add_section("", section_of(counts.all));
        } else if (const auto found = counts.of_connections.find(name); found != counts.of_connections.end()) {
            counters.add_section(name, section_of(found->second));
        } else {
            is_found = false;
        }
        Section answer = answer_with(std::move(counters));
        answer.set("success", is_found ? "yes" : "no");
        if (!is_found) answer.set("errmsg", "no counters found for this connection");
        asked->respond(std::move(answer));
    });
}

void reset_counters(Desk& desk, const Asked& asked) {
    const bool all = is_set(asked->request(), "all");
    desk.port.reset_message_counts(all ? std::nullopt : std::optional(text_of(asked->request(), "name")));
    asked->respond(success());
}

}  // namespace xfrmd::daemon::vici
