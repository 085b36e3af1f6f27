#include "tests/unit/engine/gateways.h"

#include <map>
#include <set>
#include <utility>

#include "ike/base/writer.h"

namespace xfrmd::tests {

Gateways::Gateways(const ConnectionWords& words, ike::Options left_options, ike::Options right_options)
    : Gateways(snapshot(words), snapshot(mirrored(words)), left_options, right_options) {}

Gateways::Gateways(const ConnectionWords& left_words, const ConnectionWords& right_words)
    : Gateways(snapshot(left_words), snapshot(right_words)) {}

Gateways::Gateways(policy::Snapshot left_policy, policy::Snapshot right_policy, ike::Options left_options,
                   ike::Options right_options)
    : left(wire.add(left_policy->connections().front().local_addrs.front().first.to_string(), left_policy,
                    left_options)),
      right(wire.add(right_policy->connections().front().local_addrs.front().first.to_string(), right_policy,
                     right_options)) {}

std::uint64_t Gateways::connect(const std::string& child) {
    const std::uint64_t operation = wire.initiate(left, right.address.to_string(), "gw", child);
    wire.settle();
    return operation;
}

std::string Gateways::disagreement() const { return disagreement_between(left, right); }

std::string disagreement_inside(const Host& host) {
    std::set<ike::ChildSaId> known;
    for (const auto* sa : host.sas()) {
        if (sa->established() == nullptr) continue;
        for (const auto& child : sa->established()->children) known.insert(child.id);
    }
    std::set<ike::ChildSaId> installed;
    for (const auto* child : host.kernel.list()) installed.insert(child->child);
    if (!host.kernel.complaints().empty()) return host.kernel.complaints().front();
    return known == installed ? "" : "engine and kernel know different children";
}

std::string disagreement_between(const Host& one, const Host& other) {
    using Spis = std::set<std::pair<wire::IkeSpi, wire::IkeSpi>>;
    const auto established = [](const Host& host) {
        Spis spis;
        for (const auto* sa : host.sas()) {
            if (sa->established() != nullptr) spis.emplace(sa->sa().spi_i, sa->sa().spi_r);
        }
        return spis;
    };
    if (established(one) != established(other)) return "IKE SAs";
    for (const Host* host : {&one, &other}) {
        if (std::string inside = disagreement_inside(*host); !inside.empty()) return inside;
    }
    return disagreement(one.kernel, other.kernel);
}

Lonely::Lonely(const ConnectionWords& words, ike::Options options)
    : host(wire.add(words.local, snapshot(words), options)) {}

Lonely::Lonely(const ike::Options& options, policy::Snapshot configuration)
    : host(wire.add("192.0.2.1", std::move(configuration), options)) {}

std::vector<base::Bytes> Lonely::tell(const base::Endpoint& from, const base::Endpoint& to, base::Bytes bytes) {
    const std::size_t before = host.sent.size();
    wire.inject(from, to, std::move(bytes));
    wire.settle();
    std::vector<base::Bytes> answers;
    for (std::size_t i = before; i < host.sent.size(); ++i) answers.push_back(host.sent[i].bytes);
    return answers;
}

std::vector<base::Bytes> Lonely::tell_from(const base::Endpoint& from, base::Bytes bytes) {
    return tell(from, peer.engine, std::move(bytes));
}

std::vector<base::Bytes> Lonely::tell(base::Bytes bytes) { return tell(peer.self, peer.engine, std::move(bytes)); }

void Lonely::begin() { peer.take_init_response(tell(peer.init_request()).at(0)); }

void Lonely::establish() {
    begin();
    tell(peer.protect(wire::ExchangeType::ike_auth, 1, false, peer.auth_request()));
}

std::uint64_t Lonely::be_called() { return be_called({{}, "gw", {}, host.address, peer.self.address}); }

std::uint64_t Lonely::be_called(ike::Initiate wish) {
    const std::uint64_t operation = wire.initiate(host, std::move(wish));
    wire.settle();
    const auto sent = tell(peer.answer_init(host.sent.back().bytes));
    auth_request = peer.open(sent.at(0)).value();
    return operation;
}

std::uint64_t Lonely::be_called_and_answer() {
    const std::uint64_t operation = be_called();
    tell(peer.protect(wire::ExchangeType::ike_auth, 1, true, peer.auth_response(auth_request)));
    return operation;
}

const ikev2::sa::IkeSa* Lonely::sa() const {
    const auto all = host.sas();
    return all.empty() ? nullptr : all.front();
}

base::Bytes refusal(base::ByteView request, const wire::Notify& notify) {
    wire::Header answer = read(request).header;
    answer.from_original_initiator = false;
    answer.is_response = true;
    return wire::encode(answer, {notify});
}

wire::Notify wanted_group(policy::KeyExchangeId group) {
    return notify(wire::NotifyType::invalid_ke_payload, base::Writer().u16(static_cast<std::uint16_t>(group)).take());
}

}  // namespace xfrmd::tests
