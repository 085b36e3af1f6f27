#include "daemon/config/swanctl_shared_secret.h"

#include <algorithm>
#include <array>

#include "daemon/config/swanctl_section.h"

namespace xfrmd::daemon {

namespace {

struct Row {
    std::string_view prefix;
    SecretKind kind;
    Place place;
};

constexpr std::array kKinds{
    Row{"eap", SecretKind::eap, Place::shared_secret},   Row{"xauth", SecretKind::xauth, Place::shared_secret},
    Row{"ntlm", SecretKind::ntlm, Place::shared_secret}, Row{"ike", SecretKind::ike, Place::ike_secret},
    Row{"ppk", SecretKind::ppk, Place::ppk_secret},
};

}  // namespace

std::optional<SecretKind> kind_of_secret(std::string_view section) {
    const auto* found = std::ranges::find_if(kKinds, [&](const Row& row) { return section.starts_with(row.prefix); });
    return found == kKinds.end() ? std::nullopt : std::optional(found->kind);
}

KindOfSecret read_shared_secret(const settings::View& section, SecretKind kind, const std::string& path,
                                ErrorList& errors) {
    KindOfSecret read{kind, {}};
    read.secret.name = section.name();
    const Place place = std::ranges::find(kKinds, kind, &Row::kind)->place;
    read_settings(section, place, path, {.secret = &read.secret}, errors);
    for (const settings::View& inner : section.sections()) errors.add(inner.at(), path + ": unknown section in it");
    if (!section.has("secret")) errors.add(section.at(), path + ": 'secret' is missing");
    return read;
}

}  // namespace xfrmd::daemon
