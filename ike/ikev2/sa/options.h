// The knobs of an engine that are not a connection's: ports, limits against floods, schedules. Defaults are what ships.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/instant.h"
#include "ike/base/secret_bytes.h"
#include "ike/ikev2/sa/window.h"

namespace xfrmd::ikev2::sa {

struct Options {
    std::uint8_t shard = 0;  // stands in the top byte of our IKE SPIs, so that a packet finds its engine
    unsigned shards = 1;     // engines that share our addresses, 1..256: each has its part of the CPIs
    std::uint16_t port = 500;
    std::uint16_t nat_port = 4500;  // messages on it carry the non-ESP marker (RFC 3948 2.2)
    RetransmitSchedule retransmit;
    base::Duration half_open_life = std::chrono::seconds(30);
    base::Duration half_open_life_under_load = std::chrono::seconds(10);  // RFC 8019 4.1
    base::Duration retirement = std::chrono::seconds(5);                  // of a child that another one has replaced
    // Of an IKE SA that the peer has rekeyed and should delete: longer than it may ask again, because our answer was
    // lost.
    base::Duration predecessor_life = std::chrono::minutes(3);
    // Of one whose peer has begun another one from the same address: it may be authenticating again, and needs both.
    base::Duration replaced_life = std::chrono::seconds(10);
    base::Duration reassembly_life = std::chrono::minutes(3);  // RFC 7383 2.6: as long as an initiator would ask
    base::Duration follow_up_patience =
        std::chrono::seconds(20);                               // for the peer's next IKE_FOLLOWUP_KE (RFC 9370 2.2.4)
    base::Duration rekey_retry = std::chrono::seconds(15);      // after a refusal; half as much again at random
    base::Duration kernel_patience = std::chrono::seconds(10);  // for its word on what children have carried
    base::Duration nat_keepalive = std::chrono::seconds(20);
    base::Duration follow_pause = std::chrono::seconds(1);  // between two places of a peer that the kernel tells
    std::size_t fragment_size = 1280;     // of the IP packets that a message is cut into (RFC 7383 2.5.1), 576 or more
    std::size_t cookie_threshold = 1000;  // half-open IKE SAs from which on a cookie is asked for; 0: always
    std::size_t cookie_threshold_per_address = 3;  // the same of one IPv4 address or IPv6 /64
    std::size_t half_open_per_address = 8;         // per IPv4 address or IPv6 /64; more are dropped
    std::size_t half_open_per_network = 64;        // per IPv4 /24 or IPv6 /48; more are dropped
    std::size_t most_half_open = 10'000;           // more are dropped; from a tenth on it is under load
    unsigned attempts_per_address = 20;            // a second, that lead to nothing; 0: no limit
    bool explain_drops = true;                     // a Report for each; else they are counted only
    std::size_t most_ike_sas = 1'000'000;
    std::size_t most_children = 64;  // of one IKE SA (NO_ADDITIONAL_SAS beyond, RFC 7296 1.3)
    std::uint32_t cpus = 0;          // that children may be bound to (RFC 9611), numbered from 0; 0: none can be
    std::size_t most_tasks = 256;    // waiting in one IKE SA
    unsigned most_restarts = 8;      // of IKE_SA_INIT by COOKIE and INVALID_KE_PAYLOAD
    // RFC 5723: tickets that we give are good no longer than this, and the keys that seal them change as often. Beyond
    // these numbers old tickets are refused, and new ones not kept.
    base::Duration ticket_life = std::chrono::hours(24);
    std::size_t most_revoked_tickets = 100'000;
    std::size_t most_held_tickets = 100'000;
    // RFC 5685: as initiator, whether we go where a gateway sends us, and how often in which time (7); as responder,
    // how long a peer that we have sent elsewhere has for that (5).
    bool follow_redirects = true;
    unsigned most_redirects = 5;
    base::Duration redirect_period = std::chrono::seconds(300);
    base::Duration redirect_patience = std::chrono::seconds(30);
    // RFC 8598: as initiator, DNS servers can be for single domains.
    bool splits_dns = false;
    // RFC 6290: what tokens are made of, of 32 octets. It outlives the engine, and is the same for all that share our
    // addresses; a restarted daemon has to know it, and nobody else. nullptr: none are made.
    const base::SecretBytes* token_secret = nullptr;
    std::vector<base::Address> own_addresses = {};  // of this host, the best first; ike::OwnAddresses changes them
};

}  // namespace xfrmd::ikev2::sa
