#include "netlink/answers.h"

#include <linux/netlink.h>

#include <cerrno>
#include <cstdlib>

namespace xfrmd::netlink {

namespace {

using base::ByteView;

constexpr std::string_view kMalformed = "a malformed netlink answer";

// netlink(7), NLMSGERR_ATTR_MSG: the kernel's own words, a NUL-terminated string.
std::string extended_text(ByteView attributes) {
    PayloadReader reader(attributes);
    ByteView text = reader.attribute(NLMSGERR_ATTR_MSG);
    while (!text.empty() && text.back() == 0) text = text.first(text.size() - 1);
    return base::printable(text);
}

KernelResult<void> from_kernel(int error, ByteView attributes) {
    if (error == 0) return {};
    // Linux has -4095..-1; anything else is not an errno.
    if (error > 0 || error < -4095) return refused(EPROTO, kMalformed);
    return refused(-error, extended_text(attributes));
}

// Attributes follow the request's header, or with NETLINK_CAP_ACK off and an error, the whole request.
ByteView attributes_of(const Message& message, const nlmsghdr& request) {
    if ((message.flags & NLM_F_ACK_TLVS) == 0) return {};
    std::size_t offset = sizeof(nlmsgerr);
    const std::size_t echoed = request.nlmsg_len;
    if ((message.flags & NLM_F_CAPPED) == 0 && echoed > sizeof request) offset += echoed - sizeof request;
    offset = (offset + 3) & ~std::size_t{3};
    return offset < message.payload.size() ? message.payload.subspan(offset) : ByteView{};
}

KernelResult<void> decode_error(const Message& message) {
    PayloadReader reader(message.payload);
    const auto error = reader.fixed<nlmsgerr>();
    if (!reader.ok()) return refused(EPROTO, kMalformed);
    return from_kernel(error.error, attributes_of(message, error.msg));
}

KernelResult<void> decode_done(const Message& message) {
    PayloadReader reader(message.payload);
    const int error = reader.fixed<int>();
    if (!reader.ok()) return {};  // old kernels send none
    const bool has_words = (message.flags & NLM_F_ACK_TLVS) != 0;
    return from_kernel(error, has_words ? message.payload.subspan(sizeof error) : ByteView{});
}

}  // namespace

KernelResult<void> ChangeAnswers::take(ByteView datagram) {
    MessageReader reader(datagram);
    while (const auto message = reader.next()) {
        const std::size_t index = message->sequence - first_;  // wraps as sequence numbers do
        if (message->type != NLMSG_ERROR || index >= results_.size() || answered_[index]) continue;
        results_[index] = decode_error(*message);
        answered_[index] = true;
        if (index + 1 == results_.size()) complete_ = true;
    }
    if (!reader.ok()) return refused(EPROTO, kMalformed);
    return {};
}

void ChangeAnswers::give_up(const KernelError& error) {
    for (std::size_t i = 0; i < results_.size(); ++i) {
        if (!answered_[i]) results_[i] = tl::unexpected<KernelError>(error);
    }
}

KernelResult<void> QueryAnswers::take(ByteView datagram) {
    MessageReader reader(datagram);
    while (!complete_) {
        const auto message = reader.next();
        if (!message) break;
        if (message->sequence != sequence_) continue;
        if (auto taken = on_message(*message); !taken) return taken;
    }
    if (!reader.ok()) return refused(EPROTO, kMalformed);
    return {};
}

KernelResult<void> QueryAnswers::on_message(const Message& message) {
    if ((message.flags & NLM_F_DUMP_INTR) != 0) interrupted_ = true;
    if (message.type == NLMSG_ERROR || message.type == NLMSG_DONE) complete_ = true;
    if (message.type == NLMSG_ERROR) return decode_error(message);
    if (message.type == NLMSG_DONE) return decode_done(message);
    if (message.type >= NLMSG_MIN_TYPE) visitor_(message);
    return {};
}

}  // namespace xfrmd::netlink
