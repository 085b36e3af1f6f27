// Gateways, and peers, with several rounds of authentication (RFC 4739): what tests of that begin with.
#pragma once

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

using wire::NotifyType;
inline constexpr auto kAuth = wire::ExchangeType::ike_auth;

inline policy::AuthRound psk_of(const std::string& id) {
    policy::AuthRound round;
    round.auth = policy::AuthMethod::psk;
    round.id = identity(id);
    return round;
}

using Ids = std::vector<std::string>;

// "gw", which is a.example and expects b.example, with these rounds after the first.
inline policy::Connection with_rounds(const ConnectionWords& words, const Ids& local, const Ids& remote) {
    policy::Connection gw = connection(words);
    for (const std::string& id : local) gw.further_local.push_back(psk_of(id));
    for (const std::string& id : remote) gw.further_remote.push_back(psk_of(id));
    return gw;
}

const std::vector<SecretWords> kSecrets{{kSecret, {"a.example", "b.example"}},
                                        {"two", {"a2.example", "b2.example", "a.example", "b.example"}},
                                        {"three", {"a3.example", "b3.example", "a.example", "b.example"}}};

struct RoundsWorld {
    RoundsWorld(const Ids& left, const Ids& right, const std::vector<SecretWords>& right_secrets = kSecrets)
        : gateways(snapshot({with_rounds({}, left, right)}, kSecrets),
                   snapshot({with_rounds(mirrored({}), right, left)}, right_secrets)) {}
    std::string outcome() { return gateways.left.outcome(gateways.connect()); }

    Gateways gateways;
};

// Of the last round of each.
inline std::string known_as(const Host& host) {
    const auto* established = host.sas().at(0)->established();
    return established->local_id.to_string() + " - " + established->remote_id.to_string();
}

inline void check_nothing_left(const Host& host) {
    CHECK(host.sas().empty());
    CHECK(host.engine.half_open() == 0);
    CHECK(host.kernel.children().empty());
}

// The scripted peer's rounds, as initiator, with the engine that has `local` and wants `remote` after the first.
struct Caller : Lonely {
    explicit Caller(const Ids& remote, const Ids& local = {})
        : Lonely(snapshot({with_rounds({.mobike = true}, local, remote)}, kSecrets)) {
        begin();
    }
    // The first request, with what tells of rounds.
    Payloads first(const std::vector<NotifyType>& notifies) const {
        Payloads payloads = peer.auth_request();
        for (const NotifyType type : notifies) payloads.emplace_back(notify(type));
        return payloads;
    }
    Payloads later(const std::string& id, const std::string& secret) {
        peer.id = id;
        peer.secret = secret;
        return {wire::IdentificationInitiator{{identity(id), 0}}, peer.auth()};
    }
    base::Bytes request(std::uint32_t id, const Payloads& payloads) { return peer.protect(kAuth, id, false, payloads); }
    // What it is answered.
    wire::Payloads ask(std::uint32_t id, const Payloads& payloads) {
        return peer.open(tell(request(id, payloads)).at(0)).value();
    }
};

// The scripted peer's rounds, as responder.
struct CalledInRounds : Lonely {
    explicit CalledInRounds(const Ids& local, const Ids& remote = {}, bool knows_rounds = true)
        : Lonely(snapshot({with_rounds({}, local, remote)}, kSecrets)) {
        if (knows_rounds) peer.after_init = {notify(NotifyType::multiple_auth_supported)};
        operation = be_called();
    }
    // The proof of the first round alone.
    Payloads first(const std::vector<NotifyType>& notifies = {}) const {
        Payloads payloads{wire::IdentificationResponder{{identity("b.example"), 0}}, peer.auth()};
        for (const NotifyType type : notifies) payloads.emplace_back(notify(type));
        return payloads;
    }
    Payloads later(const std::string& id, const std::string& secret) {
        peer.id = id;
        peer.secret = secret;
        return {wire::IdentificationResponder{{identity(id), 0}}, peer.auth()};
    }
    // SA, TSi, TSr without a proof.
    Payloads child() const {
        Payloads payloads = peer.auth_response(auth_request);
        payloads.erase(payloads.begin(), payloads.begin() + 2);
        return payloads;
    }
    // What it asks next.
    wire::Payloads answer(std::uint32_t id, const Payloads& payloads) {
        const auto sent = tell(peer.protect(kAuth, id, true, payloads));
        return sent.empty() ? wire::Payloads() : peer.open(sent.at(0)).value_or(wire::Payloads());
    }
    std::string outcome() const { return host.outcome(operation); }

    std::uint64_t operation = 0;
};

inline const std::vector<NotifyType> kGoesOn{NotifyType::multiple_auth_supported, NotifyType::another_auth_follows};

}  // namespace xfrmd::tests
