#include "daemon/kernel_events.h"

#include <utility>

namespace xfrmd::daemon {

KernelEvents::~KernelEvents() { close(); }

netlink::KernelResult<void> KernelEvents::open(std::uint32_t own_sender) {
    auto requests = netlink::EventSocket::open();
    if (!requests) return tl::unexpected<netlink::KernelError>(requests.error());
    auto changes = netlink::EventSocket::watch_changes(own_sender);
    if (!changes) return tl::unexpected<netlink::KernelError>(changes.error());
    add(std::move(*requests));
    add(std::move(*changes));
    return {};
}

void KernelEvents::close() { sources_.clear(); }

void KernelEvents::add(netlink::EventSocket socket) {
    sources_.push_back(std::make_unique<Source>(io_, std::move(socket)));
    wait(*sources_.back());
}

void KernelEvents::wait(Source& source) {
    source.descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                                 [this, &source](const std::error_code& error) {
                                     if (error) return;  // closed
                                     // A socket that has failed tells of nothing more; the reconciler's own pace has to
                                     // do then.
                                     if (source.socket.read(visitor_)) wait(source);
                                 });
}

}  // namespace xfrmd::daemon
