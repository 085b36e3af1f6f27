// What the operator trusts when peers show certificates. Immutable and cheap to copy.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "ike/base/result.h"
#include "ike/crypto/certificate.h"

namespace xfrmd::crypto {

class TrustStore {
public:
    // `authorities`: CA certificates. Those that are self-signed are anchors, the others help on the way to one.
    // `pinned`: end certificates that are trusted as they are, without any CA.
    // Error: ConfigurationInvalid, where an authority is no CA.
    static base::Result<TrustStore> make(std::vector<Certificate> authorities, std::vector<Certificate> pinned);
    TrustStore();  // trusts nobody

    const std::vector<Certificate>& authorities() const;
    const std::vector<Certificate>& pinned() const;
    // Is this very certificate one of authorities(), and self-signed?
    bool is_anchor(const Certificate& certificate) const;
    bool is_authority(const Certificate& certificate) const;
    bool is_pinned(const Certificate& certificate) const;
    // The authorities of that name, as name_key() has it.
    std::span<const Certificate> named(const base::Bytes& key) const;
    // Of all that is in it: the same content is the same store to PathCache.
    const Sha256& digest() const;

private:
    struct Impl;
    explicit TrustStore(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
    std::shared_ptr<const Impl> impl_;
};

}  // namespace xfrmd::crypto
