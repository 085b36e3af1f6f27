#include "daemon/sockets/frame_splitter.h"

#include <utility>

#include "ike/base/reader.h"
#include "ike/base/secret_bytes.h"
#include "ike/base/wiping.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLengthBytes = 4;

}  // namespace

FrameSplitter::~FrameSplitter() { base::wipe_memory(buffer_); }

void FrameSplitter::feed(base::ByteView more) {
    if (broken_) return;
    base::append_and_wipe(buffer_, more);
}

std::optional<base::Bytes> FrameSplitter::next() {
    if (broken_ || buffer_.size() < kLengthBytes) return std::nullopt;
    const std::size_t length = base::Reader(buffer_).u32();
    if (length > most_) {
        broken_ = true;
        base::wipe_memory(buffer_);
        buffer_ = {};
        return std::nullopt;
    }
    if (buffer_.size() - kLengthBytes < length) return std::nullopt;
    const base::ByteView all(buffer_);
    base::Bytes contents = base::to_bytes(all.subspan(kLengthBytes, length));
    base::Bytes rest = base::to_bytes(all.subspan(kLengthBytes + length));
    base::wipe_memory(buffer_);
    buffer_ = std::move(rest);
    return contents;
}

}  // namespace xfrmd::daemon
