// The certificates and keys that one round of authentication names, and the identity that follows from them.
#pragma once

#include "daemon/config/error_list.h"
#include "daemon/config/swanctl_draft.h"

namespace xfrmd::daemon {

struct RoundPlace {
    settings::Position at;
    std::string path;  // "connections.gw.local"
    bool is_ours;
    bool has_id;  // said, be it %any
};

// Reads the files into `round`. As with strongSwan, who has a certificate and no `id` is its subject, who has a key
// alone is its key id, and we are our certificate's subject if that does not name our `id`, with a warning.
void read_round_files(policy::AuthRound& round, const RoundFiles& files, const RoundPlace& place,
                      NamedCredentials& credentials, ErrorList& errors);

// Of a round with auth = null (RFC 7619): it is nobody's, and names nothing.
void finish_null_round(policy::AuthRound& round, const RoundFiles& files, const RoundPlace& place, ErrorList& errors);

}  // namespace xfrmd::daemon
