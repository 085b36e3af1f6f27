#include "daemon/api/sa_json.h"

#include <array>
#include <cstdint>

#include "daemon/api/view_json.h"

namespace xfrmd::daemon::api {

namespace {

Json unless_zero(std::uint64_t number, std::size_t digits) {
    return number == 0 ? Json(nullptr) : hexadecimal(number, digits);
}

Json seconds(const std::optional<std::chrono::seconds>& time) { return time ? Json(time->count()) : Json(nullptr); }

struct Side {
    const base::Endpoint& endpoint;
    const std::string& id;
};

constexpr Field<Side> kSide[] = {
    {"address", "string", "IP address", [](const Side& v) -> Json { return v.endpoint.address.to_string(); }},
    {"port", "integer", "UDP port of IKE", [](const Side& v) -> Json { return v.endpoint.port; }},
    {"id", "string?", "identity (RFC 7296 3.5), null while not known",
     [](const Side& v) { return unless_empty(v.id); }},
};

constexpr Field<OffloadView> kOffload[] = {
    {"mode", "OffloadMode", "crypto: the kernel does the rest",
     [](const OffloadView& v) -> Json { return name(v.mode); }},
    {"interface", "string", "the NIC's", [](const OffloadView& v) -> Json { return v.interface; }},
};

struct Child {
    std::uint64_t ike_sa;
    const ChildSaView& sa;
};

constexpr Field<Child> kChildSa[] = {
    {"id", "string", "short id with its IKE SA's in front, stable over rekeys",
     [](const Child& v) -> Json { return SaId{v.ike_sa, v.sa.id}.to_string(); }},
    {"child", "string", "name of the configured child", [](const Child& v) -> Json { return v.sa.child; }},
    {"state", "ChildSaState", "where its life stands", [](const Child& v) -> Json { return name(v.sa.state); }},
    {"mode", "Mode", "of ESP", [](const Child& v) -> Json { return name(v.sa.mode); }},
    {"cpu", "integer?", "the one that sends on it (per_cpu_sas), null: all",
     [](const Child& v) { return v.sa.cpu ? Json(*v.sa.cpu) : Json(nullptr); }},
    {"spi_in", "string?", "of inbound ESP packets, hexadecimal",
     [](const Child& v) { return unless_zero(v.sa.spi_in, 8); }},
    {"spi_out", "string?", "of outbound ESP packets", [](const Child& v) { return unless_zero(v.sa.spi_out, 8); }},
    {"reqid", "integer", "joins kernel policies to states", [](const Child& v) -> Json { return v.sa.reqid; }},
    {"algorithms", "string?", "what protects the packets",
     [](const Child& v) { return unless_empty(v.sa.algorithms); }},
    {"key_exchanges", "string[]", "its own, in the order in which they took place; none: its keys are the IKE SA's",
     [](const Child& v) -> Json { return v.sa.key_exchanges; }},
    {"quantum_resistant", "boolean", "by a key exchange of its own or of its IKE SA (ML-KEM), or by a PPK",
     [](const Child& v) -> Json { return v.sa.quantum_resistant; }},
    {"age_seconds", "integer?", "since it was installed", [](const Child& v) { return seconds(v.sa.age); }},
    {"rekey_in_seconds", "integer?", "until it is rekeyed, null: never",
     [](const Child& v) { return seconds(v.sa.rekey_in); }},
    {"bytes_in", "integer", "received", [](const Child& v) -> Json { return v.sa.bytes_in; }},
    {"bytes_out", "integer", "sent", [](const Child& v) -> Json { return v.sa.bytes_out; }},
    {"packets_in", "integer", "received", [](const Child& v) -> Json { return v.sa.packets_in; }},
    {"packets_out", "integer", "sent", [](const Child& v) -> Json { return v.sa.packets_out; }},
    {"offload", "Offload?", "what a NIC does for it, null: nothing",
     [](const Child& v) { return v.sa.offload ? encode_fields(kOffload, *v.sa.offload) : Json(nullptr); }},
    {"local_ts", "string[]", "negotiated local selectors", [](const Child& v) -> Json { return v.sa.local_ts; }},
    {"remote_ts", "string[]", "negotiated remote selectors", [](const Child& v) -> Json { return v.sa.remote_ts; }},
    {"last_error", "string?", "what went wrong last", [](const Child& v) { return unless_empty(v.sa.last_error); }},
};

Json children_of(const IkeSaView& sa) {
    Json list = Json::array();
    for (const ChildSaView& child : sa.child_sas) list.push_back(encode_fields(kChildSa, Child{sa.id, child}));
    return list;
}

using Ike = IkeSaView;
constexpr Field<Ike> kIkeSa[] = {
    {"id", "string", "short id, stable over rekeys", [](const Ike& v) -> Json { return SaId{v.id}.to_string(); }},
    {"conn", "string?", "name of the connection, null while not known",
     [](const Ike& v) { return unless_empty(v.conn); }},
    {"state", "IkeSaState", "where its life stands", [](const Ike& v) -> Json { return name(v.state); }},
    {"role", "Role", "who began", [](const Ike& v) -> Json { return name(v.role); }},
    {"local", "Side", "this end", [](const Ike& v) { return encode_fields(kSide, Side{v.local, v.local_id}); }},
    {"remote", "Side", "the peer", [](const Ike& v) { return encode_fields(kSide, Side{v.remote, v.remote_id}); }},
    {"path", "Path", "nat-t: ESP in UDP (RFC 3948)", [](const Ike& v) -> Json { return name(v.path); }},
    {"spi_i", "string?", "the initiator's IKE SPI, hexadecimal", [](const Ike& v) { return unless_zero(v.spi_i, 16); }},
    {"spi_r", "string?", "the responder's IKE SPI", [](const Ike& v) { return unless_zero(v.spi_r, 16); }},
    {"algorithms", "string?", "what protects IKE itself", [](const Ike& v) { return unless_empty(v.algorithms); }},
    {"key_exchanges", "string[]", "in the order in which they took place, at the last rekeying",
     [](const Ike& v) -> Json { return v.key_exchanges; }},
    {"quantum_resistant", "boolean",
     "by one of its key exchanges (ML-KEM), or by a PPK: of RFC 8784, once it was rekeyed",
     [](const Ike& v) -> Json { return v.quantum_resistant; }},
    {"ppk", "boolean", "a post-quantum pre-shared key is in its keys",
     [](const Ike& v) -> Json { return !v.ppk_exchange.empty(); }},
    {"ppk_exchange", "string?", "that has brought it: IKE_INTERMEDIATE (RFC 9867) or IKE_AUTH (RFC 8784)",
     [](const Ike& v) { return unless_empty(v.ppk_exchange); }},
    {"age_seconds", "integer?", "since it was established", [](const Ike& v) { return seconds(v.age); }},
    {"rekey_in_seconds", "integer?", "until it is rekeyed or authenticated again, null: never",
     [](const Ike& v) { return seconds(v.rekey_in); }},
    {"local_vips", "string[]", "virtual addresses that the peer has given us",
     [](const Ike& v) -> Json { return v.local_vips; }},
    {"remote_vips", "string[]", "virtual addresses that the peer has from us",
     [](const Ike& v) -> Json { return v.remote_vips; }},
    {"last_error", "string?", "what went wrong last", [](const Ike& v) { return unless_empty(v.last_error); }},
    {"child_sas", "ChildSa[]", "its children", [](const Ike& v) { return children_of(v); }},
};

Json next_cursor(const SaPage& page) {
    if (page.more && !page.items.empty()) return SaId{page.items.back().id}.to_string();
    if (!page.more_manual) return nullptr;
    return std::string(kManualCursor) + (page.manual.empty() ? "" : page.manual.back().name);
}

constexpr Field<SaPage> kSaList[] = {
    {"items", "IkeSa[]", "in ascending order of id",
     [](const SaPage& v) { return encode_all<IkeSaView>(v.items, encode); }},
    {"manual", "ManualSa[]", "SAs that are configured by hand, behind the last of `items`, in ascending order of name",
     [](const SaPage& v) { return encode_all<ManualSaView>(v.manual, encode); }},
    {"next_cursor", "string?", "give it as `cursor` for what follows, null at the end",
     [](const SaPage& v) { return next_cursor(v); }},
    {"revision", "integer", "grows with every change of state", [](const SaPage& v) -> Json { return v.revision; }},
};

}  // namespace

Json hexadecimal(std::uint64_t number, std::size_t digits) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text(digits, '0');
    for (std::size_t i = digits; i > 0; --i, number >>= 4) text[i - 1] = kDigits[number & 0xf];
    return text;
}

Json encode(const IkeSaView& sa) { return encode_fields(kIkeSa, sa); }
Json encode(const SaPage& page) { return encode_fields(kSaList, page); }

void add_sa_schemas(Json& schemas) {
    schemas["SaList"] = schema_of_fields(kSaList);
    schemas["IkeSa"] = schema_of_fields(kIkeSa);
    schemas["ChildSa"] = schema_of_fields(kChildSa);
    schemas["Offload"] = schema_of_fields(kOffload);
    schemas["OffloadMode"] = schema_of_choices(kOffloadModes);
    schemas["Side"] = schema_of_fields(kSide);
    schemas["IkeSaState"] = schema_of_choices(kIkeSaStates);
    schemas["ChildSaState"] = schema_of_choices(kChildSaStates);
    schemas["Role"] = schema_of_choices(kRoles);
    schemas["Path"] = schema_of_choices(kPaths);
    schemas["Mode"] = schema_of_choices(kModes);
}

}  // namespace xfrmd::daemon::api
