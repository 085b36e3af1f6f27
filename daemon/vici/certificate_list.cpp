// list-certs: what there is for everybody, and what connections have brought, in charon's order. A list (CRL) that is
// longer than a value may be is not shown, as there.
#include <algorithm>

#include "daemon/vici/load_commands.h"
#include "daemon/vici/request.h"
#include "daemon/vici/text.h"
#include "ike/base/bytes.h"
#include "ike/crypto/credentials.h"

namespace xfrmd::daemon::vici {

namespace {

constexpr std::size_t kAtATime = 100;

struct Shown {
    std::string_view type;
    std::string_view flag;  // of certificates
    base::ByteView data;
    const crypto::PublicKey* key = nullptr;  // of certificates, or itself
    const crypto::Certificate* certificate = nullptr;
};

Shown shown_as(const crypto::Certificate& certificate, std::string_view flag) {
    return {"X509", flag, certificate.der(), &certificate.public_key(), &certificate};
}

std::vector<Shown> all_of(const crypto::Credentials* credentials) {
    std::vector<Shown> all;
    if (credentials == nullptr) return all;
    const auto& parts = credentials->parts();
    for (const auto& one : parts.public_keys) all.push_back({"PUBKEY", "", one.subject_public_key_info(), &one});
    for (const auto& one : parts.certificates) all.push_back(shown_as(one, "NONE"));
    for (const auto& one : parts.authorities) all.push_back(shown_as(one, "CA"));
    for (const auto& one : parts.named) {
        if (std::ranges::find(parts.authorities, one) == parts.authorities.end()) all.push_back(shown_as(one, "CA"));
    }
    for (const auto& one : parts.ocsp_responders) all.push_back(shown_as(one, "OCSP"));
    for (const auto& one : parts.lists) {
        if (!one.der().empty()) all.push_back({"X509_CRL", "", one.der()});
    }
    return all;
}

// With the older names that swanctl still takes: X509CRL; X509CA and X509OCSP, which tell the flag as well.
bool is_of(const Shown& shown, const std::string& type) {
    if (type.empty() || type == "ANY") return true;
    if (type == "X509CRL") return shown.type == "X509_CRL";
    return type == shown.type ||
           (shown.certificate != nullptr && shown.flag != "NONE" && type == "X509" + std::string(shown.flag));
}

bool is_wanted(const Shown& shown, const Section& request) {
    const std::string flag = upper_case(text_of(request, "flag"));
    const std::string subject = text_of(request, "subject");
    if (!is_of(shown, upper_case(text_of(request, "type")))) return false;
    if (!flag.empty() && flag != "ANY" && flag != shown.flag) return false;
    if (subject.empty()) return true;
    const auto name = policy::Identity::parse(subject);
    return name && shown.certificate != nullptr && shown.certificate->names(*name);
}

Section message_of(const Shown& shown, const crypto::Credentials& credentials) {
    Section message;
    message.set("type", std::string(shown.type));
    if (!shown.flag.empty()) message.set("flag", std::string(shown.flag));
    const bool is_ours = shown.key != nullptr && credentials.private_key(*shown.key) != nullptr;
    if (is_ours) message.set("has_privkey", "yes");
    message.set("data", std::string(base::as_text(shown.data)));
    return message;
}

void list_from(const policy::Snapshot& configuration, std::size_t next, const Asked& asked) {
    const std::vector<Shown> all = all_of(configuration->credentials());
    const std::size_t end = std::min(all.size(), next + kAtATime);
    for (; next < end; ++next) {
        if (!is_wanted(all[next], asked->request())) continue;
        asked->event("list-cert", message_of(all[next], *configuration->credentials()));
    }
    if (next == all.size()) return asked->respond({});
    asked->when_room([configuration, next, asked] { list_from(configuration, next, asked); });
}

}  // namespace

void list_certificates(Desk& desk, const Asked& asked) { list_from(desk.port.configuration(), 0, asked); }

}  // namespace xfrmd::daemon::vici
