#include "daemon/config/swanctl_setters.h"

#include <algorithm>
#include <limits>

#include "daemon/config/swanctl_addresses.h"
#include "daemon/config/swanctl_member_setters.h"
#include "daemon/config/swanctl_secret.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

constexpr std::uint64_t kWidestReplayWindow = 4096;

// What a peer may be expected to take in one payload beside others.
constexpr std::size_t kLongestIdentity = 4096;

template <typename T>
Verdict store(T& into, Read<T> value) {
    if (!value) return complain(std::move(value.error()));
    into = std::move(*value);
    return {};
}

Verdict store_hosts(std::vector<base::AddressRange>& ranges, policy::Hosts& hosts, const Value& value) {
    auto read = read_hosts(value.items);
    if (!read) return complain(std::move(read.error()));
    ranges = read->ranges;
    if (!read->names.empty()) hosts = std::move(*read);
    return {};
}

tl::unexpected<std::string> explain(const base::Error& error) {
    return complain(error.detail.empty() ? error.sentence() : error.detail);
}

template <typename Number>
Verdict store_number(Number& into, std::uint64_t value, std::uint64_t least, std::uint64_t most) {
    if (const Verdict fits = check_range(value, least, most); !fits) return fits;
    into = static_cast<Number>(value);
    return {};
}

// `others` stand in the same SA payload.
Verdict store_proposals(std::vector<policy::Proposal>& into, std::size_t others, policy::ProtocolId protocol,
                        const Value& value) {
    for (const std::string_view item : value.items) {
        auto proposals = policy::parse_proposal(protocol, item);
        if (!proposals) return explain(proposals.error());
        into.insert(into.end(), proposals->begin(), proposals->end());
        if (into.size() + others > policy::kMostProposals) {
            return complain("expected at most " + std::to_string(policy::kMostProposals) + " proposals" +
                            (others == 0 ? "" : " for AH and ESP together"));
        }
    }
    return {};
}

Verdict store_names(std::vector<std::string>& into, const Value& value) {
    into.assign(value.items.begin(), value.items.end());
    return {};
}

// As people write them: 1.3.6.1.4.1.36906.1
bool is_object_identifier(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789";
    std::size_t arcs = 0;
    for (bool more = true; more; ++arcs) {
        const std::size_t end = std::min(text.find('.'), text.size());
        if (end == 0 || text.substr(0, end).find_first_not_of(kDigits) != std::string_view::npos) return false;
        more = end < text.size();
        text.remove_prefix(more ? end + 1 : end);
    }
    return arcs >= 2;
}

Read<policy::Identity> read_identity(std::string_view text) {
    auto identity = policy::Identity::parse(text);
    if (!identity) return explain(identity.error());
    if (identity->data.size() > kLongestIdentity) {
        return complain("expected an identity of at most " + std::to_string(kLongestIdentity) + " bytes");
    }
    return std::move(*identity);
}

}  // namespace

Verdict set_local_addrs(const Draft& draft, const Value& value) {
    return store_hosts(draft.connection->local_addrs, draft.connection->local_hosts, value);
}

Verdict set_remote_addrs(const Draft& draft, const Value& value) {
    return store_hosts(draft.connection->remote_addrs, draft.connection->remote_hosts, value);
}

Verdict set_local_port(const Draft& draft, const Value& value) {
    return store_number(draft.connection->local_port, value.number, 0, 65535);
}

Verdict set_remote_port(const Draft& draft, const Value& value) {
    return store_number(draft.connection->remote_port, value.number, 1, 65535);
}

Verdict set_proposals(const Draft& draft, const Value& value) {
    return store_proposals(draft.connection->proposals, 0, policy::ProtocolId::ike, value);
}

Verdict set_round(const Draft& draft, const Value& value) {
    return store_number(*draft.round_number, value.number, 0, std::numeric_limits<std::uint32_t>::max());
}

Verdict set_id(const Draft& draft, const Value& value) { return store(draft.round->id, read_identity(value.text)); }

Verdict set_ca_id(const Draft& draft, const Value& value) {
    draft.round->authority_id.emplace();
    return store(*draft.round->authority_id, read_identity(value.text));
}

Verdict set_cert_policy(const Draft& draft, const Value& value) {
    for (const std::string_view item : value.items) {
        if (!is_object_identifier(item)) return complain("expected object identifiers such as 1.3.6.1.4.1.36906.1");
        draft.round->policies.emplace_back(item);
    }
    return {};
}

// Asked of a peer, any other would be a demand that nobody looks at.
Verdict check_eap_id(const Draft& draft, const Value& value) {
    if (!draft.is_remote || value.text.empty() || value.text == "%any") return {};
    return complain("without EAP and XAuth, which are not yet honoured, no peer can prove such a name");
}

Verdict set_auth(const Draft& draft, const Value& value) {
    auto auth = policy::parse_auth(value.canonical);
    if (!auth) return explain(auth.error());
    draft.round->auth = auth->method;
    draft.round->requirements = std::move(auth->requirements);
    return {};
}

Verdict set_certs(const Draft& draft, const Value& value) { return store_names(draft.files->certs, value); }
Verdict set_cacerts(const Draft& draft, const Value& value) { return store_names(draft.files->cacerts, value); }
Verdict set_pubkeys(const Draft& draft, const Value& value) { return store_names(draft.files->pubkeys, value); }

Verdict set_certificate_file(const Draft& draft, const Value& value) {
    *draft.certificate_file = value.text;
    return {};
}

Verdict set_revocation(const Draft& draft, const Value& value) {
    using enum policy::Revocation;
    draft.round->revocation = value.canonical == "strict" ? strict : value.canonical == "ifuri" ? if_uri : relaxed;
    return {};
}

