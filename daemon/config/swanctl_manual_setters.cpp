#include "daemon/config/swanctl_manual_setters.h"

#include <algorithm>
#include <utility>

#include "daemon/config/swanctl_addresses.h"
#include "daemon/config/swanctl_secret.h"
#include "ike/base/bytes.h"

namespace xfrmd::daemon {

namespace {

using policy::EncryptionId;
using policy::IntegrityId;

Read<base::Address> read_address(const Value& value) {
    const auto ranges = read_addresses(value.items);
    if (!ranges) return complain(ranges.error());
    if (ranges->size() != 1 || ranges->front().first != ranges->front().last) return complain("expected one address");
    return ranges->front().first;
}

Verdict store(base::Address& into, Read<base::Address> address) {
    if (!address) return complain(std::move(address.error()));
    into = *address;
    return {};
}

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

// Stricter than the secrets of IKE, as a key has exactly as many bytes as its algorithm wants: hexadecimal digits come
// in pairs, and text is ASCII.
Verdict store_key(base::SecretBytes& into, std::string_view text) {
    const bool hexadecimal = text.starts_with("0x") || text.starts_with("0X");
    const auto colons = static_cast<std::size_t>(std::count(text.begin(), text.end(), ':'));
    if (hexadecimal && (text.size() - colons) % 2 != 0) {
        return complain("expected an even number of hexadecimal digits after 0x");
    }
    if (!std::all_of(text.begin(), text.end(), is_printable)) {
        return complain("expected ASCII text, or bytes in hexadecimal after 0x");
    }
    auto key = read_secret(text);
    if (!key) return complain(std::move(key.error()));
    into = std::move(*key);
    return {};
}

}  // namespace

Verdict set_manual_direction(const Draft& draft, const Value& value) {
    using enum policy::ManualDirection;
    draft.manual->direction = value.canonical == "inbound"    ? inbound
                              : value.canonical == "outbound" ? outbound
                                                              : bidirectional;
    return {};
}

Verdict set_manual_protocol(const Draft& draft, const Value& value) {
    using enum policy::ManualProtocol;
    draft.manual->protocol = value.canonical == "ah" ? ah : value.canonical == "esp" ? esp : bundle;
    return {};
}

Verdict set_manual_mode(const Draft& draft, const Value& value) {
    draft.manual->mode = value.canonical == "transport" ? policy::Mode::transport : policy::Mode::tunnel;
    return {};
}

Verdict set_manual_local_addrs(const Draft& draft, const Value& value) {
    return store(draft.manual->local_addrs, read_address(value));
}

// Of which family %any is, the other end decides.
Verdict set_manual_remote_addrs(const Draft& draft, const Value& value) {
    if (value.text == "%any") {
        draft.manual->remote_addrs = {};
        return {};
    }
    return store(draft.manual->remote_addrs, read_address(value));
}

Verdict set_authentication_algorithm(const Draft& draft, const Value& value) {
    draft.manual->authentication->algorithm = value.canonical == "hmac-md5-96"        ? IntegrityId::hmac_md5_96
                                              : value.canonical == "hmac-sha-256-128" ? IntegrityId::hmac_sha2_256_128
                                                                                      : IntegrityId::hmac_sha1_96;
    return {};
}

Verdict set_authentication_key(const Draft& draft, const Value& value) {
    return store_key(draft.manual->authentication->key, value.text);
}

Verdict set_encryption_algorithm(const Draft& draft, const Value& value) {
    struct Cipher {
        std::string_view word;
        EncryptionId algorithm;
        std::uint16_t key_bits;
    };
    constexpr Cipher kCiphers[] = {{"des-cbc", EncryptionId::des, 0},
                                   {"3des-cbc", EncryptionId::triple_des, 0},
                                   {"aes-128-cbc", EncryptionId::aes_cbc, 128},
                                   {"aes-192-cbc", EncryptionId::aes_cbc, 192},
                                   {"aes-256-cbc", EncryptionId::aes_cbc, 256}};
    for (const Cipher& cipher : kCiphers) {
        if (value.canonical != cipher.word) continue;
        draft.manual->encryption->algorithm = cipher.algorithm;
        draft.manual->encryption->key_bits = cipher.key_bits;
    }
    return {};
}

Verdict set_encryption_key(const Draft& draft, const Value& value) {
    return store_key(draft.manual->encryption->key, value.text);
}

}  // namespace xfrmd::daemon
