// Real tokens, SoftHSM's: what they sign is what our own keys sign, and what is said when they are not as they should
// be.
#include "daemon/pkcs11/module_access.h"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>

#include "tests/unit/pkcs11/soft_token.h"

using namespace xfrmd;
using namespace xfrmd::daemon;
using namespace xfrmd::daemon::pkcs11;
using policy::HashId;
using policy::KeyType;
using policy::Padding;
using policy::SignatureScheme;
using tests::object;
using tests::TestKey;

namespace {

constexpr HashId kHashes[] = {HashId::sha1, HashId::sha2_256, HashId::sha2_384, HashId::sha2_512};
const base::Bytes kMessage = base::to_bytes(base::as_bytes("octets that AUTH covers"));
constexpr SignatureScheme kEcdsa{KeyType::ecdsa, Padding::none, HashId::sha2_256};
const base::Bytes kHandle{0x4d, 0x6f};

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// A token with this key and its public key.
struct One {
    explicit One(const TestKey& key) {
        tokens.add("moon");
        tokens.add_private_key("moon", "4d6f", key.pkcs8());
        tokens.add_public_key("moon", "4d6f", key.subject_public_key_info());
    }
    SigningKey read(ModuleAccess& access) {
        const base::SecretBytes pin = tests::pin();
        auto read = access.key(object(kHandle), &pin);
        REQUIRE(read);
        return {object(kHandle), pin.clone(), read->key};
    }
    tests::SoftTokens tokens;
};

void check(ModuleAccess& access, const SigningKey& key, const SignatureScheme& scheme) {
    for (const auto format : {crypto::EcdsaFormat::concatenated, crypto::EcdsaFormat::der}) {
        INFO(scheme.to_string());
        const auto signature = access.sign(key, scheme, format, kMessage);
        REQUIRE(signature);
        CHECK(key.key.verify(scheme, format, kMessage, *signature));
    }
}

std::string why_not(ModuleAccess& access, const TokenObject& object, std::string_view pin_text = tests::kPin) {
    const base::SecretBytes pin = tests::pin(pin_text);
    const auto read = access.key(object, &pin);
    return read ? std::string() : read.error().error.detail;
}

std::string why_not_signed(ModuleAccess& access, const SigningKey& key) {
    const auto signature = access.sign(key, kEcdsa, crypto::EcdsaFormat::der, kMessage);
    if (signature) return {};
    CHECK(signature.error().reason == base::Reason::SigningFailed);
    return signature.error().detail;
}

// One whose session is open.
struct InUse : One {
    InUse() : One(tests::small_key(1)) { CHECK(why_not_signed().empty()); }
    std::string why_not_signed() { return ::why_not_signed(access, key); }
    ModuleAccess access{tests::kSoftHsm};
    const SigningKey key = read(access);
};

}  // namespace

TEST_CASE("each scheme of RSA that a token signs verifies", "[pkcs11]") {
    const TestKey rsa = TestKey::make(KeyType::rsa, 2048, 1);
    One token(rsa);
    ModuleAccess access(tests::kSoftHsm);
    const SigningKey key = token.read(access);
    CHECK(key.key.subject_public_key_info() == rsa.subject_public_key_info());
    for (const HashId hash : kHashes) {
        check(access, key, {KeyType::rsa, Padding::pkcs1, hash});
        check(access, key, {KeyType::rsa, Padding::pss, hash});
    }
}

TEST_CASE("each scheme of ECDSA that a token signs verifies", "[pkcs11]") {
    for (const std::size_t bits : {256U, 384U, 521U}) {
        const TestKey ecdsa = TestKey::make(KeyType::ecdsa, bits, bits);
        One token(ecdsa);
        ModuleAccess access(tests::kSoftHsm);
        const SigningKey key = token.read(access);
        CHECK(key.key.subject_public_key_info() == ecdsa.subject_public_key_info());
        for (const HashId hash : kHashes) check(access, key, {KeyType::ecdsa, Padding::none, hash});
    }
}

