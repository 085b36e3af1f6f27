#include "cli/pki/usages.h"

#include <string_view>

#include <botan/x509cert.h>

#include "cli/pki/extensions.h"

namespace xfrmd::cli::pki {

namespace {

using Bits = Botan::Key_Constraints;

struct Usage {
    Bits::Bits bit;
    const char* name;
};
constexpr Usage kUsages[] = {
    {Bits::DigitalSignature, "digitalSignature"},
    {Bits::NonRepudiation, "nonRepudiation"},
    {Bits::KeyEncipherment, "keyEncipherment"},
    {Bits::DataEncipherment, "dataEncipherment"},
    {Bits::KeyAgreement, "keyAgreement"},
    {Bits::KeyCertSign, "keyCertSign"},
    {Bits::CrlSign, "cRLSign"},
    {Bits::EncipherOnly, "encipherOnly"},
    {Bits::DecipherOnly, "decipherOnly"},
};

struct ExtendedUsage {
    std::string_view oid;
    const char* name;
};
constexpr ExtendedUsage kExtendedUsages[] = {
    {kServerAuth, "serverAuth"},           {kClientAuth, "clientAuth"},
    {kIkeIntermediate, "ikeIntermediate"}, {"1.3.6.1.5.5.7.3.17", "ipsecIKE"},  // RFC 4945 5.1.3.12
    {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},  {"2.5.29.37.0", "anyExtendedKeyUsage"},
};

std::string name_of(const std::string& oid) {
    for (const ExtendedUsage& usage : kExtendedUsages) {
        if (usage.oid == oid) return usage.name;
    }
    return oid;
}

}  // namespace

std::vector<std::string> key_usages_of(const crypto::Certificate& certificate) {
    const Bits constraints = Botan::X509_Certificate(certificate.der()).constraints();
    std::vector<std::string> names;
    for (const Usage& usage : kUsages) {
        if (constraints.includes(usage.bit)) names.emplace_back(usage.name);
    }
    return names;
}

std::vector<std::string> extended_key_usages_of(const crypto::Certificate& certificate) {
    std::vector<std::string> names;
    for (const std::string& oid : certificate.extended_key_usages()) names.push_back(name_of(oid));
    return names;
}

}  // namespace xfrmd::cli::pki
