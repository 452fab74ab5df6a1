#include "core/id.h"

#include <sodium.h>

namespace mayfly {
namespace {

// Crockford's base 32: no i, l, o, u to misread.
constexpr char kAlphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";

void append_base32(std::string& text, std::uint64_t value, int characters) {
  for (int place = characters - 1; place >= 0; --place)
    text += kAlphabet[(value >> (5 * place)) & 31];
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

std::string sha256_hex(std::string_view bytes) {
  unsigned char digest[crypto_hash_sha256_BYTES];
  crypto_hash_sha256(digest, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  std::string text(2 * sizeof digest + 1, '\0');
  sodium_bin2hex(text.data(), text.size(), digest, sizeof digest);
  text.pop_back();
  return text;
}

}  // namespace mayfly
