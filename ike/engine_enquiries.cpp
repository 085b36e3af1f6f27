// Answers from outside (enquiries.h): whoever waits for one goes on.
#include "ike/engine.h"

namespace xfrmd::ike {

void Engine::on(const Fetched& answer, Turn& turn) { go_on(validation_.enquiries.answer(answer, turn.now), turn); }

void Engine::on(const Signed& answer, Turn& turn) { go_on(validation_.enquiries.answer(answer), turn); }

void Engine::go_on(const std::vector<IkeSaId>& waiting, Turn& turn) {
    for (const IkeSaId id : waiting) {
        IkeSa* sa = table_.find(id);
        if (sa == nullptr) continue;
        const bool was_established = sa->established() != nullptr;
        note_first_contact(*sa);
        sa->on_answer(around(turn));
        settle(*sa, was_established, turn);
    }
}

}  // namespace xfrmd::ike
