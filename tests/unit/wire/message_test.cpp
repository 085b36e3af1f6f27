#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "ike/ikev2/wire/message.h"
#include "tests/fuzz/decode_round_trip.h"
#include "tests/unit/wire/samples.h"

using namespace xfrmd;
using namespace xfrmd::ikev2::wire;
using base::Reason;
using test::hex;
using test::with_true_length;

namespace {

// A datagram of the given exchange whose first payload is `first`.
base::Bytes datagram(ExchangeType exchange, PayloadType first, const char* chain) {
    Header header;
    header.spi_i = IkeSpi{1};
    header.exchange = exchange;
    header.next_payload = first;
    base::Bytes bytes = encode_header(header);
    base::append(bytes, hex(chain));
    return with_true_length(std::move(bytes));
}

Reason reason_of(const base::Result<Received>& result) { return result ? Reason::NotFound : result.error().reason; }
Reason reason_of(const base::Result<Payloads>& result) { return result ? Reason::NotFound : result.error().reason; }

const VendorId kVendor{hex("0102")};

}  // namespace

TEST_CASE("an IKE_SA_INIT request is read whole", "[wire][rfc7296-1.2]") {
    const auto received = decode(test::ike_sa_init_request());
    REQUIRE(received);
    CHECK(received->header.spi_i == IkeSpi{0x0123456789abcdef});
    CHECK(received->header.exchange == ExchangeType::ike_sa_init);
    CHECK_FALSE(received->encrypted);
    const Payloads& clear = received->clear;
    REQUIRE(clear.sa);
    CHECK(clear.sa->proposals.size() == 2);
    REQUIRE(clear.key_exchange);
    CHECK(clear.key_exchange->method == policy::KeyExchangeId::x25519);
    CHECK(clear.key_exchange->data.size() == 32);
    REQUIRE(clear.nonce);
    CHECK(clear.nonce->data.size() == 32);
    CHECK(clear.notifies.size() == 4);
    REQUIRE(clear.find(NotifyType::signature_hash_algorithms) != nullptr);
    CHECK(clear.find(NotifyType::signature_hash_algorithms)->data == hex("000200030004"));
    CHECK(clear.find(NotifyType::cookie) == nullptr);
    CHECK(clear.error() == nullptr);
    CHECK(clear.vendor_ids == std::vector{VendorId{hex("6f75722076656e64")}});
    CHECK(message_round_trips(*received));
    // The kinds stand in the order of listed(), and no reserved field was used: the bytes are the same.
    CHECK(encode(received->header, listed(clear)) == test::ike_sa_init_request());
}

TEST_CASE("the inner chain of an IKE_AUTH request is read whole", "[wire][rfc7296-1.2]") {
    const auto inner = decode_inner(test::kIkeAuthFirst, test::ike_auth_inner());
    REQUIRE(inner);
    REQUIRE(inner->id_i);
    CHECK(base::as_text(inner->id_i->identity.data) == "alice.example");
    REQUIRE(inner->id_r);
    CHECK(inner->id_r->identity.type == policy::IdentityType::ipv4_address);
    REQUIRE(inner->auth);
    CHECK(inner->auth->method == AuthMethodId::shared_key_mic);
    REQUIRE(inner->sa);
    CHECK(inner->sa->proposals[0].spi == hex("c1c2c3c4"));
    REQUIRE(inner->ts_i);
    CHECK(inner->ts_i->initiator);
    REQUIRE(inner->ts_r);
    CHECK_FALSE(inner->ts_r->initiator);
    CHECK(inner->ts_r->selectors.size() == 2);
    CHECK(inner->find(NotifyType::initial_contact) != nullptr);
    CHECK(inner_round_trips(*inner));
}

TEST_CASE("the order of the payloads does not matter", "[wire][rfc7296-2.5]") {
    const auto received = decode(test::ike_sa_init_request());
    REQUIRE(received);
    std::vector<Payload> reversed = listed(received->clear);
    std::reverse(reversed.begin(), reversed.end());
    const auto again = decode(encode(received->header, reversed));
    REQUIRE(again);
    CHECK(again->clear.sa == received->clear.sa);
    CHECK(again->clear.nonce == received->clear.nonce);
    CHECK(again->clear.notifies.size() == 4);
}

