#include "ike/crypto/pem.h"

#include <exception>
#include <optional>

#include <botan/base64.h>

namespace xfrmd::crypto {

namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) line.remove_suffix(1);
    return line;
}

std::optional<std::string_view> label_of(std::string_view line, std::string_view prefix) {
    if (!line.starts_with(prefix) || !line.ends_with(kDashes)) return std::nullopt;
    if (line.size() < prefix.size() + kDashes.size()) return std::nullopt;
    return line.substr(prefix.size(), line.size() - prefix.size() - kDashes.size());
}

std::string_view without_spaces(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    return text;
}

// RFC 1421 4.4: "Name: value" lines, and an empty line after them.
void take_headers(std::string_view& text, PemBlock& block) {
    std::string_view rest = text;
    for (std::string_view line = take_line(rest); line.find(':') != std::string_view::npos; line = take_line(rest)) {
        const std::size_t colon = line.find(':');
        block.headers.emplace(line.substr(0, colon), without_spaces(line.substr(colon + 1)));
        text = rest;
    }
}

bool decode_contents(std::string_view base64, PemBlock& block) {
    try {
        const auto bytes = Botan::base64_decode(base64.data(), base64.size());
        block.contents = base::SecretBytes(base::ByteView(bytes.data(), bytes.size()));
        return !block.contents.empty();
    } catch (const std::exception&) {
        return false;
    }
}

tl::unexpected<base::Error> broken(std::string_view label, const char* what) {
    return base::fail(base::Reason::ConfigurationInvalid, "PEM block '" + base::printable(label, 40) + "' " + what);
}

// From after the BEGIN line; takes the block off `text`.
base::Result<PemBlock> take_block(std::string_view& text, std::string_view label) {
    PemBlock block{std::string(label), {}, {}};
    take_headers(text, block);
    const std::string_view start = text;
    while (!text.empty()) {
        const std::size_t used = start.size() - text.size();
        const std::string_view line = take_line(text);
        if (line.starts_with(kBegin)) break;
        const auto end = label_of(line, kEnd);
        if (!end) continue;
        if (*end != label) break;
        if (!decode_contents(start.substr(0, used), block)) return broken(label, "is not base64");
        return block;
    }
    return broken(label, "is not closed");
}

}  // namespace

bool is_pem(base::ByteView file) { return base::as_text(file).find(kBegin) != std::string_view::npos; }

base::Result<std::vector<PemBlock>> read_pem(base::ByteView file) {
    std::string_view text = base::as_text(file);
    std::vector<PemBlock> blocks;
    while (!text.empty()) {
        const auto label = label_of(take_line(text), kBegin);
        if (!label) continue;
        auto block = take_block(text, *label);
        if (!block) return tl::unexpected(block.error());
        blocks.push_back(*std::move(block));
    }
    return blocks;
}

}  // namespace xfrmd::crypto
