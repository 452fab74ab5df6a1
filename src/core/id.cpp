#include "core/id.h"

#include <sodium.h>

#include <array>

namespace mayfly {
namespace {

// Crockford's base 32: no i, l, o, u to misread.
constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void append_base32(std::string& text, std::uint64_t value, int characters) {
  for (int place = characters - 1; place >= 0; --place)
    text += kAlphabet[(value >> (5 * place)) & 31];
}

using Digest = std::array<unsigned char, crypto_hash_sha256_BYTES>;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string hex_of(const Digest& digest) {
  std::string text(2 * digest.size() + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
  text.pop_back();
  return text;
}

}  // namespace

std::string first_id(std::string_view prefix, Time moment) {
  std::string id{prefix};
  id += '-';
  append_base32(id, static_cast<std::uint64_t>(moment.time_since_epoch().count() / 1000), 9);
  return id;
}

Time id_moment(Time now) {
  return std::chrono::floor<std::chrono::milliseconds>(now);
}

std::string new_id(std::string_view prefix, Time now, Random& random) {
  std::string id = first_id(prefix, now);
  append_base32(id, random.next(), 7);
  return id;
}

std::optional<Time> moment_of_id(std::string_view id) {
  const std::size_t dash = id.find('-');
  if (dash == id.npos || id.size() < dash + 1 + 16) return std::nullopt;
  std::int64_t milliseconds = 0;
  for (const char c : id.substr(dash + 1, 9)) {
    const std::size_t value = std::string_view(kAlphabet).find(c);
    if (value == std::string_view::npos) return std::nullopt;
    milliseconds = milliseconds * 32 + static_cast<std::int64_t>(value);
  }
  return Time{} + std::chrono::milliseconds(milliseconds);
}

std::string sha256_hex(std::string_view bytes) {
  Digest digest;
  crypto_hash_sha256(digest.data(), bytes_of(bytes), bytes.size());
  return hex_of(digest);
}

std::string fingerprint_of(std::string_view bytes) {
  Digest digest;
  crypto_generichash(digest.data(), digest.size(), bytes_of(bytes), bytes.size(), nullptr, 0);
  return hex_of(digest);
}

}  // namespace mayfly
