#include "ike/crypto/pkcs12.h"

#include <algorithm>
#include <exception>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <botan/mac.h>

#include "ike/crypto/der.h"
#include "ike/crypto/password_encryption.h"
#include "ike/crypto/pkcs12_key.h"

namespace xfrmd::crypto {

namespace {

using base::ByteView;
using base::Result;
using base::SecretBytes;
using namespace std::string_view_literals;

// Contents of OBJECT IDENTIFIERs
constexpr std::string_view kData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"sv;
constexpr std::string_view kEncryptedData = "\x2a\x86\x48\x86\xf7\x0d\x01\x07\x06"sv;
constexpr std::string_view kKeyBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x01"sv;
constexpr std::string_view kShroudedKeyBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x02"sv;
constexpr std::string_view kCertificateBag = "\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x0a\x01\x03"sv;
constexpr std::string_view kX509Certificate = "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x16\x01"sv;

struct MacHash {
    std::string_view oid;
    const char* name;
};
constexpr MacHash kMacHashes[] = {
    {"\x2b\x0e\x03\x02\x1a"sv, "SHA-1"},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv, "SHA-256"},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x02"sv, "SHA-384"},
    {"\x60\x86\x48\x01\x65\x03\x04\x02\x03"sv, "SHA-512"},
};

bool is_oid(ByteView contents, std::string_view oid) { return base::equal(contents, base::as_bytes(oid)); }

tl::unexpected<base::Error> invalid(std::string why) {
    return base::fail(base::Reason::ConfigurationInvalid, "PKCS#12 file " + std::move(why));
}

// MacData ::= SEQUENCE { mac DigestInfo, macSalt OCTET STRING, iterations INTEGER DEFAULT 1 }
Result<void> check_mac(DerReader in, ByteView content, ByteView passphrase) {
    DerReader info = in.inside(tag::kSequence);
    DerReader algorithm = info.inside(tag::kSequence);
    const ByteView oid = algorithm.contents(tag::kOid);
    const ByteView expected = info.contents(tag::kOctetString);
    const ByteView salt = in.contents(tag::kOctetString);
    const std::size_t iterations = in.done() ? 1 : in.small_number().value_or(0);
    const auto* hash = std::find_if(std::begin(kMacHashes), std::end(kMacHashes),
                                    [oid](const MacHash& known) { return is_oid(oid, known.oid); });
    if (!in.complete() || !info.complete() || iterations == 0 || iterations > kMostIterations) {
        return invalid("is malformed");
    }
    if (hash == std::end(kMacHashes)) return invalid("has an integrity check that is not known");
    const auto mac = Botan::MessageAuthenticationCode::create_or_throw("HMAC(" + std::string(hash->name) + ")");
    mac->set_key(
        derive_pkcs12_key(hash->name, Pkcs12Purpose::mac, passphrase, salt, iterations, mac->output_length()).view());
    mac->update(content);
    const auto actual = mac->final();
    const bool same = SecretBytes::equal_constant_time(ByteView(actual.data(), actual.size()), expected);
    return same ? Result<void>{} : invalid("was changed, or the secret does not fit");
}

class Pkcs12Reader {
public:
    Pkcs12Reader(ByteView passphrase, base::Random& random) : passphrase_(passphrase), random_(random) {}

    // PFX ::= SEQUENCE { version v3, authSafe ContentInfo, macData OPTIONAL }
    Result<void> read(ByteView file) {
        DerReader outer(file);
        DerReader in = outer.inside(tag::kSequence);
        const auto version = in.small_number();
        const auto content = data_of(in.inside(tag::kSequence));
        if (!outer.complete() || !in.ok() || version != 3U) return invalid("is malformed, or not in DER");
        if (!content) return invalid("has an integrity check other than by a passphrase");
        if (!in.done()) {
            const auto checked = check_mac(in.inside(tag::kSequence), *content, passphrase_);
            if (!checked) return checked;
        }
        return in.complete() ? read_all(*content) : invalid("is malformed");
    }

    Pkcs12 take() { return std::move(found_); }

private:
    // ContentInfo ::= SEQUENCE { contentType, content [0] EXPLICIT }: what is in it, where it is not encrypted.
    static std::optional<ByteView> data_of(DerReader info) {
        if (!is_oid(info.contents(tag::kOid), kData)) return std::nullopt;
        DerReader wrapped = info.inside(tag::context(0));
        const ByteView data = wrapped.contents(tag::kOctetString);
        return wrapped.complete() && info.complete() ? std::optional(data) : std::nullopt;
    }

