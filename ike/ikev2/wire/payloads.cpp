#include "ike/ikev2/wire/payloads.h"

namespace xfrmd::ikev2::wire {

namespace {

struct TypeOf {
    PayloadType operator()(const SecurityAssociation&) const { return PayloadType::sa; }
    PayloadType operator()(const KeyExchangePayload&) const { return PayloadType::ke; }
    PayloadType operator()(const IdentificationInitiator&) const { return PayloadType::id_i; }
    PayloadType operator()(const IdentificationResponder&) const { return PayloadType::id_r; }
    PayloadType operator()(const Certificate&) const { return PayloadType::cert; }
    PayloadType operator()(const CertificateRequest&) const { return PayloadType::certreq; }
    PayloadType operator()(const Authentication&) const { return PayloadType::auth; }
    PayloadType operator()(const Nonce&) const { return PayloadType::nonce; }
    PayloadType operator()(const Notify&) const { return PayloadType::notify; }
    PayloadType operator()(const Delete&) const { return PayloadType::delete_; }
    PayloadType operator()(const VendorId&) const { return PayloadType::vendor_id; }
    PayloadType operator()(const TrafficSelectorPayload& payload) const {
        return payload.initiator ? PayloadType::ts_i : PayloadType::ts_r;
    }
    PayloadType operator()(const Configuration&) const { return PayloadType::configuration; }
    PayloadType operator()(const Eap&) const { return PayloadType::eap; }
    PayloadType operator()(const UnknownPayload& payload) const { return payload.type; }
};

}  // namespace

PayloadType type_of(const Payload& payload) { return std::visit(TypeOf{}, payload); }

}  // namespace xfrmd::ikev2::wire
