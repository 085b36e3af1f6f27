// LinuxNetwork's interfaces and addresses.
#include <cerrno>

#include "netlink/route/checks.h"
#include "netlink/route/linux_network.h"
#include "netlink/route/rt_decode.h"
#include "netlink/route/rt_requests.h"

namespace xfrmd::netlink::route {

namespace {

tl::unexpected<KernelError> failed(KernelError error) { return tl::unexpected<KernelError>(std::move(error)); }

tl::unexpected<KernelError> failed(const std::string& doing, KernelError error) {
    error.text = doing + ": " + error.text;
    return failed(std::move(error));
}

// `made`: how making it went; `link`: what has the name now.
KernelResult<void> check_made(const KernelResult<void>& made, const KernelResult<Link>& link,
                              const XfrmInterfaceSpec& spec, InterfaceIndex underlying) {
    const bool exists = !made && made.error().errno_value == EEXIST;
    if (!made && !exists) return failed("making the xfrm interface " + spec.name, made.error());
    if (link) return made ? KernelResult<void>{} : check_adoption(*link, spec, underlying);
    const bool nameless = exists && link.error().errno_value == ENODEV;
    return nameless ? KernelResult<void>(if_id_is_taken(spec)) : failed(link.error());
}

}  // namespace

KernelResult<Link> LinuxNetwork::find_link(const std::string& name) {
    std::optional<Link> link;
    const auto asked = socket_.query(requests::find_link(name), [&](const Message& message) {
        PayloadReader reader(message.payload);
        link = decode_link(reader);
        if (!reader.ok()) link.reset();
    });
    if (asked && link) return *link;
    if (asked) return refused(EPROTO, "the kernel tells nothing about " + name);
    if (asked.error().errno_value == ENODEV) return no_such_interface(name);
    return failed(asked.error());
}

KernelResult<InterfaceIndex> LinuxNetwork::index_of(const std::string& name) {
    if (name.empty()) return InterfaceIndex{};
    if (const Link* known = interfaces_.by_name(name)) return known->index;
    return find_link(name).map([](const Link& link) { return link.index; });
}

KernelResult<XfrmInterface> LinuxNetwork::create_xfrm_interface(const XfrmInterfaceSpec& spec) {
    if (auto good = check(spec); !good) return failed(good.error());
    const auto underlying = index_of(spec.underlying);
    if (!underlying) return failed(underlying.error());
    auto made = socket_.change(requests::add_xfrm_interface(spec, *underlying));
    const auto link = find_link(spec.name);
    if (auto there = check_made(made, link, spec, *underlying); !there) return failed(there.error());
    auto ready = set_up(link->index, spec);
    if (!ready && made) (void)remove_link(*link);
    if (!ready) return failed("setting up the xfrm interface " + spec.name, ready.error());
    return XfrmInterface{link->index, !made};
}

KernelResult<void> LinuxNetwork::set_up(InterfaceIndex index, const XfrmInterfaceSpec& spec) {
    // By its index: the name may be another's by now. Linux takes no alias while it makes one.
    if (auto done = socket_.change(requests::take_into_use(index, spec.mtu)); !done) return done;
    const auto link = find_link(spec.name);
    if (!link) return failed(link.error());
    observe(link->is_up() ? Event{LinkUp{*link}} : Event{LinkDown{*link}});
    for (const base::Prefix& address : spec.addresses) {
        if (auto done = put_address(index, address, requests::Preferred::yes); !done) return done;
    }
    return {};
}

KernelResult<void> LinuxNetwork::put_address(InterfaceIndex index, const base::Prefix& address,
                                             requests::Preferred preferred) {
    auto done = socket_.change(requests::add_address(index, address, preferred));
    if (!done && done.error().errno_value != EEXIST) return failed("adding " + address.to_string(), done.error());
    if (!done && interfaces_.has_address(index, address)) return {};
    const bool is_virtual = preferred == requests::Preferred::no;
    observe(AddressAppeared{
        {index, address.network, address.length, address.network.is_v6() && is_virtual, false, is_virtual}});
    return {};
}

KernelResult<void> LinuxNetwork::remove_link(const Link& link) {
    auto done = socket_.change(requests::delete_link(link.index));
    if (!done && done.error().errno_value != ENODEV) return failed("deleting " + link.name, done.error());
    observe(LinkGone{link});
    return {};
}

KernelResult<void> LinuxNetwork::delete_xfrm_interface(const std::string& name) {
    const auto link = find_link(name);
    if (!link) return link.error().errno_value == ENODEV ? KernelResult<void>{} : link.map([](const Link&) {});
    if (auto ours = check_is_ours(*link); !ours) return ours;
    return remove_link(*link);
}

KernelResult<void> LinuxNetwork::add_address(const std::string& interface, const base::Prefix& address) {
    if (auto good = check_address(address); !good) return good;
    const auto link = find_link(interface);
    if (!link) return failed(link.error());
    return put_address(link->index, address, requests::Preferred::no);
}

KernelResult<void> LinuxNetwork::delete_address(const std::string& interface, const base::Prefix& address) {
    if (auto good = check_address(address); !good) return good;
    const auto link = find_link(interface);
    if (!link) return link.error().errno_value == ENODEV ? KernelResult<void>{} : link.map([](const Link&) {});
    auto done = socket_.change(requests::delete_address(link->index, address));
    if (!done && done.error().errno_value != EADDRNOTAVAIL)
        return failed("deleting " + address.to_string(), done.error());
    observe(AddressGone{{link->index, address.network, address.length, false, false}});
    return {};
}

}  // namespace xfrmd::netlink::route
