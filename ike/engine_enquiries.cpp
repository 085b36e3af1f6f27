// Answers from outside (enquiries.h): whoever waits for one goes on.
#include "ike/engine.h"

namespace xfrmd::ike {

void Engine::on(const Fetched& answer, Turn& turn) {
    validation_.enquiries.answer(answer, turn.now);
    go_on(turn);
}

void Engine::on(const Signed& answer, Turn& turn) {
    validation_.enquiries.answer(answer, turn.now);
    go_on(turn);
}

void Engine::go_on(Turn& turn) {
    for (const IkeSaId id : validation_.enquiries.take_ready()) {
        IkeSa* sa = table_.find(id);
        if (sa == nullptr) continue;
        const bool was_established = sa->established() != nullptr;
        note_first_contact(*sa);
        sa->on_answer(around(turn));
        settle(*sa, was_established, turn);
    }
}

}  // namespace xfrmd::ike
