#include "cli/pki/seed_key.h"

#include <botan/der_enc.h>

namespace xfrmd::cli::pki {

Botan::secure_vector<std::uint8_t> SeedKey::private_key_bits() const {
    Botan::secure_vector<std::uint8_t> der;
    Botan::DER_Encoder(der).add_object(Botan::ASN1_Type(0), Botan::ASN1_Class::ContextSpecific,
                                       key_.raw_private_key_bits());
    return der;
}

}  // namespace xfrmd::cli::pki
