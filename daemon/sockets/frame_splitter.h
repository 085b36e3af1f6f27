// Frames on a stream: the length of the contents in four octets, then these. No length is believed before the octets
// are there, and nothing stays in memory of what has been given out: it may have been a secret.
#pragma once

#include <cstddef>
#include <optional>

#include "ike/base/bytes.h"

namespace xfrmd::daemon {

// Finds the frames in what comes. One that is longer than `most` breaks it for good: nothing more comes out.
class FrameSplitter {
public:
    explicit FrameSplitter(std::size_t most) : most_(most) {}
    FrameSplitter(FrameSplitter&&) = default;
    FrameSplitter& operator=(FrameSplitter&&) = default;
    ~FrameSplitter();

    void feed(base::ByteView more);
    // The contents of the next frame, once it is there as a whole.
    std::optional<base::Bytes> next();
    bool is_broken() const { return broken_; }
    bool holds_part() const { return !buffer_.empty(); }

private:
    std::size_t most_;
    base::Bytes buffer_;
    bool broken_ = false;
};

}  // namespace xfrmd::daemon
