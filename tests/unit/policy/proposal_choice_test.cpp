#include <catch2/catch_test_macros.hpp>

#include "ike/policy/proposal.h"

using namespace xfrmd::policy;
using xfrmd::base::Reason;

namespace {

constexpr auto kIke = ProtocolId::ike;
constexpr auto kEsp = ProtocolId::esp;

Proposal parsed(ProtocolId protocol, std::string_view text) { return parse_proposal(protocol, text).value().front(); }

std::vector<Proposal> list(ProtocolId protocol, std::initializer_list<std::string_view> texts) {
    std::vector<Proposal> proposals;
    for (const auto text : texts) proposals.push_back(parsed(protocol, text));
    return proposals;
}

// Numbered from 1, as an initiator must.
std::vector<OfferedProposal> offers(const std::vector<Proposal>& proposals) {
    std::vector<OfferedProposal> numbered;
    for (const Proposal& proposal : proposals) {
        numbered.push_back({static_cast<std::uint8_t>(numbered.size() + 1), proposal});
    }
    return numbered;
}

std::vector<OfferedProposal> offer(ProtocolId protocol, std::vector<Transform> transforms) {
    return {{1, Proposal{protocol, std::move(transforms)}}};
}

// "2 ESP:..." or the reason's name.
std::string chosen(const std::vector<Proposal>& ours, const std::vector<OfferedProposal>& offered) {
    const auto choice = choose(ours, offered);
    if (!choice) return std::string(xfrmd::base::name(choice.error().reason));
    return std::to_string(choice->number) + " " + choice->proposal.to_string();
}

const std::vector<Transform> kFullIke = {
    transform(EncryptionId::aes_cbc, 128),
    transform(PrfId::hmac_sha2_256),
    transform(IntegrityId::hmac_sha2_256_128),
    transform(KeyExchangeId::x25519),
};

std::vector<Transform> without(std::vector<Transform> transforms, TransformType type) {
    std::erase_if(transforms, [type](const Transform& one) { return one.type == type; });
    return transforms;
}

std::vector<Transform> with(std::vector<Transform> transforms, const Transform& more) {
    transforms.push_back(more);
    return transforms;
}

}  // namespace

TEST_CASE("two sides with defaults choose what two strongSwans choose", "[policy][rfc7296-2.7]") {
    CHECK(chosen(default_proposals(kIke), offers(default_proposals(kIke))) ==
          "1 IKE:AES_CBC_128/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/ECP_256");
    CHECK(chosen(default_proposals(kEsp), offers(default_proposals(kEsp))) ==
          "1 ESP:AES_GCM_16_128/ECP_256/NO_EXT_SEQ");
}

TEST_CASE("our order decides, among proposals and within them", "[policy][rfc7296-3.3.6]") {
    const auto ours = list(kEsp, {"aes256-sha512", "aes256gcm16-aes128gcm16"});
    CHECK(chosen(ours, offers(list(kEsp, {"aes128gcm16-aes256gcm16", "aes256-sha512"}))) ==
          "2 ESP:AES_CBC_256/HMAC_SHA2_512_256/NO_EXT_SEQ");
    CHECK(chosen(ours, offers(list(kEsp, {"aes128-sha512", "aes128gcm16-aes256gcm16"}))) ==
          "2 ESP:AES_GCM_16_256/NO_EXT_SEQ");
    CHECK(chosen(ours, offers(list(kEsp, {"aes128-sha1", "aes128gcm8"}))) == "no_proposal_chosen");
    CHECK(chosen(ours, {}) == "no_proposal_chosen");
    CHECK(chosen({}, offers(ours)) == "no_proposal_chosen");
}

TEST_CASE("of two equal offers the first is answered, with its number", "[policy][rfc7296-3.3.1]") {
    std::vector<OfferedProposal> offered = offers(list(kEsp, {"aes256-sha1", "aes256-sha1"}));
    offered[0].number = 7;
    CHECK(chosen(list(kEsp, {"aes256-sha1"}), offered).starts_with("7 "));
}