TEST_CASE("a scheme of another kind of key is not signed", "[pkcs11]") {
    One token(tests::small_key(1));
    ModuleAccess access(tests::kSoftHsm);
    const SigningKey key = token.read(access);
    CHECK_FALSE(access.sign(key, {KeyType::rsa, Padding::pss, HashId::sha2_256}, {}, kMessage));
    CHECK_FALSE(access.sign(key, {KeyType::ecdsa, Padding::pss, HashId::sha2_256}, {}, kMessage));
    CHECK(why_not_signed(access, key).empty());
}

TEST_CASE("a certificate in a token is read without a PIN, and tells whose key is beside it", "[pkcs11]") {
    const tests::TestIssuer root{"CN=root", tests::small_key(1)};
    const auto moon = tests::make_certificate({}, tests::small_key(2), root);
    const tests::SoftTokens tokens;
    tokens.add("moon");
    tokens.add_private_key("moon", "4d6f", tests::small_key(2).pkcs8());
    tokens.add_certificate("moon", "4d6f", moon.der());
    ModuleAccess access(tests::kSoftHsm);
    const auto certificate = access.certificate(object(kHandle));
    REQUIRE(certificate);
    CHECK(*certificate == moon);
    const base::SecretBytes pin = tests::pin();
    const auto read = access.key(object(kHandle), &pin);
    REQUIRE(read);
    CHECK(read->key == moon.public_key());
    CHECK(read->certificate == moon);
    CHECK(holds(access.certificate(object({1})).error().error.detail, "there is no certificate with handle 01"));
}

TEST_CASE("a wrong PIN is tried once", "[pkcs11][hostile-d20]") {
    One token(tests::small_key(1));
    ModuleAccess access(tests::kSoftHsm);
    CHECK(holds(why_not(access, object(kHandle), "9999"), "the login fails: "));
    CHECK(holds(why_not(access, object(kHandle), "9999"), "this PIN was refused before and is not tried again"));
    CHECK(why_not(access, object(kHandle)).empty());
}

TEST_CASE("each of several wrong PINs is tried once, and so many only", "[pkcs11][hostile-d20]") {
    One token(tests::small_key(1));
    ModuleAccess access(tests::kSoftHsm);
    const auto pin_of = [](std::size_t number) { return "999" + std::to_string(number); };
    for (std::size_t i = 0; i < RefusedPins::kMostOfToken; ++i) {
        CHECK(holds(why_not(access, object(kHandle), pin_of(i)), "the login fails: "));
        CHECK(holds(why_not(access, object(kHandle), pin_of(0)), "this PIN was refused before"));
    }
    CHECK(holds(why_not(access, object(kHandle), "8888"), "it has refused 16 PINs: no other one is tried"));
}

TEST_CASE("a key that wants its PIN each time gets it, and a wrong one once", "[pkcs11][hostile-d20]") {
    const tests::SoftTokens tokens;
    tokens.add("moon");
    tokens.add_private_key("moon", "4d6f", tests::small_key(1).pkcs8(), "--always-auth");
    tokens.add_public_key("moon", "4d6f", tests::small_key(1).subject_public_key_info());
    ModuleAccess access(tests::kSoftHsm);
    const base::SecretBytes pin = tests::pin();
    const auto read = access.key(object(kHandle), &pin);
    REQUIRE(read);
    const SigningKey right{object(kHandle), tests::pin(), read->key};
    const SigningKey wrong{object(kHandle), tests::pin("9999"), read->key};
    for (int i = 0; i < 2; ++i) CHECK(why_not_signed(access, right).empty());
    CHECK(holds(why_not_signed(access, wrong), "it does not sign: "));
    for (int i = 0; i < 2; ++i) {
        CHECK(why_not_signed(access, right).empty());
        CHECK(holds(why_not_signed(access, wrong), "this PIN was refused before and is not tried again"));
    }
}

