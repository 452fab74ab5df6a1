// Bounded concurrency for cloud calls: a restart after downtime may have a hundred thousand
// machines to end at once, and no cloud answers a hundred thousand calls. One lane per credential
// and region, first come first served; each lane has at most kCallsUnderWay calls out.
// Single-threaded: the engine's Loop.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/loop.h"

namespace mayfly::engine {

inline constexpr int kCallsUnderWay = 8;

class Lanes {
 public:
  // `finish` must be called exactly once when the call has answered.
  using Call = std::move_only_function<void(Task finish)>;

  void run(const std::string& lane, Call call);
  std::size_t waiting() const;

 private:
  struct Lane {
    int under_way = 0;
    std::deque<Call> queue;
  };
  void advance(const std::string& name);

  std::map<std::string, Lane> lanes_;
  // Answers may arrive when the engine is gone; they hold this weakly.
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace mayfly::engine
