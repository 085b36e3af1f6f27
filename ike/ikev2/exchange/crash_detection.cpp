#include "ike/ikev2/exchange/crash_detection.h"

#include <algorithm>
#include <utility>

#include "ike/crypto/key_schedule.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using wire::NotifyType;

// RFC 6290 5: of 16 to 128 octets. The shortest one is hard enough to guess, and makes an answer in the clear hardly
// longer than the request it is for.
constexpr std::size_t kTokenSize = 16;
constexpr std::size_t kLongestToken = 128;
// RFC 6290 4.5: of several secrets of the peer's; no more are looked at.
constexpr std::size_t kMostTokens = 4;

bool is_token(const wire::Notify& notify) {
    return notify.type == NotifyType::qcd_token && notify.data.size() >= kTokenSize &&
           notify.data.size() <= kLongestToken;
}

}  // namespace

std::vector<wire::Payload> crash_token(const sa::Options& options, wire::IkeSpi spi_i, wire::IkeSpi spi_r) {
    if (options.token_secret == nullptr) return {};
    // RFC 6290 5.1: what the token is made of is the maker's own business.
    base::Bytes token = crypto::keyed_hash(*options.token_secret, {wire::spi_bytes(spi_i), wire::spi_bytes(spi_r)});
    token.resize(kTokenSize);
    return {wire::Notify{policy::ProtocolId::ike, {}, NotifyType::qcd_token, std::move(token)}};  // RFC 6290 4.1
}

void tell_crash_token(sa::Step& step, sa::Established& phase) {
    send_request(step, phase.keyed, wire::ExchangeType::informational,
                 crash_token(step.options, step.sa.spi_i, step.sa.spi_r));
    phase.exchange = sa::Liveness{};
}

void note_crash_token(sa::Sa& sa, const wire::Payloads& payloads) {
    const auto token = std::ranges::find_if(payloads.notifies, is_token);
    if (token != payloads.notifies.end()) sa.crash_token = base::SecretBytes(token->data);
}

base::Result<void> check_crash_token(const sa::Sa& sa, const wire::Payloads& payloads) {
    std::size_t looked_at = 0;
    for (const wire::Notify& notify : payloads.notifies) {
        if (!is_token(notify) || looked_at == kMostTokens) continue;
        ++looked_at;
        if (base::SecretBytes::equal_constant_time(sa.crash_token.view(), notify.data)) return {};
    }
    return base::fail(looked_at > 0 ? Reason::CrashTokenWrong : Reason::NotFound);
}

}  // namespace xfrmd::ikev2::exchange
