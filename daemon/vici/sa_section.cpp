#include "daemon/vici/sa_section.h"

#include "daemon/vici/text.h"

namespace xfrmd::daemon::vici {

namespace {

using policy::TransformType;

void set(Section& section, std::string_view key, std::uint64_t number) { section.set(key, std::to_string(number)); }

void set(Section& section, std::string_view key, const std::optional<std::chrono::seconds>& time) {
    if (time) section.set(key, std::to_string(time->count()));
}

void set_flag(Section& section, std::string_view key, bool is_so) {
    if (is_so) section.set(key, "yes");
}

// "AES_GCM_16" of "AES_GCM_16_256", "ML_KEM_768" of "KE1_ML_KEM_768".
std::string name_of(const policy::Transform& transform) {
    std::string name = to_string(transform);
    const std::string bits = "_" + std::to_string(transform.key_bits);
    if (transform.key_bits != 0 && name.ends_with(bits)) name.resize(name.size() - bits.size());
    if (policy::additional_key_exchange_number(transform.type) != 0) name.erase(0, name.find('_') + 1);
    return name;
}

std::string key_of(TransformType type) {
    if (type == TransformType::key_exchange) return "dh-group";
    return "ake" + std::to_string(policy::additional_key_exchange_number(type));
}

void add_sized(Section& section, std::string_view key, const policy::Proposal& chosen, TransformType type) {
    for (const policy::Transform& transform : chosen.of(type)) {
        if (transform.id == 0) continue;
        section.set(std::string(key) + "-alg", name_of(transform));
        if (transform.key_bits != 0) set(section, std::string(key) + "-keysize", transform.key_bits);
    }
}

void add_key_exchanges(Section& section, const policy::Proposal& chosen) {
    for (const policy::Transform& transform : chosen.transforms) {
        if (policy::is_key_exchange(transform.type) && transform.id != 0) {
            section.set(key_of(transform.type), name_of(transform));
        }
    }
}

void add_ike_algorithms(Section& section, const policy::Proposal& chosen) {
    add_sized(section, "encr", chosen, TransformType::encryption);
    add_sized(section, "integ", chosen, TransformType::integrity);
    for (const policy::Transform& prf : chosen.of(TransformType::prf)) section.set("prf-alg", name_of(prf));
    add_key_exchanges(section, chosen);
}

void add_child_algorithms(Section& section, const policy::Proposal& chosen) {
    add_sized(section, "encr", chosen, TransformType::encryption);
    add_sized(section, "integ", chosen, TransformType::integrity);
    add_key_exchanges(section, chosen);
    for (const policy::Transform& esn : chosen.of(TransformType::esn)) {
        if (esn.id != 0) section.set("esn", "1");
    }
}

void add_mark(Section& section, const std::string& direction, const api::MarkView& mark) {
    if (mark.mask == 0) return;
    section.set("mark-" + direction, hexadecimal(mark.value, 8));
    if (mark.mask != 0xffffffffU) section.set("mark-mask-" + direction, hexadecimal(mark.mask, 8));
}

void add_traffic(Section& section, const api::ChildSaView& child) {
    set(section, "bytes-in", child.bytes_in);
    set(section, "packets-in", child.packets_in);
    set(section, "use-in", child.used_in);
    set(section, "bytes-out", child.bytes_out);
    set(section, "packets-out", child.packets_out);
    set(section, "use-out", child.used_out);
}

void add_kernel_ids(Section& section, const api::ChildSaView& child) {
    if (child.ipcomp) {
        section.set("cpi-in", hexadecimal(static_cast<std::uint16_t>(child.ipcomp->in), 4));
        section.set("cpi-out", hexadecimal(static_cast<std::uint16_t>(child.ipcomp->out), 4));
    }
    add_mark(section, "in", child.mark_in);
    add_mark(section, "out", child.mark_out);
    if (child.if_id_in != 0) section.set("if-id-in", hexadecimal(child.if_id_in, 8));
    if (child.if_id_out != 0) section.set("if-id-out", hexadecimal(child.if_id_out, 8));
    if (child.cpu) set(section, "cpu", *child.cpu);
}

std::string or_any(const std::string& id) { return id.empty() ? "%any" : id; }

}  // namespace

Section ike_section(const api::IkeSaView& sa) {
    Section section;
    set(section, "uniqueid", sa.own_id);
    section.set("version", "2").set("state", upper_case(name(sa.state)));
    section.set("local-host", sa.local.address.to_string());
    set(section, "local-port", sa.local.port);
    section.set("local-id", or_any(sa.local_id)).set("remote-host", sa.remote.address.to_string());
    set(section, "remote-port", sa.remote.port);
    section.set("remote-id", or_any(sa.remote_id));
    set_flag(section, "initiator", sa.role == api::Role::initiator);
    section.set("initiator-spi", hexadecimal(sa.spi_i, 16)).set("responder-spi", hexadecimal(sa.spi_r, 16));
    set_flag(section, "nat-local", sa.nat_local);
    set_flag(section, "nat-remote", sa.nat_remote);
    set_flag(section, "nat-fake", sa.nat_pretended);
    set_flag(section, "nat-any", sa.nat_local || sa.nat_remote || sa.nat_pretended);
    add_ike_algorithms(section, sa.proposal);
    set_flag(section, "ppk", !sa.ppk_exchange.empty());
    set(section, "established", sa.age);
    set(section, "rekey-time", sa.rekey_in);
    set(section, "reauth-time", sa.reauth_in);
    if (!sa.local_vips.empty()) section.set("local-vips", sa.local_vips);
    if (!sa.remote_vips.empty()) section.set("remote-vips", sa.remote_vips);
    return section;
}

Section child_section(const api::ChildSaView& child, std::string_view state) {
    Section section;
    section.set("name", child.child);
    set(section, "uniqueid", child.own_id);
    set(section, "reqid", child.reqid);
    section.set("state", state.empty() ? upper_case(name(child.state)) : std::string(state))
        .set("mode", upper_case(name(child.mode)));
    section.set("protocol", child.proposal.protocol == policy::ProtocolId::ah ? "AH" : "ESP");
    set_flag(section, "encap", child.udp_encapsulation);
    section.set("spi-in", hexadecimal(child.spi_in, 8)).set("spi-out", hexadecimal(child.spi_out, 8));
    add_kernel_ids(section, child);
    add_child_algorithms(section, child.proposal);
    add_traffic(section, child);
    set(section, "rekey-time", child.rekey_in);
    set(section, "life-time", child.life_left);
    set(section, "install-time", child.age);
    section.set("local-ts", with_service_names(child.local_ts));
    section.set("remote-ts", with_service_names(child.remote_ts));
    return section;
}

std::string section_name(const api::ChildSaView& child) { return child.child + "-" + std::to_string(child.own_id); }

Section sa_section(const api::IkeSaView& sa) {
    Section section = ike_section(sa);
    Section& children = section.add_section("child-sas");
    for (const api::ChildSaView& child : sa.child_sas) children.add_section(section_name(child), child_section(child));
    return section;
}

}  // namespace xfrmd::daemon::vici
