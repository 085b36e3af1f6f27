#include "cli/pki/issue.h"

#include <algorithm>
#include <filesystem>

#include "cli/pki/files.h"
#include "cli/pki/folder_lock.h"
#include "cli/pki/judge.h"
#include "cli/pki/key_pair.h"
#include "cli/pki/new_files.h"
#include "cli/pki/pem_text.h"

namespace xfrmd::cli::pki {

namespace {

using base::SecretBytes;
using crypto::Certificate;
using policy::Identity;
using policy::IdentityType;

// As others' clocks may be behind.
constexpr std::chrono::minutes kBefore{5};

tl::unexpected<Trouble> wrong(std::string message, std::string hint) {
    return trouble(kUsage, std::move(message), std::move(hint));
}

Outcome<void> check_name(const std::string& name) {
    constexpr std::size_t kLongest = 64;  // RFC 5280 A.1: of a commonName
    const bool good = !name.empty() && name.size() <= kLongest && name.front() != '.' && name.front() != '-' &&
                      std::ranges::all_of(name, [](char c) {
                          return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                 std::string_view("._-@+").find(c) != std::string_view::npos;
                      });
    if (good) return {};
    return wrong("'" + name + "' cannot be the name of a file here",
                 "take letters, digits, '.', '_', '-', '@' and '+', and give other names with --subject and --san");
}

Outcome<Identity> subject_of(const IssueOrder& order) {
    const std::string text = order.subject.empty() ? "CN=" + order.name : order.subject;
    auto subject = Identity::parse("asn1dn:" + text);
    if (!subject) return wrong("--subject: '" + text + "' is no name", "write it as 'C=CH, O=Example, CN=moon'");
    if (!subject->is_exact()) return wrong("--subject: '" + text + "' has a wildcard", "name one subject");
    return *std::move(subject);
}

bool is_ascii(const base::Bytes& text) {
    return !text.empty() && std::ranges::all_of(text, [](std::uint8_t c) { return c > 0x20 && c < 0x7f; });
}

// RFC 4945 3.1: what peers can say that they are.
Outcome<Identity> alternative_name(const std::string& text) {
    auto name = Identity::parse(text);
    if (!name) return wrong("--san: " + name.error().detail, "");
    switch (name->type) {
        case IdentityType::fqdn:
        case IdentityType::rfc822_address:
            if (name->is_exact() && is_ascii(name->data)) return *std::move(name);
            break;
        case IdentityType::ipv4_address:
        case IdentityType::ipv6_address:
        case IdentityType::der_asn1_dn:
            if (name->is_exact()) return *std::move(name);
            break;
        default:
            break;
    }
    return wrong("--san: '" + text + "' is no name of one peer",
                 "give a host's name, an IP address, a mail address or a distinguished name, without wildcards");
}

Outcome<std::vector<Identity>> alternative_names_of(const IssueOrder& order) {
    std::vector<Identity> names;
    if (order.role == Role::authority) return names;
    for (const std::string& text : order.names.empty() ? std::vector<std::string>{order.name} : order.names) {
        auto name = alternative_name(text);
        if (!name) return tl::unexpected(name.error());
        if (std::ranges::find(names, *name) == names.end()) names.push_back(*std::move(name));
    }
    if (names.size() > Certificate::kMostNames) return wrong("these are too many names", "");
    return names;
}

Outcome<void> check_uris(const std::vector<std::string>& uris) {
    for (const std::string& uri : uris) {
        const bool good = uri.find("://") != std::string::npos && is_ascii(base::to_bytes(base::as_bytes(uri)));
        if (!good) return wrong("'" + uri + "' is no URI", "write it as 'http://pki.example.org/root.crl'");
    }
    return {};
}

Outcome<Contents> contents_of(const IssueOrder& order, crypto::WallClock now) {
    if (const auto good = check_name(order.name); !good) return tl::unexpected(good.error());
    auto subject = subject_of(order);
    if (!subject) return tl::unexpected(subject.error());
    auto names = alternative_names_of(order);
    if (!names) return tl::unexpected(names.error());
    for (const auto* uris : {&order.crl_uris, &order.ocsp_uris}) {
        if (const auto good = check_uris(*uris); !good) return tl::unexpected(good.error());
    }
    return Contents{order.role,     *std::move(subject), *std::move(names), {now - kBefore, now + order.days},
                    order.crl_uris, order.ocsp_uris};
}

// Once its CA has expired it would be worth nothing (RFC 5280 6.1).
bool cut_to(crypto::Validity& validity, const std::optional<Authority>& authority) {
    if (!authority) return false;
    const crypto::WallClock end = authority->own.certificate.validity().not_after;
    if (validity.not_after <= end) return false;
    validity.not_after = end;
    return true;
}

NewFile certificate_as(std::string path, const Certificate& certificate) {
    return {std::move(path), SecretBytes(base::as_bytes(pem_text("CERTIFICATE", certificate.der()))), false};
}

// Whoever asks for a new end does not ask for its CAs to lose their places, also with --force: another CA may have a
// file of the same name there.
Outcome<void> add_authority(const IssueOrder& order, const KnownCertificate& one, std::vector<NewFile>& files) {
    std::string path = place_of(order.folder, "x509ca", stem_of(one.file));
    if (std::ranges::find(files, path, &NewFile::path) != files.end())
        return trouble(kExists, path + " would be the file of two CAs", "rename the file of one of them");
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown)) {
        const auto there = read_certificate(path);
        if (there && *there == one.certificate) return {};
        if (!there || !(there->public_key() == one.certificate.public_key())) {
            return trouble(kExists, path + " is there already, and not of CA '" + one.certificate.to_string() + "'",
                           "name another folder with --out");
        }
    }
    files.push_back(certificate_as(std::move(path), one.certificate));
    return {};
}

