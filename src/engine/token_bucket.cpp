#include "engine/token_bucket.h"

#include <algorithm>

#include "core/assert.h"

namespace mayfly::engine {
namespace {

constexpr int kSlowestPermille = 50;
constexpr int kRecoveryPermille = 50;
constexpr Duration kRecoverEvery = 10s;
// After longer idling the bucket is full, or soon will be.
constexpr Duration kGainMax = 1h;
constexpr std::int64_t kProductMax = std::int64_t{1} << 62;

std::int64_t divide_up(std::int64_t dividend, std::int64_t divisor) {
  return (dividend + divisor - 1) / divisor;
}

}  // namespace

TokenBucket::TokenBucket(std::int64_t burst, std::int64_t refill, Duration every, Time since)
    : full_(burst * kMillion),
      full_rate_(refill * kMillion /
                 std::chrono::duration_cast<std::chrono::seconds>(every).count()),
      level_(std::max<std::int64_t>(1, burst / 5) * kMillion),
      seen_(since),
      filled_at_(since),
      recovered_at_(since) {
  ASSERT(burst > 0 && refill > 0 && every >= 1s);
}

void TokenBucket::gain(Time now) {
  const std::int64_t elapsed =
      std::min({(now - filled_at_).count(), Duration{kGainMax}.count(), kProductMax / rate()});
  filled_at_ = now;
  const std::int64_t product = elapsed * rate() + rest_;
  level_ += product / kMillion;
  rest_ = product % kMillion;
  if (level_ < full_) return;
  level_ = full_;
  rest_ = 0;
}

// Time that has passed first fills at the rate in force and then raises it: a little too slow,
// never too fast.
void TokenBucket::settle(Time now) {
  if (now < seen_) set_back(seen_ - now);
  seen_ = now;
  gain(now);
  if (recovered_permille_ == 1000) {
    recovered_at_ = now;
    return;
  }
  const std::int64_t steps = (now - recovered_at_) / kRecoverEvery;
  if (steps <= 0) return;
  const std::int64_t wanted =
      (1000 - recovered_permille_ + kRecoveryPermille - 1) / kRecoveryPermille;
  recovered_permille_ =
      steps >= wanted ? 1000 : recovered_permille_ + static_cast<int>(steps) * kRecoveryPermille;
  recovered_at_ += steps * kRecoverEvery;
}

void TokenBucket::set_back(Duration by) {
  for (Time* stamp : {&filled_at_, &lowered_at_, &recovered_at_, &held_until_}) *stamp -= by;
}

Time TokenBucket::ready_at(std::int64_t tokens, Time now) {
  settle(now);
  if (now < held_until_) return held_until_;
  const std::int64_t missing = std::min(tokens * kMillion, full_) - level_;
  if (missing <= 0) return now;
  const Time filled = now + Duration{divide_up(missing * kMillion - rest_, rate())};
  // By then the rate has grown.
  const Time faster = recovered_permille_ < 1000 ? recovered_at_ + kRecoverEvery : kNever;
  return std::min(filled, faster);
}

void TokenBucket::take(std::int64_t tokens, Time now) {
  settle(now);
  level_ = std::min(full_, level_ - tokens * kMillion);
}

void TokenBucket::throttled(Time called_at, Time now, Duration retry_after) {
  settle(now);
  level_ = std::min<std::int64_t>(level_, 0);
  hold_until(now + retry_after);
  recovered_at_ = now;
  if (called_at < lowered_at_) return;
  recovered_permille_ = std::max(kSlowestPermille, recovered_permille_ / 2);
  lowered_at_ = now;
}

void TokenBucket::limit_rate(int permille, Time now) {
  settle(now);
  allowed_permille_ = std::clamp(permille, kSlowestPermille, 1000);
}

Duration TokenBucket::pace(std::int64_t tokens, Time now) {
  settle(now);
  return Duration{divide_up(tokens * kMillion * kMillion, rate())};
}

bool TokenBucket::may_be_forgotten(Time now) {
  settle(now);
  return rate_permille() == 1000 && now >= held_until_ && level_ == full_;
}

}  // namespace mayfly::engine
