#include <algorithm>
#include <iterator>
#include <utility>

#include "ike/ikev2/exchange/auth_rounds.h"
#include "ike/ikev2/exchange/certificates.h"
#include "ike/ikev2/exchange/first_exchange.h"
#include "ike/ikev2/exchange/ike_intermediate.h"
#include "ike/ikev2/exchange/ike_sa_init.h"
#include "ike/ikev2/exchange/keying.h"
#include "ike/ikev2/exchange/offers.h"
#include "ike/ikev2/exchange/ppk.h"
#include "ike/ikev2/exchange/protect.h"
#include "ike/ikev2/exchange/signature_auth.h"

namespace xfrmd::ikev2::exchange {

namespace {

using base::Reason;

struct Choice {
    const policy::Connection* connection;
    policy::ChosenProposal chosen;
};

// Which connection it will be is known only with the identities (IKE_AUTH); until then any that the addresses allow may
// give the proposals, the best fitting one first.
base::Result<Choice> choose(const sa::Step& step, const wire::Payloads& request) {
    auto proposals = offered(*request.sa, policy::ProtocolId::ike, 0);
    if (!supports_intermediate(request)) skip_additional(proposals);
    base::Error first_error{
        Reason::NoPeerConfiguration,
        "none for " + step.sa.local.address.to_string() + " with " + step.sa.remote.address.to_string(),
        {}};
    bool any = false;
    for (const policy::Connection* connection :
         step.sa.configuration->candidates_by_proposals(step.sa.local.address, step.sa.remote.address)) {
        auto chosen = policy::choose(connection->proposals, proposals);
        if (chosen) return Choice{connection, std::move(*chosen)};
        if (!std::exchange(any, true)) first_error = chosen.error();
    }
    return tl::unexpected(first_error);
}

// Who the peer is is not known yet: it is asked for what any connection may want of it.
std::vector<const policy::Connection*> who_may_ask(const sa::Sa& sa) {
    if (sa.configuration->credentials() == nullptr) return {};
    return sa.configuration->first_signed();
}

// HDR, SAr1, KEr, Nr, N(NAT_DETECTION_*), [V], N(SIGNATURE_HASH_ALGORITHMS), N(MULTIPLE_AUTH_SUPPORTED), [N(USE_PPK)]
// or [N(USE_PPK_INT)], [CERTREQ] (RFC 7296 1.2, RFC 7427 4, RFC 4739 2.1, RFC 8784 3, RFC 9867 3.1)
base::Bytes make_response(const sa::Step& step, const policy::ChosenProposal& chosen, wire::KeyExchangePayload value,
                          const base::Bytes& nonce, sa::PpkUse ppk) {
    std::vector<wire::Payload> payloads{answer(chosen, {}), std::move(value), wire::Nonce{nonce}};
    const bool goes_intermediate = chosen.proposal.has_additional_key_exchange() || ppk == sa::PpkUse::ike_intermediate;
    if (goes_intermediate) payloads.emplace_back(intermediate_supported());
    append_announcements(step, payloads);
    payloads.emplace_back(hash_algorithms());
    payloads.emplace_back(rounds_supported());
    append_ppk_answer(ppk, payloads);
    std::ranges::move(certificate_request(step.sa, who_may_ask(step.sa)), std::back_inserter(payloads));
    return wire::encode(response_header(step.sa, wire::ExchangeType::ike_sa_init, wire::MessageId{0}), payloads);
}

}  // namespace

sa::Next on_ike_sa_init_request(sa::Step& step, sa::Created&, const sa::Message& request) {
    const wire::Payloads& payloads = request.payloads;
    auto choice = choose(step, payloads);
    if (!choice) return tl::unexpected(choice.error());
    const auto suite = crypto::IkeSuite::of(choice->chosen.proposal);
    if (!suite) return tl::unexpected(suite.error());
    if (payloads.key_exchange->method != suite->key_exchange) return tl::unexpected(wants_method(suite->key_exchange));
    auto exchanged = crypto::answer_key_exchange(suite->key_exchange, payloads.key_exchange->data, step.random);
    if (!exchanged) return tl::unexpected(exchanged.error());

    sa::Sa& sa = step.sa;
    sa.connection = choice->connection;
    take_request(sa, payloads);
    base::Bytes nonce = step.random.bytes(kNonceSize);
    const sa::PpkUse ppk = answer_ppk(sa, payloads);
    base::Bytes response =
        make_response(step, choice->chosen, {suite->key_exchange, exchanged->public_value}, nonce, ppk);
    sa::Keyed keyed =
        derive_keyed(sa, *suite, std::move(choice->chosen.proposal), payloads.nonce->data, nonce, exchanged->secret);
    send_first_response(step, response);
    step.report(ike::Level::debug, "answered IKE_SA_INIT of " + sa.remote.to_string());
    sa::Transcript transcript{std::move(response),
                              base::to_bytes(request.bytes),
                              std::move(nonce),
                              payloads.nonce->data,
                              {},
                              hashes_in(payloads),
                              ppk};
    if (intermediate_exchanges(keyed, transcript) == 0)
        return sa::Phase(sa::HalfOpen{std::move(keyed), std::move(transcript)});
    return sa::Phase(sa::IntermediateAwaited{std::move(keyed), std::move(transcript)});
}

}  // namespace xfrmd::ikev2::exchange
