// What the tests of this folder share: hex, vectors from tests/vectors, and a generator that begins with chosen bytes.
#pragma once

#include <algorithm>
#include <concepts>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "ike/base/bytes.h"
#include "ike/base/random.h"
#include "tests/support/seeded_random.h"

namespace xfrmd::tests {

inline base::Bytes hex(std::string_view text) {
    base::Bytes out;
    std::string digits;
    std::ranges::copy_if(text, std::back_inserter(digits), [](char c) { return c != ' '; });
    if (digits.size() % 2 != 0) throw std::invalid_argument("odd hex");
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        out.push_back(static_cast<std::uint8_t>(std::stoul(digits.substr(i, 2), nullptr, 16)));
    }
    return out;
}

template <std::same_as<nlohmann::json> Json>
base::Bytes hex(const Json& value) {
    return hex(std::string_view(value.template get_ref<const std::string&>()));
}

inline base::Bytes text(std::string_view characters) { return base::to_bytes(base::as_bytes(characters)); }

// In lines of 64 characters, as PEM has it.
inline std::string base64(base::ByteView bytes) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t word = 0;
        for (std::size_t j = i; j < i + 3; ++j) word = word << 8 | (j < bytes.size() ? bytes[j] : 0U);
        for (std::size_t j = 0; j < 4; ++j) out += i + j <= bytes.size() ? kDigits[word >> (18 - 6 * j) & 63U] : '=';
        if (i % 48 == 45 || i + 3 >= bytes.size()) out += '\n';
    }
    return out;
}

// The list `key` of a file in tests/vectors.
inline nlohmann::json vectors(const std::string& name, const std::string& key) {
    std::ifstream file(std::string(XFRMD_VECTORS) + "/" + name);
    if (!file) throw std::runtime_error("no vectors: " + name);
    nlohmann::json list = nlohmann::json::parse(file).at(key);
    if (list.empty()) throw std::runtime_error("empty vectors: " + name);
    return list;
}

// Gives `first` to the first draw, which must be as long, and deterministic bytes to all others.
class ScriptedRandom final : public base::Random {
public:
    explicit ScriptedRandom(base::Bytes first) : first_(std::move(first)) {}

    void fill(std::span<std::uint8_t> out) override {
        if (first_.empty()) return rest_.fill(out);
        if (first_.size() != out.size()) throw std::logic_error("another draw than the script has");
        std::ranges::copy(first_, out.begin());
        first_.clear();
    }

private:
    base::Bytes first_;
    SeededRandom rest_{1};
};

}  // namespace xfrmd::tests
