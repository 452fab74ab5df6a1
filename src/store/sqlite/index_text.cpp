#include "store/sqlite/index_text.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace mayfly::store::sqlite {
namespace {

// Takes one netstring from the front of the text.
std::optional<std::string> take_netstring(std::string_view& text) {
  std::size_t size = 0;
  const char* end = text.data() + text.size();
  const auto [colon, error] = std::from_chars(text.data(), end, size);
  if (error != std::errc{} || colon == end || *colon != ':') return std::nullopt;
  const std::string_view rest(colon + 1, end);
  if (rest.size() <= size || rest[size] != ',') return std::nullopt;
  text = rest.substr(size + 1);
  return std::string(rest.substr(0, size));
}

}  // namespace

std::string print_indexes(const std::map<std::string, std::string>& indexes) {
  std::string text;
  for (const auto& [name, value] : indexes) {
    fmt::format_to(std::back_inserter(text), "{}:{},{}:{},", name.size(), name, value.size(),
                   value);
  }
  return text;
}

Result<std::map<std::string, std::string>> parse_indexes(std::string_view text) {
  std::map<std::string, std::string> indexes;
  while (!text.empty()) {
    std::optional<std::string> name = take_netstring(text);
    std::optional<std::string> value = name ? take_netstring(text) : std::nullopt;
    if (!value || !indexes.emplace(*std::move(name), *std::move(value)).second) {
      return fail(ErrorCode::internal, "The store holds a document whose lookups cannot be read.",
                  "The file was damaged or changed by another program: restore a backup.");
    }
  }
  return indexes;
}

}  // namespace mayfly::store::sqlite
