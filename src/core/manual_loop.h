// For tests: a clock that stands where it is put, and a loop that jumps it from task to task, in
// the order of their times and of posting.
#pragma once

#include <map>
#include <utility>

#include "core/loop.h"

namespace mayfly {

class ManualLoop final : public Loop {
 public:
  Time now() const override { return now_; }
  void post(Task task) override { post_at(now_, std::move(task)); }
  void post_at(Time when, Task task) override {
    tasks_.emplace(std::max(when, now_), std::move(task));
  }

  void pass(Duration duration) {
    const Time until = now_ + duration;
    while (!tasks_.empty() && tasks_.begin()->first <= until) run_next();
    now_ = until;
  }
  // Until nothing is left to do.
  void run() {
    while (!tasks_.empty()) run_next();
  }
  // The process that waited is gone: nobody hears the answers.
  void drop_all() { tasks_.clear(); }

 private:
  void run_next() {
    auto due = tasks_.extract(tasks_.begin());
    now_ = due.key();
    due.mapped()();
  }

  Time now_{Duration{1'800'000'000'000'000}};
  std::multimap<Time, Task> tasks_;
};

}  // namespace mayfly
