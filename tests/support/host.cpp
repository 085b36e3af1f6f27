#include "tests/support/host.h"

#include <algorithm>
#include <stdexcept>

namespace xfrmd::tests {

std::uint64_t Host::count(base::Reason reason) const {
    const auto& reasons = engine.counters().reasons;
    const auto found = reasons.find(reason);
    return found == reasons.end() ? 0 : found->second;
}

std::uint64_t Host::counted() const {
    std::uint64_t all = 0;
    for (const auto& [reason, count] : engine.counters().reasons) all += count;
    return all;
}

const ike::OperationDone* Host::end_of(std::uint64_t operation) const {
    const ike::OperationDone* end = nullptr;
    for (const ike::OperationDone& one : done) {
        if (one.operation != ike::OperationId{operation}) continue;
        if (end != nullptr) throw std::logic_error("operation " + std::to_string(operation) + " ended twice");
        end = &one;
    }
    return end;
}

std::string Host::outcome(std::uint64_t operation) const {
    const ike::OperationDone* end = end_of(operation);
    if (end == nullptr) return "running";
    return end->result ? "ok" : std::string(base::name(end->result.error().reason));
}

bool Host::reported(const std::string& part_of_text) const {
    return std::any_of(reports.begin(), reports.end(),
                       [&](const ike::Report& report) { return report.text.find(part_of_text) != std::string::npos; });
}

std::vector<const ikev2::sa::IkeSa*> Host::sas() const {
    std::vector<const ikev2::sa::IkeSa*> all;
    engine.visit([&](const ikev2::sa::IkeSa& sa) {
        all.push_back(&sa);
        return true;
    });
    return all;
}

std::size_t Host::established() const {
    const auto all = sas();
    return static_cast<std::size_t>(
        std::count_if(all.begin(), all.end(), [](const auto* sa) { return sa->established() != nullptr; }));
}

base::Instant Host::next_timeout() const {
    const base::Instant due = engine.next_timeout();
    return due == base::kNever ? due : due - clock_ahead;
}

}  // namespace xfrmd::tests
