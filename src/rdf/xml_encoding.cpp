#include "rdf/xml_encoding.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "rdf/chars.h"
#include "rdf/reader.h"

namespace mayfly::rdf {
namespace {

// What the XML declaration names, or nothing.
std::string_view declared_encoding(std::string_view text) {
  if (!text.starts_with("<?xml")) return {};
  const std::string_view declaration = text.substr(0, text.find("?>"));
  const std::size_t name = declaration.find("encoding");
  if (name == std::string_view::npos) return {};
  const std::size_t open = declaration.find_first_of("'\"", name);
  if (open == std::string_view::npos) return {};
  const std::size_t close = declaration.find(declaration[open], open + 1);
  if (close == std::string_view::npos) return {};
  return declaration.substr(open + 1, close - open - 1);
}

bool from_utf16(std::string_view text, bool big_endian, std::string& out) {
  if (text.size() % 2 != 0) return false;
  const auto unit = [&](std::size_t at) {
    const auto a = static_cast<unsigned char>(text[at]);
    const auto b = static_cast<unsigned char>(text[at + 1]);
    return static_cast<char32_t>(big_endian ? a << 8 | b : b << 8 | a);
  };
  for (std::size_t at = 0; at < text.size(); at += 2) {
    char32_t c = unit(at);
    if (c >= 0xD800 && c <= 0xDFFF) {
      if (c > 0xDBFF || at + 2 >= text.size()) return false;
      at += 2;
      const char32_t low = unit(at);
      if (low < 0xDC00 || low > 0xDFFF) return false;
      c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(c, out);
  }
  return true;
}

bool names(std::string_view encoding, std::initializer_list<std::string_view> known) {
  return std::ranges::any_of(
      known, [&](std::string_view name) { return equal_ignoring_case(encoding, name); });
}

}  // namespace

Result<std::string_view> xml_as_utf8(std::string_view format, std::string_view text,
                                     std::string& storage) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xEF\xBB\xBF")) return text.substr(3);
  const bool marked = text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv);
  if (marked || text.starts_with("<\0"sv) || text.starts_with("\0<"sv)) {
    const bool big_endian = text.starts_with("\xFE\xFF"sv) || text.starts_with("\0<"sv);
    if (!from_utf16(text.substr(marked ? 2 : 0), big_endian, storage))
      return fail_at(format, 1, "is not the UTF-16 that it seems to be");
    return storage;
  }
  const std::string_view encoding = declared_encoding(text);
  if (encoding.empty() || names(encoding, {"utf-8", "utf8", "us-ascii", "ascii"})) return text;
  if (names(encoding, {"iso-8859-1", "latin1", "latin-1"})) {
    for (const char c : text) append_utf8(static_cast<unsigned char>(c), storage);
    return storage;
  }
  return fail_at(format, 1,
                 fmt::format("the encoding '{}' is not known here; send UTF-8", encoding));
}

}  // namespace mayfly::rdf
