// Tables for people: columns as wide as what is in them, two spaces apart, columns without content
// left out, no blanks at line ends. Cells are made printable here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mayfly::cli {

enum class Tone { plain, strong, quiet, good, warning, bad };

// With the terminal's colours, or as it is.
std::string paint(std::string_view text, Tone tone, bool colors);

enum class Align { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
};

struct Cell {
  std::string text;
  Tone tone = Tone::plain;

  Cell() = default;
  Cell(std::string content, Tone shown = Tone::plain) : text(std::move(content)), tone(shown) {}
  Cell(const char* content) : text(content) {}
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns.
  void add(std::vector<Cell> row);
  bool empty() const { return rows_.empty(); }

  struct Look {
    bool colors = false;
    bool titles = true;
    int indent = 0;
    int cells_max = 0;  // the last column is shortened to fit; 0: as wide as it is
  };
  std::string print(const Look& look) const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace mayfly::cli
