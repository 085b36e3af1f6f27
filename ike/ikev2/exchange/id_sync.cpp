#include "ike/ikev2/exchange/id_sync.h"

#include <algorithm>
#include <utility>

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/rekey_ike.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;
using wire::NotifyType;

// RFC 6311 5.1: nothing else may stand beside it.
bool is_alone(const wire::Payloads& payloads) {
    wire::Payloads others = payloads;
    std::erase_if(others.notifies, [](const wire::Notify& notify) {
        return notify.type == NotifyType::ikev2_message_id_sync || notify.type == NotifyType::ipsec_replay_counter_sync;
    });
    return others == wire::Payloads();
}

std::optional<sa::Task> task_of(const sa::CreatingChild& creating) {
    const sa::ProposedChild& child = creating.proposed;
    if (creating.rekeyed) return sa::RekeyChildTask{creating.rekeyed->child, child.operation};
    return sa::CreateChildTask{child.name,   child.operation, child.packet, child.replaces,
                               child.number, child.tries,     child.only,   child.resource};
}

// Nothing where there is nothing to do again: a liveness check has been answered by the message itself.
std::optional<sa::Task> task_of(sa::Step& step, const sa::Exchange& exchange) {
    if (const auto* creating = std::get_if<sa::CreatingChild>(&exchange)) {
        release(step, creating->proposed.spi_in, creating->proposed.cpi_in);
        return task_of(*creating);
    }
    if (const auto* deleting = std::get_if<sa::DeletingChild>(&exchange))
        return sa::DeleteChildTask{deleting->spi_in, deleting->child, deleting->operation};
    if (const auto* rekeying = std::get_if<sa::RekeyingIke>(&exchange)) return sa::RekeyIkeTask{rekeying->operation};
    if (const auto* redirecting = std::get_if<sa::Redirecting>(&exchange))
        return sa::RedirectTask{redirecting->gateway, redirecting->operation};
    if (std::holds_alternative<sa::UpdatingAddresses>(exchange)) return sa::UpdateAddressesTask{};
    if (std::holds_alternative<sa::CheckingPath>(exchange)) return sa::CheckPathTask{};
    if (std::holds_alternative<sa::TellingAddresses>(exchange)) return sa::AdditionalAddressesTask{};
    if (std::holds_alternative<sa::AskingForTicket>(exchange)) return sa::TicketTask{};
    return std::nullopt;
}

}  // namespace

void append_id_sync(std::vector<wire::Payload>& payloads) {
    payloads.emplace_back(notify(NotifyType::ikev2_message_id_sync_supported));
}

void agree_on_id_sync(sa::Sa& sa, const wire::Payloads& payloads) {
    sa.id_sync.agreed = payloads.find(NotifyType::ikev2_message_id_sync_supported) != nullptr;
}

base::Result<MessageIds> read_message_ids(const wire::Payloads& request) {
    if (!is_alone(request)) return base::fail(Reason::PayloadUnexpected, "beside IKEV2_MESSAGE_ID_SYNC");
    const wire::Notify* notify = request.find(NotifyType::ikev2_message_id_sync);
    base::Reader reader(notify == nullptr ? base::ByteView() : base::ByteView(notify->data));
    MessageIds ids;
    ids.nonce = reader.u32();
    ids.send = wire::MessageId{reader.u32()};
    ids.receive = wire::MessageId{reader.u32()};
    if (!reader.complete()) return base::fail(Reason::PayloadMalformed, "IKEV2_MESSAGE_ID_SYNC");
    return ids;
}

wire::Notify message_ids(const MessageIds& ids) {
    return notify(NotifyType::ikev2_message_id_sync, base::Writer()
                                                         .u32(ids.nonce)
                                                         .u32(static_cast<std::uint32_t>(ids.send))
                                                         .u32(static_cast<std::uint32_t>(ids.receive))
                                                         .take());
}

void begin_again(sa::Step& step, sa::Established& phase) {
    const sa::Exchange exchange = std::exchange(phase.exchange, std::monostate{});
    const auto* rekeying = std::get_if<sa::RekeyingIke>(&exchange);
    if (const auto rival = rekeying == nullptr ? ike::IkeSaId::none : rival_of(step, *rekeying);
        rival != ike::IkeSaId::none) {
        // RFC 7296 2.8.2: the peer has made one meanwhile, which is enough.
        step.successions.push_back({nullptr, rival, sa::Predecessor::waits_for_delete});
        return step.done(rekeying->operation, {}, {});
    }
    if (auto task = task_of(step, exchange)) step.sa.tasks.push_front(std::move(*task));
}

}  // namespace xfrmd::ikev2::exchange
