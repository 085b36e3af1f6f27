// What the daemon and xfrmd-fetch say to each other over their socket: questions one way, answers the other. Each is a
// frame (frame_splitter.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

struct FetchQuestion {
    std::uint64_t number = 0;  // of the answer, too
    std::uint32_t most = 0;    // bytes of a body
    std::string uri;
    base::Bytes posted{};  // empty: GET

    friend bool operator==(const FetchQuestion&, const FetchQuestion&) = default;
};

struct FetchAnswer {
    std::uint64_t number = 0;
    base::Bytes body{};
    std::string failure{};  // empty: `body` counts

    friend bool operator==(const FetchAnswer&, const FetchAnswer&) = default;
};

inline constexpr std::size_t kMostQuestionBytes = 65536;
inline constexpr std::size_t kMostAnswerBytes = (std::size_t{32} << 20) + 64;

// Whole frames.
base::Bytes encode(const FetchQuestion& question);
base::Bytes encode(const FetchAnswer& answer);
// The contents of one; nullopt where they are none.
std::optional<FetchQuestion> decode_question(base::ByteView contents);
std::optional<FetchAnswer> decode_answer(base::ByteView contents);

}  // namespace xfrmd::daemon
