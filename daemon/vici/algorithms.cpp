#include <algorithm>

#include "daemon/vici/query_commands.h"
#include "ike/policy/keyword.h"

namespace xfrmd::daemon::vici {

namespace {

using policy::Keyword;
using policy::TransformType;

// "AES_CBC" of "AES_CBC_256": charon has one entry for all sizes.
std::string name_of(const policy::Transform& transform) {
    std::string name = to_string(transform);
    const std::string bits = "_" + std::to_string(transform.key_bits);
    if (transform.key_bits != 0 && name.ends_with(bits)) name.resize(name.size() - bits.size());
    return name;
}

template <typename Wanted>
Section section_of(Wanted is_wanted, std::string_view provider) {
    Section section;
    for (const Keyword& keyword : policy::keywords()) {
        const bool is_there = keyword.support != policy::Support::not_yet &&
                              keyword.support != policy::Support::no_number && is_wanted(keyword.transform);
        const std::string name = is_there ? name_of(keyword.transform) : std::string();
        if (is_there && section.value(name) == nullptr) section.set(name, std::string(provider));
    }
    return section;
}

Section of_type(TransformType type, std::string_view provider) {
    return section_of([type](const policy::Transform& one) { return one.type == type && one.id != 0; }, provider);
}

Section ciphers(bool combined) {
    return section_of(
        [combined](const policy::Transform& one) {
            return one.type == TransformType::encryption && policy::is_aead(one.id) == combined;
        },
        "botan");
}

Section all_of(std::initializer_list<std::string_view> names, std::string_view provider) {
    Section section;
    for (const std::string_view name : names) section.set(name, std::string(provider));
    return section;
}

}  // namespace

void get_algorithms(Desk&, const Asked& asked) {
    Section answer;
    answer.add_section("encryption", ciphers(false));
    answer.add_section("integrity", of_type(TransformType::integrity, "botan"));
    answer.add_section("aead", ciphers(true));
    answer.add_section(
        "hasher", all_of({"HASH_SHA1", "HASH_SHA2_256", "HASH_SHA2_384", "HASH_SHA2_512", "HASH_IDENTITY"}, "botan"));
    answer.add_section("prf", of_type(TransformType::prf, "botan"));
    answer.add_section("xof", {});
    answer.add_section("kdf", all_of({"KDF_PRF", "KDF_PRF_PLUS"}, "xfrmd"));
    answer.add_section("drbg", {});
    answer.add_section("ke", of_type(TransformType::key_exchange, "botan"));
    answer.add_section("rng", all_of({"RNG_WEAK", "RNG_STRONG", "RNG_TRUE"}, "botan"));
    answer.add_section("nonce-gen", all_of({"NONCE_GEN"}, "botan"));
    asked->respond(std::move(answer));
}

}  // namespace xfrmd::daemon::vici
