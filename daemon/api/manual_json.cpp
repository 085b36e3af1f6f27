#include <string>

#include "daemon/api/sa_json.h"
#include "daemon/api/view_json.h"

namespace xfrmd::daemon::api {

namespace {

Json text_of(const base::Address& address) { return address.is_any() ? "%any" : address.to_string(); }

using Manual = ManualSaView;
constexpr Field<Manual> kManualSa[] = {
    {"name", "string", "as configured", [](const Manual& v) -> Json { return v.name; }},
    {"state", "ManualSaState", "failed: not installed, last_error says why",
     [](const Manual& v) -> Json { return name(v.state); }},
    {"direction", "ManualDirection", "of its packets", [](const Manual& v) -> Json { return name(v.direction); }},
    {"protocol", "ManualProtocol", "bundle: AH around ESP", [](const Manual& v) -> Json { return name(v.protocol); }},
    {"mode", "Mode", "of ESP or AH", [](const Manual& v) -> Json { return name(v.mode); }},
    {"local", "string", "IP address of this end", [](const Manual& v) { return text_of(v.local); }},
    {"remote", "string", "IP address of the peer, %any: whoever sends",
     [](const Manual& v) { return text_of(v.remote); }},
    {"spi", "string", "hexadecimal, in either direction; of a bundle AH's",
     [](const Manual& v) { return hexadecimal(v.spi, 8); }},
    {"auxiliary_spi", "string?", "of a bundle ESP's",
     [](const Manual& v) { return v.auxiliary_spi == 0 ? Json(nullptr) : hexadecimal(v.auxiliary_spi, 8); }},
    {"reqid", "integer", "joins kernel policies to states", [](const Manual& v) -> Json { return v.reqid; }},
    {"algorithms", "string", "what protects the packets", [](const Manual& v) -> Json { return v.algorithms; }},
    {"bytes_in", "integer", "received", [](const Manual& v) -> Json { return v.bytes_in; }},
    {"bytes_out", "integer", "sent", [](const Manual& v) -> Json { return v.bytes_out; }},
    {"packets_in", "integer", "received", [](const Manual& v) -> Json { return v.packets_in; }},
    {"packets_out", "integer", "sent", [](const Manual& v) -> Json { return v.packets_out; }},
    {"local_ts", "string[]", "local selectors", [](const Manual& v) -> Json { return v.local_ts; }},
    {"remote_ts", "string[]", "remote selectors", [](const Manual& v) -> Json { return v.remote_ts; }},
    {"last_error", "string?", "what went wrong last", [](const Manual& v) { return unless_empty(v.last_error); }},
};

}  // namespace

Json encode(const ManualSaView& sa) { return encode_fields(kManualSa, sa); }

void add_manual_schemas(Json& schemas) {
    schemas["ManualSa"] = schema_of_fields(kManualSa);
    schemas["ManualSaState"] = schema_of_choices(kManualSaStates);
    schemas["ManualDirection"] = schema_of_choices(kManualDirections);
    schemas["ManualProtocol"] = schema_of_choices(kManualProtocols);
}

}  // namespace xfrmd::daemon::api
