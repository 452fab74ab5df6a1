// Which sizes (vCPUs and memory) a request accepts. Every match is one, or for `closest` three,
// ways to fit, the better ones first; a way is a range around what was asked. Ranges are in whole
// vCPUs and in millionths of a GiB, and exact: no floats.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "model/request.h"
#include "pricing/index.h"

namespace mayfly::pricing {

enum class Fit {
  equal,
  similar,  // 0.9 to 1.2 times what was asked, ends included
  at_least,
};

struct Range {
  std::int64_t low = 0;
  std::int64_t high = std::numeric_limits<std::int64_t>::max();

  bool contains(std::int64_t number) const { return low <= number && number <= high; }
};

// The sizes that fit who asks for `asked`; everything when nothing is asked.
Range sizes_fitting(Fit fit, std::optional<std::int64_t> asked);
// The other way round: what can be asked so that a machine of `size` fits. From 1.
Range askable_for(Fit fit, std::int64_t size);
// How a match lets a machine fit, in order of preference.
std::vector<Fit> fits_of(Match match);

// In millionths of a GiB.
std::optional<std::int64_t> memory_asked(const Request& request);

// How near a row is to what was asked: smaller is nearer.
struct Closeness {
  int fit = 0;                // position in fits_of(closest)
  std::int64_t oversize = 0;  // vcpus/asked + memory/asked times a constant of the request
  auto operator<=>(const Closeness&) const = default;
};

class Shape {
 public:
  explicit Shape(const Request& request);

  bool closest() const { return closest_; }
  // Of the one way to fit. Precondition: !closest().
  bool accepts_vcpus(const Row& row) const { return ways_.front().vcpus.contains(row.vcpus); }
  bool accepts_memory(const Row& row) const { return ways_.front().memory.contains(row.memory); }
  // By whatever way; of `closest` the best.
  std::optional<Closeness> closeness(const Row& row) const;
  bool accepts(const Row& row) const { return closeness(row).has_value(); }

 private:
  struct Way {
    Fit fit;
    Range vcpus;
    Range memory;
  };
  bool closest_;
  std::int64_t vcpus_asked_;  // 1 when nothing is asked
  std::int64_t memory_asked_;
  std::int64_t vcpus_weight_;  // 0 when nothing is asked
  std::int64_t memory_weight_;
  std::vector<Way> ways_;
};

}  // namespace mayfly::pricing
