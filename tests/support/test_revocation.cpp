#include "tests/support/test_revocation.h"

#include "ike/crypto/digest.h"
#include "tests/support/der.h"

namespace xfrmd::tests {

namespace {

using base::Bytes;

Bytes encoded(const TestExtension& extension) {
    return sequence({extension.oid, extension.critical ? der(0x01, Bytes{0xff}) : Bytes{}, der(0x04, extension.value)});
}

Bytes encoded(const std::vector<TestExtension>& extensions) {
    Bytes all;
    for (const TestExtension& extension : extensions) base::append(all, encoded(extension));
    return all.empty() ? Bytes{} : der(0x30, all);
}

Bytes wrapped(std::uint8_t tag, const Bytes& element) { return element.empty() ? Bytes{} : der(tag, element); }

TestExtension of_iso(std::uint8_t number, Bytes value, bool critical = false) {
    return {oid({0x55, 0x1d, number}), std::move(value), critical};
}

Bytes entry_der(const CrlEntryFields& fields) {
    std::vector<TestExtension> extensions = fields.extensions;
    if (fields.reason) extensions.push_back(of_iso(21, der(0x0a, Bytes{*fields.reason})));
    const Bytes serial = fields.negative_serial ? negative_number(fields.serial) : der_number(fields.serial);
    return sequence({serial, time_der(fields.since), encoded(extensions)});
}

Bytes hash_of(bool sha256, const Bytes& bytes) {
    if (!sha256) {
        const crypto::Sha1 hash = crypto::sha1(bytes);
        return {hash.begin(), hash.end()};
    }
    const crypto::Sha256 hash = crypto::sha256(bytes);
    return {hash.begin(), hash.end()};
}

// The bits of the key: what follows the algorithm, without the count of unused bits. All test keys are on P-256.
Bytes key_bits(const Bytes& info) { return Bytes(info.end() - 65, info.end()); }

Bytes certificate_id(const OcspFields& fields, const TestIssuer& issuer) {
    const Bytes algorithm =
        fields.sha256 ? oid({0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 1}) : oid({0x2b, 0x0e, 3, 2, 0x1a});
    const Bytes name = name_der(fields.issuer_name.empty() ? issuer.name : fields.issuer_name);
    const Bytes key = key_bits(fields.issuer_key.value_or(issuer.key.subject_public_key_info()));
    return sequence({sequence({algorithm, der(0x05, Bytes{})}), der(0x04, hash_of(fields.sha256, name)),
                     der(0x04, hash_of(fields.sha256, key)), der_number(fields.serial)});
}

}  // namespace

Bytes crl_der(const CrlFields& fields, const TestIssuer& issuer) {
    Bytes entries;
    for (const CrlEntryFields& entry : fields.entries) base::append(entries, entry_der(entry));
    std::vector<TestExtension> extensions = fields.extensions;
    if (fields.number) extensions.push_back(of_iso(20, der_number(*fields.number)));
    if (fields.base_number) extensions.push_back(of_iso(27, der_number(*fields.base_number), true));
    if (fields.distribution_point) extensions.push_back(of_iso(28, der(0x30, *fields.distribution_point), true));
    const Bytes content =
        sequence({der_number(1), signature_algorithm(issuer.key, fields.hash), name_der(issuer.name),
                  time_der(fields.this_update), fields.next_update ? time_der(*fields.next_update) : Bytes{},
                  wrapped(0x30, entries), wrapped(0xa0, encoded(extensions))});
    return signed_object(content, issuer.key, fields.hash);
}

Bytes revoked_status(crypto::WallClock since, std::optional<std::uint8_t> reason) {
    const Bytes code = reason ? der(0xa0, der(0x0a, Bytes{*reason})) : Bytes{};
    return der(0xa1, {generalized_time(since), code});
}

Bytes ocsp_der(const OcspFields& fields, const TestIssuer& issuer, const TestKey& signer) {
    const Bytes status = der(0x0a, Bytes{fields.response_status});
    if (fields.response_status != 0) return sequence({status});
    const Bytes next = fields.next_update ? der(0xa0, generalized_time(*fields.next_update)) : Bytes{};
    const Bytes single =
        sequence({certificate_id(fields, issuer), fields.status, generalized_time(fields.this_update), next});
    const Bytes content = sequence({der(0xa1, name_der("CN=responder")), generalized_time(fields.this_update),
                                    sequence({single}), wrapped(0xa1, encoded(fields.extensions))});
    Bytes basic = signed_object(content, signer, fields.hash);
    if (!fields.certificates.empty()) {
        Bytes certificates;
        for (const Bytes& certificate : fields.certificates) base::append(certificates, certificate);
        const Bytes inner(basic.begin() + (basic[1] == 0x82 ? 4 : basic[1] == 0x81 ? 3 : 2), basic.end());
        basic = sequence({inner, der(0xa0, der(0x30, certificates))});
    }
    const Bytes type = oid({0x2b, 6, 1, 5, 5, 7, 0x30, 1, 1});
    return sequence({status, der(0xa0, sequence({type, der(0x04, basic)}))});
}

}  // namespace xfrmd::tests
