#include "cli/pki/verify.h"

#include <memory>
#include <span>
#include <utility>

#include "cli/pki/files.h"
#include "ike/crypto/chain.h"
#include "ike/crypto/credentials.h"

namespace xfrmd::cli::pki {

namespace {

using crypto::Certificate;
using crypto::Credentials;
using crypto::Standing;

constexpr const char* kLook = "'xfrmctl pki show' tells what a file holds";

tl::unexpected<Trouble> refused(const base::Error& error) {
    return trouble("pki." + std::string(base::name(error.reason)), error.sentence(), "");
}

Outcome<std::vector<Certificate>> certificates_in(const std::string& path) {
    const auto files = files_of(path);
    if (!files) return tl::unexpected(files.error());
    std::vector<Certificate> all;
    for (const std::string& file : *files) {
        const auto bytes = read_file(file);
        if (!bytes) return tl::unexpected(bytes.error());
        const auto read = Certificate::load(bytes->view());
        if (!read) return unusable(file, read.error(), kLook);
        all.insert(all.end(), read->begin(), read->end());
    }
    return all;
}

Outcome<std::vector<Certificate>> certificates_in(const std::vector<std::string>& paths) {
    std::vector<Certificate> all;
    for (const std::string& path : paths) {
        const auto some = certificates_in(path);
        if (!some) return some;
        all.insert(all.end(), some->begin(), some->end());
    }
    return all;
}

// By whichever CA has signed it.
Outcome<crypto::Crl> read_list(const std::string& file, const std::vector<Certificate>& authorities) {
    const auto bytes = read_file(file, crypto::Crl::kMostBytes);
    if (!bytes) return tl::unexpected(bytes.error());
    std::string last = "there are none";
    for (const Certificate& authority : authorities) {
        auto list = crypto::Crl::read(bytes->view(), authority);
        if (list) return *std::move(list);
        last = list.error().detail;
    }
    return trouble(kUnusable, file + " is no list that one of the CAs has signed; of the last of them: " + last, kLook);
}

Outcome<std::vector<crypto::Crl>> lists_in(const std::vector<std::string>& paths,
                                           const std::vector<Certificate>& authorities) {
    std::vector<crypto::Crl> lists;
    for (const std::string& path : paths) {
        const auto files = files_of(path);
        if (!files) return tl::unexpected(files.error());
        for (const std::string& file : *files) {
            auto list = read_list(file, authorities);
            if (!list) return tl::unexpected(list.error());
            lists.push_back(*std::move(list));
        }
    }
    return lists;
}

using Known = std::shared_ptr<const Credentials>;

Outcome<Known> credentials_of(const VerifyOrder& order) {
    auto authorities = certificates_in(order.authorities);
    if (!authorities) return tl::unexpected(authorities.error());
    auto lists = lists_in(order.lists, *authorities);
    if (!lists) return tl::unexpected(lists.error());
    Credentials::Parts parts;
    parts.authorities = *std::move(authorities);
    parts.lists = *std::move(lists);
    const auto known = Credentials::make(std::move(parts), {policy::AuthRound{}});
    if (!known) return trouble(kUnusable, "--ca: " + known.error().detail, kLook);
    return *known;
}

Outcome<void> check_identity(const Certificate& end, const std::string& text) {
    if (text.empty()) return {};
    const auto identity = policy::Identity::parse(text);
    if (!identity) return trouble(kUsage, "--name: " + identity.error().detail, "");
    if (end.names(*identity)) return {};
    std::string names = "'" + end.subject().to_string() + "'";
    for (const policy::Identity& name : end.alternative_names()) names += ", " + name.to_string();
    return trouble("pki.name_differs", "certificate '" + end.to_string() + "' does not name '" + text + "'",
                   "it names " + names);
}

// As a connection judges it (`revocation`).
Outcome<std::string> standing_of(const VerifyOrder& order, const Credentials& known, const Certificate& subject,
                                 const Certificate& issuer, crypto::WallClock now) {
    const crypto::Judgement judgement = known.judge(subject, issuer, now);
    if (judgement.standing == Standing::good) return std::string("good");
    const std::string detail = "'" + subject.to_string() + "' " + judgement.detail;
    if (judgement.standing == Standing::revoked) return refused({base::Reason::CertificateRevoked, detail, {}});
    const bool says_where = !subject.crl_uris().empty() || !subject.ocsp_uris().empty();
    if (policy::accepts_unknown(order.revocation, says_where)) return "not known: " + judgement.detail;
    return refused({base::Reason::RevocationUnknown, detail, {}});
}

}  // namespace

Outcome<Verified> verify(const VerifyOrder& order, crypto::WallClock now) {
    const auto own = certificates_in(order.certificate);
    if (!own) return tl::unexpected(own.error());
    if (own->empty()) return trouble(kUnusable, "no certificate is in " + order.certificate, kLook);
    auto others = certificates_in(order.others);
    if (!others) return tl::unexpected(others.error());
    others->insert(others->begin(), own->begin() + 1, own->end());
    const auto known = credentials_of(order);
    if (!known) return tl::unexpected(known.error());
    const Certificate& end = own->front();
    if (const auto named = check_identity(end, order.identity); !named) return tl::unexpected(named.error());
    const auto path = crypto::validate(end, *others, (*known)->trust({}), now, {}, nullptr);
    if (!path) return refused(path.error());
    Verified verified{path->certificates, path->validity, {}};
    for (std::size_t i = 0; i + 1 < path->certificates.size(); ++i) {
        auto standing = standing_of(order, **known, path->certificates[i], path->certificates[i + 1], now);
        if (!standing) return tl::unexpected(standing.error());
        verified.standing.push_back(*std::move(standing));
    }
    return verified;
}

}  // namespace xfrmd::cli::pki
