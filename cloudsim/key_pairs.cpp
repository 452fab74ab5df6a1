#include "key_pairs.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "clouds/base64.h"
#include "core/id.h"
#include "decode_base64.h"

namespace mayfly::cloudsim {
namespace {

std::string digest_of(std::string_view bytes, const EVP_MD* kind) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &length, kind, nullptr) != 1) return {};
  return {reinterpret_cast<const char*>(digest), length};
}

std::string in_pairs(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes)
    text += fmt::format("{}{:02x}", text.empty() ? "" : ":", static_cast<unsigned char>(byte));
  return text;
}

}  // namespace

sim::Outcome<KeyPair> KeyPairs::import(const std::string& region, const std::string& name,
                                       std::string public_key,
                                       std::map<std::string, std::string> tags) {
  if (find(region, name)) {
    return sim::refuse(400, "InvalidKeyPair.Duplicate",
                       fmt::format("The keypair already exists: {}", name));
  }
  const std::size_t space = public_key.find(' ');
  const std::string_view kind = std::string_view(public_key).substr(0, space);
  const bool rsa = kind == "ssh-rsa";
  const std::string_view rest =
      space == std::string::npos ? "" : std::string_view(public_key).substr(space + 1);
  const auto blob = decode_base64(rest.substr(0, rest.find_first_of(" \n")));
  if ((!rsa && kind != "ssh-ed25519") || !blob || blob->empty())
    return sim::refuse(400, "InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  // EC2 hashes an RSA key in another encoding; nobody here can compare that one.
  KeyPair pair{.id = "key-0" + sha256_hex(region + '/' + name).substr(0, 16),
               .name = name,
               .fingerprint = rsa ? in_pairs(digest_of(*blob, EVP_md5()))
                                  : clouds::base64_encode(digest_of(*blob, EVP_sha256())),
               .type = rsa ? "rsa" : "ed25519",
               .public_key = std::move(public_key),
               .tags = std::move(tags)};
  return by_region_[region].emplace(name, std::move(pair)).first->second;
}

const KeyPair* KeyPairs::find(const std::string& region, const std::string& name) const {
  const auto place = by_region_.find(region);
  if (place == by_region_.end()) return nullptr;
  const auto found = place->second.find(name);
  return found == place->second.end() ? nullptr : &found->second;
}

}  // namespace mayfly::cloudsim
