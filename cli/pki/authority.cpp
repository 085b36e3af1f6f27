#include "cli/pki/authority.h"

#include <algorithm>
#include <filesystem>

#include "cli/pki/files.h"

namespace xfrmd::cli::pki {

namespace {

namespace fs = std::filesystem;
using crypto::Certificate;

std::string sibling_key(const std::string& certificate) {
    const fs::path path(certificate);
    return (path.parent_path() / ".." / "private" / path.filename()).lexically_normal().string();
}

tl::unexpected<Trouble> no_authority(const std::string& folder) {
    return trouble(kNoAuthority, "no CA with its key is in " + folder,
                   "make one with 'xfrmctl pki ca NAME', or name one with --ca");
}

// The only one in the folder with a key beside it.
Outcome<std::string> only_one_in(const std::string& folder) {
    std::error_code unknown;
    const std::string authorities = (fs::path(folder) / "x509ca").string();
    if (!fs::is_directory(authorities, unknown)) return no_authority(folder);
    auto files = files_of(authorities);
    if (!files) return tl::unexpected(files.error());
    std::erase_if(*files, [&](const std::string& file) { return !fs::exists(sibling_key(file), unknown); });
    if (files->empty()) return no_authority(folder);
    if (files->size() == 1) return files->front();
    std::string names;
    for (const std::string& file : *files) names += (names.empty() ? "" : ", ") + stem_of(file);
    return trouble(kUsage, "there are several CAs in " + folder + ": " + names, "say which with --ca NAME");
}

Outcome<crypto::PrivateKey> read_key(const AuthorityOrder& order, const std::string& path, base::Random& random) {
    const auto file = read_file(path, crypto::PrivateKey::kMostBytes);
    if (!file) {
        return trouble(file.error().kind, "the CA's key: " + file.error().message, "name its file with --ca-key");
    }
    std::optional<base::SecretBytes> passphrase;
    if (crypto::PrivateKey::is_encrypted(file->view())) {
        if (order.passphrase_file.empty()) {
            passphrase = order.ask("passphrase of " + path + ": ");
        } else {
            auto read = read_passphrase(order.passphrase_file);
            if (!read) return tl::unexpected(read.error());
            passphrase = *std::move(read);
        }
    }
    auto key = crypto::PrivateKey::load(file->view(), passphrase ? &*passphrase : nullptr, random);
    if (!key) return unusable(path, key.error(), "give its passphrase in a file with --ca-passphrase-file");
    return *std::move(key);
}

// Upwards by names; who signs in truth is judged when the certificate is.
std::vector<KnownCertificate> above(const KnownCertificate& own) {
    constexpr std::size_t kLongestWay = 8;
    const fs::path folder = fs::path(own.file).parent_path();
    std::vector<KnownCertificate> known;
    for (const std::string& file :
         files_of(folder.empty() ? "." : folder.string()).value_or(std::vector<std::string>())) {
        if (auto certificate = read_certificate(file)) known.push_back({file, *std::move(certificate)});
    }
    std::vector<KnownCertificate> way;
    Certificate last = own.certificate;
    while (!last.is_self_issued() && way.size() < kLongestWay) {
        const auto next = std::ranges::find_if(known, [&last](const KnownCertificate& one) {
            return one.certificate.is_ca() && one.certificate.subject() == last.issuer();
        });
        if (next == known.end()) break;
        way.push_back(*next);
        last = next->certificate;
    }
    return way;
}

}  // namespace

std::string place_of(const std::string& folder, std::string_view kind, const std::string& name) {
    const std::string_view ending = kind == "x509crl" ? ".crl" : ".pem";
    return (fs::path(folder) / kind / (name + std::string(ending))).lexically_normal().string();
}

std::string certificate_file(const std::string& folder, const std::string& authority) {
    const bool is_path = authority.find('/') != std::string::npos || authority.ends_with(".pem");
    return is_path ? authority : place_of(folder, "x509ca", authority);
}

Outcome<Certificate> read_certificate(const std::string& path) {
    const auto file = read_file(path);
    if (!file) return tl::unexpected(file.error());
    auto certificates = Certificate::load(file->view());
    if (!certificates) return unusable(path, certificates.error(), "'xfrmctl pki show' tells what a file holds");
    return std::move(certificates->front());
}

Outcome<Authority> find_authority(const AuthorityOrder& order, crypto::WallClock now, base::Random& random) {
    auto file = order.authority.empty() ? only_one_in(order.folder)
                                        : Outcome<std::string>(certificate_file(order.folder, order.authority));
    if (!file) return tl::unexpected(file.error());
    auto certificate = read_certificate(*file);
    if (!certificate) return tl::unexpected(certificate.error());
    const std::string named = "'" + certificate->to_string() + "'";
    if (!certificate->is_ca()) return trouble(kUnusable, named + " in " + *file + " is no CA", "name one with --ca");
    if (certificate->validity().not_after < now) {
        return trouble(kUnusable,
                       "CA " + named + " has expired on " + crypto::to_string(certificate->validity().not_after),
                       "make another one with 'xfrmctl pki ca'");
    }
    const std::string key_file = order.key_file.empty() ? sibling_key(*file) : order.key_file;
    auto key = read_key(order, key_file, random);
    if (!key) return tl::unexpected(key.error());
    if (!(key->public_key() == certificate->public_key()))
        return trouble(kUnusable, key_file + " is not the key of " + named, "name its file with --ca-key");
    KnownCertificate own{*file, *std::move(certificate)};
    auto way = above(own);
    return Authority{stem_of(*file), std::move(own), *std::move(key), std::move(way)};
}

}  // namespace xfrmd::cli::pki
