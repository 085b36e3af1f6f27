// Every key of strongSwan's swanctl.conf, and a few of our own, in one table: where it may stand, what its values look
// like, and what xfrmd does with it. A key has a setter (honoured), values that say what xfrmd does anyway (accepted),
// values without effect (idle), which are taken with one warning for all places they stand in, or nothing of these: it
// is refused as not yet honoured, whatever its value. docs/swanctl-keys.md is made from it.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "daemon/config/swanctl_draft.h"
#include "daemon/config/swanctl_value.h"

namespace xfrmd::daemon {

// The kinds of section that hold keys.
enum class Place : std::uint8_t {
    connection,     // connections.<conn>
    round,          // connections.<conn>.local*, .remote*: strongSwan takes the same keys in both
    certificate,    // connections.<conn>.local*.cert*, .cacert*
    child,          // connections.<conn>.children.<child>
    ike_secret,     // secrets.ike*
    ppk_secret,     // secrets.ppk*
    shared_secret,  // secrets.eap*, xauth*, ntlm*
    private_key,    // secrets.private*, rsa*, ecdsa*, pkcs8*, pkcs12*
    token,          // secrets.token*
    pool,           // pools.<name>
    authority,      // authorities.<name>
    manual,         // manual.<name>
    manual_authentication,
    manual_encryption,
    interface,  // interfaces.<name>
};

struct Key {
    Place place;
    Kind kind;
    std::string_view name;      // with '*' at its end: any name that starts so; "<number>": any number
    std::string_view words;     // of Kind::word, action and mark: all names that strongSwan takes, separated by blanks
    std::string_view accepted;  // values as read_value gives them, or "*": all; empty: all that the setter takes
    Setter set = nullptr;
    std::string_view idle = {};  // likewise: values that have no effect here; a setter still says whether they are any
    std::string_view note = {};  // why values are idle or refused; of honoured keys, what there is to know
};

// Of keys that strongSwan does not have.
inline constexpr std::string_view kOwn = "our own";

std::span<const Key> all_keys();

// The key called `name` in this place; nullptr if strongSwan has none.
const Key* find_key(Place place, std::string_view name);

// "connections.<conn>.children.<child>"
std::string_view pattern_of(Place place);

}  // namespace xfrmd::daemon
