// Secrets at rest: libsodium's secretbox under a master key that lives in a 0600 file beside the
// data or in the environment, never in the store. A copy of the database alone opens nothing.
#pragma once

#include <filesystem>
#include <string>

#include "core/result.h"
#include "core/secret.h"

namespace mayfly::service {

class Vault {
 public:
  // The key file is made (0600) when it does not exist; refused when others may read it.
  static Result<Vault> open(const std::filesystem::path& key_file);
  // 64 hexadecimal characters, as from the environment.
  static Result<Vault> from_hex(const Secret& hex);

  // Text safe to store; `context` (the key's id) is bound to it, so that sealed texts cannot be
  // swapped.
  std::string seal(const Secret& plain, std::string_view context) const;
  Result<Secret> unseal(std::string_view sealed, std::string_view context) const;

  // Proves later that a text is ours: who has not the master key cannot make it, and that of one
  // purpose is not that of another. 64 hexadecimal characters.
  std::string tag(std::string_view purpose, std::string_view text) const;

 private:
  explicit Vault(Secret key) : key_(std::move(key)) {}
  Secret key_;  // 32 bytes
};

}  // namespace mayfly::service