TEST_CASE("an empty inner chain is a message", "[wire][rfc7296-1.4]") {
    CHECK(decode_inner(PayloadType::none, {}).value() == Payloads{});
    CHECK(encode_inner({}).empty());
    CHECK(first_type({}) == PayloadType::none);
    CHECK(reason_of(decode_inner(PayloadType::none, hex("00"))) == Reason::PayloadLengthInvalid);
}

TEST_CASE("the first error notify is found", "[wire][rfc7296-3.10.1]") {
    Payloads payloads;
    payloads.notifies = {{policy::ProtocolId::none, {}, NotifyType::initial_contact, {}},
                         {policy::ProtocolId::none, {}, NotifyType{12345}, {}},
                         {policy::ProtocolId::none, {}, NotifyType::invalid_syntax, {}}};
    REQUIRE(payloads.error() != nullptr);
    CHECK(payloads.error()->type == NotifyType{12345});
}

TEST_CASE("SK ends a message and names its first inner payload", "[wire][rfc7296-3.14]") {
    const base::Bytes bytes = datagram(ExchangeType::ike_auth, PayloadType::encrypted, "23 00 000c 0102030405060708");
    const auto received = decode(bytes);
    REQUIRE(received);
    REQUIRE(received->encrypted);
    CHECK(received->encrypted->first_inner == PayloadType::id_i);
    CHECK(received->encrypted->associated.data() == bytes.data());
    CHECK(received->encrypted->associated.size() == 32);
    CHECK(base::equal(received->encrypted->sealed, hex("0102030405060708")));
    CHECK(message_round_trips(*received));
}

TEST_CASE("the prefix of a protected message has its final lengths", "[wire][rfc7296-3.14]") {
    Header header;
    header.spi_i = IkeSpi{0x1111111122222222};
    header.spi_r = IkeSpi{0x3333333344444444};
    header.exchange = ExchangeType::informational;
    header.message_id = MessageId{7};
    CHECK(encode_encrypted_prefix(header, PayloadType::delete_, 0x1000) ==
          hex("1111111122222222 3333333344444444 2e 20 25 00 00000007 00001020 2a 00 1004"));
}

// The IKE header and that of SK, with other lengths.
TEST_CASE("what AUTH covers of IKE_INTERMEDIATE does not tell how it came", "[wire][rfc9242-3.3.2]") {
    Header header;
    header.spi_i = IkeSpi{0x0102030405060708};
    header.exchange = ExchangeType::ike_intermediate;
    header.message_id = MessageId{1};
    constexpr std::size_t kInner = 1200;
    const base::Bytes wanted = encode_encrypted_prefix(header, PayloadType::ke, kInner);
    CHECK(adjusted_prefix(encode_encrypted_prefix(header, PayloadType::ke, kInner + 24), kInner) == wanted);
    CHECK(adjusted_prefix(encode_fragment_prefix(header, PayloadType::ke, {1, 3}, 524), kInner) == wanted);
}

TEST_CASE("AUTH covers what stands in the clear beside SK, in IKE_INTERMEDIATE", "[wire][rfc9242-3.3.2]") {
    // V of 2 octets, SK of 6, or SKF of as much with number and total
    const auto whole = datagram(ExchangeType::ike_intermediate, PayloadType::vendor_id,
                                "2e000006 0102 22000014 00112233445566778899aabbccddeeff");
    const auto piece = datagram(ExchangeType::ike_intermediate, PayloadType::vendor_id,
                                "35000006 0102 22000014 00010002 445566778899aabbccddeeff");
    const auto of_whole = adjusted_prefix(decode(whole)->encrypted->associated, 100);
    CHECK(of_whole == adjusted_prefix(decode(piece)->encrypted->associated, 100));
    CHECK(of_whole.size() == kHeaderSize + 6 + 4);
    CHECK(base::to_hex(base::ByteView(of_whole).subspan(24)) ==
          "0000008a"
          "2e000006"
          "0102"
          "22000068");
}

