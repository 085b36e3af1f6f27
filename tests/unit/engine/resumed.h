// An engine whose connection resumes, as gateway facing a scripted client; and two gateways of which the left one has
// lost the right one (RFC 5723).
#pragma once

#include "tests/unit/engine/hostile.h"
#include "tests/unit/engine/rekeyable_ike.h"

namespace xfrmd::tests {

inline constexpr auto kAuth = wire::ExchangeType::ike_auth;
inline constexpr auto kResume = wire::ExchangeType::ike_session_resume;

inline ConnectionWords resuming(ConnectionWords words = {}) {
    words.session_resumption = true;
    return words;
}

// The client at 192.0.2.2 has an IKE SA, and TICKET_LT_OPAQUE's data.
struct Ticketed : Lonely {
    explicit Ticketed(const ConnectionWords& words = resuming(), ike::Options options = {}) : Lonely(words, options) {
        begin();
        ticket = ask().at(0).data;
    }

    // Every notify of IKE_AUTH's answer about tickets.
    std::vector<wire::Notify> ask() {
        Payloads request = peer.auth_request();
        request.emplace_back(notify(wire::NotifyType::ticket_request));
        const auto answers = tell(peer.protect(kAuth, 1, false, request));
        REQUIRE(answers.size() == 1);
        peer.keep_session();
        std::vector<wire::Notify> found = peer.open(answers.front())->notifies;
        std::erase_if(found, [](const wire::Notify& one) { return one.type == wire::NotifyType::auth_lifetime; });
        return found;
    }
    // IKE_SESSION_RESUME, and IKE_AUTH where that is answered.
    void resume() {
        peer.take_resume_response(tell(peer.resume_request(ticket)).at(0));
        tell(peer.protect(kAuth, 1, false, peer.auth_request(0xc0ffee03)));
    }
    // The answer to a request with this ticket is TICKET_NACK, and nothing is kept.
    void check_nack(Reason reason) { check_nack(reason, peer.resume_request(ticket)); }
    void check_nack(Reason reason, const base::Bytes& request) {
        check_refused(*this, reason, [&] { tell(request); }, 1);
        const wire::Received answer = read(host.sent.back().bytes);
        CHECK(answer.header.exchange == kResume);
        CHECK(answer.clear.notifies == std::vector{notify(wire::NotifyType::ticket_nack)});
    }

    base::Bytes ticket;
};

// Of the first requests of IKE SAs that it has sent.
inline std::vector<wire::ExchangeType> first_exchanges(const Host& host) {
    std::vector<wire::ExchangeType> exchanges;
    for (const Parcel& parcel : host.sent) {
        const bool is_request = (parcel.bytes.at(19) & 0x20) == 0;
        const auto exchange = static_cast<wire::ExchangeType>(parcel.bytes.at(18));
        if (is_request && wire::is_first_exchange(exchange)) exchanges.push_back(exchange);
    }
    return exchanges;
}

// left has been told by its liveness check that right is not there; right has heard of nothing.
struct Interrupted : Gateways {
    explicit Interrupted(ConnectionWords words = resuming(), ike::Options right_options = {})
        : Gateways(with_checks(words), snapshot(mirrored(words)), {}, right_options) {
        connect();
        REQUIRE(disagreement() == "");
    }
    static policy::Snapshot with_checks(ConnectionWords words) {
        words.dpd_delay = seconds(10);
        return snapshot(words);
    }
    void interrupt() {
        wire.on_the_way = [](const Parcel&) { return false; };
        wire.run_for(seconds(300));
        REQUIRE(left.sas().empty());
        wire.on_the_way = nullptr;
        left.sent.clear();
    }
};

}  // namespace xfrmd::tests
