#include "daemon/config/swanctl_authority.h"

#include "daemon/config/swanctl_section.h"
#include "daemon/fetching/fetch_rules.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

constexpr std::size_t kLongestShown = 256;
constexpr std::size_t kMostUris = 4;  // of a kind: more are not asked about one certificate

Verdict store_uris(std::vector<std::string>& into, const Value& value) {
    if (value.items.size() > kMostUris) return complain("expected at most " + std::to_string(kMostUris) + " URIs");
    for (const std::string_view item : value.items) {
        if (const std::string objection = objection_to_uri(item); !objection.empty()) {
            return complain("'" + base::printable(item) + "' " + objection);
        }
    }
    into.assign(value.items.begin(), value.items.end());
    return {};
}

}  // namespace

Verdict set_authority_cacert(const Draft& draft, const Value& value) {
    draft.authority->cacert = value.text;
    return {};
}

Verdict set_authority_file(const Draft& draft, const Value& value) {
    draft.authority->file = value.text;
    return {};
}

Verdict set_crl_uris(const Draft& draft, const Value& value) { return store_uris(draft.authority->uris.crl, value); }
Verdict set_ocsp_uris(const Draft& draft, const Value& value) { return store_uris(draft.authority->uris.ocsp, value); }

Verdict set_cert_uri_base(const Draft& draft, const Value& value) {
    draft.authority->cert_uri_base = value.text;
    return {};
}

std::optional<Authority> read_authority(const settings::View& section, const std::string& path,
                                        NamedCredentials& credentials, ErrorList& errors) {
    AuthorityDraft draft;
    TokenObject object;
    const std::size_t before = errors.found();
    read_settings(section, Place::authority, path, {.token = &object, .authority = &draft}, errors);
    for (const settings::View& inner : section.sections()) errors.add(inner.at(), path + ": unknown section in it");
    const bool in_token = section.has("handle");
    const int named = (draft.cacert.empty() ? 0 : 1) + (draft.file.empty() ? 0 : 1) + (in_token ? 1 : 0);
    if (named == 0) errors.add(section.at(), path + ": 'cacert', 'file' or 'handle' is missing");
    if (named > 1) errors.add(section.at(), path + ": one of 'cacert', 'file' and 'handle', and no more");
    if (errors.found() != before) return std::nullopt;
    const std::string& file = draft.cacert.empty() ? draft.file : draft.cacert;
    const auto read = in_token ? credentials.common_authority(object) : credentials.common_authority(file);
    if (read) return Authority{std::string(section.name()), *read, std::move(draft.uris), draft.cert_uri_base};
    const std::string& why = read.error().detail;
    errors.add(section.at(), path + ": " + (in_token ? "" : base::printable(file, kLongestShown) + ": ") +
                                 (why.empty() ? read.error().sentence() : why));
    return std::nullopt;
}

}  // namespace xfrmd::daemon
