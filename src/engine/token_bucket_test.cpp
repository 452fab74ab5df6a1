#include "engine/token_bucket.h"

#include <gtest/gtest.h>

#include <vector>

#include "core/random.h"

namespace mayfly::engine {
namespace {

constexpr Time kEpoch{Duration{1'800'000'000'000'000}};

// Takes single tokens as fast as it is allowed to; when each was taken.
std::vector<Time> greedy(TokenBucket& bucket, Time from, Duration span, std::int64_t tokens = 1) {
  std::vector<Time> taken;
  Time now = from;
  while (true) {
    const Time ready = bucket.ready_at(tokens, now);
    if (ready > from + span) return taken;
    if (ready > now) {
      now = ready;
      continue;
    }
    bucket.take(tokens, now);
    taken.push_back(now);
  }
}

TEST(TokenBucket, StartsWithAFifthOfItsBurst) {
  TokenBucket bucket(50, 1, 1s, kEpoch);
  EXPECT_EQ(greedy(bucket, kEpoch, 0s).size(), 10u);
  TokenBucket small(2, 1, 1s, kEpoch);
  EXPECT_EQ(greedy(small, kEpoch, 0s).size(), 1u) << "but always with one call";
}

TEST(TokenBucket, HasWhatItWouldHaveHadSinceTheStart) {
  TokenBucket bucket(50, 1, 1s, kEpoch);
  EXPECT_EQ(greedy(bucket, kEpoch + 20s, 0s).size(), 30u);
  TokenBucket later(50, 1, 1s, kEpoch);
  EXPECT_EQ(greedy(later, kEpoch + 24h, 0s).size(), 50u);
}

TEST(TokenBucket, NeverGivesMoreThanBurstAndRefillInAnyWindow) {
  SeededRandom random(7);
  for (int round = 0; round < 200; ++round) {
    const auto burst = static_cast<std::int64_t>(1 + random.below(50));
    const auto refill = static_cast<std::int64_t>(1 + random.below(5000));
    const Duration every = std::chrono::seconds(1 + random.below(3600));
    TokenBucket bucket(burst, refill, every, kEpoch);
    std::vector<std::pair<Time, std::int64_t>> taken;
    Time now = kEpoch;
    while (taken.size() < 60) {
      const auto tokens =
          static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(burst)));
      const Time ready = bucket.ready_at(tokens, now);
      if (ready <= now) {
        bucket.take(tokens, now);
        taken.emplace_back(now, tokens);
      }
      now = random.below(2) ? std::max(now, ready)
                            : now + Duration{static_cast<std::int64_t>(random.below(3'000'000))};
    }
    for (std::size_t first = 0; first < taken.size(); ++first) {
      std::int64_t sum = 0;
      for (std::size_t last = first; last < taken.size(); ++last) {
        sum += taken[last].second;
        const Duration span = taken[last].first - taken[first].first;
        ASSERT_LE((sum - burst) * every.count(), refill * span.count())
            << sum << " tokens in " << span.count() << " us of " << burst << " and " << refill
            << " in " << every.count() << " us";
      }
    }
  }
}

TEST(TokenBucket, GivesAllOfItsRateToWhoTakesAllOfIt) {
  TokenBucket bucket(5, 20, 1s, kEpoch);
  EXPECT_EQ(greedy(bucket, kEpoch, 100s).size(), 2001u);
}

TEST(TokenBucket, IsAsFastForSomebodyWhoLooksOften) {
  TokenBucket bucket(1, 1250, 1h, kEpoch);
  bucket.take(1, kEpoch);
  Time now = kEpoch;
  while (bucket.ready_at(1, now) > now) now += Duration{7};
  EXPECT_LE(now, kEpoch + 2880ms + 1ms);
}

TEST(TokenBucket, HasTheDebtPaidBeforeItGivesAgain) {
  TokenBucket bucket(10, 1, 1s, kEpoch);
  const Time full = kEpoch + 1h;
  EXPECT_EQ(bucket.ready_at(30, full), full) << "more than the burst needs a full bucket";
  bucket.take(30, full);
  EXPECT_EQ(bucket.ready_at(1, full), full + 21s);
}

TEST(TokenBucket, TakesBackWhatWasNotUsed) {
  TokenBucket bucket(10, 1, 1s, kEpoch);
  bucket.take(2, kEpoch);
  EXPECT_GT(bucket.ready_at(1, kEpoch), kEpoch);
  bucket.take(-2, kEpoch);
  EXPECT_EQ(bucket.ready_at(2, kEpoch), kEpoch);
  bucket.take(-100, kEpoch);
  EXPECT_GT(bucket.ready_at(11, kEpoch + Duration{1}), kEpoch) << "never more than its burst";
}

TEST(TokenBucket, HalvesItsRateWhenThrottledAndRecoversStepByStep) {
  TokenBucket bucket(10, 10, 1s, kEpoch);
  bucket.throttled(kEpoch, kEpoch, 0s);
  EXPECT_EQ(bucket.rate_permille(), 500);
  EXPECT_EQ(bucket.ready_at(1, kEpoch), kEpoch + 200ms) << "emptied, and half as fast";
  EXPECT_GT(bucket.ready_at(1, kEpoch + 10s), kEpoch);
  EXPECT_EQ(bucket.rate_permille(), 550);
  (void)bucket.ready_at(1, kEpoch + 100s);
  EXPECT_EQ(bucket.rate_permille(), 1000);
}

TEST(TokenBucket, CountsCallsThatWereUnderWayTogetherAsOneThrottle) {
  TokenBucket bucket(10, 10, 1s, kEpoch);
  for (int i = 0; i < 8; ++i) bucket.throttled(kEpoch, kEpoch + 100ms, 0s);
  EXPECT_EQ(bucket.rate_permille(), 500);
  bucket.throttled(kEpoch + 200ms, kEpoch + 300ms, 0s);
  EXPECT_EQ(bucket.rate_permille(), 250);
  for (int i = 1; i < 20; ++i)
    bucket.throttled(kEpoch + 300ms + i * 1s, kEpoch + 301ms + i * 1s, 0s);
  EXPECT_EQ(bucket.rate_permille(), 50) << "never to a stop";
}

TEST(TokenBucket, WaitsAsLongAsTheCloudAsked) {
  TokenBucket bucket(10, 10, 1s, kEpoch);
  bucket.throttled(kEpoch, kEpoch, 42s);
  EXPECT_EQ(bucket.ready_at(1, kEpoch + 1s), kEpoch + 42s);
  EXPECT_EQ(bucket.ready_at(1, kEpoch + 42s), kEpoch + 42s);
}

TEST(TokenBucket, KeepsToTheRateItIsAllowed) {
  TokenBucket bucket(10, 10, 1s, kEpoch);
  EXPECT_EQ(bucket.pace(1, kEpoch), Duration(100ms));
  bucket.limit_rate(100, kEpoch);
  EXPECT_EQ(bucket.pace(1, kEpoch), Duration(1s));
  bucket.limit_rate(1000, kEpoch);
  EXPECT_EQ(bucket.pace(3, kEpoch), Duration(300ms));
}

TEST(TokenBucket, GoesOnWhenTheClockIsSetBack) {
  TokenBucket bucket(10, 1, 1s, kEpoch);
  bucket.take(2, kEpoch);
  bucket.throttled(kEpoch, kEpoch, 5s);
  const Time earlier = kEpoch - 1h;
  EXPECT_EQ(bucket.ready_at(1, earlier), earlier + 5s);
  EXPECT_EQ(bucket.ready_at(1, earlier + 5s), earlier + 5s);
}

TEST(TokenBucket, MayBeForgottenWhenANewOneWouldBeTheSame) {
  TokenBucket bucket(10, 1, 1s, kEpoch);
  EXPECT_FALSE(bucket.may_be_forgotten(kEpoch)) << "a new one later would have more";
  EXPECT_TRUE(bucket.may_be_forgotten(kEpoch + 8s));
  bucket.take(1, kEpoch + 8s);
  EXPECT_FALSE(bucket.may_be_forgotten(kEpoch + 8s));
  EXPECT_TRUE(bucket.may_be_forgotten(kEpoch + 9s));
  bucket.throttled(kEpoch + 9s, kEpoch + 9s, 0s);
  EXPECT_FALSE(bucket.may_be_forgotten(kEpoch + 60s)) << "it knows that the cloud is busy";
}

}  // namespace
}  // namespace mayfly::engine