TEST_CASE("SK with nothing in it is left to the cipher", "[wire][rfc7296-3.14][hostile-B8]") {
    const auto received = decode(datagram(ExchangeType::informational, PayloadType::encrypted, "00 00 0004"));
    REQUIRE(received);
    REQUIRE(received->encrypted);
    CHECK(received->encrypted->sealed.empty());
}

TEST_CASE("SK must be last", "[wire][rfc7296-3.14][hostile-B7]") {
    const base::Bytes bytes =
        datagram(ExchangeType::ike_auth, PayloadType::encrypted, "2b 00 0008 01020304 00 00 0006 0102");
    CHECK(reason_of(decode(bytes)) == Reason::EncryptedPayloadMalformed);
}

TEST_CASE("SK has no place in IKE_SA_INIT", "[wire][rfc7296-1.2][hostile-B7]") {
    const base::Bytes bytes = datagram(ExchangeType::ike_sa_init, PayloadType::encrypted, "23 00 0008 01020304");
    CHECK(reason_of(decode(bytes)) == Reason::PayloadUnexpected);
}

TEST_CASE("what stands beside SK is dropped unread", "[wire][rfc7296-3.14][hostile-B7]") {
    // An N(AUTHENTICATION_FAILED), and an SA that is nonsense.
    const base::Bytes bytes = datagram(ExchangeType::ike_auth, PayloadType::notify,
                                       "21 00 0008 00 00 0018"
                                       "2e 00 0005 ff"
                                       "23 00 0008 01020304");
    const auto received = decode(bytes);
    REQUIRE(received);
    REQUIRE(received->encrypted);
    CHECK(received->clear == Payloads{});
    CHECK(received->encrypted->associated.size() == bytes.size() - 4);
    CHECK(message_round_trips(*received));
}

TEST_CASE("SK inside SK is refused", "[wire][rfc7296-3.14][hostile-B6]") {
    CHECK(reason_of(decode_inner(PayloadType::encrypted, hex("00 00 0008 01020304"))) == Reason::PayloadUnexpected);
    CHECK(reason_of(decode_inner(PayloadType::vendor_id, hex("2e 00 0004 00 00 0008 01020304"))) ==
          Reason::PayloadUnexpected);
}

TEST_CASE("a message without SK gives its clear payloads in any exchange", "[wire][rfc7296-1.5]") {
    const auto received = decode(datagram(ExchangeType::ike_auth, PayloadType::notify, "00 00 0008 00 00 0004"));
    REQUIRE(received);
    CHECK_FALSE(received->encrypted);
    REQUIRE(received->clear.error() != nullptr);
    CHECK(received->clear.error()->type == NotifyType::invalid_ike_spi);
}

TEST_CASE("payload lengths fit the message", "[wire][rfc7296-3.2][hostile-B1]") {
    for (const char* chain : {
             "", "00", "00 00", "00 00 00",                  // half a generic header
             "00 00 0000", "00 00 0001", "00 00 0003",       // less than a generic header
             "00 00 0005", "00 00 ffff", "00 00 0007 0102",  // more than there is
             "00 00 0004 00",                                // bytes behind the last
             "2b 00 0004",                                   // one more promised
             "00 00 0004 2b 00 0004",                        // one more than promised
         }) {
        INFO(chain);
        CHECK(reason_of(decode(datagram(ExchangeType::ike_sa_init, PayloadType::vendor_id, chain))) ==
              Reason::PayloadLengthInvalid);
        CHECK(reason_of(decode_inner(PayloadType::vendor_id, hex(chain))) == Reason::PayloadLengthInvalid);
    }
}

TEST_CASE("payloads without a body that name each other end with the bytes", "[wire][rfc7296-3.2][hostile-B1]") {
    base::Bytes chain;
    for (int i = 0; i < 8; ++i) base::append(chain, hex("2b 00 0004"));
    CHECK(reason_of(decode_inner(PayloadType::vendor_id, chain)) == Reason::PayloadLengthInvalid);
}

