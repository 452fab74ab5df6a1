#include "json/rules.h"

#include <algorithm>

namespace mayfly::json {
namespace {

bool is_alphanumeric(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

}  // namespace

bool matches(Text set, std::string_view text) {
  const auto all = [&](auto allowed) { return std::ranges::all_of(text, allowed); };
  switch (set) {
    case Text::any:
      return true;
    case Text::name:
      return all([](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
    case Text::line:
      return all([](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
    case Text::pattern:
      return all(
          [](char c) { return is_alphanumeric(c) || std::string_view("_.-*?:").contains(c); });
  }
  return false;
}

std::string_view describe(Text set) {
  switch (set) {
    case Text::any:
      return "any text";
    case Text::name:
      return "letters, digits, '_', '.' and '-'";
    case Text::line:
      return "one line of printable characters";
    case Text::pattern:
      return "a name, with * and ? as wildcards and an optional 'cloud:' before";
  }
  return "";
}

}  // namespace mayfly::json
