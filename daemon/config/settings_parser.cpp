#include "daemon/config/settings_parser.h"

#include <algorithm>

#include "daemon/config/settings_lexer.h"
#include "ike/base/wiping.h"

namespace xfrmd::daemon::settings {

namespace {

using Outcome = Parsed<void>;

tl::unexpected<SyntaxError> fail(Position at, std::string message) {
    return tl::unexpected(SyntaxError{at, std::move(message)});
}

// Where the files that `path` includes are looked for.
std::string relative_to(const std::string& path, const std::string& pattern) {
    if (pattern.starts_with('/')) return pattern;
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? pattern : path.substr(0, slash + 1) + pattern;
}

class Parser {
public:
    Parser(const Files& files, const Limits& limits) : files_(files), limits_(limits) {
        document_.root = std::make_unique<Section>("", Position{});
        open_.push_back(document_.root.get());
    }

    tl::expected<Document, ConfigError> run(const std::string& path) {
        auto outcome = file(path, Position{});
        if (outcome && open_.size() > 1) {
            outcome = fail(opened_at_.back(), "the section that starts here is not closed");
        }
        if (outcome) return std::move(document_);
        if (document_.files.empty()) return tl::unexpected(ConfigError{path, 0, 0, outcome.error().message});
        return tl::unexpected(document_.error(outcome.error().at, outcome.error().message));
    }

private:
    Outcome file(const std::string& path, Position included_from);
    Outcome statements(Lexer& lexer);
    Outcome statement(Lexer& lexer);
    Outcome after_name(Lexer& lexer, std::string_view name, Position at);
    Outcome assign(Lexer& lexer, std::string_view name, Position at);
    Outcome open(std::string_view name, Position at, std::vector<Reference> references);
    Outcome close(Lexer& lexer);
    Outcome include(Lexer& lexer, Position at);
    Parsed<std::vector<Reference>> references(Lexer& lexer);
    Outcome count_item(Position at);

    const Files& files_;
    const Limits& limits_;
    Document document_;
    std::vector<Section*> open_;
    std::vector<Position> opened_at_;      // of open_ without the root
    std::vector<std::string> being_read_;  // the file and those that include it
    std::size_t bytes_ = 0;
    std::size_t items_ = 0;
};

Outcome Parser::file(const std::string& path, Position included_from) {
    if (std::find(being_read_.begin(), being_read_.end(), path) != being_read_.end()) {
        return fail(included_from, "include loop: '" + path + "' is being read already");
    }
    if (being_read_.size() > limits_.include_depth) return fail(included_from, "includes are nested too deep");
    if (document_.files.size() >= limits_.files) return fail(included_from, "too many files");
    auto content = files_.read(path, std::min(limits_.file_bytes, limits_.total_bytes - bytes_));
    if (!content) {
        return fail(included_from, being_read_.empty() ? content.error().detail
                                                       : "cannot read '" + path + "': " + content.error().detail);
    }
    bytes_ += content->text.size();
    being_read_.push_back(path);
    Lexer lexer(content->text, static_cast<std::uint32_t>(document_.files.size()));
    document_.files.push_back({path, content->readable_by_others});
    Outcome outcome = lexer.check_text();
    if (outcome) outcome = statements(lexer);
    base::wipe_text(content->text);
    being_read_.pop_back();
    return outcome;
}

Outcome Parser::statements(Lexer& lexer) {
    for (lexer.skip_space(); !lexer.at_end(); lexer.skip_space()) {
        const Outcome outcome = lexer.peek() == '}' ? close(lexer) : statement(lexer);
        if (!outcome) return outcome;
    }
    return {};
}

Outcome Parser::statement(Lexer& lexer) {
    const Position at = lexer.position();
    if (lexer.peek() == '"') return fail(at, "a quoted string cannot stand here: names are not quoted");
    const auto name = lexer.name();
    if (!name) return tl::unexpected(name.error());
    if (*name == "include" && lexer.include_follows()) return include(lexer, at);
    return after_name(lexer, *name, at);
}

Outcome Parser::after_name(Lexer& lexer, std::string_view name, Position at) {
    lexer.skip_space();
    if (lexer.take('=')) return assign(lexer, name, at);
    std::vector<Reference> inherited;
    const bool inherits = lexer.take(':');
    if (inherits) {
        auto listed = references(lexer);
        if (!listed) return tl::unexpected(listed.error());
        inherited = std::move(*listed);
    }
    if (lexer.take('{')) return open(name, at, std::move(inherited));
    if (lexer.peek() == '.') return fail(lexer.position(), "names cannot have a dot");
    return fail(lexer.position(),
                inherits ? "expected '{' after the sections to inherit from" : "expected '=', '{' or ':' after a name");
}

Parsed<std::vector<Reference>> Parser::references(Lexer& lexer) {
    std::vector<Reference> listed;
    do {
        lexer.skip_space();
        const Position at = lexer.position();
        const auto path = lexer.dotted_name();
        if (!path) return tl::unexpected(path.error());
        if (const auto counted = count_item(at); !counted) return tl::unexpected(counted.error());
        listed.push_back({std::string(*path), at});
        lexer.skip_space();
    } while (lexer.take(','));
    return listed;
}

Outcome Parser::assign(Lexer& lexer, std::string_view name, Position at) {
    lexer.skip_blanks();
    const Position value_at = lexer.position();
    auto value = lexer.value();
    if (!value) return tl::unexpected(value.error());
    open_.back()->settings.at(name, at).assign(std::move(*value), at, value_at);
    return count_item(at);
}

Outcome Parser::open(std::string_view name, Position at, std::vector<Reference> references) {
    if (open_.size() > limits_.section_depth) return fail(at, "sections are nested too deep");
    Section& section = open_.back()->sections.at(name, at);
    std::move(references.begin(), references.end(), std::back_inserter(section.references));
    open_.push_back(&section);
    opened_at_.push_back(at);
    return count_item(at);
}

Outcome Parser::close(Lexer& lexer) {
    if (open_.size() == 1) return fail(lexer.position(), "'}' without a section to close");
    lexer.advance();
    open_.pop_back();
    opened_at_.pop_back();
    return {};
}

Outcome Parser::include(Lexer& lexer, Position at) {
    const auto pattern = lexer.include_pattern();
    if (!pattern) return tl::unexpected(pattern.error());
    const auto paths = files_.glob(relative_to(being_read_.back(), *pattern));
    if (!paths) return fail(at, paths.error().detail);
    if (paths->empty() && pattern->find_first_of("*?[") == std::string::npos) {
        document_.warnings.push_back(document_.error(at, "include '" + *pattern + "' matches no file").to_string());
    }
    for (const std::string& path : *paths) {
        if (const Outcome outcome = file(path, at); !outcome) return outcome;
    }
    return {};
}

// A small file can include others many times over, so what is kept has a limit of its own.
Outcome Parser::count_item(Position at) {
    if (++items_ > limits_.items) return fail(at, "too many sections and settings");
    return {};
}

}  // namespace

tl::expected<Document, ConfigError> parse(const Files& files, const std::string& path, const Limits& limits) {
    return Parser(files, limits).run(path);
}

}  // namespace xfrmd::daemon::settings
