// Whether a first request is worth an IKE SA (RFC 7296 2.6; RFC 8019 4.2): what peers have half-open, what each source
// may spend on attempts that lead to nothing, and the cookies that show that it hears us. Nothing is kept for a peer
// that is not let in.
#pragma once

#include "ike/half_open.h"
#include "ike/ikev2/sa/cookie.h"
#include "ike/ikev2/sa/options.h"
#include "ike/known_sources.h"
#include "ike/source_budgets.h"

namespace xfrmd::ike {

class Admission {
public:
    // `options` outlive it.
    explicit Admission(const ikev2::sa::Options& options) : options_(options), budgets_(options.attempts_per_address) {}

    HalfOpenTable& half_open() { return half_open_; }
    const HalfOpenTable& half_open() const { return half_open_; }
    ikev2::sa::CookieJar& cookies() { return cookies_; }

    // Once there are many of them; and before an address or network has all it may, so that nobody can use that up for
    // it.
    bool wants_cookie(const base::Address& remote, base::Instant now);
    // Takes from the source's budget. HalfOpenTableFull or RateLimited.
    base::Result<void> admit(const base::Address& remote, base::Instant now);
    // Of an IKE SA that was begun now.
    base::Duration half_open_life() const;
    // The peer has been authenticated. Where it sent the first request, that has cost nothing.
    void authenticated(const HalfOpenTable::FirstRequest& request, const base::Address& remote);
    // Who need not prove anything (RFC 7619): that has cost what any attempt costs, and nobody is known there.
    void admitted_unknown(const HalfOpenTable::FirstRequest& request);
    // Some peer has been, there.
    bool knows(const base::Address& remote) const { return known_.has(remote); }

private:
    const ikev2::sa::Options& options_;
    HalfOpenTable half_open_;
    SourceBudgets budgets_;
    KnownSources known_;
    ikev2::sa::CookieJar cookies_;
};

}  // namespace xfrmd::ike
