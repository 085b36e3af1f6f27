#include "daemon/config/settings_lexer.h"

#include <algorithm>
#include <array>

#include "daemon/config/utf8.h"

namespace xfrmd::daemon::settings {

namespace {

class CharacterSet {
public:
    explicit constexpr CharacterSet(std::string_view characters) {
        for (const char c : characters) has_[static_cast<unsigned char>(c)] = true;
    }
    constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }

private:
    std::array<bool, 256> has_{};
};

constexpr CharacterSet kSpace{"\r\n\t "};
constexpr CharacterSet kBlank{"\r\t "};
constexpr CharacterSet kNotInNames{"#{}:.,=\"\r\n\t "};
constexpr CharacterSet kEndsWord{"#}\"\r\n\t "};
constexpr CharacterSet kEndsValue{"#}\n"};
constexpr CharacterSet kEndsPattern{"#}\n\t "};
constexpr CharacterSet kEscapedInPattern{"\"#} "};

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && !kSpace.has(c)) || byte == 0x7f;
}

tl::unexpected<SyntaxError> fail(Position at, std::string message) {
    return tl::unexpected(SyntaxError{at, std::move(message)});
}

}  // namespace

Position Lexer::position() const { return {file_, line_, static_cast<std::uint32_t>(offset_ - line_start_ + 1)}; }

void Lexer::advance() {
    if (at_end()) return;
    if (text_[offset_++] != '\n') return;
    ++line_;
    line_start_ = offset_;
}

Parsed<void> Lexer::check_text() const {
    const auto bad = std::find_if(text_.begin(), text_.end(), is_control);
    if (bad == text_.end()) return {};
    Lexer at(text_, file_);
    while (at.offset_ < static_cast<std::size_t>(bad - text_.begin())) at.advance();
    return fail(at.position(), *bad == '\0' ? "NUL byte in the text" : "control character in the text");
}

void Lexer::skip_space() {
    for (; !at_end(); advance()) {
        if (peek() == '#') {
            while (!at_end() && peek() != '\n') advance();
        } else if (!kSpace.has(peek())) {
            return;
        }
    }
}

void Lexer::skip_blanks() {
    while (!at_end() && kBlank.has(peek())) advance();
}

bool Lexer::take(char expected) {
    if (at_end() || peek() != expected) return false;
    advance();
    return true;
}

std::string_view Lexer::run_of_name() {
    const std::size_t start = offset_;
    while (!at_end() && !kNotInNames.has(peek())) advance();
    return text_.substr(start, offset_ - start);
}

Parsed<std::string_view> Lexer::name() {
    const Position at = position();
    const std::string_view found = run_of_name();
    if (found.empty()) return fail(at, "expected a name");
    if (found.size() > kLongestName) return fail(at, "name is longer than " + std::to_string(kLongestName) + " bytes");
    if (!is_utf8(found)) return fail(at, "name is not valid UTF-8");
    return found;
}

Parsed<std::string_view> Lexer::dotted_name() {
    const std::size_t start = offset_;
    do {
        if (const auto part = name(); !part) return part;
    } while (take('.'));
    return text_.substr(start, offset_ - start);
}

Parsed<std::optional<std::string>> Lexer::value() {
    std::optional<std::string> joined;
    for (;;) {
        skip_blanks();
        if (at_end() || kEndsValue.has(peek())) return joined;
        if (joined) {
            joined->push_back(' ');
        } else {
            joined.emplace();
        }
        if (const auto part = value_part(*joined); !part) return tl::unexpected(part.error());
    }
}

Parsed<void> Lexer::value_part(std::string& into) {
    if (peek() == '"') return quoted(into);
    for (; !at_end() && !kEndsWord.has(peek()); advance()) into.push_back(peek());
    return {};
}

Parsed<void> Lexer::quoted(std::string& into) {
    const Position opened = position();
    advance();
    for (; !at_end() && peek() != '"'; advance()) {
        if (peek() == '\\') {
            advance();
            if (!escaped(into)) break;
        } else if (peek() != '\r') {
            into.push_back(peek());
        }
    }
    if (!take('"')) return fail(opened, "the quoted string that starts here is not closed");
    return {};
}

// What a backslash in a quoted string stands for; the cursor stays on its last character. False at the end of the file.
bool Lexer::escaped(std::string& into) {
    if (at_end()) return false;
    if (text_.substr(offset_).starts_with("\r\n")) advance();
    switch (const char c = peek()) {
        case 'n':
            into.push_back('\n');
            break;
        case 'r':
            into.push_back('\r');
            break;
        case 't':
            into.push_back('\t');
            break;
        case '\n':
            break;
        default:
            into.push_back(c);
    }
    return true;
}

bool Lexer::include_follows() const {
    const std::size_t next = text_.find_first_not_of("\t ", offset_);
    return next != offset_ && next != std::string_view::npos && text_[next] != '=';
}

Parsed<std::string> Lexer::include_pattern() {
    skip_blanks();
    const Position at = position();
    std::string pattern;
    for (; !at_end() && !kEndsPattern.has(peek()); advance()) {
        if (peek() == '"') {
            if (const auto part = quoted(pattern); !part) return tl::unexpected(part.error());
            break;
        }
        if (peek() == '\\' && offset_ + 1 < text_.size() && kEscapedInPattern.has(text_[offset_ + 1])) advance();
        if (peek() != '\r') pattern.push_back(peek());
    }
    if (pattern.empty()) return fail(at, "include without a file name");
    return pattern;
}

}  // namespace xfrmd::daemon::settings
