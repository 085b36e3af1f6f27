// The words of the settings language, read from one file's text: names, values, quoted strings, include patterns. The
// text is borrowed. Errors are a sentence and a place, and never quote the text, which may be a secret.
#pragma once

#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "daemon/config/settings_tree.h"

namespace xfrmd::daemon::settings {

struct SyntaxError {
    Position at;
    std::string message;
};

template <typename T>
using Parsed = tl::expected<T, SyntaxError>;

class Lexer {
public:
    Lexer(std::string_view text, std::uint32_t file) : text_(text), file_(file) {}

    // Refuses control bytes other than tab and line ends; to be called first.
    Parsed<void> check_text() const;

    bool at_end() const { return offset_ == text_.size(); }
    char peek() const { return at_end() ? '\0' : text_[offset_]; }
    Position position() const;
    void advance();

    // Blanks, line ends and comments.
    void skip_space();
    // Blanks only.
    void skip_blanks();
    // Consumes `expected` if it is next.
    bool take(char expected);

    // One name, which may be of any length from 1 to kLongestName.
    Parsed<std::string_view> name();
    // Names joined with dots, as section references are written.
    Parsed<std::string_view> dotted_name();
    // Up to the end of the line, a comment or '}': words and quoted strings, joined with single blanks. No value:
    // nothing but blanks was there.
    Parsed<std::optional<std::string>> value();
    // The word or quoted string after `include`.
    Parsed<std::string> include_pattern();
    // Does a blank and something other than '=' follow, so that the name `include` is the statement?
    bool include_follows() const;

    static constexpr std::size_t kLongestName = 255;

private:
    std::string_view run_of_name();
    Parsed<void> value_part(std::string& into);
    Parsed<void> quoted(std::string& into);
    bool escaped(std::string& into);

    std::string_view text_;
    std::uint32_t file_;
    std::size_t offset_ = 0;
    std::size_t line_start_ = 0;
    std::uint32_t line_ = 1;
};

}  // namespace xfrmd::daemon::settings
