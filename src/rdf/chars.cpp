#include "rdf/chars.h"

#include <algorithm>
#include <array>

#include "rdf/byte_search.h"

namespace mayfly::rdf {
namespace {

struct CharRange {
  char32_t first;
  char32_t last;
};

constexpr std::array<CharRange, 13> kNameBase{{{'A', 'Z'},
                                               {'a', 'z'},
                                               {0xC0, 0xD6},
                                               {0xD8, 0xF6},
                                               {0xF8, 0x2FF},
                                               {0x370, 0x37D},
                                               {0x37F, 0x1FFF},
                                               {0x200C, 0x200D},
                                               {0x2070, 0x218F},
                                               {0x2C00, 0x2FEF},
                                               {0x3001, 0xD7FF},
                                               {0xF900, 0xFDCF},
                                               {0xFDF0, 0xFFFD}}};

// What is_name_char says of ASCII, and '.'.
constexpr std::array<bool, 0x80> kNameBytes = [] {
  std::array<bool, 0x80> bytes{};
  for (std::size_t c = 0; c < bytes.size(); ++c)
    bytes[c] = is_alnum(static_cast<char32_t>(c)) || c == '_' || c == '-' || c == '.';
  return bytes;
}();

// How many bytes a sequence that begins with this byte has; 0 if none does.
constexpr std::size_t sequence_bytes(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  if (lead >= 0xF0 && lead <= 0xF4) return 4;
  return 0;
}

}  // namespace

char32_t decode(std::string_view text, std::size_t& at) {
  if (at >= text.size()) return kNoChar;
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const std::size_t bytes = sequence_bytes(lead);
  if (bytes == 0 || text.size() - at < bytes) return kNoChar;
  char32_t c = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0) != 0x80) return kNoChar;
    c = (c << 6) | (next & 0x3F);
  }
  constexpr std::array<char32_t, 5> kSmallest{0, 0, 0x80, 0x800, 0x10000};
  if (c < kSmallest[bytes] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF)) return kNoChar;
  at += bytes;
  return c;
}

void append_utf8(char32_t c, std::string& out) {
  const auto put = [&out](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | (c >> 6));
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | (c >> 12));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | (c >> 18));
    put(0x80 | ((c >> 12) & 0x3F));
    put(0x80 | ((c >> 6) & 0x3F));
    put(0x80 | (c & 0x3F));
  }
}

std::size_t find_invalid_utf8(std::string_view text) {
  std::size_t at = 0;
  while ((at = find_byte(text, at, [](auto c) { return c < 0; })) < text.size()) {
    if (decode(text, at) == kNoChar) return at;
  }
  return std::string_view::npos;
}

int hex_value(char32_t c) {
  if (is_digit(c)) return static_cast<int>(c - '0');
  const char32_t lower = c | 0x20;
  return lower >= 'a' && lower <= 'f' ? static_cast<int>(lower - 'a' + 10) : -1;
}

bool is_name_base(char32_t c) {
  if (c < 0x80) return is_alpha(c);
  return (c >= 0x10000 && c <= 0xEFFFF) ||
         std::ranges::any_of(kNameBase, [c](const CharRange& range) {
           return c >= range.first && c <= range.last;
         });
}

bool is_name_char(char32_t c) {
  return is_name_start(c) || is_digit(c) || c == '-' || c == 0xB7 || (c >= 0x300 && c <= 0x36F) ||
         c == 0x203F || c == 0x2040;
}

bool is_ncname(std::string_view text) {
  std::size_t at = 0;
  const char32_t first = decode(text, at);
  if (first == kNoChar || !is_name_start(first)) return false;
  while (at < text.size()) {
    if (const auto byte = static_cast<unsigned char>(text[at]); byte < kNameBytes.size()) {
      if (!kNameBytes[byte]) return false;
      ++at;
      continue;
    }
    const char32_t c = decode(text, at);
    if (c == kNoChar || !is_name_char(c)) return false;
  }
  return true;
}

bool is_xml_char(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c <= 0xD7FF || (c >= 0xE000 && c <= 0xFFFD) || (c >= 0x10000 && c <= 0x10FFFF);
}

std::size_t find_not_xml(std::string_view text) {
  std::size_t at = 0;
  while ((at = find_byte(text, at, [](auto c) { return (c < ' ') & (c != '\n'); })) < text.size()) {
    const std::size_t start = at;
    const char32_t c = decode(text, at);
    if (c == kNoChar || !is_xml_char(c)) return start;
  }
  return std::string_view::npos;
}

bool is_language_tag(std::string_view text) {
  bool first_part = true;
  while (true) {
    const std::size_t end = std::min(text.find('-'), text.size());
    const std::string_view part = text.substr(0, end);
    const auto fits = [first_part](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return first_part ? is_alpha(byte) : is_alnum(byte);
    };
    if (part.empty() || !std::ranges::all_of(part, fits)) return false;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
    first_part = false;
  }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return std::ranges::equal(a, b, {}, lower, lower);
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && is_space(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  return text;
}

std::size_t line_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::ranges::count(before, '\n'));
}

}  // namespace mayfly::rdf