TEST_CASE("an optional key exchange", "[policy][rfc7296-3.3.6]") {
    const auto plain = list(kEsp, {"aes128gcm16"});
    const auto optional = list(kEsp, {"aes128gcm16-x25519-none"});
    const auto required = list(kEsp, {"aes128gcm16-x25519"});
    CHECK(chosen(plain, offers(plain)) == "1 ESP:AES_GCM_16_128/NO_EXT_SEQ");
    CHECK(chosen(plain, offers(optional)) == "1 ESP:AES_GCM_16_128/KE_NONE/NO_EXT_SEQ");
    CHECK(chosen(plain, offers(required)) == "no_proposal_chosen");
    CHECK(chosen(optional, offers(plain)) == "1 ESP:AES_GCM_16_128/NO_EXT_SEQ");
    CHECK(chosen(optional, offers(optional)) == "1 ESP:AES_GCM_16_128/CURVE_25519/NO_EXT_SEQ");
    CHECK(chosen(optional, offers(required)) == "1 ESP:AES_GCM_16_128/CURVE_25519/NO_EXT_SEQ");
    CHECK(chosen(required, offers(plain)) == "no_proposal_chosen");
    CHECK(chosen(required, offers(optional)) == "1 ESP:AES_GCM_16_128/CURVE_25519/NO_EXT_SEQ");
    CHECK(chosen(list(kEsp, {"aes128gcm16-none-x25519"}), offers(optional)) ==
          "1 ESP:AES_GCM_16_128/KE_NONE/NO_EXT_SEQ");
}

TEST_CASE("a missing ESN is no ESN", "[policy][rfc7296-3.3.2]") {
    const auto offered = offer(kEsp, {transform(EncryptionId::aes_gcm_16, 128)});
    CHECK(chosen(list(kEsp, {"aes128gcm16"}), offered) == "1 ESP:AES_GCM_16_128");
    CHECK(chosen(list(kEsp, {"aes128gcm16-esn"}), offered) == "no_proposal_chosen");
    CHECK(chosen(list(kEsp, {"aes128gcm16-esn-noesn"}), offered) == "1 ESP:AES_GCM_16_128");
    const auto esn = offers(list(kEsp, {"aes128gcm16-esn"}));
    CHECK(chosen(list(kEsp, {"aes128gcm16"}), esn) == "no_proposal_chosen");
    CHECK(chosen(list(kEsp, {"aes128gcm16-noesn-esn"}), esn) == "1 ESP:AES_GCM_16_128/EXT_SEQ");
}

TEST_CASE("integrity NONE beside an AEAD", "[policy][rfc7296-3.3]") {
    const std::vector<Transform> gcm = {transform(EncryptionId::aes_gcm_16, 128), transform(Esn::no)};
    const auto ours = list(kEsp, {"aes128gcm16", "aes128-sha256"});
    CHECK(chosen(ours, offer(kEsp, with(gcm, transform(IntegrityId::none)))) ==
          "1 ESP:AES_GCM_16_128/INTEG_NONE/NO_EXT_SEQ");
    CHECK(chosen(ours, offer(kEsp, with(gcm, transform(IntegrityId::hmac_sha2_256_128)))) == "no_proposal_chosen");
    CHECK(chosen(ours, offer(kEsp, with(with(gcm, transform(IntegrityId::none)),
                                        transform(IntegrityId::hmac_sha2_256_128)))) == "no_proposal_chosen");
}

TEST_CASE("nothing is chosen that would leave ESP without integrity", "[policy][rfc8221-4]") {
    const std::vector<Transform> bare = {transform(EncryptionId::aes_cbc, 128), transform(Esn::no)};
    const auto ours = list(kEsp, {"aes128-sha256", "null-sha256"});
    CHECK(chosen(ours, offer(kEsp, bare)) == "no_proposal_chosen");
    CHECK(chosen(ours, offer(kEsp, with(bare, transform(IntegrityId::none)))) == "no_proposal_chosen");
    CHECK(chosen(ours, offer(kEsp, {transform(EncryptionId::null), transform(Esn::no)})) == "no_proposal_chosen");
    CHECK(chosen(default_proposals(kEsp), offers(list(kEsp, {"null-sha256"}))) == "no_proposal_chosen");
}

TEST_CASE("malformed offers are skipped and the good one behind them is taken", "[policy][rfc7296-3.3.6]") {
    const auto ours = list(kIke, {"aes128-sha256-x25519", "aes128gcm16-prfsha256-x25519"});
    const std::string good = "2 IKE:AES_CBC_128/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/CURVE_25519";
    const std::vector<std::vector<Transform>> malformed = {
        {},
        without(kFullIke, TransformType::encryption),
        without(kFullIke, TransformType::prf),
        without(kFullIke, TransformType::integrity),
        without(kFullIke, TransformType::key_exchange),
        with(without(kFullIke, TransformType::key_exchange), transform(KeyExchangeId::none)),
        with(kFullIke, transform(Esn::no)),
        with(kFullIke, transform(EncryptionId::aes_gcm_16, 128)),
        with(kFullIke, Transform{static_cast<TransformType>(13), 0, 0}),
        with(kFullIke, Transform{static_cast<TransformType>(241), 1, 0}),
        with(kFullIke, Transform{static_cast<TransformType>(0), 1, 0}),
    };
    for (const auto& transforms : malformed) {
        const std::vector<OfferedProposal> offered = {{1, {kIke, transforms}}, {2, {kIke, kFullIke}}};
        INFO(offered[0].proposal.to_string());
        CHECK(chosen(ours, offered) == good);
    }
    const auto esp_ours = list(kEsp, {"aes128-sha256"});
    CHECK(chosen(esp_ours, offer(kEsp, {transform(IntegrityId::hmac_sha2_256_128), transform(Esn::no)})) ==
          "no_proposal_chosen");
    CHECK(chosen(esp_ours, offer(kEsp, kFullIke)) == "no_proposal_chosen");
}

