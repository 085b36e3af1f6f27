#include <utility>

#include "ike/crypto/key_schedule.h"
#include "ike/ikev2/exchange/child_negotiation.h"
#include "ike/ikev2/exchange/children.h"
#include "ike/ikev2/exchange/per_resource.h"
#include "ike/ikev2/exchange/rekey_time.h"

namespace xfrmd::ikev2::exchange {

namespace {

// RFC 9611 3. An IKE SA that is authenticated again has one child for all CPUs first, in place of the whole group.
void set_group(const sa::Step& step, const sa::Established& phase, const NegotiatedChild& child,
               ike::ChildInstall& install) {
    if (!child.resource) return;
    const bool is_repeated = step.sa.repeats.of != ike::IkeSaId::none || child.number == ike::ChildSaId::none;
    install.in_group = true;
    install.cpu = child.resource->cpu;
    install.joins = child.joins;
    install.replaces_group =
        is_repeated && child.replaces != ike::ChildSaId::none && find_child(phase, child.replaces) == nullptr;
    install.asks_for_cpus = asks_for_cpus(phase, child.name);
}

void set_identities(const sa::Step& step, const sa::Established& phase, ike::ChildInstall& install) {
    const policy::Child* configured = step.sa.connection->child(install.child_name);
    if (configured == nullptr || configured->updown.empty()) return;
    install.local_id = phase.local_id.to_string();
    install.remote_id = phase.remote_id.to_string();
    install.local_vips = step.sa.vips.local;
    install.remote_vips = step.sa.vips.remote;
    install.name_servers = step.sa.vips.name_servers;
}

ike::ChildInstall make_install(const sa::Step& step, const NegotiatedChild& child, crypto::ChildKeys keys,
                               bool initiator) {
    if (!initiator) {
        std::swap(keys.encryption_i, keys.encryption_r);
        std::swap(keys.integrity_i, keys.integrity_r);
    }
    ike::ChildInstall install;
    install.ike_sa = step.sa.id;
    install.owner = step.sa.repeats.of == ike::IkeSaId::none ? step.sa.id : step.sa.repeats.of;
    install.connection_name = step.sa.connection_name();
    install.child_name = child.name;
    install.local = step.sa.local;
    install.remote = step.sa.remote;
    install.udp_encapsulation = step.sa.nat.any();
    install.mode = child.mode;
    install.suite = child.suite;
    install.spi_in = child.spi_in;
    install.spi_out = child.spi_out;
    install.encryption_out = std::move(keys.encryption_i);
    install.integrity_out = std::move(keys.integrity_i);
    install.encryption_in = std::move(keys.encryption_r);
    install.integrity_in = std::move(keys.integrity_r);
    install.local_ts = child.local_ts;
    install.remote_ts = child.remote_ts;
    install.connection = step.sa.connection->shared_from_this();
    install.ipcomp = child.ipcomp;
    install.tfc_padding_allowed = child.tfc_padding_allowed;
    install.replaces = child.replaces;
    install.defer_outbound = child.defer_outbound;
    const policy::Child* configured = step.sa.connection->child(child.name);
    if (configured == nullptr) return install;
    install.rekey_bytes = soft_limit(step, configured->rekey_bytes, configured->rand_bytes);
    install.rekey_packets = soft_limit(step, configured->rekey_packets, configured->rand_packets);
    return install;
}

sa::ChildSa record_of(const sa::Step& step, NegotiatedChild child, ike::ChildSaId id) {
    sa::ChildSa record{id,
                       std::move(child.name),
                       sa::ChildState::installing,
                       child.mode,
                       std::move(child.proposal),
                       step.sa.nat.any(),
                       child.spi_in,
                       child.spi_out,
                       std::move(child.local_ts),
                       std::move(child.remote_ts),
                       step.now,
                       child.operation,
                       child.ipcomp,
                       child.number == ike::ChildSaId::none ? id : child.number,
                       child.replaces,
                       child.defer_outbound,
                       child.is_redundant};
    record.only = child.only;
    record.resource = child.resource;
    return record;
}

}  // namespace

ike::ChildSaId install_child(sa::Step& step, sa::Established& established, NegotiatedChild child,
                             const KeyingMaterial& material) {
    static const sa::SharedSecrets kNone;
    const sa::SharedSecrets& secrets = material.secrets != nullptr ? *material.secrets : kNone;
    crypto::ChildKeys keys =
        crypto::derive_child_keys(established.keyed.suite.prf, established.keyed.sk_d, child.suite,
                                  {material.nonce_i, material.nonce_r}, secrets.first, secrets.additional.view());
    ike::ChildInstall install = make_install(step, child, std::move(keys), material.initiator);
    install.child = step.spis.new_child_id();
    install.is_rekeying = find_child(established, install.replaces) != nullptr;
    set_identities(step, established, install);
    set_group(step, established, child, install);
    const ike::ChildSaId id = install.child;
    established.children.push_back(record_of(step, std::move(child), id));
    sa::ChildSa& made = established.children.back();
    made.used_since = step.now;
    made.is_quantum_resistant = established.keyed.is_quantum_resistant || established.ppk != sa::PpkUse::none ||
                                made.proposal.is_quantum_resistant();
    step.actions.push_back(ike::InstallChild{std::move(install)});
    return id;
}

}  // namespace xfrmd::ikev2::exchange
