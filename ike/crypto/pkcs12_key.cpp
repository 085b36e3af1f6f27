#include "ike/crypto/pkcs12_key.h"

#include <algorithm>
#include <memory>

#include <botan/hash.h>
#include <botan/secmem.h>

namespace xfrmd::crypto {

namespace {

using Secret = Botan::secure_vector<std::uint8_t>;

constexpr std::uint32_t kReplacement = 0xfffd;

// One character off the front of UTF-8.
std::uint32_t take_character(base::ByteView& text) {
    const std::uint8_t first = text.front();
    text = text.subspan(1);
    if (first < 0x80) return first;
    const std::size_t more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
    if (first < 0xc2 || first > 0xf4 || text.size() < more) return kReplacement;
    std::uint32_t character = first & (0x3fU >> more);
    for (std::size_t i = 0; i < more; ++i) {
        if ((text[i] & 0xc0U) != 0x80) return kReplacement;
        character = character << 6 | (text[i] & 0x3fU);
    }
    text = text.subspan(more);
    return character;
}

void append_unit(Secret& to, std::uint32_t unit) {
    to.push_back(static_cast<std::uint8_t>(unit >> 8));
    to.push_back(static_cast<std::uint8_t>(unit));
}

// RFC 7292 B.1: two octets a character, and a terminator.
Secret big_endian_utf16(base::ByteView text) {
    Secret out;
    while (!text.empty()) {
        const std::uint32_t character = take_character(text);
        if (character > 0xffff) {
            append_unit(out, 0xd800 + ((character - 0x10000) >> 10));
            append_unit(out, 0xdc00 + ((character - 0x10000) & 0x3ffU));
        } else {
            append_unit(out, character);
        }
    }
    append_unit(out, 0);
    return out;
}

// Over and over, to a multiple of the block.
void append_repeated(Secret& to, base::ByteView bytes, std::size_t block) {
    if (bytes.empty()) return;
    const std::size_t size = (bytes.size() + block - 1) / block * block;
    for (std::size_t i = 0; i < size; ++i) to.push_back(bytes[i % bytes.size()]);
}

// I_j = (I_j + B + 1) mod 2^v, for each block j of I
void add_to_blocks(Secret& blocks, const Secret& b, std::size_t block) {
    for (std::size_t start = 0; start < blocks.size(); start += block) {
        std::uint32_t carry = 1;
        for (std::size_t i = block; i > 0; --i) {
            carry += std::uint32_t{blocks[start + i - 1]} + b[(i - 1) % b.size()];
            blocks[start + i - 1] = static_cast<std::uint8_t>(carry);
            carry >>= 8;
        }
    }
}

}  // namespace

base::SecretBytes derive_pkcs12_key(const std::string& hash, Pkcs12Purpose purpose, base::ByteView passphrase,
                                    base::ByteView salt, std::size_t iterations, std::size_t size) {
    const auto function = Botan::HashFunction::create_or_throw(hash);
    const std::size_t block = function->hash_block_size();
    const Secret diversifier(block, static_cast<std::uint8_t>(purpose));
    Secret input;
    append_repeated(input, salt, block);
    append_repeated(input, big_endian_utf16(passphrase), block);
    Secret key;
    while (key.size() < size) {
        function->update(diversifier);
        function->update(input);
        Secret a = function->final();
        for (std::size_t i = 1; i < iterations; ++i) a = function->process(a);
        key.insert(key.end(), a.begin(), a.end());
        add_to_blocks(input, a, block);
    }
    return base::SecretBytes(base::ByteView(key.data(), size));
}

}  // namespace xfrmd::crypto
