// Ways from a certificate to an anchor by names alone, one after the other: what is on them is checked later. Bounded,
// whatever certificates a peer has sent to make it long. Internal to ike/crypto.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "ike/crypto/certificate.h"
#include "ike/crypto/trust_store.h"

namespace xfrmd::crypto {

class PathSearch {
public:
    // All of them are borrowed. `length`: of a path, in certificates.
    PathSearch(std::span<const Certificate> offered, const TrustStore& trust, std::size_t length)
        : offered_(offered), trust_(trust), length_(length) {}

    // Calls `visit` with each path, from `end` to an anchor, until that returns true; those through our own
    // certificates first. False where none did. Certificates are at most once on a path (no cycles).
    template <typename Visit>
    bool run(const Certificate& end, Visit visit) {
        path_ = {end};
        return extend(visit);
    }

    // Of the certificate closest to an anchor for which no issuer is known; nullptr where there was a path.
    const Certificate* stuck_at() const { return stuck_ ? &*stuck_ : nullptr; }
    bool is_exhausted() const { return steps_ >= kMostSteps; }

private:
    static constexpr std::size_t kMostSteps = 256;

    template <typename Visit>
    bool extend(Visit& visit) {
        if (++steps_ >= kMostSteps) return false;
        const Candidates next = issuers();
        if (next.anchors.empty() && next.others.empty()) note_stuck();
        for (const Certificate& anchor : next.anchors) {
            found_ = true;
            if (with(anchor, [&] { return visit(path_); })) return true;
        }
        // There must be room for an anchor after it.
        if (path_.size() + 2 > length_) return false;
        for (const Certificate& other : next.others) {
            if (with(other, [&] { return extend(visit); })) return true;
        }
        return false;
    }

    template <typename Then>
    bool with(const Certificate& issuer, Then then) {
        path_.push_back(issuer);
        const bool done = then();
        path_.pop_back();
        return done;
    }

    struct Candidates {
        std::vector<Certificate> anchors;
        std::vector<Certificate> others;
    };
    Candidates issuers() const;
    bool may_have_issued(const Certificate& issuer) const;
    void note_stuck();

    std::span<const Certificate> offered_;
    const TrustStore& trust_;
    std::size_t length_;
    std::vector<Certificate> path_;
    std::size_t steps_ = 0;
    bool found_ = false;
    std::size_t deepest_ = 0;
    std::optional<Certificate> stuck_;
};

}  // namespace xfrmd::crypto
