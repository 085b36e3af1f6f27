// Prints docs/states.md, the phases of an IKE SA as the transition table has them. With a file's name: fails if the
// file says anything else.
#include <sstream>
#include <string>

#include "ike/ikev2/sa/transition.h"
#include "tests/support/document.h"

namespace {

using namespace xfrmd::ikev2::sa;

constexpr const char* kHead = R"(# The phases of an IKE SA

<!-- Made by build/dev/tests/states/states from the table in ike/ikev2/sa/transition.cpp. A test compares. -->

An IKE SA is in one of these phases. Arrows are events that may lead to another phase; where there are several arrows for
one event, its handler says which, and it may always stay. What cannot go on, in whatever phase, ends in `closed`: an error
whose reason ends the IKE SA, silence, or an order to end it at once.

```mermaid
stateDiagram-v2
    [*] --> created
)";

constexpr const char* kTable = R"(    closed --> [*]
```

These are all the events there are. What a phase has no row for does not happen in it: a message is dropped and counted.

| phase | event | may lead to | RFC 7296 | what it is |
|---|---|---|---|---|
)";

template <typename Visit>
void for_each_next(const Transition& row, Visit visit) {
    for (std::size_t i = 0; i < kPhases; ++i) {
        if (row.to.has(static_cast<PhaseId>(i))) visit(to_string(static_cast<PhaseId>(i)));
    }
}

std::string states() {
    std::ostringstream out;
    out << kHead;
    for (const Transition& row : transitions()) {
        for_each_next(row, [&](std::string_view next) {
            out << "    " << to_string(row.from) << " --> " << next << ": " << to_string(row.event) << "\n";
        });
    }
    out << kTable;
    for (const Transition& row : transitions()) {
        out << "| " << to_string(row.from) << " | " << to_string(row.event) << " |";
        for_each_next(row, [&](std::string_view next) { out << " " << next; });
        out << " | " << row.section << " | " << row.story << " |\n";
    }
    return out.str();
}

}  // namespace

int main(int count, char** arguments) { return xfrmd::tests::print_or_compare(states(), count, arguments); }
