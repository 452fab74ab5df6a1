// JSON text as people and other languages like it: 0.0104, not 1.04E-2.
#pragma once

#include <string>
#include <string_view>

#include "json/value.h"

namespace mayfly::json {

// Numbers with a fraction are printed with at most six decimals and no exponent.
std::string print(const value& tree);
// Two spaces a level, for people.
std::string print_pretty(const value& tree);
// A JSON string literal with its quotes. The text is UTF-8.
std::string quote(std::string_view text);
void append_quoted(std::string_view text, std::string& out);

// How many bytes from the beginning stand in a literal as they are.
std::size_t clean_prefix(std::string_view text);
// How a byte that does not is written there; answers the length.
inline constexpr std::size_t kEscapeBytesMax = 6;
std::size_t escape_of(char c, char* escape);

}  // namespace mayfly::json