TEST_CASE("protocols are never mixed up", "[policy][rfc7296-3.3.1]") {
    const auto sha = list(ProtocolId::ah, {"sha256"});
    CHECK(chosen(sha, offers(list(kEsp, {"null-sha256"}))) == "no_proposal_chosen");
    CHECK(chosen(sha, offers(sha)) == "1 AH:HMAC_SHA2_256_128/NO_EXT_SEQ");
    CHECK(chosen(list(kEsp, {"aes128-sha256"}), offer(ProtocolId::none, kFullIke)) == "no_proposal_chosen");
    CHECK(chosen({Proposal{ProtocolId::none, {}}}, offer(ProtocolId::none, {})) == "no_proposal_chosen");
}

TEST_CASE("the key length is part of the algorithm", "[policy][rfc7296-3.3.5]") {
    const std::vector<Transform> rest = {transform(IntegrityId::hmac_sha2_256_128), transform(Esn::no)};
    const auto ours = list(kEsp, {"aes128-3des-sha256"});
    for (const std::uint16_t bits : {std::uint16_t{0}, std::uint16_t{1}, std::uint16_t{256}, kUnusableKeyBits}) {
        CHECK(chosen(ours, offer(kEsp, with(rest, transform(EncryptionId::aes_cbc, bits)))) == "no_proposal_chosen");
    }
    CHECK(chosen(ours, offer(kEsp, with(rest, transform(EncryptionId::triple_des, 192)))) == "no_proposal_chosen");
    CHECK(chosen(ours, offer(kEsp, with(rest, transform(EncryptionId::triple_des)))) ==
          "1 ESP:3DES_CBC/HMAC_SHA2_256_128/NO_EXT_SEQ");
    const Transform long_sha{TransformType::integrity, 12, 256};
    CHECK(chosen(ours, offer(kEsp, {transform(EncryptionId::aes_cbc, 128), long_sha})) == "no_proposal_chosen");
}

TEST_CASE("private, unknown and repeated ids do not confuse the choice", "[policy][rfc7296-3.3.6]") {
    std::vector<Transform> noisy;
    for (std::uint16_t id = 1000; id < 1040; ++id) {
        noisy.push_back({TransformType::encryption, id, 128});
        noisy.push_back({TransformType::prf, id, 0});
        noisy.push_back({TransformType::key_exchange, static_cast<std::uint16_t>(id + 60000), 0});
        noisy.insert(noisy.end(), kFullIke.begin(), kFullIke.end());
    }
    CHECK(chosen(list(kIke, {"aes128-sha256-x25519"}), offer(kIke, noisy)) ==
          "1 IKE:AES_CBC_128/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/CURVE_25519");
}

TEST_CASE("255 proposals of 255 transforms are refused with a short text", "[policy][rfc7296-3.3.1]") {
    Proposal big{kIke, kFullIke};
    big.transforms.erase(big.transforms.begin());
    while (big.transforms.size() < 255) {
        big.transforms.push_back(
            {TransformType::encryption, 12, static_cast<std::uint16_t>(1000 + big.transforms.size())});
    }
    std::vector<OfferedProposal> offered(255, {1, big});
    const auto choice = choose(default_proposals(kIke), offered);
    REQUIRE_FALSE(choice);
    CHECK(choice.error().detail.size() < 2200);
    CHECK(choice.error().detail.ends_with("..."));
}

