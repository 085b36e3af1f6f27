// Two gateways with post-quantum pre-shared keys: who has which, and who insists.
#pragma once

#include <catch2/catch_test_macros.hpp>

#include <map>
#include <string>

#include "tests/unit/engine/gateways.h"

namespace xfrmd::tests {

using ikev2::sa::PpkUse;
using policy::PpkExchange;

struct PpkSide {
    std::string ppk_id;
    std::map<std::string, std::string> ppks;
    bool required = false;
    PpkExchange exchange = PpkExchange::any;
};

inline const std::map<std::string, std::string> kBoth{{"one", "first"}, {"two", "second"}};

inline policy::Identity key_id(const std::string& text) {
    return {policy::IdentityType::key_id, base::to_bytes(base::as_bytes(text))};
}

inline policy::Snapshot with_ppks(const ConnectionWords& words, const PpkSide& side) {
    policy::Configuration configuration;
    policy::Connection gw = connection(words);
    if (!side.ppk_id.empty()) gw.ppk_id = identity(side.ppk_id);
    gw.ppk_required = side.required;
    gw.ppk_exchange = side.exchange;
    configuration.connections.push_back(std::move(gw));
    configuration.secrets.push_back({"ike", base::SecretBytes(base::as_bytes(kSecret)), {}});
    for (const auto& [id, secret] : side.ppks) {
        configuration.ppks.push_back({id, base::SecretBytes(base::as_bytes(secret)), {key_id(id)}});
    }
    return policy::IndexedConfiguration::of(std::move(configuration));
}

struct PpkWorld {
    PpkWorld(const PpkSide& left, const PpkSide& right, const ConnectionWords& words = {})
        : gateways(with_ppks(words, left), with_ppks(mirrored(words), right)) {}
    std::string outcome() { return gateways.left.outcome(gateways.connect()); }
    // Of both, once it is up.
    PpkUse use() {
        const auto of = [](const Host& host) { return host.sas().at(0)->established()->ppk; };
        CHECK(of(gateways.left) == of(gateways.right));
        CHECK(gateways.disagreement().empty());
        return of(gateways.left);
    }

    Gateways gateways;
};

}  // namespace xfrmd::tests
