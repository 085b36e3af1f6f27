#include "ike/policy/manual_sa.h"

#include <algorithm>

#include "ike/policy/des_key.h"

namespace xfrmd::policy {

namespace {

using Faults = std::vector<ManualFault>;

struct KeySize {
    std::string_view name;
    std::size_t bytes;
};

KeySize key_size(IntegrityId algorithm) {
    switch (algorithm) {
        case IntegrityId::hmac_md5_96:
            return {"hmac-md5-96", 16};
        case IntegrityId::hmac_sha2_256_128:
            return {"hmac-sha-256-128", 32};
        default:
            return {"hmac-sha1-96", 20};
    }
}

KeySize key_size(const ManualEncryption& encryption) {
    switch (encryption.algorithm) {
        case EncryptionId::des:
            return {"des-cbc", kDesKeyBytes};
        case EncryptionId::aes_cbc:
            if (encryption.key_bits == 128) return {"aes-128-cbc", 16};
            return encryption.key_bits == 192 ? KeySize{"aes-192-cbc", 24} : KeySize{"aes-256-cbc", 32};
        default:
            return {"3des-cbc", 3 * kDesKeyBytes};
    }
}

std::string wrong_size(const KeySize& size, std::size_t given) {
    const std::string bytes = std::to_string(size.bytes);
    const std::string rule = std::string(size.name) + " takes a key of " + bytes + " bytes: " + bytes +
                             " characters, or " + std::to_string(2 * size.bytes) + " hexadecimal digits after 0x";
    if (given == 0) return rule;
    return rule + "; this one has " + std::to_string(given) + (given == 1 ? " byte" : " bytes");
}

void check_spi(std::string_view option, std::uint32_t spi, Faults& faults) {
    if (spi >= kLeastManualSpi && spi <= kMostManualSpi) return;
    faults.push_back({option, "expected a number from " + std::to_string(kLeastManualSpi) + " to " +
                                  std::to_string(kMostManualSpi)});
}

void check_spis(const ManualSa& sa, Faults& faults) {
    check_spi("spi", sa.spi, faults);
    if (sa.protocol == ManualProtocol::bundle) {
        check_spi("auxiliary_spi", sa.auxiliary_spi, faults);
    } else if (sa.auxiliary_spi != 0) {
        faults.push_back({"auxiliary_spi", "only a bundle has one, for its ESP"});
    }
}

void check_des_keys(const ManualEncryption& encryption, Faults& faults) {
    const base::ByteView key = encryption.key.view();
    if (encryption.algorithm == EncryptionId::des && is_weak_des_key(key)) {
        faults.push_back({"encryption.key", "this is a weak or semi-weak DES key; choose another one"});
    }
    if (encryption.algorithm != EncryptionId::triple_des) return;
    const base::ByteView first = key.first(kDesKeyBytes);
    const base::ByteView second = key.subspan(kDesKeyBytes, kDesKeyBytes);
    const base::ByteView third = key.last(kDesKeyBytes);
    // RFC 2451 2.3: with two equal neighbours 3DES is nothing but DES.
    if (are_same_des_key(first, second)) {
        faults.push_back({"encryption.key",
                          "the first and the second 8 bytes of a 3DES key must differ, in more than "
                          "parity bits"});
    } else if (are_same_des_key(second, third)) {
        faults.push_back({"encryption.key",
                          "the second and the third 8 bytes of a 3DES key must differ, in more than "
                          "parity bits"});
    }
}

void check_keys(const ManualSa& sa, Faults& faults) {
    if (sa.authentication) {
        const KeySize size = key_size(sa.authentication->algorithm);
        const std::size_t given = sa.authentication->key.size();
        if (given != size.bytes) faults.push_back({"authentication.key", wrong_size(size, given)});
    }
    if (sa.encryption) {
        const KeySize size = key_size(*sa.encryption);
        const std::size_t given = sa.encryption->key.size();
        if (given != size.bytes) return faults.push_back({"encryption.key", wrong_size(size, given)});
        check_des_keys(*sa.encryption, faults);
    }
}

// Which of the two parts each protocol has.
void check_protection(const ManualSa& sa, Faults& faults) {
    if (sa.protocol == ManualProtocol::ah && sa.encryption) {
        faults.push_back({"encryption", "ah encrypts nothing; take esp or bundle"});
    }
    if (sa.protocol != ManualProtocol::ah && !sa.authentication && !sa.encryption) {
        // Junos: both default together, algorithms that is, for keys have no default.
        return faults.push_back({"",
                                 "neither authentication nor encryption is given, which means hmac-sha1-96 and "
                                 "3des-cbc, but these need an authentication.key and an encryption.key"});
    }
    // RFC 8221 4: encryption must be authenticated.
    if (!sa.authentication) faults.push_back({"", "authentication is missing"});
    if (sa.protocol == ManualProtocol::bundle && !sa.encryption) {
        faults.push_back({"", "encryption is missing, without which the ESP of a bundle does nothing"});
    }
}

void check_addresses(const ManualSa& sa, Faults& faults) {
    const bool any_sender = sa.direction == ManualDirection::inbound && sa.mode == Mode::transport;
    if (sa.local_addrs.is_any()) faults.push_back({"local_addrs", "expected an address"});
    if (sa.remote_addrs.is_any() && !any_sender) {
        faults.push_back(
            {"remote_addrs", "expected an address; only what is inbound and in transport mode takes %any"});
    }
    if (sa.local_addrs.family() != sa.remote_addrs.family()) {
        return faults.push_back({"remote_addrs", "one address is IPv4 and the other IPv6"});
    }
    if (sa.local_addrs == sa.remote_addrs) faults.push_back({"remote_addrs", "both ends have the same address"});
    // RFC 4301 4.1: a multicast SA is known by its destination; nothing comes from a multicast address.
    if (sa.sends() && sa.local_addrs.is_multicast()) {
        faults.push_back({"local_addrs", "nothing can be sent from a multicast address"});
    }
    if (sa.receives() && sa.remote_addrs.is_multicast()) {
        faults.push_back({"remote_addrs", "nothing comes from a multicast address"});
    }
}

bool fits_end(const ConfiguredSelector& selector, const base::Address& end) {
    return selector.dynamic || end.is_any() ||
           (selector.selector.is_host() && selector.selector.addresses.first == end);
}

// RFC 4301 4.1: transport mode protects what the two ends themselves say.
void check_ends(std::string_view option, const std::vector<ConfiguredSelector>& selectors, const base::Address& end,
                Faults& faults) {
    if (std::all_of(selectors.begin(), selectors.end(), [&](const auto& one) { return fits_end(one, end); })) return;
    faults.push_back({option, "in transport mode these are dynamic or " + end.to_string()});
}

void check_selectors(const ManualSa& sa, Faults& faults) {
    if (sa.mode == Mode::transport) {
        check_ends("local_ts", sa.local_ts, sa.local_addrs, faults);
        check_ends("remote_ts", sa.remote_ts, sa.remote_addrs, faults);
        return;
    }
    const auto has = [](const auto& selectors, const base::Address& end, base::Family family) {
        return std::any_of(selectors.begin(), selectors.end(), [&](const ConfiguredSelector& one) {
            return one.resolve(end).addresses.first.family() == family;
        });
    };
    for (const base::Family family : {base::Family::ipv4, base::Family::ipv6}) {
        if (has(sa.local_ts, sa.local_addrs, family) && has(sa.remote_ts, sa.remote_addrs, family)) return;
    }
    faults.push_back({"remote_ts", "no selector of this end has the family of one at the other end"});
}

}  // namespace

std::vector<ManualFault> faults_of(const ManualSa& sa) {
    Faults faults;
    check_spis(sa, faults);
    check_protection(sa, faults);
    check_keys(sa, faults);
    check_addresses(sa, faults);
    if (sa.local_addrs.family() == sa.remote_addrs.family()) check_selectors(sa, faults);
    return faults;
}

std::vector<ManualSaId> ids_of(const ManualSa& sa) {
    std::vector<ManualSaId> ids;
    const auto add = [&](const base::Address& destination) {
        if (sa.protocol != ManualProtocol::esp) ids.push_back({destination, ProtocolId::ah, sa.spi});
        if (sa.protocol == ManualProtocol::esp) ids.push_back({destination, ProtocolId::esp, sa.spi});
        if (sa.protocol == ManualProtocol::bundle) ids.push_back({destination, ProtocolId::esp, sa.auxiliary_spi});
    };
    if (sa.receives()) add(sa.local_addrs);
    if (sa.sends()) add(sa.remote_addrs);
    return ids;
}

}  // namespace xfrmd::policy
