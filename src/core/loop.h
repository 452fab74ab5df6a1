// One thread's worth of order. Everything that changes reservations runs on one Loop: tasks run one
// at a time, so the engine needs no lock. The product's loop is an Asio context; the simulation's
// picks a ready task by seed and moves a virtual clock.
#pragma once

#include <functional>

#include "core/time.h"

namespace mayfly {

using Task = std::move_only_function<void()>;

class Loop : public Clock {
 public:
  // Runs the task soon on this loop. The only member that may be called from any thread.
  virtual void post(Task task) = 0;
  // Runs the task at `when` or soon after. There is no cancel: a task checks whether it still
  // matters.
  virtual void post_at(Time when, Task task) = 0;
};

// How an operation that takes time answers. Called exactly once, on the Loop the caller named,
// unless the process ends first; never before the call that took it has returned.
template <class T>
using Done = std::move_only_function<void(T)>;

}  // namespace mayfly
