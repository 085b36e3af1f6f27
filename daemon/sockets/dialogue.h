// One connection's side of the talk, without its socket: bytes in, bytes out, and one piece of work at a time. What it
// says, and how much it keeps of what is unread, is its own; a Server gives it a socket and its turns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace xfrmd::daemon {

// Why a connection ends before anything was asked.
enum class Refusal : std::uint8_t {
    not_permitted,
    full,     // there are as many connections as may be
    evicted,  // somebody else needs the place, which was idle longest
};

class Dialogue {
public:
    Dialogue() = default;
    Dialogue(const Dialogue&) = delete;
    Dialogue& operator=(const Dialogue&) = delete;
    virtual ~Dialogue() = default;

    virtual void received(std::string_view bytes) = 0;
    // The caller has closed its side; what it asked before is still answered.
    virtual void received_end() = 0;
    // Nor does it read any more: it has gone, perhaps before what it asked is answered.
    virtual void hung_up() {}
    // Says why, where there are words for that, and ends.
    virtual void refuse(Refusal why) = 0;
    // One request, or some news. True where that was one: there may be others, and another turn is due.
    virtual bool work() = 0;

    // What is to be written next, empty for nothing. Stays where it is until sent() has told how much of it was
    // written.
    virtual std::string_view outgoing() = 0;
    virtual void sent(std::size_t count) = 0;

    virtual bool wants_input() const = 0;
    virtual bool is_over() const = 0;
    // There is something to tell that was not asked for, and room for it.
    virtual bool has_news() const = 0;
    // Nothing is asked, nothing is unread, no news are waited for, and more may come.
    virtual bool is_idle() const = 0;
    // The caller has begun to ask something.
    virtual bool is_asking() const = 0;
};

}  // namespace xfrmd::daemon