TEST_CASE("64 payloads are a message, 65 are not", "[wire][rfc7296-3.2][hostile-B2]") {
    std::vector<Payload> payloads(kMaxPayloads, kVendor);
    const auto most = decode_inner(PayloadType::vendor_id, encode_inner(payloads));
    REQUIRE(most);
    CHECK(most->vendor_ids.size() == kMaxPayloads);
    payloads.emplace_back(kVendor);
    CHECK(reason_of(decode_inner(PayloadType::vendor_id, encode_inner(payloads))) == Reason::PayloadCountExceeded);

    base::Bytes flood;
    for (int i = 0; i < 16000; ++i) base::append(flood, hex("c8 00 0004"));
    CHECK(reason_of(decode_inner(PayloadType{200}, flood)) == Reason::PayloadCountExceeded);
}

TEST_CASE("an unknown critical payload refuses the message and is named", "[wire][rfc7296-2.5][hostile-B3]") {
    const base::Bytes chain = hex("c8 00 0006 0102 c9 00 0004 00 80 0005 ff");
    const base::Bytes bytes =
        datagram(ExchangeType::ike_sa_init, PayloadType::vendor_id, "c8 00 0006 0102 c9 00 0004 00 80 0005 ff");
    for (const auto& detail : {decode(bytes).error(), decode_inner(PayloadType::vendor_id, chain).error()}) {
        CHECK(detail.reason == Reason::CriticalPayloadUnsupported);
        CHECK(detail.detail == "payload type 201");
        CHECK(detail.notify_data == hex("c9"));
    }
}

TEST_CASE("an unknown critical payload beside SK refuses the message too", "[wire][rfc7296-2.5][hostile-B7]") {
    const base::Bytes bytes = datagram(ExchangeType::ike_auth, PayloadType{200}, "2e 80 0004 23 00 0008 01020304");
    CHECK(reason_of(decode(bytes)) == Reason::CriticalPayloadUnsupported);
}

TEST_CASE("an unknown payload that is not critical is kept", "[wire][rfc7296-2.5][hostile-B3]") {
    // The reserved bits beside the critical one mean nothing.
    const base::Bytes chain = hex("c8 00 0006 0102 00 7f 0006 aabb");
    const auto inner = decode_inner(PayloadType::vendor_id, chain);
    REQUIRE(inner);
    CHECK(inner->unknown == std::vector{UnknownPayload{PayloadType{200}, false, hex("aabb")}});
    CHECK(inner_round_trips(*inner));
}

TEST_CASE("the critical bit of a payload we know is ignored", "[wire][rfc7296-2.5][hostile-B3]") {
    const auto inner = decode_inner(PayloadType::vendor_id, hex("00 80 0006 0102"));
    REQUIRE(inner);
    CHECK(inner->vendor_ids == std::vector{kVendor});
    const auto sk = decode(datagram(ExchangeType::ike_auth, PayloadType::encrypted, "23 80 0008 01020304"));
    REQUIRE(sk);
    CHECK(sk->encrypted);
}

TEST_CASE("payloads of ours do not have the critical bit, nor any reserved one", "[wire][rfc7296-2.5][rfc7296-3.2]") {
    const std::vector<Payload> payloads{SecurityAssociation{{{1, policy::ProtocolId::ike, {}, {}}}},
                                        KeyExchangePayload{policy::KeyExchangeId::x25519, hex("01")},
                                        IdentificationInitiator{},
                                        IdentificationResponder{},
                                        Certificate{4, hex("01")},
                                        CertificateRequest{4, {}},
                                        Authentication{AuthMethodId::shared_key_mic, hex("01")},
                                        Nonce{base::Bytes(16, 1)},
                                        Notify{policy::ProtocolId::none, {}, NotifyType::cookie, hex("01")},
                                        Delete{policy::ProtocolId::esp, {1}},
                                        kVendor,
                                        TrafficSelectorPayload{true, {}, {{1, 2, hex("03")}}},
                                        TrafficSelectorPayload{false, {}, {{1, 2, hex("03")}}},
                                        Configuration{1, {}},
                                        Eap{hex("03010004")}};
    const base::Bytes chain = encode_inner(payloads);
    std::size_t at = 0, count = 0;
    for (; at + 4 <= chain.size(); ++count) {
        CHECK(chain[at + 1] == 0);
        at += static_cast<std::size_t>(chain[at + 2] << 8U | chain[at + 3]);
    }
    CHECK(at == chain.size());
    CHECK(count == payloads.size());
}

