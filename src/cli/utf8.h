// Text as a terminal shows it. Whatever the server sends may end up on a screen, so control
// characters (an escape sequence in a machine's name) are made harmless first.
#pragma once

#include <string>
#include <string_view>

namespace mayfly::cli {

// Without control characters, direction overrides and broken UTF-8; line ends become spaces.
std::string printable(std::string_view text);

// How many cells a terminal needs for printable text.
int display_width(std::string_view text);

// At most that many cells; what is cut off is replaced by an ellipsis.
std::string shorten(std::string_view text, int cells);

}  // namespace mayfly::cli
