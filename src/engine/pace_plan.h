// A cloud's rate limits as lanes need them: sorted into groups of operations that share limits, and
// cut down to our part of each. Made once for each cloud.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "clouds/cloud.h"

namespace mayfly::engine {

inline std::size_t index_of(clouds::Operation operation) {
  return static_cast<std::size_t>(operation);
}

struct PacePlan {
  // What an operation takes of one of its lane's buckets.
  struct Toll {
    std::size_t bucket = 0;
    clouds::Charge charge;
    bool own = true;  // no other operation takes of it
  };
  struct Group {
    std::vector<clouds::Operation> operations;  // the most urgent first
    std::vector<std::size_t> limits;  // indexes into the cloud's, in the order of the buckets
  };

  std::string name;
  const clouds::Cloud* cloud = nullptr;
  const clouds::RateLimits* limits = nullptr;
  std::vector<Group> groups;
  std::array<std::size_t, clouds::kOperations> group_of{};
  std::array<std::vector<Toll>, clouds::kOperations> tolls;

  // `known` outlives the plan.
  explicit PacePlan(const clouds::Cloud& known);
};

// What we take of a limit, as a bucket. Of a window half comes as a burst and half as refill, so
// that together they never pass it, wherever the window is laid.
struct Part {
  std::int64_t burst = 0;
  std::int64_t refill = 0;
  Duration every;
};
Part part_of(const clouds::RateLimit& limit, std::int64_t rate_percent);

}  // namespace mayfly::engine
