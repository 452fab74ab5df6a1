// Our part of one published limit: so many calls at once, so many more in each span of time, and
// slower for a while when the cloud said that it was too much.
//
// Never more than burst + refill * t / every tokens are taken in any span t, but for debts (see
// `take`). Integers only: a level in millionths of a token, rates in millionths of a token per
// second, rounded down. When the clock is set back, what was known is set back with it.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/time.h"

namespace mayfly::engine {

class TokenBucket {
 public:
  // As one that nobody used since then, when it had a fifth: what a process used before it was
  // started again nobody knows.
  TokenBucket(std::int64_t burst, std::int64_t refill, Duration every, Time since);

  // A good time to ask again whether so many tokens are there; now when they are. More than the
  // burst is there when the bucket is full.
  Time ready_at(std::int64_t tokens, Time now);
  // Takes them, also what is not there: a debt that the refill pays first. Less than 0 gives back.
  void take(std::int64_t tokens, Time now);

  // The cloud refused: empties the bucket and halves the rate, once for all calls that were under
  // way together, and not before `retry_after`. The rate recovers by a twentieth of the full one
  // every ten seconds.
  void throttled(Time called_at, Time now, Duration retry_after);
  // At most so many thousandths of the full rate, until told otherwise.
  void limit_rate(int permille, Time now);
  // Nothing is ready before then.
  void hold_until(Time until) { held_until_ = std::max(held_until_, until); }

  // How far apart calls of so many tokens are when they are made all the time.
  Duration pace(std::int64_t tokens, Time now);
  // Thousandths of the full rate in force.
  int rate_permille() const { return std::min(recovered_permille_, allowed_permille_); }
  // A new bucket in its place would be the same.
  bool may_be_forgotten(Time now);

 private:
  static constexpr std::int64_t kMillion = 1'000'000;

  std::int64_t rate() const { return full_rate_ * rate_permille() / 1000; }
  void settle(Time now);
  void gain(Time now);
  void set_back(Duration by);

  std::int64_t full_;       // millionths
  std::int64_t full_rate_;  // millionths per second
  std::int64_t level_;      // millionths; below 0: a debt
  std::int64_t rest_ = 0;   // of the last gain: millionths of a millionth
  Time seen_;               // the latest that was passed
  Time filled_at_;
  int recovered_permille_ = 1000;
  int allowed_permille_ = 1000;
  Time lowered_at_{};
  Time recovered_at_;
  Time held_until_{};
};

}  // namespace mayfly::engine