// An end needs the CAs above it where its own files are, unless they are there.
Outcome<void> add_authorities(const IssueOrder& order, const Authority& authority, std::vector<NewFile>& files) {
    if (auto added = add_authority(order, authority.own, files); !added) return added;
    for (const KnownCertificate& one : authority.above) {
        if (auto added = add_authority(order, one, files); !added) return added;
    }
    return {};
}

// There is one folder for all keys: another certificate of this name there would lose its own, also with --force.
Outcome<void> check_twin(const IssueOrder& order) {
    std::error_code unknown;
    const std::string key = place_of(order.folder, "private", order.name);
    const std::string twin = place_of(order.folder, order.role == Role::authority ? "x509" : "x509ca", order.name);
    if (!std::filesystem::exists(key, unknown) || !std::filesystem::exists(twin, unknown)) return {};
    return trouble(kExists, key + " is there already, as the key of " + twin, "choose another name");
}

// Paths are looked for by names, so that a CA is not to have its issuer's.
Outcome<void> check_issuer(const Contents& contents, const Authority& authority) {
    if (contents.subject != authority.own.certificate.subject()) return {};
    return wrong("'" + contents.subject.to_string() + "' is the name of the CA that signs",
                 "give another one with --subject");
}

std::vector<Certificate> above(const std::optional<Authority>& authority) {
    std::vector<Certificate> all;
    if (authority) {
        all.push_back(authority->own.certificate);
        for (const KnownCertificate& one : authority->above) all.push_back(one.certificate);
    }
    return all;
}

// Without files as yet.
Outcome<Issued> certify(const Contents& contents, const KeyPair& pair, const std::optional<Authority>& authority,
                        crypto::WallClock now, base::Random& random) {
    const auto key = pair.key(random);
    if (!key) return tl::unexpected(key.error());
    auto made =
        make_certificate(contents, key->public_key(), authority ? authority->issuer() : Issuer{nullptr, *key}, random);
    if (!made) return tl::unexpected(made.error());
    const auto judged = is_judged(*made, *key, above(authority), now, random);
    if (!judged) return tl::unexpected(judged.error());
    return Issued{*std::move(made), {}, false, *judged};
}

Outcome<std::vector<NewFile>> files_for(const IssueOrder& order, const Certificate& made, const KeyPair& pair,
                                        const std::optional<Authority>& authority) {
    auto key = pair.pem(order.passphrase ? &*order.passphrase : nullptr);
    if (!key) return tl::unexpected(key.error());
    const bool is_end = order.role != Role::authority;
    std::vector<NewFile> files;
    files.push_back({place_of(order.folder, "private", order.name), *std::move(key), true});
    files.push_back(certificate_as(place_of(order.folder, is_end ? "x509" : "x509ca", order.name), made));
    if (is_end && authority) {
        if (const auto added = add_authorities(order, *authority, files); !added) return tl::unexpected(added.error());
    }
    return files;
}

Outcome<void> write(const IssueOrder& order, const KeyPair& pair, const std::optional<Authority>& authority,
                    Issued& issued) {
    const auto lock = FolderLock::take(order.folder);
    if (!lock) return tl::unexpected(lock.error());
    if (auto good = check_twin(order); !good) return good;
    const auto files = files_for(order, issued.certificate, pair, authority);
    if (!files) return tl::unexpected(files.error());
    if (auto written = write_files(*files, order.force); !written) return written;
    for (const NewFile& file : *files) issued.files.push_back(file.path);
    return {};
}

}  // namespace

Outcome<Issued> issue(const IssueOrder& order, crypto::WallClock now, base::Random& random) {
    auto contents = contents_of(order, now);
    if (!contents) return tl::unexpected(contents.error());
    // Before anybody is asked for a passphrase; what counts is what is there when the files are written.
    if (const auto good = check_twin(order); !good) return tl::unexpected(good.error());
    std::optional<Authority> authority;
    if (order.authority) {
        auto found = find_authority(*order.authority, now, random);
        if (!found) return tl::unexpected(found.error());
        authority = *std::move(found);
        if (const auto good = check_issuer(*contents, *authority); !good) return tl::unexpected(good.error());
    }
    const bool cut = cut_to(contents->validity, authority);
    const auto pair = KeyPair::make(order.kind);
    if (!pair) return tl::unexpected(pair.error());
    auto issued = certify(*contents, *pair, authority, now, random);
    if (!issued) return issued;
    issued->cut = cut;
    if (auto written = write(order, *pair, authority, *issued); !written) return tl::unexpected(written.error());
    return issued;
}

}  // namespace xfrmd::cli::pki