TEST_CASE("both sides stand in the error", "[policy]") {
    const auto choice = choose(list(kEsp, {"aes256-sha256", "aes256gcm16"}), offers(list(kEsp, {"aes128-sha1"})));
    REQUIRE_FALSE(choice);
    CHECK(choice.error().reason == Reason::NoProposalChosen);
    CHECK(choice.error().detail ==
          "ours: ESP:AES_CBC_256/HMAC_SHA2_256_128/NO_EXT_SEQ; ESP:AES_GCM_16_256/NO_EXT_SEQ - "
          "peer offered: ESP:AES_CBC_128/HMAC_SHA1_96/NO_EXT_SEQ");
    CHECK(choose(list(kEsp, {"aes256gcm16"}), {}).error().detail ==
          "ours: ESP:AES_GCM_16_256/NO_EXT_SEQ - peer offered: nothing");
}

namespace {

// Empty when the answer is fine, else the error's detail.
std::string answered(const Proposal& answer, const Proposal& offered) {
    const auto result = check_answer(answer, offered);
    if (result) return "";
    CHECK(result.error().reason == Reason::ResponderChoseUnofferedTransform);
    return result.error().detail;
}

}  // namespace

TEST_CASE("an answer holds one offered transform of each type", "[policy][rfc7296-3.3.6]") {
    const Proposal offered = default_proposals(kIke)[0];
    const Proposal full{kIke, kFullIke};
    CHECK(answered(full, offered).empty());
    CHECK(answered({kIke, without(kFullIke, TransformType::prf)}, offered) ==
          "nothing of a type that was offered: PRF_HMAC_SHA1");
    CHECK(answered({kIke, with(kFullIke, transform(KeyExchangeId::ecp256))}, offered) ==
          "more than one transform of a type: CURVE_25519");
    CHECK(answered({kIke, with(kFullIke, transform(KeyExchangeId::x25519))}, offered) ==
          "more than one transform of a type: CURVE_25519");
    CHECK(answered({kIke, with(without(kFullIke, TransformType::key_exchange), transform(KeyExchangeId::modp1024))},
                   offered) == "MODP_1024");
    CHECK(answered({kIke, with(kFullIke, transform(Esn::no))}, offered).starts_with("a transform type that was not"));
    CHECK(answered({kEsp, kFullIke}, offered).starts_with("another protocol: ESP:"));
    CHECK_FALSE(answered({kIke, {}}, offered).empty());
    CHECK(answered({kIke, with(without(kFullIke, TransformType::encryption), transform(EncryptionId::aes_cbc, 0))},
                   offered) == "AES_CBC");
}

TEST_CASE("an answer may leave out a NONE that was offered and no more", "[policy][rfc7296-3.3.6]") {
    const Proposal offered = parsed(kEsp, "aes128gcm16-x25519-none");
    CHECK(answered(parsed(kEsp, "aes128gcm16-none"), offered).empty());
    CHECK(answered(parsed(kEsp, "aes128gcm16"), offered).empty());
    CHECK(answered({kEsp, {transform(EncryptionId::aes_gcm_16, 128)}}, offered).empty());
    CHECK_FALSE(answered(parsed(kEsp, "aes128gcm16"), parsed(kEsp, "aes128gcm16-x25519")).empty());
    CHECK_FALSE(answered({kEsp, {transform(EncryptionId::aes_gcm_16, 128)}}, parsed(kEsp, "aes128gcm16-esn")).empty());
    CHECK(answered(parsed(kEsp, "aes128gcm16-x25519"), parsed(kEsp, "aes128gcm16")) == "CURVE_25519");
    CHECK(answered({kEsp, {transform(EncryptionId::aes_gcm_16, 128), transform(IntegrityId::none), transform(Esn::no)}},
                   parsed(kEsp, "aes128gcm16")) == "INTEG_NONE");
}

TEST_CASE("what we choose passes the peer's check of the answer", "[policy][rfc7296-3.3.6]") {
    for (const auto protocol : {kIke, kEsp}) {
        const auto offered = default_proposals(protocol);
        for (const auto& ours : offered) {
            const auto choice = choose({ours}, offers(offered));
            REQUIRE(choice);
            CHECK(check_answer(choice->proposal, offered[choice->number - 1U]));
        }
    }
}

