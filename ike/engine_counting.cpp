// What an engine counts of the messages that come and go.
#include "ike/engine.h"

namespace xfrmd::ike {

using base::Reason;

// Dropped datagrams of an IKE SA are told at this level.
void Engine::count(const Report& report) {
    const std::string& connection = report.connection;
    if (report.reason) ++counters_.reasons[*report.reason];
    if (report.reason && report.level == Level::debug) counters_.messages.count(MessageCount::invalid, connection);
    if (report.milestone.turn == ike::Turn::child_rekeyed) counters_.messages.count(MessageCount::child_rekey, connection);
    if (report.milestone.turn != ike::Turn::ike_rekeyed) return;
    const IkeSa* born = find(report.ike_sa);
    const bool is_ours = born != nullptr && born->sa().original_initiator;
    counters_.messages.count(is_ours ? MessageCount::ike_rekey_init : MessageCount::ike_rekey_resp, connection);
}

void Engine::count(const Actions& actions) {
    for (const Action& action : actions) {
        if (const auto* report = std::get_if<Report>(&action)) count(*report);
        if (const auto* datagram = std::get_if<SendDatagram>(&action)) count(*datagram);
    }
}

void Engine::count(const SendDatagram& datagram) {
    const bool is_marked = datagram.local.port == options_.nat_port && datagram.bytes.size() >= kMarkerSize;
    const base::ByteView octets = base::ByteView(datagram.bytes).subspan(is_marked ? kMarkerSize : 0);
    const auto header = ikev2::wire::peek_header(octets);
    if (!header) return;
    const auto own = header->from_original_initiator ? header->spi_i : header->spi_r;
    const IkeSa* sa = table_.find(own);
    counters_.messages.count(octets, MessageCounters::Direction::out,
                             sa == nullptr ? std::string() : sa->sa().connection_name());
}

}  // namespace xfrmd::ike
