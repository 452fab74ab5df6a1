// The account's ssh keys.
#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>

#include "decode_base64.h"
#include "digitalocean_api.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

using sim::Outcome;

// MD5 of the key's bytes, in pairs: 3b:16:e4:...; nullopt when the line is no OpenSSH key.
std::optional<std::string> fingerprint_of(std::string_view line) {
  const std::size_t begin = line.find(' ');
  if (begin == std::string_view::npos) return std::nullopt;
  const std::string_view rest = line.substr(begin + 1);
  const auto bytes = decode_base64(rest.substr(0, rest.find(' ')));
  if (!bytes || bytes->empty()) return std::nullopt;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned length = 0;
  if (EVP_Digest(bytes->data(), bytes->size(), digest, &length, EVP_md5(), nullptr) != 1) {
    return std::nullopt;
  }
  std::string text;
  for (unsigned i = 0; i < length; ++i) text += fmt::format("{}{:02x}", i ? ":" : "", digest[i]);
  return text;
}

json::object key_json(const SshKey& key) {
  return {{"id", key.id},
          {"fingerprint", key.fingerprint},
          {"public_key", key.public_key},
          {"name", key.name}};
}

auto find_key(DigitalOcean& state, const std::string& name) {
  return std::ranges::find_if(state.keys, [&](const SshKey& key) {
    return key.fingerprint == name || std::to_string(key.id) == name;
  });
}

}  // namespace

Outcome<std::string> list_keys(DigitalOcean& state, const DropletsCall& call) {
  return page_of(call, "ssh_keys", state.keys.size(),
                 [&](std::size_t i) { return key_json(state.keys[i]); });
}

Outcome<std::string> create_key(DigitalOcean& state, const DropletsCall& call) {
  const json::object* body = call.body.if_object();
  const json::value* name = body ? body->if_contains("name") : nullptr;
  const json::value* line = body ? body->if_contains("public_key") : nullptr;
  if (!name || !name->is_string() || !line || !line->is_string()) {
    return unprocessable("Name and Public Key are required");
  }
  const std::string public_key(line->get_string().c_str());
  const auto fingerprint = fingerprint_of(public_key);
  if (!fingerprint)
    return unprocessable("Key invalid, key should be of the format `type key comment`");
  if (find_key(state, *fingerprint) != state.keys.end()) {
    return unprocessable("SSH Key is already in use on your account");
  }
  state.keys.push_back({state.next_key++, name->get_string().c_str(), public_key, *fingerprint});
  return json::print(json::object{{"ssh_key", key_json(state.keys.back())}});
}

Outcome<std::string> read_key(DigitalOcean& state, const DropletsCall& call) {
  const auto key = find_key(state, call.path[2]);
  if (key == state.keys.end()) return no_such_resource();
  return json::print(json::object{{"ssh_key", key_json(*key)}});
}

Outcome<std::string> delete_key(DigitalOcean& state, const DropletsCall& call) {
  const auto key = find_key(state, call.path[2]);
  if (key == state.keys.end()) return no_such_resource();
  state.keys.erase(key);
  return std::string{};
}

}  // namespace mayfly::cloudsim
