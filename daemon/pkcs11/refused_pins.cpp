#include "daemon/pkcs11/refused_pins.h"

#include <algorithm>

namespace xfrmd::daemon::pkcs11 {

void RefusedPins::add(const std::string& token, const base::SecretBytes& pin) {
    if (objection(token, pin).empty()) refused_[token].push_back(pin.clone());
}

std::string RefusedPins::objection(const std::string& token, const base::SecretBytes& pin) const {
    const auto refused = refused_.find(token);
    if (refused == refused_.end()) return {};
    if (std::ranges::find(refused->second, pin) != refused->second.end()) {
        return "this PIN was refused before and is not tried again";
    }
    // What is not remembered might be tried for ever.
    if (refused->second.size() < kMostOfToken) return {};
    return "it has refused " + std::to_string(kMostOfToken) + " PINs: no other one is tried";
}

}  // namespace xfrmd::daemon::pkcs11
