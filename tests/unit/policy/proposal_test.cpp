#include "ike/policy/proposal.h"

#include <catch2/catch_test_macros.hpp>

using namespace xfrmd::policy;
using xfrmd::base::Reason;

namespace {

std::string parsed(ProtocolId protocol, std::string_view text) {
    const auto proposals = parse_proposal(protocol, text);
    return proposals ? to_string(*proposals) : proposals.error().detail;
}

std::string ike(std::string_view text) { return parsed(ProtocolId::ike, text); }
std::string esp(std::string_view text) { return parsed(ProtocolId::esp, text); }
std::string ah(std::string_view text) { return parsed(ProtocolId::ah, text); }

Reason reason(ProtocolId protocol, std::string_view text) { return parse_proposal(protocol, text).error().reason; }

}  // namespace

TEST_CASE("an IKE proposal derives its PRF from its integrity algorithms", "[policy][rfc7296-3.3.3]") {
    CHECK(ike("aes128-sha256-modp2048") == "IKE:AES_CBC_128/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/MODP_2048");
    CHECK(ike("aes256-sha1-sha512-ecp521") ==
          "IKE:AES_CBC_256/PRF_HMAC_SHA1/PRF_HMAC_SHA2_512/HMAC_SHA1_96/HMAC_SHA2_512_256/ECP_521");
    CHECK(ike("aes256-aesxcbc-x25519") == "IKE:AES_CBC_256/PRF_AES128_XCBC/AES_XCBC_96/CURVE_25519");
    CHECK(ike("aes256-aescmac-x25519") == "IKE:AES_CBC_256/PRF_AES128_CMAC/AES_CMAC_96/CURVE_25519");
    CHECK(ike("3des-md5-modp768") == "IKE:3DES_CBC/PRF_HMAC_MD5/HMAC_MD5_96/MODP_768");
    CHECK(ike("aes-sha384-ecp384") == "IKE:AES_CBC_128/PRF_HMAC_SHA2_384/HMAC_SHA2_384_192/ECP_384");
    CHECK(ike("aes128-sha256-prfsha512-x448") == "IKE:AES_CBC_128/PRF_HMAC_SHA2_512/HMAC_SHA2_256_128/CURVE_448");
}

TEST_CASE("an AEAD drops integrity but keeps the PRF it implied", "[policy][rfc5282-8]") {
    CHECK(ike("aes256gcm16-prfsha384-x25519") == "IKE:AES_GCM_16_256/PRF_HMAC_SHA2_384/CURVE_25519");
    CHECK(ike("aes128gcm-sha256-ecp256") == "IKE:AES_GCM_16_128/PRF_HMAC_SHA2_256/ECP_256");
    CHECK(esp("chacha20poly1305-sha256") == "ESP:CHACHA20_POLY1305/NO_EXT_SEQ");
}

TEST_CASE("an IKE proposal loses its key exchange NONE", "[policy][rfc7296-2.18]") {
    CHECK(ike("aes128-sha256-x25519-none") == "IKE:AES_CBC_128/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/CURVE_25519");
}

TEST_CASE("ESP and AH proposals get noesn and lose PRFs", "[policy][rfc7296-3.3.3]") {
    CHECK(esp("aes256-sha256") == "ESP:AES_CBC_256/HMAC_SHA2_256_128/NO_EXT_SEQ");
    CHECK(esp("aes256-sha256-prfsha256-modp2048-none") ==
          "ESP:AES_CBC_256/HMAC_SHA2_256_128/MODP_2048/KE_NONE/NO_EXT_SEQ");
    CHECK(esp("aes128gcm16-esn-noesn") == "ESP:AES_GCM_16_128/EXT_SEQ/NO_EXT_SEQ");
    CHECK(esp("null-sha256") == "ESP:NULL/HMAC_SHA2_256_128/NO_EXT_SEQ");
    CHECK(ah("sha256-aes128-prfsha1") == "AH:HMAC_SHA2_256_128/NO_EXT_SEQ");
}

TEST_CASE("ESP takes what Linux has beyond IKE's algorithms", "[policy][rfc4543-9][rfc2405][rfc4312]") {
    CHECK(esp("des-md5") == "ESP:DES_CBC/HMAC_MD5_96/NO_EXT_SEQ");
    CHECK(esp("aes192gmac-x25519") == "ESP:NULL_AES_GMAC_192/CURVE_25519/NO_EXT_SEQ");
    CHECK(esp("camellia256-sha1_160") == "ESP:CAMELLIA_CBC_256/HMAC_SHA1_160/NO_EXT_SEQ");
    CHECK(esp("aes128-sha256_96-esn") == "ESP:AES_CBC_128/HMAC_SHA2_256_96/EXT_SEQ");
}

