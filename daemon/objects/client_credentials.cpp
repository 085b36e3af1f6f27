#include "daemon/objects/client_credentials.h"

#include "daemon/config/ml_dsa_switch.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using base::Reason;
using crypto::Certificate;

constexpr std::size_t kMostBytes = 1 << 20;  // of a file

}  // namespace

base::Result<void> ClientCredentials::admit(const crypto::PublicKey& key) const {
    if (ml_dsa_ || !policy::is_ml_dsa(key.type())) return {};
    return base::fail(Reason::ConfigurationInvalid, ml_dsa_is_off(key.type()));
}

// Neither PEM nor DER begins as an absolute path does.
base::Result<Certificate> ClientCredentials::read(std::string_view octets) {
    std::string text;
    if (octets.starts_with('/')) {
        auto file = files_.read(std::string(octets), kMostBytes);
        if (!file) return tl::unexpected(file.error());
        text = std::move(file->text);
        octets = text;
    }
    auto all = Certificate::load(base::as_bytes(octets));
    if (!all) return tl::unexpected(all.error());
    if (const auto admitted = admit(all->front().public_key()); !admitted) return tl::unexpected(admitted.error());
    return std::move(all->front());
}

base::Result<Certificate> ClientCredentials::read_ca(std::string_view octets) {
    auto authority = read(octets);
    if (authority && !authority->is_ca()) {
        return base::fail(Reason::ConfigurationInvalid, "'" + authority->to_string() + "' is no CA certificate");
    }
    return authority;
}

base::Result<Certificate> ClientCredentials::certificate(std::string_view octets) {
    auto certificate = read(octets);
    if (certificate) parts_.certificates.push_back(*certificate);
    return certificate;
}

base::Result<Certificate> ClientCredentials::authority(std::string_view octets) {
    auto authority = read_ca(octets);
    if (authority) parts_.named.push_back(*authority);
    return authority;
}

base::Result<Certificate> ClientCredentials::common_authority(std::string_view octets) { return read_ca(octets); }

base::Result<crypto::PublicKey> ClientCredentials::public_key(std::string_view octets) {
    auto key = crypto::PublicKey::load(base::as_bytes(octets));
    if (!key) return key;
    if (const auto admitted = admit(*key); !admitted) return tl::unexpected(admitted.error());
    parts_.public_keys.push_back(*key);
    return key;
}

base::Result<Certificate> ClientCredentials::certificate(const TokenObject& /*object*/) {
    return base::fail(Reason::ConfigurationInvalid, "what is in tokens is read from swanctl.conf only");
}

base::Result<Certificate> ClientCredentials::authority(const TokenObject& object) { return certificate(object); }

base::Result<Certificate> ClientCredentials::common_authority(const TokenObject& object) { return certificate(object); }

}  // namespace xfrmd::daemon
