// Where chance comes from. The product draws from the operating system; a simulation from its seed.
#pragma once

#include <cstdint>
#include <string>

namespace mayfly {

class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;
  // Uniform in [0, bound); bound > 0.
  std::uint64_t below(std::uint64_t bound);
};

class SystemRandom final : public Random {
 public:
  std::uint64_t next() override;
};

// splitmix64: equal on every machine and standard library, which std:: distributions are not.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() override;

 private:
  std::uint64_t state_;
};

}  // namespace mayfly