    // AuthenticatedSafe ::= SEQUENCE OF ContentInfo
    Result<void> read_all(ByteView content) {
        DerReader outer(content);
        DerReader list = outer.inside(tag::kSequence);
        while (!list.done()) {
            const DerReader info = list.inside(tag::kSequence);
            const auto clear = data_of(info);
            const auto done = clear ? read_bags(*clear) : read_encrypted(info);
            if (!done) return done;
        }
        return list.complete() && outer.complete() ? Result<void>{} : invalid("is malformed");
    }

    // EncryptedData ::= SEQUENCE { version, SEQUENCE { contentType, algorithm, encryptedContent [0] IMPLICIT } }
    Result<void> read_encrypted(DerReader info) {
        if (!is_oid(info.contents(tag::kOid), kEncryptedData)) return invalid("has a part of a kind that is not known");
        DerReader wrapped = info.inside(tag::context(0));
        DerReader data = wrapped.inside(tag::kSequence);
        data.contents(tag::kInteger);
        DerReader content = data.inside(tag::kSequence);
        const ByteView type = content.contents(tag::kOid);
        const ByteView algorithm = content.whole(tag::kSequence);
        const ByteView bytes = content.contents(tag::implicit(0));
        if (!content.complete() || !is_oid(type, kData)) return invalid("is malformed");
        const auto clear = decrypt_with_passphrase(algorithm, bytes, passphrase_);
        return clear ? read_bags(clear->view()) : invalid(clear.error().detail);
    }

    // SafeContents ::= SEQUENCE OF SafeBag { bagId, bagValue [0] EXPLICIT, bagAttributes SET OPTIONAL }
    Result<void> read_bags(ByteView content) {
        DerReader outer(content);
        DerReader list = outer.inside(tag::kSequence);
        while (!list.done()) {
            DerReader bag = list.inside(tag::kSequence);
            const ByteView type = bag.contents(tag::kOid);
            const ByteView value = bag.contents(tag::context(0));
            bag.optional(tag::kSet);
            if (!bag.complete()) return invalid("is malformed");
            const auto done = read_bag(type, value);
            if (!done) return done;
        }
        return list.complete() && outer.complete() ? Result<void>{} : invalid("is malformed");
    }

    Result<void> read_bag(ByteView type, ByteView value) {
        if (is_oid(type, kKeyBag) || is_oid(type, kShroudedKeyBag)) return read_key(value);
        if (is_oid(type, kCertificateBag)) return read_certificate(DerReader(value));
        return {};
    }

    Result<void> read_key(ByteView value) {
        const SecretBytes passphrase(passphrase_);
        auto key = PrivateKey::load(value, &passphrase, random_);
        if (!key) return invalid("has a key that " + key.error().detail);
        found_.private_keys.push_back(*std::move(key));
        return {};
    }

    // CertBag ::= SEQUENCE { certId, certValue [0] EXPLICIT OCTET STRING }
    Result<void> read_certificate(DerReader value) {
        DerReader bag = value.inside(tag::kSequence);
        const ByteView type = bag.contents(tag::kOid);
        DerReader wrapped = bag.inside(tag::context(0));
        if (!bag.ok()) return invalid("is malformed");
        if (!is_oid(type, kX509Certificate)) return {};
        auto certificate = Certificate::decode(wrapped.contents(tag::kOctetString));
        if (!certificate) return invalid("has a certificate that is none: " + certificate.error().detail);
        found_.certificates.push_back(*std::move(certificate));
        return {};
    }

    ByteView passphrase_;
    base::Random& random_;
    Pkcs12 found_;
};

}  // namespace

Result<Pkcs12> Pkcs12::read(ByteView file, ByteView passphrase, base::Random& random) {
    if (file.size() > kMostBytes) return invalid("of " + std::to_string(file.size()) + " bytes is too large");
    try {
        Pkcs12Reader reader(passphrase, random);
        if (const auto done = reader.read(file); !done) return tl::unexpected(done.error());
        return reader.take();
    } catch (const std::exception& error) {
        return invalid(base::printable(std::string_view(error.what())));
    }
}

}  // namespace xfrmd::crypto
