#include "key_ring.h"

namespace mayfly::cloudsim {

KeyRing::KeyRing() {
  set({.cloud = "aws", .id = kAccessKeyId, .secret = kSecretAccessKey});
  set({.cloud = "digitalocean", .secret = kDigitalOceanToken});
}

bool KeyRing::set(KeyOrder order) {
  if (order.cloud == "aws") {
    KeyOrder& key = aws_[order.id];
    if (order.secret.empty()) order.secret = key.secret;  // only its state changes
    key = std::move(order);
    return true;
  }
  if (order.cloud == "digitalocean") {
    digitalocean_[order.secret] = order;
    return true;
  }
  return false;
}

const KeyOrder* KeyRing::find_aws(std::string_view id) const {
  const auto found = aws_.find(id);
  if (found == aws_.end() || found->second.state == KeyState::revoked) return nullptr;
  return &found->second;
}

bool KeyRing::accepts_token(std::string_view token) const {
  const auto found = digitalocean_.find(token);
  return found != digitalocean_.end() && found->second.state == KeyState::active;
}

}  // namespace mayfly::cloudsim
