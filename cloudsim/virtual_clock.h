// Time that runs `speed` times as fast as the machine's, from the moment the simulator started.
#pragma once

#include <algorithm>

#include "core/time.h"

namespace mayfly::cloudsim {

class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(int speed) : speed_(speed) {}

  Time now() const override { return start_ + (real_.now() - start_) * speed_; }
  Time real_now() const { return real_.now(); }
  // When it was, or will be, `there` in real time: what goes over the wire, whose readers live in
  // it.
  Time real_time(Time there) const { return start_ + (there - start_) / speed_; }
  // How long to wait here until it is `when` there.
  Duration real_wait(Time when) const { return std::max(Duration{}, (when - now()) / speed_); }
  int speed() const { return speed_; }

 private:
  SystemClock real_;
  int speed_;
  Time start_ = real_.now();
};

}  // namespace mayfly::cloudsim
