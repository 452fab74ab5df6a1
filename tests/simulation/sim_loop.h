// The simulation's Loop: virtual time, and the order of ready tasks chosen by seed, so that every
// interleaving that threads and networks could produce is within reach and can be replayed.
#pragma once

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "core/loop.h"
#include "core/random.h"

namespace mayfly::simulation {

class SimLoop final : public Loop {
 public:
  explicit SimLoop(std::uint64_t seed) : random_(seed) {}

  Time now() const override { return now_; }
  void post(Task task) override { ready_.push_back({std::move(task), false}); }
  void post_at(Time when, Task task) override { put_at(when, {std::move(task), false}); }

  // The same for tasks of the process, which stand still while it is frozen.
  void post_to_process(Task task) { ready_.push_back({std::move(task), true}); }
  void post_to_process_at(Time when, Task task) { put_at(when, {std::move(task), true}); }
  void freeze_process(Time until) { frozen_until_ = until; }
  Time frozen_until() const { return frozen_until_; }

  // Runs one task; false when there is none, now or later.
  bool step() {
    if (ready_.empty() && !wake_next()) return false;
    std::swap(ready_[random_.below(ready_.size())], ready_.back());
    Waiting next = std::move(ready_.back());
    ready_.pop_back();
    ++steps_;
    if (next.of_process && now_ < frozen_until_) {
      put_at(frozen_until_, std::move(next));
    } else {
      next.task();
    }
    return true;
  }

  // Whether there is something to run by then.
  bool is_due(Time end) const {
    return !ready_.empty() || (!timers_.empty() && timers_.begin()->first <= end);
  }
  void pass_to(Time end) { now_ = std::max(now_, end); }
  // Runs everything until then, and leaves the clock there.
  void run_until(Time end) {
    while (is_due(end)) step();
    pass_to(end);
  }

  std::int64_t steps() const { return steps_; }

 private:
  struct Waiting {
    Task task;
    bool of_process;
  };

  void put_at(Time when, Waiting waiting) {
    timers_.emplace(std::max(when, now_), std::move(waiting));
  }

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
  Time frozen_until_{};
  std::vector<Waiting> ready_;
  std::multimap<Time, Waiting> timers_;
  std::int64_t steps_ = 0;
};

// What the process sees of it: a clock that can be wrong, and no moment at all while it is frozen.
// A timer that was set before a jump of the clock goes off when it would have, as the kernel's do.
class ProcessLoop final : public Loop {
 public:
  explicit ProcessLoop(SimLoop& loop) : loop_(loop) {}

  Time now() const override { return loop_.now() + error_; }
  void post(Task task) override { loop_.post_to_process(std::move(task)); }
  void post_at(Time when, Task task) override {
    loop_.post_to_process_at(when == kNever ? kNever : when - error_, std::move(task));
  }

  void set_error(Duration error) { error_ = error; }
  Duration error() const { return error_; }

 private:
  SimLoop& loop_;
  Duration error_{};
};

}  // namespace mayfly::simulation
