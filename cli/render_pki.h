// What the verbs of pki have to tell, as text for people; as render.h.
#pragma once

#include <string>

#include "cli/json.h"

namespace xfrmd::cli {

std::string render_issued(const Json& issued);
std::string render_revoked(const Json& revoked);
std::string render_descriptions(const Json& items);
std::string render_verified(const Json& verified);

}  // namespace xfrmd::cli
