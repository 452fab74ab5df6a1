#include "cli/utf8.h"

#include <algorithm>
#include <cstdint>

namespace mayfly::cli {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";
constexpr std::string_view kEllipsis = "\u2026";

struct Range {
  std::uint32_t first, last;
};

// Source: Unicode's East Asian Width (W, F) and its combining and format characters, in coarse
// blocks: a wrong cell only shifts a column.
constexpr Range kWide[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0xA4CF},   {0xAC00, 0xD7A3},
    {0xF900, 0xFAFF},   {0xFE30, 0xFE4F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
    {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};
constexpr Range kNoCell[] = {
    {0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200B, 0x200F},
    {0x2060, 0x2064}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F},
};
// Turn the direction of what follows, or end lines.
constexpr Range kHarmful[] = {
    {0x0000, 0x001F}, {0x007F, 0x009F}, {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};

template <std::size_t n>
bool is_within(const Range (&ranges)[n], std::uint32_t point) {
  return std::ranges::any_of(
      ranges, [point](Range range) { return range.first <= point && point <= range.last; });
}

struct Character {
  std::uint32_t point = 0;
  std::size_t bytes = 1;
  bool valid = false;
};

Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80) return {lead, 1, true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {};
  std::uint32_t point = lead & (0x7Fu >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0) != 0x80) return {};
    point = point << 6 | (next & 0x3F);
  }
  constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  if (point < kLeast[bytes] || point > 0x10FFFF || surrogate) return {};
  return {point, bytes, true};
}

int cells_of(const Character& character) {
  if (!character.valid) return 1;
  if (is_within(kNoCell, character.point)) return 0;
  return is_within(kWide, character.point) ? 2 : 1;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (text.front() == '\n' || text.front() == '\t') {
      shown += ' ';
    } else if (!character.valid || is_within(kHarmful, character.point)) {
      shown += kReplacement;
    } else {
      shown += text.substr(0, character.bytes);
    }
    text.remove_prefix(character.bytes);
  }
  return shown;
}

int display_width(std::string_view text) {
  int cells = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    cells += cells_of(character);
    text.remove_prefix(character.bytes);
  }
  return cells;
}

std::string shorten(std::string_view text, int cells) {
  if (display_width(text) <= cells) return std::string(text);
  if (cells < 1) return "";
  std::size_t kept = 0;
  int used = 0;
  while (true) {
    const Character character = first_character(text.substr(kept));
    used += cells_of(character);
    if (used > cells - 1) break;
    kept += character.bytes;
  }
  return std::string(text.substr(0, kept)).append(kEllipsis);
}

}  // namespace mayfly::cli
