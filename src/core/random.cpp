#include "core/random.h"

#include <sodium.h>

#include "core/assert.h"

namespace mayfly {

std::uint64_t Random::below(std::uint64_t bound) {
  ASSERT(bound > 0);
  // The high half of a 128-bit product: no modulo bias worth a second draw at our bounds.
  return static_cast<std::uint64_t>((static_cast<unsigned __int128>(next()) * bound) >> 64);
}

std::uint64_t SystemRandom::next() {
  std::uint64_t value = 0;
  randombytes_buf(&value, sizeof value);
  return value;
}

std::uint64_t SeededRandom::next() {
  std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace mayfly
