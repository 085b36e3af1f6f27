// Rekeying a child SA (RFC 7296 1.3.3, 2.8, 2.8.1): CREATE_CHILD_SA with N(REKEY_SA), another child in the place of
// one, and what becomes of both where two rekeyings cross. Who began deletes the old child; the other one sends on the
// old child until then.
#pragma once

#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/crossing.h"

namespace xfrmd::ikev2::exchange {

// --- Initiator of the exchange ---

// Nothing is sent for a child that is not installed any more.
void start_rekey_child(sa::Step& step, sa::Established& phase, const sa::RekeyChildTask& task);
wire::Notify rekey_sa(const sa::ChildSpi& spi_in);
// The new child was granted: whose place it takes, and whether it is the redundant one of two (RFC 7296 2.8.1).
void take_place(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating, base::ByteView nonce_r,
                NegotiatedChild& child);
// Which of two rekeyings that crossed stays (RFC 7296 2.8.1), by the answer to ours; nothing where none crossed it.
std::optional<Winner> winner_of(const sa::Established& phase, const sa::CreatingChild& creating,
                                base::ByteView nonce_r);
// The peer's stays, and ours has key exchanges to come (RFC 9370 2.2.4).
void stop_rekeying(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating);
// Ours stays: the peer will not go on with its key exchanges.
void outdo_rival(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating);
// It was not granted, and has been withdrawn. Nothing is amiss where the peer has rekeyed the old one meanwhile (RFC
// 7296 2.8.1); where it does not know it, another is negotiated (2.25); else we come back.
void on_rekeying_failed(sa::Step& step, sa::Established& phase, const sa::CreatingChild& creating,
                        const base::Error& error);

// --- Responder ---

// Errors: check_lasts's, TemporaryFailure where the child is going (RFC 7296 2.25), NoAdditionalSas, accept_child's. A
// child that is not there is CHILD_SA_NOT_FOUND.
sa::Next on_rekey_child_request(sa::Step& step, sa::Established& phase, const sa::Message& request);
// Where we are rekeying the child that this one replaces: RFC 7296 2.8.1 decides when our answer comes. `child` is none
// while key exchanges are to come.
void remember_rival(sa::Established& phase, ike::ChildSaId replaces, ike::ChildSaId child,
                    const base::Bytes& lowest_nonce);
// Before it is made: is the old child still there to be replaced? Error: TemporaryFailure.
base::Result<void> check_still_there(const sa::Established& phase, const sa::NegotiatedChild& child);

}  // namespace xfrmd::ikev2::exchange
