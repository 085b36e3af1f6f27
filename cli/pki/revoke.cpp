#include "cli/pki/revoke.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>

#include "cli/pki/files.h"
#include "cli/pki/folder_lock.h"
#include "cli/pki/new_files.h"
#include "ike/crypto/crl.h"

namespace xfrmd::cli::pki {

namespace {

using base::Bytes;
using crypto::Certificate;
using crypto::Crl;

using crypto::RevocationReason;

struct Word {
    std::string_view text;
    RevocationReason reason;
};
constexpr Word kWords[] = {
    {"unspecified", RevocationReason::unspecified},
    {"key-compromise", RevocationReason::key_compromise},
    {"ca-compromise", RevocationReason::ca_compromise},
    {"affiliation-changed", RevocationReason::affiliation_changed},
    {"superseded", RevocationReason::superseded},
    {"cessation-of-operation", RevocationReason::cessation_of_operation},
    {"privilege-withdrawn", RevocationReason::privilege_withdrawn},
};

// "0a:1b" and "0A1B"; nothing where it is no number in hexadecimal.
std::optional<Bytes> parse_serial(std::string text) {
    std::erase(text, ':');
    if (text.empty() || !std::ranges::all_of(text, [](unsigned char c) { return std::isxdigit(c) != 0; }))
        return std::nullopt;
    if (text.size() % 2 != 0) text.insert(text.begin(), '0');
    Bytes serial;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto octet = static_cast<std::uint8_t>(std::stoul(text.substr(i, 2), nullptr, 16));
        if (octet != 0 || !serial.empty()) serial.push_back(octet);
    }
    return serial;
}

Outcome<Bytes> serial_of(const std::string& text, const Authority& authority) {
    std::error_code unknown;
    if (!std::filesystem::exists(text, unknown)) {
        if (auto serial = parse_serial(text)) return *std::move(serial);
        return trouble(kUsage, "--revoke: '" + text + "' is neither a file nor a serial number",
                       "'xfrmctl pki show' tells a certificate's serial number");
    }
    const auto certificate = read_certificate(text);
    if (!certificate) return tl::unexpected(certificate.error());
    if (certificate->issuer() == authority.own.certificate.subject()) return certificate->serial();
    return trouble(kUnusable,
                   "certificate '" + certificate->to_string() + "' was issued by '" +
                       certificate->issuer().to_string() + "', not by '" + authority.own.certificate.to_string() + "'",
                   "name its CA with --ca");
}

Outcome<std::optional<RevocationList>> last_list(const std::string& file, const Authority& authority) {
    // A link to nowhere, or what cannot be looked at, is no reason to begin anew.
    std::error_code unknown;
    const auto type = std::filesystem::symlink_status(file, unknown).type();
    if (type == std::filesystem::file_type::not_found) return std::optional<RevocationList>{};
    const auto bytes = read_file(file, Crl::kMostBytes);
    if (!bytes) return tl::unexpected(bytes.error());
    const auto judged = Crl::read(bytes->view(), authority.own.certificate);
    if (!judged) return unusable(file, judged.error(), "move it away if a list is to begin anew");
    auto list = RevocationList::read(bytes->view());
    if (!list) return trouble(list.error().kind, file + " " + list.error().message, "");
    if (list->is_delta() || list->is_special()) {
        return trouble(kUnusable,
                       file + " is not a list of all that '" + authority.own.certificate.to_string() + "' has revoked",
                       "it has to be continued by what has made it");
    }
    return std::optional(*std::move(list));
}

// New ones, each once, whether it is named twice or by two names.
Outcome<std::vector<Revocation>> additions(const RevokeOrder& order, const Authority& authority,
                                           const std::optional<RevocationList>& last, crypto::WallClock now,
                                           std::vector<std::string>& already) {
    std::vector<Revocation> more;
    for (const std::string& text : order.revoked) {
        auto serial = serial_of(text, authority);
        if (!serial) return tl::unexpected(serial.error());
        if (last && last->has(*serial)) {
            already.push_back(base::to_hex(*serial));
        } else if (std::ranges::find(more, *serial, &Revocation::serial) == more.end()) {
            more.push_back({*std::move(serial), order.reason, now});
        }
    }
    return more;
}

}  // namespace

std::vector<std::string> reason_words() {
    std::vector<std::string> words;
    for (const Word& word : kWords) words.emplace_back(word.text);
    return words;
}

std::optional<RevocationReason> parse_reason(std::string_view word) {
    const auto* found = std::ranges::find(kWords, word, &Word::text);
    return found == std::end(kWords) ? std::nullopt : std::optional(found->reason);
}

Outcome<Revoked> revoke(const RevokeOrder& order, const Clock& clock, base::Random& random) {
    const auto authority = find_authority(order.authority, clock(), random);
    if (!authority) return tl::unexpected(authority.error());
    const auto lock = FolderLock::take(order.folder);
    if (!lock) return tl::unexpected(lock.error());
    const Certificate& issuer = authority->own.certificate;
    Revoked done{issuer.to_string(), place_of(order.folder, "x509crl", authority->name), 1, 0, {}, {}};
    const auto last = last_list(done.file, *authority);
    if (!last) return tl::unexpected(last.error());
    // A passphrase may have been waited for, and others; and a list must not seem older than the one before it.
    const crypto::WallClock now = *last ? std::max(clock(), (*last)->this_update()) : clock();
    done.next_update = now + order.days;
    const auto more = additions(order, *authority, *last, now, done.already);
    if (!more) return tl::unexpected(more.error());
    const RevocationList* before = *last ? &**last : nullptr;
    const auto der = RevocationList::make(before, *more, authority->issuer(), {now, done.next_update}, random);
    if (!der) return tl::unexpected(der.error());
    const auto judged = Crl::read(*der, issuer);
    if (!judged) return unusable("nobody would accept it", judged.error(), "look at the CA with 'xfrmctl pki show'");
    std::vector<NewFile> files;
    files.push_back({done.file, base::SecretBytes(*der), false});
    if (const auto written = write_files(files, true); !written) return tl::unexpected(written.error());
    done.number = before == nullptr ? 1 : before->number() + 1;
    done.size = judged->size();
    return done;
}

}  // namespace xfrmd::cli::pki
