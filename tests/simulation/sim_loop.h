// The simulation's Loop: virtual time, and the order of ready tasks chosen by seed, so that every
// interleaving that threads and networks could produce is within reach and can be replayed.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "core/assert.h"
#include "core/loop.h"
#include "core/random.h"

namespace mayfly::simulation {

class SimLoop final : public Loop {
 public:
  explicit SimLoop(std::uint64_t seed) : random_(seed) {}

  Time now() const override { return now_; }
  void post(Task task) override { ready_.push_back(std::move(task)); }
  void post_at(Time when, Task task) override {
    timers_.emplace(std::max(when, now_), std::move(task));
  }

  // Runs one task; false when there is none, now or later.
  bool step() {
    if (ready_.empty() && !wake_next()) return false;
    std::swap(ready_[random_.below(ready_.size())], ready_.back());
    Task task = std::move(ready_.back());
    ready_.pop_back();
    task();
    ++steps_;
    return true;
  }

  // Runs everything until then, and leaves the clock there.
  void run_until(Time end) {
    while (!ready_.empty() || (!timers_.empty() && timers_.begin()->first <= end)) step();
    now_ = std::max(now_, end);
  }

  std::int64_t steps() const { return steps_; }

 private:
  bool wake_next() {
    if (timers_.empty()) return false;
    now_ = std::max(now_, timers_.begin()->first);
    while (!timers_.empty() && timers_.begin()->first <= now_) {
      ready_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    return true;
  }

  SeededRandom random_;
  Time now_{std::chrono::sys_days{std::chrono::year{2026} / 1 / 2}};
  std::vector<Task> ready_;
  std::multimap<Time, Task> timers_;
  std::int64_t steps_ = 0;
};

}  // namespace mayfly::simulation
