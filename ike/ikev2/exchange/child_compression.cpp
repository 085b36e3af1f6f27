#include "ike/ikev2/exchange/child_compression.h"

#include <algorithm>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/ikev2/exchange/protect.h"

namespace xfrmd::ikev2::exchange {

namespace {

constexpr std::uint8_t kDeflate = 2;  // RFC 7296 2.22; it has no attributes

//  0                   1                   2
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |              CPI              |  Transform ID |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
std::optional<ike::Cpi> usable_cpi(const wire::Notify& notify) {
    base::Reader reader(notify.data);
    const std::uint16_t cpi = reader.u16();
    const std::uint8_t transform = reader.u8();
    if (!reader.complete() || transform != kDeflate) return std::nullopt;
    if (cpi < ike::kFirstCpi || cpi > ike::kLastCpi) return std::nullopt;
    return ike::Cpi{cpi};
}

bool is_offer(const wire::Notify& notify) { return notify.type == wire::NotifyType::ipcomp_supported; }

}  // namespace

wire::Notify ipcomp_supported(ike::Cpi cpi) {
    return notify(wire::NotifyType::ipcomp_supported,
                  base::Writer().u16(static_cast<std::uint16_t>(cpi)).u8(kDeflate).take());
}

std::optional<ike::Cpi> offered_cpi(const wire::Payloads& request) {
    for (const wire::Notify& notify : request.notifies) {
        if (!is_offer(notify)) continue;
        if (const auto cpi = usable_cpi(notify)) return cpi;
    }
    return std::nullopt;
}

base::Result<std::optional<ike::Cpi>> answered_cpi(const sa::ProposedChild& proposed, const wire::Payloads& answer) {
    const auto count = std::count_if(answer.notifies.begin(), answer.notifies.end(), is_offer);
    if (count == 0) return std::nullopt;
    const auto cpi = usable_cpi(*answer.find(wire::NotifyType::ipcomp_supported));
    if (proposed.cpi_in && cpi && count == 1) return cpi;
    return base::fail(base::Reason::ResponderChoseUnofferedTransform,
                      proposed.cpi_in ? "IPComp is not with DEFLATE, or more than once" : "IPComp was not asked for");
}

}  // namespace xfrmd::ikev2::exchange
