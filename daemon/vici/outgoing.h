// What one client is still to be sent, and which events it follows. Shared between its dialogue and whoever answers it
// later; once the dialogue has closed it, nothing more gets in.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/vici/packet.h"

namespace xfrmd::daemon::vici {

inline constexpr std::size_t kRoomBytes = std::size_t{256} << 10;      // with less unread, long lists go on
inline constexpr std::size_t kMostUnreadBytes = std::size_t{8} << 20;  // with more, the client is given up
inline constexpr std::size_t kMostFollowed = 64;                       // events, each as often as it was asked for

class Outgoing {
public:
    // False where it is longer than a packet may be: nothing is sent then.
    bool put(const Packet& packet);
    // An encoded frame, if `event` is followed; as often as it is.
    void put_event(std::string_view event, base::ByteView frame);
    bool follows(std::string_view event) const;
    // False where it follows too many already.
    bool follow(std::string_view event);
    // False where it does not follow it.
    bool unfollow(std::string_view event);

    bool has_room() const { return unsent() < kRoomBytes; }
    // Calls `more` once, when there is room again: at once where there is.
    void when_room(std::function<void()> more);

    // For the dialogue: see Dialogue.
    std::string_view front();
    void sent(std::size_t count);
    std::size_t unsent() const { return sending_.size() - sent_ + queued_.size(); }
    bool is_given_up() const { return unsent() > kMostUnreadBytes; }
    bool follows_any() const { return !followed_.empty(); }
    void close();

private:
    void append(base::ByteView frame);

    std::string sending_;
    std::size_t sent_ = 0;  // of sending_
    std::string queued_;    // behind it
    std::vector<std::string> followed_;
    std::function<void()> more_;
    bool closed_ = false;
};

}  // namespace xfrmd::daemon::vici
