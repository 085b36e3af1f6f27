// Every limit of the management socket in one place; system.info tells them to callers. Sizes are in bytes.
#pragma once

#include <cstddef>

namespace xfrmd::daemon::api {

inline constexpr std::size_t kMaxConnections = 64;
inline constexpr std::size_t kMaxMessageBytes = 64 << 10;  // one JSON text from a caller
inline constexpr std::size_t kMaxDepth = 64;               // arrays and objects within each other
inline constexpr std::size_t kMaxValues = 4096;            // in one JSON text

inline constexpr std::size_t kMaxBatch = 256;              // requests in one batch
inline constexpr std::size_t kMaxInFlight = 64;            // a connection with so many open requests is not read from
inline constexpr std::size_t kMaxReplyBytes = 2 << 20;     // one reply, a whole batch included
inline constexpr std::size_t kOutputPauseBytes = 1 << 20;  // unread output that stops us from taking more requests
inline constexpr std::size_t kMaxOutputBytes = 4 << 20;    // unread output that ends the connection
inline constexpr std::size_t kMaxSubscribers = 32;         // connections that follow events
inline constexpr std::size_t kMaxEvents = 1024;            // that are kept for those who follow
inline constexpr std::size_t kEventPauseBytes = 64 << 10;  // unread output that stops us from telling more events
inline constexpr std::size_t kMaxSentencesOfEvent = 10;    // in each list of an event
inline constexpr std::size_t kMaxNameBytes = 255;          // of an object, a section or a key, as with vici
inline constexpr std::size_t kMaxValueBytes = 65535;       // of a key, and of each item of a list, likewise
inline constexpr std::size_t kMaxElements = 65536;         // of an object that is loaded
inline constexpr std::size_t kMaxSectionDepth = 16;        // sections in each other
inline constexpr std::size_t kDefaultPage = 100;           // items of a list
inline constexpr std::size_t kMaxPage = 1000;
inline constexpr std::size_t kPageBytes = 32 << 10;  // a page ends early when it has grown to about this

}  // namespace xfrmd::daemon::api