TEST_CASE("AH takes integrity algorithms, a key exchange and sequence numbers", "[policy][rfc4302-2.6]") {
    CHECK(ah("sha256-modp2048") == "AH:HMAC_SHA2_256_128/MODP_2048/NO_EXT_SEQ");
    CHECK(ah("sha1-md5-esn-noesn") == "AH:HMAC_SHA1_96/HMAC_MD5_96/EXT_SEQ/NO_EXT_SEQ");
    CHECK(ah("camellia128ccm8-aescmac") == "AH:AES_CMAC_96/NO_EXT_SEQ");
}

TEST_CASE("words may be repeated and alternate in any order", "[policy]") {
    CHECK(esp("sha1-aes256-aes128-aes256-sha1") == "ESP:AES_CBC_256/AES_CBC_128/HMAC_SHA1_96/NO_EXT_SEQ");
}

TEST_CASE("a rule that a proposal breaks is named", "[policy][rfc7296-3.3.3]") {
    CHECK(ike("aes128-sha256") == "proposal 'aes128-sha256': IKE needs a key exchange, such as x25519");
    CHECK(ike("aes128-sha256-none") == "proposal 'aes128-sha256-none': IKE needs a key exchange, such as x25519");
    CHECK(ike("aes128-x25519") == "proposal 'aes128-x25519': IKE needs an integrity algorithm with AES_CBC_128");
    CHECK(ike("sha256-x25519") == "proposal 'sha256-x25519': IKE needs an encryption algorithm");
    CHECK(ike("aes128gcm16-x25519") ==
          "proposal 'aes128gcm16-x25519': IKE needs a PRF with an AEAD cipher, such as prfsha256");
    CHECK(ike("aes128gcm16-aes128-sha256-x25519") ==
          "proposal 'aes128gcm16-aes128-sha256-x25519': AEAD and classic ciphers cannot stand in one IKE proposal");
    CHECK(ike("null-sha256-x25519") == "proposal 'null-sha256-x25519': 'null' is for ESP only");
    CHECK(ike("aes128-sha256-x25519-esn") == "proposal 'aes128-sha256-x25519-esn': esn and noesn are for ESP and AH");
    CHECK(esp("aes128") == "proposal 'aes128': ESP needs an integrity algorithm with AES_CBC_128");
    CHECK(esp("null") == "proposal 'null': ESP needs an integrity algorithm with NULL");
    CHECK(esp("sha256-modp2048") == "proposal 'sha256-modp2048': ESP needs an encryption algorithm");
    CHECK(esp("aes128gcm16-aes128-sha256") ==
          "proposal 'aes128gcm16-aes128-sha256': AEAD and classic ciphers cannot stand in one ESP proposal");
    CHECK(ah("aes128") == "proposal 'aes128': AH needs an integrity algorithm");
    CHECK(parsed(ProtocolId::none, "aes128") == "proposal 'aes128': proposals are for IKE, ESP or AH");
    CHECK(reason(ProtocolId::esp, "aes128") == Reason::ConfigurationInvalid);
}

TEST_CASE("unknown words are refused with a near match", "[policy]") {
    CHECK(esp("aes265-sha256") == "proposal 'aes265-sha256': unknown algorithm 'aes265', did you mean 'aes256'?");
    CHECK(esp("AES256-sha256") == "proposal 'AES256-sha256': unknown algorithm 'AES256', did you mean 'aes256'?");
    CHECK(esp("aes256-sah256") == "proposal 'aes256-sah256': unknown algorithm 'sah256', did you mean 'sha256'?");
    CHECK(esp("aes256-sha256-modp2408") ==
          "proposal 'aes256-sha256-modp2408': unknown algorithm 'modp2408', did you mean 'modp2048'?");
    CHECK(esp("aes256-lemonade") == "proposal 'aes256-lemonade': unknown algorithm 'lemonade'");
    CHECK(esp("") == "proposal '': empty word between the dashes");
    CHECK(esp("aes256--sha1") == "proposal 'aes256--sha1': empty word between the dashes");
    CHECK(esp("aes256-") == "proposal 'aes256-': empty word between the dashes");
    CHECK(esp("aes\x1b") == "proposal 'aes\\x1b': unknown algorithm 'aes\\x1b', did you mean 'aes'?");
    CHECK(reason(ProtocolId::esp, std::string(100000, 'a')) == Reason::ConfigurationInvalid);
    CHECK(esp(std::string(100000, 'a')).size() < 256);
}

