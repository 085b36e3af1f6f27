// A table of text: columns as wide as their widest cell, two spaces between, nothing behind the last one. Cells are
// made terminal_safe here, so no renderer can forget it. Colours only where the Style says so.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace xfrmd::cli {

struct Style {
    bool colour = false;
};

enum class Tone : unsigned char { plain, heading, good, busy, bad };

// ANSI colours around text, or the text alone.
std::string toned(std::string text, Tone tone, Style style);

struct Cell {
    Cell(std::string content, Tone how = Tone::plain) : text(std::move(content)), tone(how) {}
    Cell(const char* content) : text(content) {}
    std::string text;
    Tone tone = Tone::plain;
};

enum class Align : unsigned char { left, right };
struct Column {
    std::string_view heading;
    Align align = Align::left;
};

class Table {
public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
    // As many cells as there are columns; missing ones are empty.
    void add(std::vector<Cell> cells);
    bool empty() const { return rows_.empty(); }
    // With its headings; empty where there are no rows.
    std::string render(Style style) const;

private:
    std::vector<std::size_t> widths() const;

    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
};

}  // namespace xfrmd::cli
