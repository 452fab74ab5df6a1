// Time that runs `speed` times as fast as the machine's, from the moment the simulator started.
#pragma once

#include <algorithm>

#include "core/time.h"

namespace mayfly::cloudsim {

class VirtualClock final : public Clock {
 public:
  // The clock of the real world outlives this one.
  VirtualClock(const Clock& real, int speed) : real_(real), speed_(speed) {}

  Time now() const override { return start_ + (real_.now() - start_) * speed_; }
  Time real_now() const { return real_.now(); }
  // When it was, or will be, `there` in real time: what goes over the wire, whose readers live in
  // it, and what is billed.
  Time real_time(Time there) const { return start_ + (there - start_) / speed_; }
  // How long to wait here until it is `when` there; zero once it is.
  Duration real_wait(Time when) const {
    const Duration left = when - now();
    return left <= Duration{} ? Duration{} : left / speed_ + Duration{1};
  }
  int speed() const { return speed_; }

 private:
  const Clock& real_;
  int speed_;
  Time start_ = real_.now();
};

}  // namespace mayfly::cloudsim
