// The door of the engine: what a datagram must be before any SA hears of it (RFC 7296 2.5, 2.6, 2.21.4, 3.1; RFC
// 3948 2.2).
#include <algorithm>
#include <utility>

#include "ike/engine.h"
#include "ike/engine_counting.h"
#include "ike/ikev2/exchange/crash_detection.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/wire/first_look.h"

namespace xfrmd::ike {

using base::Reason;
using ikev2::sa::IkeSa;
namespace wire = ikev2::wire;
namespace exchange = ikev2::exchange;

namespace {

constexpr std::uint8_t kKeepalive = 0xff;
constexpr std::size_t kLongestFirstRequest = 16384;  // 254 proposals and a large key exchange value

bool can_be_peer(const base::Endpoint& local, const base::Endpoint& remote) {
    const base::Address& address = remote.address;
    return remote.port != 0 && !address.is_any() && !address.is_multicast() && !address.is_broadcast() &&
           remote != local;
}

bool is_first_request(const wire::Header& header) {
    return wire::is_first_exchange(header.exchange) && !header.is_response;
}

// RFC 7296 2.6, 3.1: SPIi chosen, SPIr not yet, sent by the original initiator, message id 0.
base::Result<void> check_first_request(const wire::Header& header) {
    if (header.spi_i == wire::IkeSpi::none || header.spi_r != wire::IkeSpi::none) return base::fail(Reason::SpiInvalid);
    if (header.message_id != wire::MessageId{0}) return base::fail(Reason::MessageIdUnexpected);
    if (!header.from_original_initiator) return base::fail(Reason::FlagsInconsistent);
    return {};
}

// RFC 7296 2.5: a request is told that we do not speak its version, or do not know a payload it calls critical. What
// else is wrong with an unprotected datagram is nobody's business.
bool deserves_answer(const wire::Header& header, const base::Error& error) {
    if (header.is_response) return false;
    if (error.reason == Reason::MajorVersionUnsupported) return header.major_version > 2;
    return error.reason == Reason::CriticalPayloadUnsupported && is_first_request(header);
}

// No connection for these addresses is NO_PROPOSAL_CHOSEN: nobody has said yet who he is (RFC 7296 2.21.1, 2.21.2).
wire::NotifyType stateless_refusal(const base::Error& error) {
    if (error.reason == Reason::NoPeerConfiguration) return wire::NotifyType::no_proposal_chosen;
    return static_cast<wire::NotifyType>(base::traits(error.reason).notify);
}

wire::IkeSpi receiver_spi(const wire::Header& header) {
    return header.from_original_initiator ? header.spi_r : header.spi_i;
}

// The other SPI must be the SA's as well; before the responder's is known any may come with its first answer.
bool belongs_to(const wire::Header& header, const ikev2::sa::Sa& sa) {
    return header.spi_i == sa.spi_i && (header.spi_r == sa.spi_r || sa.spi_r == wire::IkeSpi::none);
}

// RFC 6290 4.5: who still uses an IKE SA that we have lost is shown so. 9.1: not of one that we have, or may be about
// to have, nor of another engine's.
std::vector<wire::Payload> token_of_lost(const wire::Received& request, const SaTable& table, const Options& options) {
    const wire::Header& header = request.header;
    const wire::IkeSpi own = receiver_spi(header);
    const auto shard = static_cast<unsigned>(static_cast<std::uint64_t>(own) >> 56);
    const bool is_another_engines = shard != options.shard && shard < options.shards;
    if (!request.encrypted || is_another_engines || table.is_ours(own)) return {};
    return exchange::crash_token(options, header.spi_i, header.spi_r);
}

}  // namespace

void Engine::on(const Datagram& datagram, Turn& turn) {
    ++counters_.datagrams_in;
    const auto frame = unframe(datagram);
    if (frame && frame->bytes.empty()) return;
    const auto routed = frame ? route(*frame, turn) : tl::unexpected(frame.error());
    if (!routed) drop(datagram, routed.error(), turn);
}

// A flood is not worth a sentence for each datagram that nobody reads.
void Engine::drop(const Datagram& datagram, const base::Error& error, Turn& turn) {
    counters_.messages.count(error.reason == Reason::UnknownSpi ? MessageCount::invalid_spi : MessageCount::invalid,
                             {});
    if (!options_.explain_drops) {
        ++counters_.reasons[error.reason];
        return;
    }
    turn.actions.push_back(Report{
        Level::debug, {}, {}, error.reason, "datagram from " + datagram.remote.to_string() + ": " + error.sentence()});
}

// A keepalive and what is no IKE at all are nobody's, as is anything without an IKE SA here.
Rank Engine::rank_of(const Datagram& datagram) const {
    const bool marked = datagram.local.port == options_.nat_port && datagram.bytes.size() >= kMarkerSize;
    const base::ByteView bytes = marked ? datagram.bytes.subspan(kMarkerSize) : datagram.bytes;
    const auto header = wire::peek_header(bytes);
    if (!header) return Rank::fresh;
    if (is_first_request(*header)) {
        const bool returns = wire::brings_cookie(bytes) || admission_.knows(datagram.remote.address);
        return returns ? Rank::returning : Rank::fresh;
    }
    const IkeSa* sa = table_.find(receiver_spi(*header));
    if (sa == nullptr || !belongs_to(*header, sa->sa())) return Rank::fresh;
    const auto phase = sa->phase_id();
    const bool is_proven = phase == ikev2::sa::PhaseId::established || phase == ikev2::sa::PhaseId::deleting;
    return is_proven ? Rank::established : Rank::half_open;
}

// RFC 3948 2.2, 2.3: on the NAT traversal port IKE stands behind four zero bytes; a single 0xFF is a keepalive.
base::Result<Engine::Frame> Engine::unframe(const Datagram& datagram) {
    Frame frame{datagram.local, datagram.remote, datagram.bytes};
    if (!can_be_peer(datagram.local, datagram.remote)) return base::fail(Reason::SourceAddressInvalid);
    if (datagram.local.port == options_.nat_port) {
        if (frame.bytes.size() == 1 && frame.bytes[0] == kKeepalive) {
            ++counters_.keepalives_in;
            frame.bytes = {};
            return frame;
        }
        const auto is_zero = [](std::uint8_t byte) { return byte == 0; };
        if (frame.bytes.size() < kMarkerSize ||
            !std::all_of(frame.bytes.begin(), frame.bytes.begin() + kMarkerSize, is_zero)) {
            return base::fail(Reason::NonEspMarkerMissing);
        }
        frame.bytes = frame.bytes.subspan(kMarkerSize);
    }
    if (frame.bytes.size() < wire::kHeaderSize) return base::fail(Reason::DatagramTooShort);
    return frame;
}

base::Result<void> Engine::route(const Frame& frame, Turn& turn) {
    const auto first = wire::decode_header(frame.bytes);
    if (first && is_first_request(*first)) {
        counters_.messages.count(frame.bytes, MessageCounters::Direction::in, {});
        return on_first_request(*first, frame, turn);
    }
    const auto received = decode(frame, turn);
    if (!received) return tl::unexpected(received.error());
    const wire::Header& header = received->header;
    IkeSa* sa = table_.find(receiver_spi(header));
    if (sa == nullptr || !belongs_to(header, sa->sa())) {
        const base::Error error{Reason::UnknownSpi, to_string(header.spi_i) + "_" + to_string(header.spi_r), {}};
        if (!header.is_response)
            answer_without_state(header, error, frame, turn, token_of_lost(*received, table_, options_));
        return tl::unexpected(error);
    }
    counters_.messages.count(frame.bytes, MessageCounters::Direction::in, sa->sa().connection_name());
    note_first_contact(*sa);
    const bool was_established = sa->established() != nullptr;
    sa->on_message(*received, frame.bytes, frame.local, frame.remote, around(turn));
    begin_anew(*sa, turn);
    settle(*sa, was_established, turn);
    return {};
}

base::Result<wire::Received> Engine::decode(const Frame& frame, Turn& turn) {
    auto received = wire::decode(frame.bytes);
    if (received) return received;
    const auto header = wire::peek_header(frame.bytes);
    if (header && deserves_answer(*header, received.error()))
        answer_without_state(*header, received.error(), frame, turn);
    return received;
}

// What costs least is asked first. Nothing is allocated for a peer before it has shown, where that is asked of it, that
// it hears what we answer.
base::Result<void> Engine::on_first_request(const wire::Header& header, const Frame& frame, Turn& turn) {
    if (const auto checked = check_first_request(header); !checked) return checked;
    if (table_.find(header.spi_i) != nullptr) return base::fail(Reason::ReflectedMessage);
    const auto request = HalfOpenTable::first_request(header.spi_i, frame.remote, frame.bytes);
    if (const IkeSa* known = table_.find(admission_.half_open().find(request)))
        return on_repeated_first_request(*known, frame, turn);
    if (const auto proven = check_cookie(header, frame, turn); !proven) return proven;
    const auto received = decode(frame, turn);
    if (!received) return tl::unexpected(received.error());
    const auto shape = wire::check_grammar(header, received->clear);
    if (!shape) return tl::unexpected(shape.error());
    if (const auto admitted = admit(frame, turn); !admitted) return admitted;

    auto sa = std::make_unique<IkeSa>(make_sa(false, frame.local, frame.remote, turn));
    sa->sa().half_open_until = turn.now + admission_.half_open_life();
    sa->sa().spi_i = header.spi_i;
    sa->sa().first_request = request;
    const auto answered = sa->answer_first({header, *shape, received->clear, frame.bytes}, around(turn));
    if (!answered) {
        turn.actions.push_back(Report{Level::warning,
                                      {},
                                      {},
                                      {},
                                      std::string(to_string(header.exchange)) + " of " + frame.remote.to_string() +
                                          " refused: " + answered.error().sentence()});
        answer_without_state(header, answered.error(), frame, turn);
        return answered;
    }
    admission_.half_open().add(request, sa->sa().own_spi());
    settle(table_.add(std::move(sa)), false, turn);
    return {};
}

// RFC 7296 2.1: the same request again gets the same answer again, and nothing is computed anew; once another one has
// come, it is ignored.
base::Result<void> Engine::on_repeated_first_request(const IkeSa& sa, const Frame& frame, Turn& turn) {
    const bool is_last = sa.is_half_open() && sa.sa().window.accepted_id() == wire::MessageId{0};
    if (!is_last) return base::fail(Reason::MessageIdUnexpected);
    for (const base::Bytes& bytes : sa.sa().window.cached_response()) {
        turn.actions.push_back(SendDatagram{frame.local, frame.remote, bytes});
    }
    return {};
}

// Everything that can be refused without a key exchange, and without keeping anything (RFC 7296 2.6; RFC 8019 4.2).
base::Result<void> Engine::admit(const Frame& frame, Turn& turn) {
    // AUTH needs all of it later, so it is kept (RFC 7296 2.15).
    if (frame.bytes.size() > kLongestFirstRequest) return base::fail(Reason::DatagramTooLong);
    if (table_.ike_sas() >= options_.most_ike_sas) return base::fail(Reason::TableFull);
    return admission_.admit(frame.remote.address, turn.now);
}

// RFC 7296 2.6. Who sends what could not be a first request learns so from decode() or admit().
base::Result<void> Engine::check_cookie(const wire::Header& header, const Frame& frame, Turn& turn) {
    const base::Address& remote = frame.remote.address;
    if (!admission_.wants_cookie(remote, turn.now)) return {};
    ikev2::sa::CookieJar& cookies = admission_.cookies();
    const auto look = wire::look_at_first_request(frame.bytes);
    if (!look) {
        const auto received = decode(frame, turn);
        const auto shape = received ? wire::check_grammar(header, received->clear) : tl::unexpected(received.error());
        return shape ? base::fail(Reason::PayloadUnexpected) : tl::unexpected(shape.error());
    }
    if (look->cookie && cookies.check(turn.now, random_, *look->cookie, look->nonce, remote, header.spi_i)) return {};
    base::Error error{look->cookie ? Reason::CookieInvalid : Reason::CookieRequired, {}, {}};
    error.notify_data = cookies.make(turn.now, random_, look->nonce, remote, header.spi_i);
    answer_without_state(header, error, frame, turn);
    return tl::unexpected(std::move(error));
}

// An unprotected response with one notify (RFC 7296 1.5, 2.5, 2.6, 2.21.4): never to a response, and never faster than
// the bucket allows. What helps a peer on its way is smaller than what it answers and does not take from it.
void Engine::answer_without_state(const wire::Header& header, const base::Error& error, const Frame& frame, Turn& turn,
                                  const std::vector<wire::Payload>& beside) {
    const wire::NotifyType type = stateless_refusal(error);
    if (type == wire::NotifyType{}) return;
    const bool helps = type == wire::NotifyType::cookie || type == wire::NotifyType::invalid_ke_payload ||
                       type == wire::NotifyType::ticket_nack;
    if (!helps && !stateless_answers_.take(turn.now)) return;
    wire::Header answer;
    answer.spi_i = header.spi_i;
    answer.spi_r = header.spi_r;
    answer.exchange = header.exchange;
    answer.from_original_initiator = !header.from_original_initiator;
    answer.is_response = true;
    answer.message_id = header.message_id;
    std::vector<wire::Payload> payloads{wire::Notify{policy::ProtocolId::none, {}, type, error.notify_data}};
    payloads.insert(payloads.end(), beside.begin(), beside.end());
    base::Bytes bytes = wire::encode(answer, payloads);
    if (frame.local.port == options_.nat_port) bytes.insert(bytes.begin(), kMarkerSize, 0);
    turn.actions.push_back(SendDatagram{frame.local, frame.remote, std::move(bytes)});
}

}  // namespace xfrmd::ike