TEST_CASE("each additional key exchange is chosen like any other type", "[policy][rfc9370-2.2.1]") {
    const auto offered = offers(list(kIke, {"aes128-sha256-x25519-ke1_mlkem768-ke1_mlkem1024-ke1_none-ke3_ecp256"}));
    const std::string base = "1 IKE:AES_CBC_128/PRF_HMAC_SHA2_256/HMAC_SHA2_256_128/CURVE_25519/";
    const auto choice = [&](std::string_view ours) { return chosen(list(kIke, {ours}), offered); };
    CHECK(choice("aes128-sha256-x25519-ke1_mlkem1024-ke3_ecp256") == base + "KE1_ML_KEM_1024/KE3_ECP_256");
    CHECK(choice("aes128-sha256-x25519-ke1_mlkem768-ke1_mlkem1024-ke3_ecp256") == base + "KE1_ML_KEM_768/KE3_ECP_256");
    // What is left out is NONE, and NONE is answered where it was offered.
    CHECK(choice("aes128-sha256-x25519-ke3_ecp256") == base + "KE1_NONE/KE3_ECP_256");
    CHECK(choice("aes128-sha256-x25519-ke1_mlkem768") == "no_proposal_chosen");
    CHECK(choice("aes128-sha256-x25519-ke1_mlkem768-ke2_ecp384-ke3_ecp256") == "no_proposal_chosen");
    CHECK(choice("aes128-sha256-x25519-ke1_mlkem768-ke2_ecp384-ke2_none-ke3_ecp256") ==
          base + "KE1_ML_KEM_768/KE3_ECP_256");
    CHECK(chosen(list(kEsp, {"aes128gcm16-x25519-ke1_mlkem768"}),
                 offers(list(kEsp, {"aes128gcm16-x25519-ke1_mlkem768"}))) ==
          "1 ESP:AES_GCM_16_128/CURVE_25519/NO_EXT_SEQ/KE1_ML_KEM_768");
}

TEST_CASE("no key exchange method is chosen twice", "[policy][rfc9370-2.2.1][hostile-c7]") {
    const auto choice = [](std::string_view ours, std::string_view theirs) {
        const auto made = choose(list(kIke, {ours}), offers(list(kIke, {theirs})));
        if (!made) return std::string(xfrmd::base::name(made.error().reason));
        return made->proposal.to_string().substr(std::string_view("IKE:AES_GCM_16_128/PRF_HMAC_SHA2_256/").size());
    };
    const std::string all =
        "aes128gcm16-prfsha256-x25519-ke1_ecp256-ke1_ecp384-ke2_ecp256-ke2_ecp384-ke3_ecp256-ke3_ecp521";
    CHECK(choice(all, all) == "CURVE_25519/KE1_ECP_256/KE2_ECP_384/KE3_ECP_521");
    const std::string tight = "aes128gcm16-prfsha256-x25519-ke1_ecp256-ke1_ecp384-ke2_ecp256";
    CHECK(choice(tight, tight) == "CURVE_25519/KE1_ECP_384/KE2_ECP_256");
    const std::string twice = "aes128gcm16-prfsha256-x25519-ke1_ecp256-ke2_ecp256";
    CHECK(choice(twice, twice) == "no_proposal_chosen");
    const std::string maybe = "aes128gcm16-prfsha256-x25519-ke1_ecp256-ke2_ecp256-ke2_none";
    CHECK(choice(maybe, maybe) == "CURVE_25519/KE1_ECP_256/KE2_NONE");
    // Nor the first one's: it would add nothing.
    const std::string same = "aes128gcm16-prfsha256-x25519-ecp256-ke1_x25519";
    CHECK(choice(same, same) == "ECP_256/KE1_CURVE_25519");
}

TEST_CASE("many alternatives for all key exchanges are chosen among without delay", "[policy][hostile-c7]") {
    std::string words = "aes128gcm16-prfsha256-modp3072";
    for (const char which : std::string("1234567")) {
        for (const auto& method : {"ecp192", "ecp224", "ecp256", "ecp384", "ecp521", "x448"}) {
            words += std::string("-ke") + which + "_" + method;
        }
    }
    CHECK(chosen(list(kIke, {words}), offers(list(kIke, {words}))) == "no_proposal_chosen");
}

TEST_CASE("an answer repeats no additional key exchange method", "[policy][rfc9370-2.2.1][hostile-c7]") {
    const Proposal ours = parsed(kIke, "aes128gcm16-prfsha256-x25519-ke1_ecp256-ke1_ecp384-ke2_ecp256-ke2_ecp384");
    const auto answer = [&](std::string_view words) { return check_answer(parsed(kIke, words), ours).has_value(); };
    CHECK(answer("aes128gcm16-prfsha256-x25519-ke1_ecp256-ke2_ecp384"));
    CHECK_FALSE(answer("aes128gcm16-prfsha256-x25519-ke1_ecp256-ke2_ecp256"));
    CHECK_FALSE(answer("aes128gcm16-prfsha256-x25519-ke1_ecp256"));
    CHECK_FALSE(answer("aes128gcm16-prfsha256-x25519-ke1_ecp256-ke2_ecp384-ke3_ecp521"));
    CHECK_FALSE(answer("aes128gcm16-prfsha256-x25519-ke1_ecp256-ke1_ecp384-ke2_ecp384"));
}
