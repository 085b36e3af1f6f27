#include "netlink/codec.h"

#include <linux/netlink.h>

#include <algorithm>

namespace xfrmd::netlink {

namespace {

using base::ByteView;

// Both are multiples of NLMSG_ALIGNTO as they are.
constexpr std::size_t kHeader = sizeof(nlmsghdr);
constexpr std::size_t kAttributeHeader = sizeof(nlattr);

constexpr std::size_t aligned(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

// Both netlink headers say how long they are with themselves; what follows starts at a multiple of four.
ByteView after(ByteView bytes, std::size_t length) { return bytes.subspan(std::min(aligned(length), bytes.size())); }

template <Plain T>
T head_of(ByteView bytes) {
    T head{};
    std::memcpy(&head, bytes.data(), std::min(bytes.size(), sizeof head));
    return head;
}

}  // namespace

MessageBatch::MessageBatch(std::size_t most_messages, std::size_t most_bytes)
    : memory_(aligned(most_bytes)), most_messages_(most_messages) {}

MessageBatch::~MessageBatch() { clear(); }

nlmsghdr* MessageBatch::current() {
    return reinterpret_cast<nlmsghdr*>(memory_.writable().data() + current_);  // NOLINT: 4-aligned by construction
}

void MessageBatch::begin(std::uint16_t type, std::uint16_t flags) {
    if (count_ == most_messages_ || room() < kHeader) ok_ = false;
    if (!ok_) return;
    current_ = used_;
    used_ += kHeader;
    *current() = {kHeader, type, static_cast<std::uint16_t>(NLM_F_REQUEST | flags), 0, 0};
    ++count_;
}

void MessageBatch::append(ByteView head, ByteView tail) {
    const std::size_t size = head.size() + tail.size();
    if (aligned(size) > room()) ok_ = false;
    if (!ok_) return;
    const auto place = memory_.writable().subspan(used_, size).begin();
    std::copy(tail.begin(), tail.end(), std::copy(head.begin(), head.end(), place));
    used_ += aligned(size);  // what is skipped is zero
    current()->nlmsg_len = static_cast<std::uint32_t>(used_ - current_);
}

void MessageBatch::attribute(std::uint16_t type, ByteView head, ByteView tail) {
    const std::size_t length = kAttributeHeader + head.size() + tail.size();
    if (length > UINT16_MAX) ok_ = false;
    if (!ok_) return;
    append(bytes_of(nlattr{static_cast<std::uint16_t>(length), type}));
    append(head, tail);
}

void MessageBatch::seal(std::uint32_t first, std::uint32_t sender) {
    std::size_t offset = 0;
    for (std::size_t i = 0; i < count_; ++i) {
        current_ = offset;
        current()->nlmsg_seq = first + static_cast<std::uint32_t>(i);
        current()->nlmsg_pid = sender;
        offset += aligned(current()->nlmsg_len);
    }
    if (count_ != 0) current()->nlmsg_flags |= NLM_F_ACK;
}

void MessageBatch::clear() {
    base::wipe_memory(memory_.writable().first(used_));
    used_ = current_ = count_ = 0;
    ok_ = true;
}

std::optional<Message> MessageReader::next() {
    if (rest_.empty() || !ok_) return std::nullopt;
    const auto header = head_of<nlmsghdr>(rest_);
    // mnl_nlmsg_ok() compares as int and takes lengths from 2^31 on for negative, so small, ones.
    if (header.nlmsg_len < kHeader || header.nlmsg_len > rest_.size()) {
        ok_ = false;
        return std::nullopt;
    }
    const Message message{header.nlmsg_type, header.nlmsg_flags, header.nlmsg_seq,
                          rest_.first(header.nlmsg_len).subspan(kHeader)};
    rest_ = after(rest_, header.nlmsg_len);
    return message;
}

ByteView PayloadReader::take(std::size_t size) {
    if (size > rest_.size()) {
        ok_ = false;
        rest_ = {};
        return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = after(rest_, size);
    return taken;
}

ByteView PayloadReader::attribute(std::uint16_t type) {
    ByteView left = rest_;
    while (!left.empty()) {
        const auto header = head_of<nlattr>(left);
        if (header.nla_len < kAttributeHeader || header.nla_len > left.size()) {
            ok_ = false;
            return {};
        }
        if ((header.nla_type & NLA_TYPE_MASK) == type) return left.first(header.nla_len).subspan(kAttributeHeader);
        left = after(left, header.nla_len);
    }
    return {};
}

}  // namespace xfrmd::netlink
