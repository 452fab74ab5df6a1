// EC2's key pairs: names of public keys, by region.
#pragma once

#include <map>
#include <string>

#include "clouds/sim/call.h"

namespace mayfly::cloudsim {

struct KeyPair {
  std::string id;  // key-0...
  std::string name;
  std::string fingerprint;
  std::string type;  // rsa, ed25519
  std::string public_key;
  std::map<std::string, std::string> tags;
};

class KeyPairs {
 public:
  // public_key: a line as OpenSSH writes it.
  sim::Outcome<KeyPair> import(const std::string& region, const std::string& name,
                               std::string public_key, std::map<std::string, std::string> tags);
  const KeyPair* find(const std::string& region, const std::string& name) const;
  const std::map<std::string, KeyPair>& in(const std::string& region) { return by_region_[region]; }
  void erase(const std::string& region, const std::string& name) { by_region_[region].erase(name); }

 private:
  std::map<std::string, std::map<std::string, KeyPair>> by_region_;  // region -> name -> pair
};

}  // namespace mayfly::cloudsim
