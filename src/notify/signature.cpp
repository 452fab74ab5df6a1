#include "notify/signature.h"

#include <fmt/format.h>
#include <sodium.h>

#include "core/assert.h"

namespace mayfly::notify {
namespace {

constexpr int kBase64 = sodium_base64_VARIANT_ORIGINAL;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSecretBytesMax = 64;

// Without the zero that libsodium's size counts.
std::string base64_of(const unsigned char* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, kBase64), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, kBase64);
  text.pop_back();
  return text;
}

Result<std::string> sign_with(const Secret& secret, const std::string& signed_text) {
  std::string_view text = secret.reveal();
  if (text.starts_with(kSecretPrefix)) text.remove_prefix(kSecretPrefix.size());
  unsigned char key[kSecretBytesMax];
  std::size_t size = 0;
  if (sodium_base642bin(key, sizeof key, text.data(), text.size(), nullptr, &size, nullptr,
                        kBase64) != 0 ||
      size == 0) {
    return fail(ErrorCode::internal, "A webhook's secret is not what was made for it",
                "Make it a new one: mayfly webhooks change ID --rotate-secret");
  }
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key, size);
  sodium_memzero(key, sizeof key);
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(signed_text.data()),
                                signed_text.size());
  unsigned char digest[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_final(&state, digest);
  sodium_memzero(&state, sizeof state);
  return "v1," + base64_of(digest, sizeof digest);
}

}  // namespace

Secret new_secret() {
  ASSERT(sodium_init() >= 0);
  unsigned char bytes[kSecretBytes];
  randombytes_buf(bytes, sizeof bytes);
  std::string text = base64_of(bytes, sizeof bytes);
  Secret secret(std::string(kSecretPrefix) + text);
  sodium_memzero(bytes, sizeof bytes);
  sodium_memzero(text.data(), text.size());
  return secret;
}

Result<std::string> sign(const std::vector<Secret>& secrets, std::string_view id, Time timestamp,
                         std::string_view body) {
  const std::string text = fmt::format("{}.{}.{}", id, timestamp_text(timestamp), body);
  std::string signatures;
  for (const Secret& secret : secrets) {
    TRY(const std::string signature, sign_with(secret, text));
    signatures += (signatures.empty() ? "" : " ") + signature;
  }
  return signatures;
}

std::string timestamp_text(Time timestamp) {
  return fmt::format(
      "{}", std::chrono::floor<std::chrono::seconds>(timestamp).time_since_epoch().count());
}

}  // namespace mayfly::notify