TEST_CASE("words that strongSwan knows and we do not run are refused by name", "[policy]") {
    CHECK(ike("serpent256-sha256-x25519") ==
          "proposal 'serpent256-sha256-x25519': 'serpent256' is known to strongSwan but not supported");
    CHECK(ike("chacha20poly1305compat-prfsha256-x25519").find("is not yet supported") != std::string::npos);
    CHECK(ike("camellia256-sha256-x25519") == "IKE:CAMELLIA_CBC_256/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/CURVE_25519");
    CHECK(ike("des-sha256-x25519") == "proposal 'des-sha256-x25519': 'des' is for ESP only");
    CHECK(ike("aes128gmac-sha256-x25519") == "proposal 'aes128gmac-sha256-x25519': 'aes128gmac' is for ESP only");
    CHECK(ah("aes128gmac") == "proposal 'aes128gmac': 'aes128gmac' is not supported by Linux in AH");
    CHECK(esp("camellia128ccm8") == "proposal 'camellia128ccm8': 'camellia128ccm8' is not supported by Linux in ESP");
    CHECK(esp("camellia128ctr-sha256").find("is not supported by Linux in ESP") != std::string::npos);
    CHECK(ike("aes128-sha256-x25519-ke1_gost256").find("is known to strongSwan but not supported") !=
          std::string::npos);
    CHECK(ike("aes128-sha256-ke1_sha1") == "proposal 'aes128-sha256-ke1_sha1': unknown algorithm 'ke1_sha1'");
    CHECK(ike("aes128-sha256-ke8_x25519").find("unknown algorithm 'ke8_x25519'") != std::string::npos);
    for (const std::string_view word :
         {"blowfish", "blowfish192", "twofish", "serpent", "cast128", "gost256", "gost512", "modpnull", "camelliaxcbc",
          "prfcamelliaxcbc", "ke7_gost512", "null", "des", "chacha20poly1305compat"}) {
        INFO(word);
        CHECK(reason(ProtocolId::ike, word) == Reason::AlgorithmUnavailable);
    }
}

TEST_CASE("additional key exchanges are numbered words", "[policy][rfc9370-2.2.1]") {
    CHECK(ike("aes128-sha256-mlkem768") == "IKE:AES_CBC_128/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/ML_KEM_768");
    CHECK(ike("aes128gcm16-prfsha256-x25519-KE1_mlkem768") ==
          "IKE:AES_GCM_16_128/PRF_HMAC_SHA2_256/CURVE_25519/KE1_ML_KEM_768");
    CHECK(ike("ke7_x448-ke2_mlkem512-ke2_none-aes128gcm16-prfsha256-x25519") ==
          "IKE:AES_GCM_16_128/PRF_HMAC_SHA2_256/CURVE_25519/KE2_ML_KEM_512/KE2_NONE/KE7_CURVE_448");
    CHECK(esp("aes128gcm16-x25519-ke1_mlkem1024") == "ESP:AES_GCM_16_128/CURVE_25519/NO_EXT_SEQ/KE1_ML_KEM_1024");
    CHECK(ah("sha256-x25519-ke1_mlkem1024") == "AH:HMAC_SHA2_256_128/CURVE_25519/NO_EXT_SEQ/KE1_ML_KEM_1024");
    // What can be nothing but NONE is not there.
    CHECK(ike("aes128gcm16-prfsha256-x25519-ke1_none") == "IKE:AES_GCM_16_128/PRF_HMAC_SHA2_256/CURVE_25519");
    for (const std::string_view words : {"aes128gcm16-ke1_mlkem768", "aes128gcm16-x25519-none-ke1_mlkem768"}) {
        CHECK(esp(words).find("needs a first one that is not optional") != std::string::npos);
    }
    CHECK(parse_proposal(ProtocolId::esp, "aes128gcm16-x25519-ke1_mlkem1024")->front().without_key_exchange() ==
          parse_proposal(ProtocolId::esp, "aes128gcm16")->front());
}

TEST_CASE("a choice tells its key exchanges, and whether one resists quantum computers", "[policy]") {
    const auto choice = [](std::string_view words) { return parse_proposal(ProtocolId::ike, words)->front(); };
    const Proposal hybrid = choice("aes128gcm16-prfsha256-x25519-ke3_mlkem768-ke1_ecp256");
    CHECK(hybrid.key_exchanges() == std::vector{KeyExchangeId::x25519, KeyExchangeId::ecp256, KeyExchangeId::mlkem768});
    CHECK(hybrid.is_quantum_resistant());
    CHECK(choice("aes128gcm16-prfsha256-mlkem512").is_quantum_resistant());
    CHECK_FALSE(choice("aes128gcm16-prfsha256-x25519-ke1_ecp256").is_quantum_resistant());
}