TEST_CASE("a critical unknown payload can be sent and is refused", "[wire][rfc7296-2.5]") {
    const std::vector<Payload> payloads{UnknownPayload{PayloadType{200}, true, hex("01")}};
    CHECK(encode_inner(payloads) == hex("00 80 0005 01"));
    CHECK(reason_of(decode_inner(PayloadType{200}, encode_inner(payloads))) == Reason::CriticalPayloadUnsupported);
}

TEST_CASE("IKEv1's payload types are unknown ones, and SKF is never inside", "[wire][rfc7296-3.2][hostile-B6]") {
    for (unsigned type = 1; type < 256; ++type) {
        if (type >= 33 && type <= 48) continue;
        const auto payload = static_cast<PayloadType>(type);
        if (payload == PayloadType::encrypted_fragment) {
            CHECK(reason_of(decode_inner(payload, hex("00 00 0006 0102"))) == Reason::PayloadUnexpected);
            continue;
        }
        const auto skipped = decode_inner(payload, hex("00 00 0006 0102"));
        REQUIRE(skipped);
        CHECK(skipped->unknown == std::vector{UnknownPayload{payload, false, hex("0102")}});
        CHECK(reason_of(decode_inner(payload, hex("00 80 0006 0102"))) == Reason::CriticalPayloadUnsupported);
    }
}

TEST_CASE("a payload that stands for one thing appears once", "[wire][rfc7296-1.2][hostile-B4]") {
    const auto sa_init = decode(test::ike_sa_init_request());
    const auto ike_auth = decode_inner(test::kIkeAuthFirst, test::ike_auth_inner());
    REQUIRE(sa_init);
    REQUIRE(ike_auth);
    Payloads all = *ike_auth;
    all.key_exchange = sa_init->clear.key_exchange;
    all.nonce = sa_init->clear.nonce;
    all.configuration = Configuration{1, {}};
    all.eap = Eap{hex("03010004")};
    const std::vector<Payload> payloads = listed(all);
    for (const Payload& payload : payloads) {
        std::vector<Payload> twice = payloads;
        twice.push_back(payload);
        const auto result = decode_inner(first_type(twice), encode_inner(twice));
        INFO(to_string(type_of(payload)));
        if (type_of(payload) == PayloadType::notify) {
            CHECK(result);
        } else {
            REQUIRE_FALSE(result);
            CHECK(result.error().reason == Reason::PayloadRepeated);
            CHECK(result.error().detail == to_string(type_of(payload)));
        }
    }
}

TEST_CASE("payloads that may repeat do", "[wire][rfc7296-3.6][rfc7296-3.10][rfc7296-3.11]") {
    const Notify notify{policy::ProtocolId::none, {}, NotifyType::nat_detection_source_ip, hex("01")};
    const std::vector<Payload> payloads{Certificate{4, hex("01")},
                                        Certificate{4, hex("01")},
                                        CertificateRequest{4, {}},
                                        CertificateRequest{4, {}},
                                        notify,
                                        notify,
                                        Delete{policy::ProtocolId::esp, {1}},
                                        Delete{policy::ProtocolId::ah, {1}}};
    const auto inner = decode_inner(first_type(payloads), encode_inner(payloads));
    REQUIRE(inner);
    CHECK(inner->certificates.size() == 2);
    CHECK(inner->certificate_requests.size() == 2);
    CHECK(inner->notifies.size() == 2);
    CHECK(inner->deletes.size() == 2);
    CHECK(inner_round_trips(*inner));
}

TEST_CASE("an error names the payload it was found in", "[wire]") {
    const auto inner = decode_inner(PayloadType::nonce, hex("00 00 0005 01"));
    REQUIRE_FALSE(inner);
    CHECK(inner.error().reason == Reason::NonceLengthInvalid);
    CHECK(inner.error().detail == "Nonce: 1 bytes");
}
