#include "ike/crypto/trust_store.h"

#include <algorithm>
#include <map>
#include <set>

#include "ike/crypto/certificate_data.h"

namespace xfrmd::crypto {

struct TrustStore::Impl {
    std::vector<Certificate> authorities;
    std::vector<Certificate> pinned;
    std::map<base::Bytes, std::vector<Certificate>> by_name;
    std::set<Sha256> authority_fingerprints;
    std::set<Sha256> pinned_fingerprints;
    Sha256 digest{};
};

namespace {

// Whatever the order in which they were read.
Sha256 digest_of(const std::vector<Certificate>& authorities, const std::vector<Certificate>& pinned) {
    std::set<Sha256> anchors;
    std::set<Sha256> ends;
    for (const Certificate& certificate : authorities) anchors.insert(certificate.fingerprint());
    for (const Certificate& certificate : pinned) ends.insert(certificate.fingerprint());
    base::Bytes all;
    for (const Sha256& fingerprint : anchors) base::append(all, fingerprint);
    all.push_back(0);
    for (const Sha256& fingerprint : ends) base::append(all, fingerprint);
    return sha256(all);
}

}  // namespace

TrustStore::TrustStore() : impl_(std::make_shared<const Impl>()) {}

base::Result<TrustStore> TrustStore::make(std::vector<Certificate> authorities, std::vector<Certificate> pinned) {
    auto impl = std::make_shared<Impl>();
    for (const Certificate& authority : authorities) {
        if (!authority.is_ca()) {
            return base::fail(base::Reason::ConfigurationInvalid,
                              "certificate '" + authority.to_string() + "' is no CA");
        }
        if (impl->authority_fingerprints.insert(authority.fingerprint()).second) {
            impl->by_name[CertificateAccess::subject_key(authority)].push_back(authority);
        }
    }
    for (const Certificate& certificate : pinned) impl->pinned_fingerprints.insert(certificate.fingerprint());
    impl->digest = digest_of(authorities, pinned);
    impl->authorities = std::move(authorities);
    impl->pinned = std::move(pinned);
    return TrustStore(std::move(impl));
}

const std::vector<Certificate>& TrustStore::authorities() const { return impl_->authorities; }
const std::vector<Certificate>& TrustStore::pinned() const { return impl_->pinned; }
const Sha256& TrustStore::digest() const { return impl_->digest; }

bool TrustStore::is_anchor(const Certificate& certificate) const {
    return CertificateAccess::x509(certificate).is_self_signed() && is_authority(certificate);
}

bool TrustStore::is_authority(const Certificate& certificate) const {
    return impl_->authority_fingerprints.contains(certificate.fingerprint());
}

bool TrustStore::is_pinned(const Certificate& certificate) const {
    return impl_->pinned_fingerprints.contains(certificate.fingerprint());
}

std::span<const Certificate> TrustStore::named(const base::Bytes& key) const {
    const auto found = impl_->by_name.find(key);
    if (found == impl_->by_name.end()) return {};
    return found->second;
}

}  // namespace xfrmd::crypto
