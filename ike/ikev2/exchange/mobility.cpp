#include "ike/ikev2/exchange/mobility.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/base/reader.h"
#include "ike/ikev2/exchange/additional_addresses.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/nat.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using wire::NotifyType;

constexpr std::size_t kCookieSize = 16;
constexpr std::size_t kShortestCookie = 8;  // 4.2.5
constexpr std::size_t kLongestCookie = 64;

// 4.2.6: source and destination addresses, then their ports, as the sender had them.
bool agrees(const wire::Notify& no_nats_allowed, const sa::Path& arrival) {
    base::Bytes seen;
    base::append(seen, arrival.remote.address.bytes());
    base::append(seen, arrival.local.address.bytes());
    for (const std::uint16_t port : {arrival.remote.port, arrival.local.port}) {
        seen.push_back(static_cast<std::uint8_t>(port >> 8));
        seen.push_back(static_cast<std::uint8_t>(port & 0xff));
    }
    return no_nats_allowed.data == seen;
}

// False: it has been there.
bool set_path(sa::Sa& sa, const sa::Path& path) {
    if (sa.local == path.local && sa.remote == path.remote) return false;
    sa.local = path.local;
    sa.remote = path.remote;
    ++sa.mobility.moves;
    return true;
}

bool has_nat_detection(const wire::Payloads& payloads) {
    return payloads.find(NotifyType::nat_detection_source_ip) != nullptr &&
           payloads.find(NotifyType::nat_detection_destination_ip) != nullptr;
}

// 3.5: enables or disables NAT traversal, where the other side says how it sees us. Whether that is news.
bool note_nat(sa::Sa& sa, const wire::Payloads& payloads) {
    if (!has_nat_detection(payloads)) return false;
    const bool before = sa.nat.any();
    sa.nat = detect_nat(sa, sa.spi_r, payloads);
    return sa.nat.any() != before;
}

std::string words_for(const sa::Sa& sa) { return sa.local.to_string() + " - " + sa.remote.to_string(); }

// 3.5: the responder's part. Any address is acceptable that a packet may come from at all, and the children follow when
// somebody there has answered.
void follow_update(sa::Step& step, const wire::Payloads& request) {
    sa::Sa& sa = step.sa;
    const bool has_moved = set_path(sa, sa.reply);
    if (!note_nat(sa, request) && !has_moved) return;
    if (has_moved) {
        step.report(ike::Level::info, "peer has moved: the path is " + words_for(sa) + " now");
        step.send_again();
    }
    sa::put_first<sa::CheckPathTask>(sa.tasks);
}

base::Result<void> check_cookie(const base::Bytes& cookie, const wire::Payloads& answer) {
    const wire::Notify* echo = answer.find(NotifyType::cookie2);
    if (echo != nullptr && echo->data == cookie) return {};
    return base::fail(Reason::PayloadMalformed, "COOKIE2 does not come back as it was sent");
}

void remember_view(sa::Sa& sa, const wire::Payloads& answer) {
    if (const auto* seen = answer.find(NotifyType::nat_detection_destination_ip)) sa.mobility.seen_as = seen->data;
}

}  // namespace

bool is_usable(const base::Address& address) {
    return !address.is_any() && !address.is_multicast() && !address.is_broadcast() && !address.is_loopback() &&
           !address.is_link_local();
}

void append_mobility(sa::Step& step, std::vector<wire::Payload>& payloads) {
    if (!step.sa.connection->mobike) return;
    payloads.emplace_back(notify(NotifyType::mobike_supported));
    append_additional_addresses(step, false, payloads);
}

void agree_on_mobility(sa::Step& step, const wire::Payloads& payloads, bool decides) {
    sa::Sa& sa = step.sa;
    sa.mobility.agreed = sa.connection->mobike && payloads.find(NotifyType::mobike_supported) != nullptr;
    sa.mobility.decides = decides;
    if (sa.mobility.agreed) keep_additional_addresses(step, payloads);
}

std::vector<wire::Payload> answer_mobility(sa::Step& step, const wire::Payloads& request) {
    sa::Sa& sa = step.sa;
    std::vector<wire::Payload> answer;
    if (!sa.mobility.agreed) return answer;
    const wire::Notify* cookie = request.find(NotifyType::cookie2);
    if (cookie != nullptr && cookie->data.size() >= kShortestCookie && cookie->data.size() <= kLongestCookie) {
        answer.emplace_back(*cookie);
    }
    const bool updates = request.find(NotifyType::update_sa_addresses) != nullptr && !sa.mobility.decides;
    const wire::Notify* strict = request.find(NotifyType::no_nats_allowed);
    if ((updates || lists_addresses(request)) && strict != nullptr && !agrees(*strict, sa.reply)) {
        answer.emplace_back(notify(NotifyType::unexpected_nat_detected));  // 3.9: and nothing changes
        return answer;
    }
    keep_additional_addresses(step, request);
    if (updates) follow_update(step, request);
    if (has_nat_detection(request)) std::ranges::move(nat_detection(sa, sa.reply), std::back_inserter(answer));
    return answer;
}

