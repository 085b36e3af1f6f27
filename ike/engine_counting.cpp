#include "ike/engine_counting.h"

namespace xfrmd::ike {

namespace {

// Of a dropped datagram, which is told at this level, and is counted already where it is no IKE SA's.
bool is_invalid_message(const Report& report) {
    return report.reason && report.level == Level::debug && report.ike_sa != IkeSaId::none;
}

void count(const Report& report, const SaTable& table, Counters& counters) {
    const std::string& connection = report.connection;
    if (report.reason) ++counters.reasons[*report.reason];
    if (is_invalid_message(report)) counters.messages.count(MessageCount::invalid, connection);
    if (report.milestone.turn == Turn::child_rekeyed) counters.messages.count(MessageCount::child_rekey, connection);
    if (report.milestone.turn != Turn::ike_rekeyed) return;
    const auto born = table.all().find(report.ike_sa);
    const bool is_ours = born != table.all().end() && born->second->sa().original_initiator;
    counters.messages.count(is_ours ? MessageCount::ike_rekey_init : MessageCount::ike_rekey_resp, connection);
}

void count(const SendDatagram& datagram, const SaTable& table, std::uint16_t nat_port, Counters& counters) {
    const bool is_marked = datagram.local.port == nat_port && datagram.bytes.size() >= kMarkerSize;
    const base::ByteView octets = base::ByteView(datagram.bytes).subspan(is_marked ? kMarkerSize : 0);
    const auto header = ikev2::wire::peek_header(octets);
    if (!header) return;
    const auto own = header->from_original_initiator ? header->spi_i : header->spi_r;
    const ikev2::sa::IkeSa* sa = table.find(own);
    counters.messages.count(octets, MessageCounters::Direction::out,
                            sa == nullptr ? std::string() : sa->sa().connection_name());
}

}  // namespace

void count(const Actions& actions, const SaTable& table, std::uint16_t nat_port, Counters& counters) {
    for (const Action& action : actions) {
        if (const auto* report = std::get_if<Report>(&action)) count(*report, table, counters);
        if (const auto* datagram = std::get_if<SendDatagram>(&action)) count(*datagram, table, nat_port, counters);
    }
}

}  // namespace xfrmd::ike
