// The product's loop: one thread, a queue and a heap of timers over the system's clock.
//
// Order: posted tasks run in the order of posting; a task of post_at joins that order when its time
// has come. Neither can starve the other. Moments are wall-clock moments: when the machine's clock
// is set forward, what became due runs at once.
//
// Threads: every member may be called from any thread, post_at too. Tasks run on the loop's own
// thread. A task that was dropped is destroyed on whichever thread dropped it, never under a lock.
//
// End: stop() lets everything finish whose turn had come (posted, or due) when it was called, then
// drops the timers that are not due and whatever is posted from then on, silently: what a task
// would have answered is not answered. It returns when the thread has ended, unless a task of this
// loop calls it; then the destructor is where the thread is awaited. The destructor stops.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "core/loop.h"

namespace mayfly {

class ThreadLoop final : public Loop {
 public:
  ThreadLoop();
  ~ThreadLoop() override;
  ThreadLoop(const ThreadLoop&) = delete;
  ThreadLoop& operator=(const ThreadLoop&) = delete;

  Time now() const override { return SystemClock{}.now(); }
  void post(Task task) override;
  void post_at(Time when, Task task) override;
  void stop();

 private:
  struct Timer {
    Time when;
    std::uint64_t number;  // equal moments run in the order of posting
    Task task;
  };

  void run();
  // The tasks whose turn has come, waiting for the first; empty when the loop has stopped.
  std::deque<Task> take_ready();
  void collect_due();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> ready_;
  std::vector<Timer> timers_;  // a heap, the next to run in front
  std::uint64_t timers_posted_ = 0;
  bool stopping_ = false;

  std::mutex joining_;  // one caller of stop() joins, the others wait for it
  std::thread thread_;
  const std::thread::id id_ = thread_.get_id();  // thread_ itself changes when it is joined
};

}  // namespace mayfly
