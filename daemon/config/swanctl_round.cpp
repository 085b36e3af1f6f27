#include "daemon/config/swanctl_round.h"

#include "ike/base/bytes.h"
#include "ike/policy/asn1_name.h"

namespace xfrmd::daemon {

namespace {

using crypto::Certificate;

constexpr std::size_t kLongestShown = 256;  // of a name, which a client may have sent as octets

// An empty subject says nothing (RFC 5280 4.1.2.6).
policy::Identity name_of(const Certificate& certificate) {
    const auto subject = policy::read_name(certificate.subject().data);
    const bool has_subject = subject && !subject->empty();
    const auto& others = certificate.alternative_names();
    return has_subject || others.empty() ? certificate.subject() : others.front();
}

class RoundReader {
public:
    RoundReader(const RoundPlace& place, NamedCredentials& credentials, ErrorList& errors)
        : place_(place), credentials_(credentials), errors_(errors) {}

    void read(policy::AuthRound& round, const RoundFiles& files) {
        for (const std::string& file : files.certs) {
            add_certificate(round, known(credentials_.certificate(file), "certs", file));
        }
        for (const TokenObject& object : files.token_certs) {
            add_certificate(round, known(credentials_.certificate(object), "cert", base::to_hex(object.handle)));
        }
        for (const std::string& file : files.cacerts) {
            add_authority(round, known(credentials_.authority(file), "cacerts", file));
        }
        for (const TokenObject& object : files.token_cacerts) {
            add_authority(round, known(credentials_.authority(object), "cacert", base::to_hex(object.handle)));
        }
        for (const std::string& file : files.pubkeys) {
            const auto key = known(credentials_.public_key(file), "pubkeys", file);
            if (!key) continue;
            const bool names_it = !place_.has_id && round.certificates.empty() && round.public_keys.empty();
            if (names_it) round.id = {policy::IdentityType::key_id, base::to_bytes(key->key_id())};
            round.public_keys.push_back(crypto::sha256(key->subject_public_key_info()));
        }
        if (!place_.is_ours && !round.certificates.empty() && !round.authorities.empty()) {
            errors_.add(place_.at, place_.path + ": certs and cacerts do not go together: certs need no CA");
        }
    }

private:
    template <typename T>
    std::optional<T> known(base::Result<T> read, std::string_view setting, const std::string& file) {
        if (read) return std::move(*read);
        const base::Error& error = read.error();
        errors_.add(place_.at, place_.path + "." + std::string(setting) + ": " + base::printable(file, kLongestShown) +
                                   ": " + (error.detail.empty() ? error.sentence() : error.detail));
        return std::nullopt;
    }

    void add_certificate(policy::AuthRound& round, const std::optional<Certificate>& certificate) {
        if (!certificate) return;
        if (round.certificates.empty()) complete_identity(round, *certificate);
        round.certificates.push_back(certificate->fingerprint());
    }

    void add_authority(policy::AuthRound& round, const std::optional<Certificate>& authority) {
        if (authority) round.authorities.push_back(authority->fingerprint());
    }

    void complete_identity(policy::AuthRound& round, const Certificate& certificate) {
        if (!place_.has_id) {
            round.id = name_of(certificate);
        } else if (place_.is_ours && !round.id.is_any() && !certificate.names(round.id)) {
            errors_.warn(place_.at, place_.path + ".id: certificate '" + certificate.to_string() + "' does not name " +
                                        round.id.to_string() + "; its subject is used instead");
            round.id = name_of(certificate);
        }
    }

    const RoundPlace& place_;
    NamedCredentials& credentials_;
    ErrorList& errors_;
};

}  // namespace

void read_round_files(policy::AuthRound& round, const RoundFiles& files, const RoundPlace& place,
                      NamedCredentials& credentials, ErrorList& errors) {
    RoundReader(place, credentials, errors).read(round, files);
}

void finish_null_round(policy::AuthRound& round, const RoundFiles& files, const RoundPlace& place, ErrorList& errors) {
    const bool names_keys = !files.certs.empty() || !files.cacerts.empty() || !files.pubkeys.empty() ||
                            !files.token_certs.empty() || !files.token_cacerts.empty();
    const bool wants_more =
        !round.policies.empty() || round.authority_id.has_value() || round.revocation != policy::Revocation::relaxed;
    if (names_keys || wants_more || place.has_id) {
        errors.add(place.at, place.path +
                                 ": with auth = null there is no id, certs, cacerts, pubkeys, ca_id, "
                                 "cert_policy or revocation");
    }
    round.id = policy::Identity::null();
}

}  // namespace xfrmd::daemon
