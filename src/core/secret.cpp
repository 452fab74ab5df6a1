#include "core/secret.h"

#include <sodium.h>

#include <utility>

namespace mayfly {

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) {
    wipe();
    plain_ = other.plain_;
  }
  return *this;
}

Secret::Secret(Secret&& other) noexcept : plain_(other.plain_) {
  other.wipe();
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    plain_ = other.plain_;
    other.wipe();
  }
  return *this;
}

bool Secret::equals(std::string_view other) const {
  return plain_.size() == other.size() &&
         sodium_memcmp(plain_.data(), other.data(), other.size()) == 0;
}

void Secret::wipe() {
  sodium_memzero(plain_.data(), plain_.size());
  plain_.clear();
}

}  // namespace mayfly
