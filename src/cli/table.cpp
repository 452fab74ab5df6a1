#include "cli/table.h"

#include <algorithm>

#include "cli/utf8.h"
#include "core/assert.h"

namespace mayfly::cli {
namespace {

constexpr int kGap = 2;
constexpr int kLastColumnMin = 12;  // narrower than this the last column is of no use to anybody

std::string_view escape_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return "";
    case Tone::strong:
      return "\x1b[1m";
    case Tone::quiet:
      return "\x1b[2m";
    case Tone::good:
      return "\x1b[32m";
    case Tone::warning:
      return "\x1b[33m";
    case Tone::bad:
      return "\x1b[31m";
  }
  return "";
}

std::string blanks(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

std::string padded(const Cell& cell, Align align, int width, bool last, bool colors) {
  const std::string space = blanks(width - display_width(cell.text));
  const std::string text = paint(cell.text, cell.tone, colors);
  if (align == Align::right) return space + text;
  return last ? text : text + space;
}

}  // namespace

std::string paint(std::string_view text, Tone tone, bool colors) {
  if (!colors || tone == Tone::plain || text.empty()) return std::string(text);
  return std::string(escape_of(tone)).append(text).append("\x1b[0m");
}

void Table::add(std::vector<Cell> row) {
  ASSERT(row.size() == columns_.size());
  for (Cell& cell : row) cell.text = printable(cell.text);
  rows_.push_back(std::move(row));
}

std::string Table::print(const Look& look) const {
  std::vector<int> widths(columns_.size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], display_width(row[i].text));
    }
  }
  std::vector<std::size_t> shown;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (widths[i] == 0) continue;
    if (look.titles) widths[i] = std::max(widths[i], display_width(columns_[i].title));
    shown.push_back(i);
  }
  if (shown.empty()) return "";

  int room = look.cells_max - look.indent;
  for (const std::size_t i : shown) room -= widths[i] + kGap;
  room += kGap;
  int& last_width = widths[shown.back()];
  if (look.cells_max > 0 && room < 0) {
    last_width = std::max(std::min(last_width, kLastColumnMin), last_width + room);
  }

  std::string text;
  const auto line = [&](const auto& cell_of) {
    std::string written = blanks(look.indent);
    for (const std::size_t i : shown) {
      const bool last = i == shown.back();
      Cell cell = cell_of(i);
      if (last) cell.text = shorten(cell.text, last_width);
      written += padded(cell, columns_[i].align, widths[i], last, look.colors);
      if (!last) written += blanks(kGap);
    }
    while (written.ends_with(' ')) written.pop_back();
    text += written + "\n";
  };
  if (look.titles) line([&](std::size_t i) { return Cell(columns_[i].title, Tone::quiet); });
  for (const auto& row : rows_) line([&](std::size_t i) { return row[i]; });
  return text;
}

}  // namespace mayfly::cli
