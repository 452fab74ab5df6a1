// What goes wrong beside the clouds' own faults (clouds/sim/faults.h): the process, its disk, its
// clock, its network, its keys, its prices, the people who use it and other people's machines.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <cstdint>

#include "core/random.h"

namespace mayfly::simulation {

enum class Trouble {
  crash,              // between any two instructions that matter
  pause,              // the process stands still, for longer than a lease
  clock_jump,         // its clock is wrong by up to an hour, either way
  partition,          // one cloud cannot be reached
  key_revoked,        // for hours; then it works again, or
  key_replaced,       // its owner gives the key new credentials
  price_change,       // another catalog: other prices, types gone
  disk_full,          // no write succeeds for minutes
  write_refused,      // one write is refused
  write_unclear,      // one write succeeds and is reported failed
  read_failed,        // one read fails
  torn_last_write,    // what was being written at a crash is lost
  duplicate_request,  // a client repeats what it sent
  reordered_request,  // a client's requests overtake each other
  hidden_gpu,         // somebody wants a type that DigitalOcean hides from its listing
  look_alike,         // somebody else's machine with tags and names almost like ours
};
BOOST_DESCRIBE_ENUM(Trouble, crash, pause, clock_jump, partition, key_revoked, key_replaced,
                    price_change, disk_full, write_refused, write_unclear, read_failed,
                    torn_last_write, duplicate_request, reordered_request, hidden_gpu, look_alike)
inline constexpr std::size_t kTroubles = 16;

class Troubles {
 public:
  using Counts = std::array<std::int64_t, kTroubles>;

  // Each is in this story or not, often or seldom, by chance.
  void swarm(Random& random) {
    for (int& per_mille : per_mille_) {
      constexpr int kPerMille[] = {5, 20, 100, 300};
      per_mille = random.below(2) == 0 ? kPerMille[random.below(std::size(kPerMille))] : 0;
    }
  }
  void clear() { per_mille_ = {}; }

  bool is_in(Trouble trouble) const { return per_mille_[index(trouble)] > 0; }
  // Whether it strikes here, for what can at each of many occasions.
  bool draw(Trouble trouble, Random& random) {
    if (!is_in(trouble)) return false;
    if (static_cast<int>(random.below(1000)) >= per_mille_[index(trouble)]) return false;
    count(trouble);
    return true;
  }
  void count(Trouble trouble) { ++struck_[index(trouble)]; }
  const Counts& struck() const { return struck_; }

 private:
  static std::size_t index(Trouble trouble) { return static_cast<std::size_t>(trouble); }

  std::array<int, kTroubles> per_mille_{};
  Counts struck_{};
};

}  // namespace mayfly::simulation
