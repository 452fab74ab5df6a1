// Characters as RDF's grammars speak of them: UTF-8 in and out, and the classes that names are made
// of. Pure functions, any thread. Offsets are in bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mayfly::rdf {

inline constexpr char32_t kNoChar = 0xFFFFFFFF;

// The character at `at`, which moves behind it; kNoChar (and `at` stays) at the end or when the
// bytes are not UTF-8.
char32_t decode(std::string_view text, std::size_t& at);
void append_utf8(char32_t c, std::string& out);
// The offset of the first byte that is not part of valid UTF-8, or npos.
std::size_t find_invalid_utf8(std::string_view text);

inline constexpr bool is_digit(char32_t c) {
  return c >= '0' && c <= '9';
}
inline constexpr bool is_alpha(char32_t c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}
inline constexpr bool is_alnum(char32_t c) {
  return is_alpha(c) || is_digit(c);
}
inline constexpr bool is_space(char32_t c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
// -1 if it is none.
int hex_value(char32_t c);

// Turtle's PN_CHARS_BASE, PN_CHARS_U and PN_CHARS. The first is also XML's NameStartChar without
// '_' and ':'; PN_CHARS with '.' is NameChar without ':'.
bool is_name_base(char32_t c);
inline bool is_name_start(char32_t c) {
  return c == '_' || is_name_base(c);
}
bool is_name_char(char32_t c);

// XML's NCName: what an rdf:ID, an XML prefix or the local part of a QName may be.
bool is_ncname(std::string_view text);
// Whether XML 1.0 can carry it at all: most control characters it cannot.
bool is_xml_char(char32_t c);
// The offset of the first character that XML cannot carry, or npos. The text is UTF-8.
std::size_t find_not_xml(std::string_view text);

// A language tag as Turtle's grammar has it: en, en-GB, sr-Latn-RS.
bool is_language_tag(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
std::string_view trimmed(std::string_view text);

// "line 3": where in the text an offset is, for people. Lines count from 1.
std::size_t line_of(std::string_view text, std::size_t offset);

}  // namespace mayfly::rdf
