// Manually keyed SAs (RFC 4301 4.5.1), as Junos has them: SPIs and keys by hand, no IKE, no rekeying, no replay
// protection (RFC 4302 and 4303 3.3.3). Plain values; faults_of() holds every rule that one of them must keep, whether
// it comes from a file or from the API.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ike/base/address.h"
#include "ike/base/secret_bytes.h"
#include "ike/policy/child.h"

namespace xfrmd::policy {

enum class ManualDirection : std::uint8_t { inbound, outbound, bidirectional };
// bundle: AH around ESP; AH authenticates, ESP only encrypts.
enum class ManualProtocol : std::uint8_t { ah, esp, bundle };

inline constexpr std::uint32_t kLeastManualSpi = 256;
inline constexpr std::uint32_t kMostManualSpi = 16639;

// hmac_md5_96, hmac_sha1_96 or hmac_sha2_256_128.
struct ManualAuthentication {
    IntegrityId algorithm = IntegrityId::hmac_sha1_96;
    base::SecretBytes key;

    friend bool operator==(const ManualAuthentication&, const ManualAuthentication&) = default;
};

// des, triple_des, or aes_cbc with its key_bits.
struct ManualEncryption {
    EncryptionId algorithm = EncryptionId::triple_des;
    std::uint16_t key_bits = 0;
    base::SecretBytes key;

    friend bool operator==(const ManualEncryption&, const ManualEncryption&) = default;
};

struct ManualSa {
    std::string name;
    ManualDirection direction = ManualDirection::bidirectional;
    ManualProtocol protocol = ManualProtocol::esp;
    std::uint32_t spi = 0;            // of a bundle AH's
    std::uint32_t auxiliary_spi = 0;  // of a bundle ESP's; 0 otherwise
    std::optional<ManualAuthentication> authentication;
    std::optional<ManualEncryption> encryption;  // none with esp: NULL encryption (RFC 2410)
    Mode mode = Mode::tunnel;                    // or transport
    base::Address local_addrs;                   // one address each; named as swanctl.conf names them
    base::Address remote_addrs;                  // "any" of local_addrs' family: whoever sends (inbound, transport)
    std::vector<ConfiguredSelector> local_ts;    // never empty; dynamic stands for the address of that end
    std::vector<ConfiguredSelector> remote_ts;
    Mark mark;                // of policies and states, in both directions; always given
    std::uint32_t if_id = 0;  // 0: none
    std::string interface;    // that policies are bound to; empty: none

    bool receives() const { return direction != ManualDirection::outbound; }
    bool sends() const { return direction != ManualDirection::inbound; }
    friend bool operator==(const ManualSa&, const ManualSa&) = default;
};

// A rule that is broken: the option that breaks it ("spi", "authentication.key"; empty for the SA as a whole), and what
// is wrong. Never holds a part of a key.
struct ManualFault {
    std::string_view option;
    std::string message;
};

// Every rule for one SA on its own. Empty: it is sound.
std::vector<ManualFault> faults_of(const ManualSa& sa);

// What the kernel tells SAs by. No two manual SAs may share one (RFC 4301 4.1): SPI and protocol are unique for each
// destination, so that one SPI may serve two peers on the way out, but not on the way in.
struct ManualSaId {
    base::Address destination;
    ProtocolId protocol{};  // ah or esp
    std::uint32_t spi = 0;

    friend auto operator<=>(const ManualSaId&, const ManualSaId&) = default;
};
std::vector<ManualSaId> ids_of(const ManualSa& sa);

}  // namespace xfrmd::policy
