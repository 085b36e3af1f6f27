// Which payloads each message may, must and must not have (RFC 7296 1.2-1.4, appendix C; RFC 6023 for an IKE_AUTH
// without a child, RFC 4739 for several rounds of it; RFC 5723 for IKE_SESSION_RESUME; RFC 9370 for additional key
// exchanges, RFC 9867 for PPKs in IKE_INTERMEDIATE). Notify, Vendor ID and unknown payloads may come with every message
// (3.10, 3.12, 2.5) and are not in the table.

#include "ike/ikev2/wire/message.h"

namespace xfrmd::ikev2::wire {

namespace {

using enum ExchangeType;

// A set of payload types, one bit each.
using Kinds = std::uint32_t;

constexpr Kinds kind(PayloadType type) {
    return Kinds{1} << (static_cast<unsigned>(type) - static_cast<unsigned>(PayloadType::sa));
}

constexpr Kinds SA = kind(PayloadType::sa);
constexpr Kinds KE = kind(PayloadType::ke);
constexpr Kinds IDi = kind(PayloadType::id_i);
constexpr Kinds IDr = kind(PayloadType::id_r);
constexpr Kinds CERT = kind(PayloadType::cert);
constexpr Kinds CERTREQ = kind(PayloadType::certreq);
constexpr Kinds AUTH = kind(PayloadType::auth);
constexpr Kinds Ni = kind(PayloadType::nonce);
constexpr Kinds Nr = Ni;
constexpr Kinds D = kind(PayloadType::delete_);
constexpr Kinds TSi = kind(PayloadType::ts_i);
constexpr Kinds TSr = kind(PayloadType::ts_r);
constexpr Kinds CP = kind(PayloadType::configuration);
constexpr Kinds EAP = kind(PayloadType::eap);

enum class Direction : std::uint8_t { request, response };
using enum Direction;

struct Rule {
    ExchangeType exchange;
    Direction direction;
    Shape shape;
    Kinds required;
    Kinds optional;
};

// The first rule of each exchange and direction is the usual message: what is missing is told by comparison with it.
// clang-format off
constexpr Rule kGrammar[] = {
    {ike_sa_init,     request,  Shape::initial,        SA | KE | Ni,                  0},                          // 1.2, C.1
    {ike_sa_init,     response, Shape::initial,        SA | KE | Nr,                  CERTREQ},
    {ike_session_resume, request,  Shape::resumption,  Ni,                            0},                          // RFC 5723 4.3.2
    {ike_session_resume, response, Shape::resumption,  Nr,                            0},
    {ike_auth,        request,  Shape::authentication, IDi | AUTH | SA | TSi | TSr,   CERT | CERTREQ | IDr | CP},  // 1.2, C.2
    {ike_auth,        request,  Shape::childless,      IDi | AUTH,                    CERT | CERTREQ | IDr | CP},  // RFC 6023 4
    {ike_auth,        request,  Shape::eap_start,      IDi | SA | TSi | TSr,          CERTREQ | IDr | CP},         // 2.16, C.3
    {ike_auth,        request,  Shape::eap_round,      EAP,                           0},
    {ike_auth,        request,  Shape::eap_end,        AUTH,                          0},
    {ike_auth,        response, Shape::authentication, IDr | AUTH | SA | TSi | TSr,   CERT | CP},                  // 1.2, C.2
    {ike_auth,        response, Shape::childless,      IDr | AUTH,                    CERT | CP},
    {ike_auth,        response, Shape::eap_start,      IDr | EAP,                     CERT | AUTH},                // 2.16, C.3
    {ike_auth,        response, Shape::eap_round,      EAP,                           0},
    {ike_auth,        response, Shape::eap_end,        AUTH | SA | TSi | TSr,         CP},
    {ike_auth,        request,  Shape::silent,         0,                             0},                          // RFC 4739 2.5
    {ike_auth,        response, Shape::silent,         0,                             0},                          // RFC 4739 2.1
    {ike_auth,        response, Shape::silent,         SA | TSi | TSr,                CP},                         // RFC 4739 2.4
    {create_child_sa, request,  Shape::new_child,      SA | Ni | TSi | TSr,           KE | CP},                    // 1.3.1, 1.3.3, C.4
    {create_child_sa, request,  Shape::rekey_ike,      SA | Ni | KE,                  0},                          // 1.3.2, C.5
    {create_child_sa, response, Shape::new_child,      SA | Nr | TSi | TSr,           KE | CP},
    {create_child_sa, response, Shape::rekey_ike,      SA | Nr | KE,                  0},
    {ike_intermediate, request,  Shape::next_key_exchange, KE,                        0},                          // RFC 9370 2.2.2
    {ike_intermediate, response, Shape::next_key_exchange, KE,                        0},
    {ike_intermediate, request,  Shape::notifies_alone,    0,                         0},                          // RFC 9867 3.1
    {ike_intermediate, response, Shape::notifies_alone,    0,                         0},
    {ike_followup_ke, request,  Shape::next_key_exchange, KE,                         0},                          // RFC 9370 2.2.4
    {ike_followup_ke, response, Shape::next_key_exchange, KE,                         0},
    {informational,   request,  Shape::informational,  0,                             D | CP},                     // 1.4, C.6
    {informational,   response, Shape::informational,  0,                             D | CP},
};
// clang-format on

Kinds kinds_of(const Payloads& payloads) {
    Kinds kinds = 0;
    const auto note = [&kinds](bool present, Kinds which) { kinds |= present ? which : 0; };
    note(payloads.sa.has_value(), SA);
    note(payloads.key_exchange.has_value(), KE);
    note(payloads.id_i.has_value(), IDi);
    note(payloads.id_r.has_value(), IDr);
    note(!payloads.certificates.empty(), CERT);
    note(!payloads.certificate_requests.empty(), CERTREQ);
    note(payloads.auth.has_value(), AUTH);
    note(payloads.nonce.has_value(), Ni);
    note(!payloads.deletes.empty(), D);
    note(payloads.ts_i.has_value(), TSi);
    note(payloads.ts_r.has_value(), TSr);
    note(payloads.configuration.has_value(), CP);
    note(payloads.eap.has_value(), EAP);
    return kinds;
}

std::string names_of(Kinds kinds) {
    std::string names;
    for (unsigned type = static_cast<unsigned>(PayloadType::sa); type <= static_cast<unsigned>(PayloadType::eap);
         ++type) {
        const auto payload = static_cast<PayloadType>(type);
        if ((kinds & kind(payload)) != 0) names += (names.empty() ? "" : ", ") + to_string(payload);
    }
    return names;
}

bool applies(const Rule& rule, const Header& header) {
    return rule.exchange == header.exchange && (rule.direction == response) == header.is_response;
}

bool fits(const Rule& rule, Kinds present) {
    return (rule.required & ~present) == 0 && (present & ~(rule.required | rule.optional)) == 0;
}

// RFC 7296 1.2, 2.6, 2.21: a responder that refuses says why and leaves out the rest, as does one that sends us to
// another gateway (RFC 5685 3) or does not take our ticket (RFC 5723 4.3.2). In a request an error notify excuses
// nothing: unrecognized ones are to be ignored there (3.10.1).
bool is_refusal(const Header& header, const Payloads& payloads) {
    if (!header.is_response) return false;
    const auto says = [&payloads](NotifyType type) { return payloads.find(type) != nullptr; };
    const bool is_elsewhere = says(NotifyType::cookie) || says(NotifyType::redirect) || says(NotifyType::ticket_nack);
    return payloads.error() != nullptr || (is_first_exchange(header.exchange) && is_elsewhere);
}

}  // namespace

base::Result<Shape> check_grammar(const Header& header, const Payloads& payloads) {
    const Kinds present = kinds_of(payloads);
    const Rule* usual = nullptr;
    Kinds ever_allowed = 0;
    for (const Rule& rule : kGrammar) {
        if (!applies(rule, header)) continue;
        if (fits(rule, present)) return rule.shape;
        if (usual == nullptr) usual = &rule;
        ever_allowed |= rule.required | rule.optional;
    }
    const std::string exchange(to_string(header.exchange));
    if (usual == nullptr) return base::fail(base::Reason::ExchangeTypeUnexpected, exchange);

    const Kinds forbidden = present & ~ever_allowed;
    if (forbidden != 0) return base::fail(base::Reason::PayloadUnexpected, names_of(forbidden) + " in " + exchange);
    if (is_refusal(header, payloads)) return Shape::refusal;
    const Kinds missing = usual->required & ~present;
    if (missing != 0) return base::fail(base::Reason::PayloadMissing, names_of(missing) + " in " + exchange);
    const Kinds unusual = present & ~(usual->required | usual->optional);
    return base::fail(base::Reason::PayloadUnexpected, names_of(unusual) + " in " + exchange);
}

}  // namespace xfrmd::ikev2::wire
