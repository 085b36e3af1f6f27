#include "ike/ikev2/wire/header.h"

#include "ike/base/reader.h"
#include "ike/base/writer.h"
#include "ike/ikev2/wire/registry.h"

namespace xfrmd::ikev2::wire {

namespace {

constexpr std::uint8_t kMajorVersion = 2;
constexpr std::uint8_t kInitiatorFlag = 0x08;
constexpr std::uint8_t kResponseFlag = 0x20;

constexpr Named<ExchangeType> kExchangeNames[] = {
    {ExchangeType::ike_sa_init, "IKE_SA_INIT"},
    {ExchangeType::ike_auth, "IKE_AUTH"},
    {ExchangeType::create_child_sa, "CREATE_CHILD_SA"},
    {ExchangeType::informational, "INFORMATIONAL"},
    {ExchangeType::ike_session_resume, "IKE_SESSION_RESUME"},
    {ExchangeType::ike_intermediate, "IKE_INTERMEDIATE"},
    {ExchangeType::ike_followup_ke, "IKE_FOLLOWUP_KE"},
};

constexpr Named<PayloadType> kPayloadNames[] = {
    {PayloadType::none, "no payload"},  {PayloadType::sa, "SA"},     {PayloadType::ke, "KE"},
    {PayloadType::id_i, "IDi"},         {PayloadType::id_r, "IDr"},  {PayloadType::cert, "CERT"},
    {PayloadType::certreq, "CERTREQ"},  {PayloadType::auth, "AUTH"}, {PayloadType::nonce, "Nonce"},
    {PayloadType::notify, "N"},         {PayloadType::delete_, "D"}, {PayloadType::vendor_id, "V"},
    {PayloadType::ts_i, "TSi"},         {PayloadType::ts_r, "TSr"},  {PayloadType::encrypted, "SK"},
    {PayloadType::configuration, "CP"}, {PayloadType::eap, "EAP"},   {PayloadType::encrypted_fragment, "SKF"},
};

}  // namespace

base::Result<Header> peek_header(base::ByteView datagram) {
    base::Reader in(datagram);
    Header header;
    header.spi_i = static_cast<IkeSpi>(in.u64());
    header.spi_r = static_cast<IkeSpi>(in.u64());
    header.next_payload = static_cast<PayloadType>(in.u8());
    const std::uint8_t version = in.u8();
    header.major_version = version >> 4;
    header.minor_version = version & 0x0f;
    header.exchange = static_cast<ExchangeType>(in.u8());
    // RFC 7296 3.1: every other flag is ignored on receipt.
    const std::uint8_t flags = in.u8();
    header.from_original_initiator = (flags & kInitiatorFlag) != 0;
    header.is_response = (flags & kResponseFlag) != 0;
    header.message_id = static_cast<MessageId>(in.u32());
    header.length = in.u32();
    if (!in.ok()) return base::fail(base::Reason::DatagramTooShort);
    return header;
}

base::Result<Header> decode_header(base::ByteView datagram) {
    base::Result<Header> header = peek_header(datagram);
    if (!header) return header;
    // RFC 7296 2.5: the version comes first, another version may mean something else by the rest.
    if (header->major_version != kMajorVersion) {
        return base::fail(base::Reason::MajorVersionUnsupported, std::to_string(header->major_version));
    }
    if (header->length != datagram.size()) {
        return base::fail(base::Reason::HeaderLengthMismatch, std::to_string(header->length) + " claimed, " +
                                                                  std::to_string(datagram.size()) + " received");
    }
    return header;
}

base::Bytes encode_header(const Header& header) {
    base::Writer out;
    out.u64(static_cast<std::uint64_t>(header.spi_i)).u64(static_cast<std::uint64_t>(header.spi_r));
    out.u8(static_cast<std::uint8_t>(header.next_payload));
    out.u8(static_cast<std::uint8_t>(header.major_version << 4 | (header.minor_version & 0x0f)));
    out.u8(static_cast<std::uint8_t>(header.exchange));
    out.u8(static_cast<std::uint8_t>((header.from_original_initiator ? kInitiatorFlag : 0) |
                                     (header.is_response ? kResponseFlag : 0)));
    out.u32(static_cast<std::uint32_t>(header.message_id)).u32(header.length);
    return out.take();
}

base::Bytes spi_bytes(IkeSpi spi) {
    base::Writer out;
    return out.u64(static_cast<std::uint64_t>(spi)).take();
}

std::string to_string(IkeSpi spi) { return base::to_hex(spi_bytes(spi)); }

std::string_view to_string(ExchangeType exchange) {
    const std::string_view name = name_in(kExchangeNames, exchange);
    return name.empty() ? "unknown exchange" : name;
}

std::string to_string(PayloadType type) {
    const std::string_view name = name_in(kPayloadNames, type);
    return name.empty() ? "payload type " + std::to_string(static_cast<unsigned>(type)) : std::string(name);
}

}  // namespace xfrmd::ikev2::wire