TEST_CASE("the defaults are strongSwan's, in its order, less Camellia", "[policy]") {
    const auto ike_defaults = default_proposals(ProtocolId::ike);
    REQUIRE(ike_defaults.size() == 2);
    const std::string prf =
        "PRF_HMAC_SHA2_256/PRF_HMAC_SHA2_384/PRF_HMAC_SHA2_512/PRF_AES128_XCBC/PRF_AES128_CMAC/PRF_HMAC_SHA1/";
    const std::string ke =
        "ECP_256/ECP_384/ECP_521/ECP_256_BP/ECP_384_BP/ECP_512_BP/CURVE_25519/CURVE_448/MODP_3072/MODP_4096/MODP_6144/"
        "MODP_8192/MODP_2048";
    CHECK(ike_defaults[0].to_string() ==
          "IKE:AES_CBC_128/AES_CBC_192/AES_CBC_256/AES_CTR_128/AES_CTR_192/AES_CTR_256/3DES_CBC/" + prf +
              "HMAC_SHA2_256_128/HMAC_SHA2_384_192/HMAC_SHA2_512_256/HMAC_SHA1_96/AES_XCBC_96/AES_CMAC_96/" + ke);
    CHECK(ike_defaults[1].to_string() ==
          "IKE:AES_GCM_16_128/AES_GCM_16_192/AES_GCM_16_256/AES_CCM_16_128/AES_CCM_16_192/AES_CCM_16_256/"
          "CHACHA20_POLY1305/AES_GCM_12_128/AES_GCM_12_192/AES_GCM_12_256/AES_GCM_8_128/AES_GCM_8_192/AES_GCM_8_256/"
          "AES_CCM_12_128/AES_CCM_12_192/AES_CCM_12_256/AES_CCM_8_128/AES_CCM_8_192/AES_CCM_8_256/" +
              prf + ke);
    const auto esp_defaults = default_proposals(ProtocolId::esp);
    REQUIRE(esp_defaults.size() == 2);
    CHECK(esp_defaults[0].to_string() ==
          "ESP:AES_GCM_16_128/AES_GCM_16_192/AES_GCM_16_256/" + ke + "/KE_NONE/NO_EXT_SEQ");
    CHECK(esp_defaults[1].to_string() ==
          "ESP:AES_CBC_128/AES_CBC_192/AES_CBC_256/HMAC_SHA2_256_128/HMAC_SHA2_384_192/HMAC_SHA2_512_256/HMAC_SHA1_96/"
          "AES_XCBC_96/" +
              ke + "/KE_NONE/NO_EXT_SEQ");
    const auto ah_defaults = default_proposals(ProtocolId::ah);
    REQUIRE(ah_defaults.size() == 1);
    CHECK(ah_defaults[0].to_string() ==
          "AH:HMAC_SHA2_256_128/HMAC_SHA2_384_192/HMAC_SHA2_512_256/HMAC_SHA1_96/AES_XCBC_96/" + ke +
              "/KE_NONE/NO_EXT_SEQ");
    CHECK(parse_proposal(ProtocolId::ah, "default") == ah_defaults);
    CHECK(default_proposals(ProtocolId::none).empty());
    CHECK(parse_proposal(ProtocolId::ike, "default") == ike_defaults);
    CHECK(parse_proposal(ProtocolId::esp, "default") == esp_defaults);
}

TEST_CASE("a proposal of IKE_AUTH has no key exchange", "[policy][rfc7296-1.2]") {
    const Proposal proposal = parse_proposal(ProtocolId::esp, "aes128gcm16-x25519-none")->front();
    CHECK(proposal.has(TransformType::key_exchange));
    CHECK(proposal.of(TransformType::key_exchange).size() == 2);
    CHECK(proposal.without_key_exchange().to_string() == "ESP:AES_GCM_16_128/NO_EXT_SEQ");
}

TEST_CASE("the text of a huge proposal is cut", "[policy]") {
    Proposal proposal{ProtocolId::esp, std::vector<Transform>(10000, transform(EncryptionId::null))};
    CHECK(proposal.to_string().size() == 1027);
    CHECK(proposal.to_string().ends_with("..."));
    CHECK(to_string(std::vector<Proposal>(1000, proposal)).size() == 1027);
}
