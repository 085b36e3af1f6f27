#include "daemon/kernel_events.h"

#include <utility>
#include <variant>

namespace xfrmd::daemon {

namespace {

using netlink::EventSocket;
using netlink::KernelResult;

class SocketFeed final : public KernelEvents::Feed {
public:
    explicit SocketFeed(EventSocket socket) : socket_(std::move(socket)) {}
    int fd() const override { return socket_.fd(); }
    KernelResult<void> read(const KernelEvents::Visitor& visitor) override { return socket_.read(visitor); }

private:
    EventSocket socket_;
};

// What is lost of these comes again, and nothing is to be compared for it.
class MappingFeed final : public KernelEvents::Feed {
public:
    explicit MappingFeed(EventSocket socket) : socket_(std::move(socket)) {}
    int fd() const override { return socket_.fd(); }
    KernelResult<void> read(const KernelEvents::Visitor& visitor) override {
        return socket_.read([&visitor](netlink::Event&& event) {
            if (!std::holds_alternative<netlink::OverrunEvent>(event)) visitor(std::move(event));
        });
    }

private:
    EventSocket socket_;
};

template <typename SomeFeed>
KernelResult<std::unique_ptr<KernelEvents::Feed>> feed_of(KernelResult<EventSocket> socket) {
    if (!socket) return tl::unexpected<netlink::KernelError>(socket.error());
    return std::make_unique<SomeFeed>(std::move(*socket));
}

}  // namespace

KernelResult<void> KernelEvents::open(std::uint32_t own_sender) {
    return add([] { return feed_of<SocketFeed>(EventSocket::open()); })
        .and_then([&] { return add([] { return feed_of<MappingFeed>(EventSocket::watch_mappings()); }); })
        .and_then(
            [&] { return add([own_sender] { return feed_of<SocketFeed>(EventSocket::watch_changes(own_sender)); }); });
}

void KernelEvents::close() {
    closed_ = true;
    for (const auto& source : sources_) {
        source->release();
        source->timer.cancel();
    }
}

KernelResult<void> KernelEvents::add(Opener opener) {
    auto source = std::make_unique<Source>(io_);
    source->opener = std::move(opener);
    if (auto opened = open(*source); !opened) return opened;
    sources_.push_back(std::move(source));
    wait(*sources_.back());
    return {};
}

KernelResult<void> KernelEvents::open(Source& source) {
    auto feed = source.opener();
    if (!feed) return tl::unexpected<netlink::KernelError>(feed.error());
    source.feed = std::move(*feed);
    source.descriptor.assign(source.feed->fd());
    return {};
}

void KernelEvents::wait(Source& source) {
    source.descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [this, &source](const std::error_code& error) {
                                     if (error || closed_) return;
                                     const auto read = source.feed->read(visitor_);
                                     if (closed_) return;  // by the visitor
                                     if (read) return wait(source);
                                     on_failure_(read.error());
                                     source.release();
                                     source.feed.reset();
                                     reopen_later(source);
                                 });
}

void KernelEvents::reopen_later(Source& source) {
    source.timer.expires_after(pause_);
    source.timer.async_wait([this, &source](const std::error_code& error) {
        if (error || closed_) return;
        if (!open(source)) return reopen_later(source);
        wait(source);
        visitor_(netlink::OverrunEvent{});
    });
}

}  // namespace xfrmd::daemon
