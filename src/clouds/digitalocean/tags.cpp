#include "clouds/digitalocean/tags.h"

#include <fmt/format.h>

#include <algorithm>

namespace mayfly::clouds::digitalocean {
namespace {

constexpr std::string_view kOurs = "mayfly:";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

void append_escaped(std::string& tag, std::string_view text, bool colons) {
  for (char c : text) {
    if (is_plain(c) || (colons && c == ':')) {
      tag += c;
    } else {
      tag += fmt::format("_{:02x}", static_cast<unsigned char>(c));
    }
  }
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

std::optional<std::string> unescape(std::string_view text, bool colons) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_plain(text[i]) || (colons && text[i] == ':')) {
      plain += text[i];
    } else if (text[i] == '_' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      plain += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      return std::nullopt;
    }
  }
  return plain;
}

}  // namespace

std::string encode_tag(std::string_view key, std::string_view value) {
  std::string tag;
  append_escaped(tag, key, true);
  tag += ':';
  append_escaped(tag, value, false);
  return tag;
}

std::optional<std::pair<std::string, std::string>> decode_tag(std::string_view tag) {
  // The first user of a name decides its capitals for the whole account.
  std::string lowered(tag);
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (!lowered.starts_with(kOurs)) return std::nullopt;
  // A value has no colon of its own, so the last one ends the key.
  const std::size_t colon = lowered.rfind(':');
  if (colon < kOurs.size()) return std::nullopt;
  const std::string_view text = lowered;
  auto key = unescape(text.substr(0, colon), true);
  auto value = unescape(text.substr(colon + 1), false);
  if (!key || !value) return std::nullopt;
  return std::pair(std::move(*key), std::move(*value));
}

std::vector<std::string> encode_tags(const std::map<std::string, std::string>& tags) {
  std::vector<std::string> encoded;
  encoded.reserve(tags.size());
  for (const auto& [key, value] : tags) encoded.push_back(encode_tag(key, value));
  return encoded;
}

}  // namespace mayfly::clouds::digitalocean