void use_path(sa::Step& step, sa::Established& phase, const sa::Path& path) {
    sa::Sa& sa = step.sa;
    std::replace(sa.mobility.elsewhere.begin(), sa.mobility.elsewhere.end(), path.remote.address, sa.remote.address);
    // 5.3: what the peer names may be somebody else's address.
    const bool is_hearsay = path.remote.address != sa.remote.address;
    set_path(sa, path);
    step.report(ike::Level::info, "the path is " + words_for(sa) + " now");
    sa.mobility.children_wait = is_hearsay;
    if (!is_hearsay) move_children(step, phase, path);
    sa::put_first<sa::UpdateAddressesTask>(sa.tasks);
}

void change_own_address(sa::Step& step, const base::Address& local) {
    sa::Sa& sa = step.sa;
    sa.local.address = local;
    ++sa.mobility.moves;
    sa.mobility.children_wait = true;
    step.report(ike::Level::info, "the path is " + words_for(sa) + " now, where the peer agrees");
    step.send_again();
    sa::put_first<sa::AdditionalAddressesTask>(sa.tasks);
}

void send_update_addresses(sa::Step& step, sa::Established& phase) {
    sa::Sa& sa = step.sa;
    sa::UpdatingAddresses asked{sa.mobility.moves, step.random.bytes(kCookieSize)};
    std::vector<wire::Payload> payloads{notify(NotifyType::update_sa_addresses)};
    std::ranges::move(nat_detection(sa, {sa.local, sa.remote}), std::back_inserter(payloads));
    payloads.emplace_back(notify(NotifyType::cookie2, asked.cookie));
    if (has_untold_addresses(step)) append_additional_addresses(step, true, payloads);
    send_request(step, phase.keyed, wire::ExchangeType::informational, payloads);
    phase.exchange = std::move(asked);
}

void send_path_check(sa::Step& step, sa::Established& phase) {
    sa::CheckingPath asked{step.sa.mobility.moves, step.random.bytes(kCookieSize)};
    send_request(step, phase.keyed, wire::ExchangeType::informational, {notify(NotifyType::cookie2, asked.cookie)});
    phase.exchange = std::move(asked);
}

void inherit_path(const sa::Sa& old, const sa::Established& phase, sa::Sa& heir) {
    if (!heir.mobility.agreed) return;
    const bool has_moved = old.mobility.moves > heir.mobility.moves;
    if (has_moved) {
        heir.local = old.local;
        heir.remote = old.remote;
        heir.nat = old.nat;
        heir.mobility.moves = old.mobility.moves;
    }
    if (has_moved || std::holds_alternative<sa::UpdatingAddresses>(phase.exchange) ||
        std::holds_alternative<sa::CheckingPath>(phase.exchange)) {
        heir.mobility.decides ? sa::put_first<sa::UpdateAddressesTask>(heir.tasks)
                              : sa::put_first<sa::CheckPathTask>(heir.tasks);
    }
    heir.mobility.told = old.mobility.told;
    if (std::holds_alternative<sa::TellingAddresses>(phase.exchange))
        sa::put_first<sa::AdditionalAddressesTask>(heir.tasks);
}

// 3.5: what was asked before another move says nothing of that. A path that the peer refuses must not be used, and our
// routing has no other.
sa::Next on_addresses_updated(sa::Step& step, sa::Established& phase, const sa::UpdatingAddresses& asked,
                              const wire::Payloads& answer) {
    sa::Sa& sa = step.sa;
    if (const auto sound = check_cookie(asked.cookie, answer); !sound) return tl::unexpected(sound.error());
    if (asked.moves != sa.mobility.moves) return sa::stay();
    for (const NotifyType refusal : {NotifyType::unacceptable_addresses, NotifyType::unexpected_nat_detected}) {
        if (answer.find(refusal) == nullptr) continue;
        return base::fail(Reason::PathRefused, to_string(refusal) + " to " + words_for(sa));
    }
    remember_view(sa, answer);
    const bool nat_is_news = note_nat(sa, answer);
    if (std::exchange(sa.mobility.children_wait, false) || nat_is_news)
        move_children(step, phase, {sa.local, sa.remote});
    return sa::stay();
}

// 3.7: a request that went to several places does not tell which of them answers.
sa::Next on_path_checked(sa::Step& step, sa::Established& phase, const sa::CheckingPath& asked,
                         const wire::Payloads& answer) {
    sa::Sa& sa = step.sa;
    if (const auto sound = check_cookie(asked.cookie, answer); !sound) return tl::unexpected(sound.error());
    if (asked.moves != sa.mobility.moves) {
        sa::put_first<sa::CheckPathTask>(sa.tasks);
    } else {
        move_children(step, phase, {sa.local, sa.remote});
    }
    return sa::stay();
}

std::vector<wire::Payload> mobile_liveness(const sa::Sa& sa) {
    const bool asks = sa.mobility.agreed && sa.mobility.decides && sa.nat.local;
    return asks ? nat_detection(sa, {sa.local, sa.remote}) : std::vector<wire::Payload>();
}

// 3.8: the IKE SA's SPIs are part of what is compared, so once too often the peer is told after each rekeying:
// harmless.
void on_mobile_liveness(sa::Step& step, const wire::Payloads& answer) {
    sa::Sa& sa = step.sa;
    if (!sa.mobility.agreed || !sa.mobility.decides || !has_nat_detection(answer)) return;
    const base::Bytes before = sa.mobility.seen_as;
    remember_view(sa, answer);
    if (before != sa.mobility.seen_as) sa::put_first<sa::UpdateAddressesTask>(sa.tasks);
}

}  // namespace xfrmd::ikev2::exchange