Verdict set_ocsp(const Draft& draft, const Value& value) {
    using enum policy::OcspInIke;
    draft.connection->ocsp = value.canonical == "reply"     ? reply
                             : value.canonical == "request" ? request
                             : value.canonical == "both"    ? both
                                                            : never;
    return {};
}

Verdict set_send_cert(const Draft& draft, const Value& value) {
    using enum policy::SendCertificate;
    draft.connection->send_cert = value.canonical == "always" ? always : value.canonical == "never" ? never : if_asked;
    return {};
}

Verdict set_on_local_down(const Draft& draft, const Value& value) {
    draft.connection->on_local_down =
        value.canonical == "clear" ? policy::OnLocalDown::clear : policy::OnLocalDown::hold;
    return {};
}

Verdict set_ah_proposals(const Draft& draft, const Value& value) {
    return store_proposals(draft.child->ah_proposals, draft.child->esp_proposals.size(), policy::ProtocolId::ah, value);
}

Verdict set_esp_proposals(const Draft& draft, const Value& value) {
    return store_proposals(draft.child->esp_proposals, draft.child->ah_proposals.size(), policy::ProtocolId::esp,
                           value);
}

Verdict set_dscp(const Draft& draft, const Value& value) {
    draft.connection->dscp = static_cast<std::uint8_t>(value.number);
    return {};
}

// IKEv1 alone knows a difference between `force` and `yes`.
Verdict set_fragmentation(const Draft& draft, const Value& value) {
    using enum policy::Fragmentation;
    draft.connection->fragmentation = value.canonical == "no" ? no : value.canonical == "accept" ? accept : yes;
    return {};
}

Verdict set_childless(const Draft& draft, const Value& value) {
    using enum policy::Childless;
    for (const auto& [word, childless] : {std::pair("allow", allow), std::pair("prefer", prefer),
                                          std::pair("force", force), std::pair("never", never)}) {
        if (value.canonical == word) draft.connection->childless = childless;
    }
    return {};
}

Verdict set_unique(const Draft& draft, const Value& value) {
    using enum policy::Unique;
    const std::string& word = value.canonical;
    draft.connection->unique = word == "never" ? never : word == "keep" ? keep : word == "replace" ? replace : no;
    return {};
}

Verdict set_mode(const Draft& draft, const Value& value) {
    using enum policy::Mode;
    for (const auto& [word, mode] : {std::pair("tunnel", tunnel), std::pair("transport", transport),
                                     std::pair("beet", beet), std::pair("pass", pass), std::pair("drop", drop)}) {
        if (value.canonical == word) draft.child->mode = mode;
    }
    return {};
}

Verdict set_replay_window(const Draft& draft, const Value& value) {
    return store_number(draft.child->replay_window, value.number, 0, kWidestReplayWindow);
}

policy::StartAction start_action(const Value& value) {
    using enum policy::StartAction;
    if (value.canonical == "trap|start") return trap_and_start;
    return value.canonical == "trap" ? trap : value.canonical == "start" ? start : none;
}

Verdict set_tfc_padding(const Draft& draft, const Value& value) {
    if (value.canonical == "mtu") {
        draft.child->tfc_padding = policy::kPadToMtu;
        return {};
    }
    return store_number(draft.child->tfc_padding, value.number, 0, policy::kPadToMtu - 1);
}

Verdict set_per_cpu_sas(const Draft& draft, const Value& value) {
    const std::string& word = value.canonical;
    draft.child->per_cpu_sas = word == "yes" || word == "true" || word == "enabled" || word == "1";
    return {};
}

Verdict set_hw_offload(const Draft& draft, const Value& value) {
    using enum policy::HwOffload;
    const std::string& word = value.canonical;
    draft.child->hw_offload = word == "yes" || word == "crypto" ? crypto
                              : word == "packet"                ? packet
                              : word == "auto"                  ? automatic
                                                                : no;
    return {};
}

Verdict set_copy_dscp(const Draft& draft, const Value& value) {
    using enum policy::CopyDscp;
    const std::string& word = value.canonical;
    draft.child->copy_dscp = word == "in" ? in : word == "yes" ? yes : word == "no" ? no : out;
    return {};
}

Verdict set_secret(const Draft& draft, const Value& value) {
    return store(draft.secret->secret, read_secret(value.text));
}

// On the wire it is octets, of whatever kind they look.
Verdict add_ppk_id(const Draft& draft, const Value& value) {
    auto id = read_identity(value.text);
    if (!id) return complain(std::move(id.error()));
    draft.secret->owners.push_back({policy::IdentityType::key_id, std::move(id->data)});
    return {};
}

Verdict set_ppk_id(const Draft& draft, const Value& value) {
    return store(draft.connection->ppk_id, read_identity(value.text));
}

Verdict set_ppk_exchange(const Draft& draft, const Value& value) {
    using enum policy::PpkExchange;
    const std::string& word = value.canonical;
    draft.connection->ppk_exchange = word == "ike_auth" ? ike_auth : word == "any" ? any : ike_intermediate;
    return {};
}

Verdict set_key_file(const Draft& draft, const Value& value) {
    draft.key_secret->file = value.text;
    return {};
}

Verdict add_passphrase(const Draft& draft, const Value& value) {
    auto passphrase = read_secret(value.text);
    if (!passphrase) return complain(std::move(passphrase.error()));
    draft.key_secret->passphrases.push_back(std::move(*passphrase));
    return {};
}

Verdict add_owner(const Draft& draft, const Value& value) {
    auto owner = read_identity(value.text);
    if (!owner) return complain(std::move(owner.error()));
    draft.secret->owners.push_back(std::move(*owner));
    return {};
}

}  // namespace xfrmd::daemon
