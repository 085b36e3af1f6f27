#include "daemon/sockets/frame_splitter.h"

#include "ike/base/reader.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

void FrameSplitter::feed(base::ByteView more) {
    if (!broken_) base::append(buffer_, more);
}

std::optional<base::Bytes> FrameSplitter::next() {
    if (broken_ || buffer_.size() < kLengthBytes) return std::nullopt;
    const std::size_t length = base::Reader(buffer_).u32();
    if (length > most_) {
        broken_ = true;
        buffer_ = {};
        return std::nullopt;
    }
    if (buffer_.size() - kLengthBytes < length) return std::nullopt;
    const base::ByteView all(buffer_);
    base::Bytes contents = base::to_bytes(all.subspan(kLengthBytes, length));
    buffer_ = base::to_bytes(all.subspan(kLengthBytes + length));
    return contents;
}

}  // namespace xfrmd::daemon