TEST_CASE("what is missing of a token is said", "[pkcs11]") {
    One token(tests::small_key(1));
    ModuleAccess access(tests::kSoftHsm);
    const std::string module = std::string("PKCS#11 module ") + tests::kSoftHsm + ": ";
    CHECK(why_not(access, object(kHandle, 77)) == module + "there is no token in slot 77");
    CHECK(holds(why_not(access, object({1})), "there is no private key with handle 01"));
    CHECK(holds(access.key(object(kHandle), nullptr).error().error.detail, "or none to be seen without a PIN"));
    token.tokens.add_private_key("moon", "02", tests::small_key(2).pkcs8());
    CHECK(holds(why_not(access, object({2})),
                "neither a certificate nor a public key with handle 02 tells what the private key is"));
}

TEST_CASE("of several tokens the one that shows the object is meant", "[pkcs11]") {
    One token(tests::small_key(1));
    token.tokens.add("other");
    token.tokens.add_private_key("other", "03", tests::small_key(3).pkcs8());
    ModuleAccess access(tests::kSoftHsm);
    CHECK(why_not(access, object(kHandle)).empty());
    // What nobody sees without a PIN might be in either.
    CHECK(holds(why_not(access, object({3})), "'module' and 'slot' have to say where it is"));
}

TEST_CASE("a module that is not there, or none at all, is an error", "[pkcs11]") {
    ModuleAccess missing("/nowhere/libp11.so");
    CHECK(holds(why_not(missing, object(kHandle)), "PKCS#11 module /nowhere/libp11.so: "));
    ModuleAccess other("/dev/null");
    CHECK_FALSE(why_not(other, object(kHandle)).empty());
    ModuleAccess unknown("nobody");
    CHECK(why_not(unknown, object(kHandle)) == "PKCS#11 module nobody: p11-kit knows no module of that name");
    const tests::SoftTokens none;
    ModuleAccess access(tests::kSoftHsm);
    CHECK(holds(why_not(access, object(kHandle, 1)), "there is no token in slot 1"));
}

TEST_CASE("a session that was lost is opened again", "[pkcs11][hostile-d20]") {
    InUse token;
    {
        const auto same = Module::open(tests::kSoftHsm);
        REQUIRE(same);
        const auto slots = (*same)->slots();
        REQUIRE(slots);
        for (const CK_SLOT_ID slot : *slots) (*same)->functions().C_CloseAllSessions(slot);
    }
    CHECK(token.why_not_signed().empty());
}

TEST_CASE("a module that has started anew is signed with again", "[pkcs11][hostile-d20]") {
    InUse token;
    {
        const auto same = Module::open(tests::kSoftHsm);
        REQUIRE(same);
        REQUIRE((*same)->functions().C_Finalize(nullptr) == CKR_OK);
    }
    CHECK(token.why_not_signed().empty());
}

TEST_CASE("a token that was removed does not sign, and does when it is back", "[pkcs11][hostile-d20]") {
    InUse token;
    token.tokens.remove();
    CHECK(holds(token.why_not_signed(), "PKCS#11 module "));
    token.tokens.put_back();
    CHECK(token.why_not_signed().empty());
}

TEST_CASE("a module is the same one by its name and by whatever path", "[pkcs11]") {
    const std::string real = std::filesystem::canonical(tests::kSoftHsm).string();
    std::string folder = (std::filesystem::temp_directory_path() / "module.XXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    const std::string link = folder + "/module.so";
    std::filesystem::create_symlink(tests::kSoftHsm, link);
    CHECK(real_path_of(link) == real);
    std::filesystem::remove_all(folder);
    CHECK(real_path_of("/nowhere/libp11.so") == "/nowhere/libp11.so");
    CHECK(real_path_of("nobody") == "nobody");
    for (const std::string& name : module_names()) CHECK(real_path_of(name).starts_with('/'));
}
