#include "ike/ikev2/exchange/child_mode.h"

#include <algorithm>

#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using policy::Mode;
using wire::NotifyType;

// The MD5 of "strongSwan".
constexpr std::uint8_t kStrongSwan[] = {0x88, 0x2f, 0xe5, 0x6d, 0x6f, 0xd2, 0x0d, 0xbc,
                                        0x22, 0x51, 0x61, 0x3b, 0x2e, 0xbe, 0x5b, 0xeb};

std::optional<NotifyType> type_for(Mode mode) {
    if (mode == Mode::transport) return NotifyType::use_transport_mode;
    if (mode == Mode::beet) return NotifyType::use_beet_mode;
    return std::nullopt;
}

bool names(const wire::Payloads& payloads, Mode mode) {
    const auto type = type_for(mode);
    return type && payloads.find(*type) != nullptr;
}

std::string word_for(Mode mode) {
    if (mode == Mode::transport) return "transport";
    return mode == Mode::beet ? "BEET" : "tunnel";
}

// An unknown status notify says nothing (RFC 7296 3.10.1), and the private number of BEET is one to whoever did not ask
// for BEET: it counts only where `expected` is that.
Mode mode_in(const wire::Payloads& payloads, Mode expected) {
    if (expected == Mode::beet && names(payloads, Mode::beet)) return Mode::beet;
    return names(payloads, Mode::transport) ? Mode::transport : Mode::tunnel;
}

bool is_one_host(const policy::TrafficSelectors& selectors) {
    return std::all_of(selectors.begin(), selectors.end(), [&](const policy::TrafficSelector& one) {
        return one.is_host() && one.addresses == selectors.front().addresses;
    });
}

}  // namespace

std::optional<wire::Notify> mode_notify(Mode mode) {
    const auto type = type_for(mode);
    return type ? std::optional(notify(*type)) : std::nullopt;
}

std::vector<wire::Payload> vendor_ids(const policy::Connection& connection) {
    const bool any_beet = std::any_of(connection.children.begin(), connection.children.end(),
                                      [](const policy::Child& child) { return child.mode == Mode::beet; });
    if (!any_beet) return {};
    return {wire::VendorId{base::to_bytes(kStrongSwan)}};
}

base::Result<void> match_mode(const policy::Child& child, const wire::Payloads& request) {
    if (child.mode == Mode::tunnel || names(request, child.mode)) return {};
    return base::fail(Reason::ModeUnacceptable, "child " + child.name + " is for " + word_for(child.mode) +
                                                    " mode, peer wants " + word_for(mode_in(request, Mode::beet)));
}

base::Result<void> check_mode(const policy::Child& child, const wire::Payloads& answer) {
    const Mode answered = mode_in(answer, child.mode);
    if (answered == child.mode) return {};
    return base::fail(Reason::ModeUnacceptable,
                      "we asked for " + word_for(child.mode) + " mode, peer answered " + word_for(answered));
}

base::Result<void> check_hosts(const NegotiatedChild& child) {
    if (child.mode != Mode::beet || (is_one_host(child.local_ts) && is_one_host(child.remote_ts))) return {};
    return base::fail(Reason::ModeUnacceptable, "BEET mode is between one host and another, not " +
                                                    to_string(child.local_ts) + " === " + to_string(child.remote_ts));
}

}  // namespace xfrmd::ikev2::exchange
