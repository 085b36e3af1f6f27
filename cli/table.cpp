#include "cli/table.h"

#include <algorithm>
#include <utility>

#include "cli/text.h"

namespace xfrmd::cli {

namespace {

constexpr std::size_t kGap = 2;

std::string_view code_of(Tone tone) {
    switch (tone) {
        case Tone::plain:
            return "";
        case Tone::heading:
            return "\x1b[1m";
        case Tone::good:
            return "\x1b[32m";
        case Tone::busy:
            return "\x1b[33m";
        case Tone::bad:
            return "\x1b[31m";
    }
    return "";
}

std::string padded(const Cell& cell, Align align, std::size_t width, bool last, Style style) {
    const std::string space(width - display_width(cell.text), ' ');
    std::string text = toned(cell.text, cell.tone, style);
    if (align == Align::right) return space + text;
    return last ? text : text + space;
}

}  // namespace

std::string toned(std::string text, Tone tone, Style style) {
    if (!style.colour || tone == Tone::plain || text.empty()) return text;
    return std::string(code_of(tone)) + text + "\x1b[0m";
}

void Table::add(std::vector<Cell> cells) {
    cells.resize(columns_.size(), Cell(""));
    for (Cell& cell : cells) cell.text = terminal_safe(cell.text);
    rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::widths() const {
    std::vector<std::size_t> widths;
    for (const Column& column : columns_) widths.push_back(column.heading.size());
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i].text));
    }
    return widths;
}

std::string Table::render(Style style) const {
    if (rows_.empty()) return {};
    const std::vector<std::size_t> width = widths();
    std::string out;
    const auto put = [&](const Cell& cell, std::size_t i) {
        const bool last = i + 1 == columns_.size();
        out += padded(cell, columns_[i].align, width[i], last, style);
        out += last ? "\n" : std::string(kGap, ' ');
    };
    for (std::size_t i = 0; i < columns_.size(); ++i) put(Cell(std::string(columns_[i].heading), Tone::heading), i);
    for (const auto& row : rows_) {
        for (std::size_t i = 0; i < row.size(); ++i) put(row[i], i);
    }
    return out;
}

}  // namespace xfrmd::cli
