#include "ike/crypto/signature_algorithm.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <vector>

#include "ike/crypto/der.h"

namespace xfrmd::crypto {

namespace {

using base::Bytes;
using policy::HashId;
using policy::KeyType;
using policy::Padding;
using policy::SignatureScheme;

// RFC 4055 and RFC 5280 allow more than one form of some identifiers; the first of each kind is what we send.
struct Form {
    bool null_parameters = true;  // RFC 4055 2.1, 5: of hashes and of PKCS#1 v1.5, present or absent
    bool trailer_field = false;   // RFC 4055 3.1: the default, which DER leaves out and RFC 7427 A.4.3 shows
};
constexpr Form kForms[] = {{true, false}, {true, true}, {false, false}, {false, true}};

struct Hash {
    HashId id;
    std::string_view oid;  // contents, as a hash
    std::uint8_t rsa;      // last octet of pkcs-1 with this hash
    std::string_view dsa;  // contents, with ECDSA
    std::uint8_t octets;
};
using namespace std::string_view_literals;
constexpr std::string_view kPkcs1 = "\x2a\x86\x48\x86\xf7\x0d\x01\x01"sv;
constexpr std::uint8_t kMgf1 = 8;
constexpr std::uint8_t kPss = 10;
constexpr Hash kHashes[] = {
    {HashId::sha1, "\x2b\x0e\x03\x02\x1a"sv, 5, "\x2a\x86\x48\xce\x3d\x04\x01"sv, 20},
    {HashId::sha2_256, "\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv, 11, "\x2a\x86\x48\xce\x3d\x04\x03\x02"sv, 32},
    {HashId::sha2_384, "\x60\x86\x48\x01\x65\x03\x04\x02\x02"sv, 12, "\x2a\x86\x48\xce\x3d\x04\x03\x03"sv, 48},
    {HashId::sha2_512, "\x60\x86\x48\x01\x65\x03\x04\x02\x03"sv, 13, "\x2a\x86\x48\xce\x3d\x04\x03\x04"sv, 64},
};
// Kinds of keys with one scheme each, which has no parameters (RFC 8410 3, RFC 9881 2).
struct Single {
    KeyType key;
    std::string_view oid;
};
constexpr Single kSingles[] = {{KeyType::ed25519, "\x2b\x65\x70"sv},
                               {KeyType::ed448, "\x2b\x65\x71"sv},
                               {KeyType::ml_dsa_44, "\x60\x86\x48\x01\x65\x03\x04\x03\x11"sv},
                               {KeyType::ml_dsa_65, "\x60\x86\x48\x01\x65\x03\x04\x03\x12"sv},
                               {KeyType::ml_dsa_87, "\x60\x86\x48\x01\x65\x03\x04\x03\x13"sv}};

Bytes identifier(base::ByteView oid, base::ByteView parameters) {
    Bytes contents = der_element(tag::kOid, oid);
    base::append(contents, parameters);
    return der_element(tag::kSequence, contents);
}

Bytes identifier(std::string_view oid) { return identifier(base::as_bytes(oid), {}); }

Bytes pkcs1(std::uint8_t last, base::ByteView parameters) {
    Bytes oid = base::to_bytes(base::as_bytes(kPkcs1));
    oid.push_back(last);
    return identifier(oid, parameters);
}

// RSASSA-PSS-params ::= SEQUENCE { [0] hashAlgorithm, [1] maskGenAlgorithm, [2] saltLength, [3] trailerField }
Bytes pss(const Hash& hash, const Bytes& null, bool trailer_field) {
    const Bytes digest = identifier(base::as_bytes(hash.oid), null);
    Bytes parameters = der_element(tag::context(0), digest);
    base::append(parameters, der_element(tag::context(1), pkcs1(kMgf1, digest)));
    base::append(parameters, der_element(tag::context(2), der_element(tag::kInteger, Bytes{hash.octets})));
    if (trailer_field) base::append(parameters, der_element(tag::context(3), der_element(tag::kInteger, Bytes{1})));
    return pkcs1(kPss, der_element(tag::kSequence, parameters));
}

const Hash* find_hash(HashId id) {
    const auto* found =
        std::find_if(std::begin(kHashes), std::end(kHashes), [id](const Hash& h) { return h.id == id; });
    return found == std::end(kHashes) ? nullptr : found;
}

Bytes encode(const SignatureScheme& scheme, const Form& form) {
    const auto* single = std::ranges::find(kSingles, scheme.key, &Single::key);
    if (single != std::end(kSingles)) return identifier(single->oid);
    const Hash& hash = *find_hash(scheme.hash);
    if (scheme.key == KeyType::ecdsa) return identifier(hash.dsa);
    const Bytes null = form.null_parameters ? der_element(tag::kNull, {}) : Bytes{};
    return scheme.padding == Padding::pss ? pss(hash, null, form.trailer_field) : pkcs1(hash.rsa, null);
}

struct Known {
    Bytes der;
    SignatureScheme scheme;
};

std::vector<Known> all_known() {
    std::vector<Known> known{
        // RFC 7427 A.4.1: SHA-1, as everything is left to its default.
        {pkcs1(kPss, der_element(tag::kSequence, {})), {KeyType::rsa, Padding::pss, HashId::sha1}},
    };
    for (const Single& one : kSingles) {
        known.push_back({identifier(one.oid), {one.key, Padding::none, HashId::identity}});
    }
    for (const Hash& hash : kHashes) {
        for (const SignatureScheme& scheme : {SignatureScheme{KeyType::rsa, Padding::pkcs1, hash.id},
                                              SignatureScheme{KeyType::rsa, Padding::pss, hash.id},
                                              SignatureScheme{KeyType::ecdsa, Padding::none, hash.id}}) {
            for (const Form& form : kForms) known.push_back({encode(scheme, form), scheme});
        }
    }
    return known;
}

constexpr std::size_t kShown = 80;  // what is longer is none that anybody uses

}  // namespace

Bytes encode_algorithm(const SignatureScheme& scheme) {
    return scheme.is_meaningful() ? encode(scheme, kForms[0]) : Bytes{};
}

base::Result<SignatureScheme> decode_algorithm(base::ByteView der) {
    static const std::vector<Known> known = all_known();
    const auto found = std::ranges::find_if(known, [der](const Known& one) { return base::equal(one.der, der); });
    if (found != known.end()) return found->scheme;
    const std::string shown = base::to_hex(der.first(std::min(der.size(), kShown)));
    return base::fail(base::Reason::AuthenticationMethodUnacceptable, "signature algorithm " + shown + " is not known");
}

}  // namespace xfrmd::crypto
