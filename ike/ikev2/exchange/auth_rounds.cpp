#include "ike/ikev2/exchange/auth_rounds.h"

#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using wire::NotifyType;

tl::unexpected<base::Error> unacceptable(const policy::Connection& connection, const std::string& why) {
    return base::fail(Reason::AuthenticationMethodUnacceptable, "connection " + connection.name + " " + why);
}

}  // namespace

wire::Notify rounds_supported() { return notify(NotifyType::multiple_auth_supported); }

bool supports_rounds(const wire::Payloads& peer) { return peer.find(NotifyType::multiple_auth_supported) != nullptr; }

void append_follow(const policy::AuthRound* next, std::vector<wire::Payload>& payloads) {
    if (next != nullptr) payloads.emplace_back(notify(NotifyType::another_auth_follows));
}

base::Result<bool> heed_rounds_answer(const policy::Connection& connection, const wire::Payloads& answer) {
    if (supports_rounds(answer)) return true;
    if (!connection.has_several_rounds()) return false;
    return unacceptable(connection, "has several rounds, which the peer does not know (RFC 4739)");
}

base::Result<void> check_rounds(const policy::Connection& connection, std::size_t round,
                                const wire::Payloads& message) {
    const std::size_t wanted = connection.further_remote.size() + 1;
    const bool goes_on = message.find(NotifyType::another_auth_follows) != nullptr;
    if (round >= wanted || goes_on == (round + 1 < wanted)) return {};
    return unacceptable(connection, "wants " + std::to_string(wanted) + " round" + (wanted == 1 ? "" : "s") +
                                        " of the peer, which " +
                                        (goes_on ? "has another one" : "stops after " + std::to_string(round + 1)));
}

bool has_next_round(const policy::Connection& connection, std::size_t round) {
    return connection.local_round(round + 1) != nullptr || connection.remote_round(round + 1) != nullptr;
}

}  // namespace xfrmd::ikev2::exchange
