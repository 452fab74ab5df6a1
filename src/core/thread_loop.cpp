#include "core/thread_loop.h"

#include <algorithm>
#include <utility>

#include "core/assert.h"

namespace mayfly {
namespace {

// The standard library counts deadlines in nanoseconds, in which kNever does not fit; so no single
// wait is longer than this.
constexpr Duration kWaitMax = 1h;

// What the heap of timers is ordered by.
constexpr auto kTurn = [](const auto& timer) { return std::pair(timer.when, timer.number); };

}  // namespace

ThreadLoop::ThreadLoop() : thread_([this] { run(); }) {}

ThreadLoop::~ThreadLoop() {
  ASSERT(std::this_thread::get_id() != id_);  // a task cannot destroy its own loop
  stop();
}

void ThreadLoop::post(Task task) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) return;  // `task` is destroyed by the caller of this function, after the lock
  ready_.push_back(std::move(task));
  changed_.notify_one();
}

void ThreadLoop::post_at(Time when, Task task) {
  const std::scoped_lock lock(mutex_);
  if (stopping_) return;
  timers_.push_back({when, timers_posted_++, std::move(task)});
  std::ranges::push_heap(timers_, std::greater{}, kTurn);
  changed_.notify_one();
}

void ThreadLoop::stop() {
  std::vector<Timer> dropped;
  {
    const std::scoped_lock lock(mutex_);
    if (!stopping_) collect_due();
    stopping_ = true;
    dropped.swap(timers_);
    changed_.notify_one();
  }
  if (std::this_thread::get_id() == id_) return;
  const std::scoped_lock lock(joining_);
  if (thread_.joinable()) thread_.join();
}

void ThreadLoop::run() {
  for (;;) {
    std::deque<Task> tasks = take_ready();
    if (tasks.empty()) return;
    for (; !tasks.empty(); tasks.pop_front()) tasks.front()();
  }
}

std::deque<Task> ThreadLoop::take_ready() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (!stopping_) collect_due();
    if (!ready_.empty() || stopping_) return std::exchange(ready_, {});
    if (timers_.empty()) {
      changed_.wait(lock);
    } else {
      changed_.wait_until(lock, std::min(timers_.front().when, now() + kWaitMax));
    }
  }
}

void ThreadLoop::collect_due() {
  const Time moment = now();
  while (!timers_.empty() && timers_.front().when <= moment) {
    std::ranges::pop_heap(timers_, std::greater{}, kTurn);
    ready_.push_back(std::move(timers_.back().task));
    timers_.pop_back();
  }
}

}  // namespace mayfly
