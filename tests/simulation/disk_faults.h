// A disk that answers late, refuses, writes and says it did not, is full for a while, and at a
// crash loses what was being written or does not.
#pragma once

#include <optional>
#include <utility>

#include "core/loop.h"
#include "store/memory/memory_store.h"
#include "troubles.h"

namespace mayfly::simulation {

class DiskFaults final : public store::Faults {
 public:
  DiskFaults(const Clock& clock, Random& random, Troubles& troubles)
      : clock_(clock), random_(random), troubles_(troubles) {}

  void fill_up(Time until) { full_until_ = until; }
  void be_slow(bool slow) { slow_ = slow; }
  // The next write succeeds and is reported failed.
  void lie_once() { lies_ = true; }
  // What becomes of writes that a crash meets, instead of chance.
  void decide_crash(bool survives) { survives_ = survives; }
  void heal() {
    full_until_ = {};
    slow_ = false;
  }

  store::CommitFate fate() override {
    if (clock_.now() < full_until_) return store::CommitFate::refused;
    if (std::exchange(lies_, false)) return store::CommitFate::written_but_reported_failed;
    if (troubles_.draw(Trouble::write_refused, random_)) return store::CommitFate::refused;
    return troubles_.draw(Trouble::write_unclear, random_)
               ? store::CommitFate::written_but_reported_failed
               : store::CommitFate::ok;
  }
  Duration commit_delay() override {
    return std::chrono::microseconds(100 + random_.below(slow_ ? 20'000 : 3'000));
  }
  Duration answer_delay() override { return std::chrono::microseconds(random_.below(500)); }
  bool read_fails() override { return troubles_.draw(Trouble::read_failed, random_); }
  bool survives_crash() override {
    const bool survives = survives_ ? *survives_ : random_.below(2) == 0;
    if (!survives) troubles_.count(Trouble::torn_last_write);
    return survives;
  }

 private:
  const Clock& clock_;
  Random& random_;
  Troubles& troubles_;
  Time full_until_{};
  bool slow_ = false;
  bool lies_ = false;
  std::optional<bool> survives_;
};

}  // namespace mayfly::simulation
