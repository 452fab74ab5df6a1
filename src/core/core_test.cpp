#include <gtest/gtest.h>

#include <set>

#include "core/id.h"
#include "core/millionths.h"
#include "core/secret.h"
#include "core/time.h"

namespace mayfly {
namespace {

TEST(Duration, ReadsUnitsFromLargeToSmall) {
  EXPECT_EQ(parse_duration("45s"), Duration{45s});
  EXPECT_EQ(parse_duration("1h30m"), Duration{90min});
  EXPECT_EQ(parse_duration("2d"), Duration{48h});
}

TEST(Duration, RefusesWhatIsNotOne) {
  for (const char* text : {"", "5", "h", "1m1h", "1h1h", "-1h", "1.5h", "1h ", " 1h", "1w", "3651d",
                           "99999999999999999999s", "400000000d"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, PrintsWhatItReads) {
  for (const char* text : {"1s", "59s", "1m", "1h30m", "1d2h3m4s", "3650d"}) {
    EXPECT_EQ(to_string(*parse_duration(text)), text);
  }
}

TEST(Time, PrintsWhatItReads) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2026-01-02T03:04:05Z",
                           "2024-02-29T23:59:59.25Z", "2026-01-02T03:04:05.000001Z"}) {
    ASSERT_TRUE(parse_time(text)) << text;
    EXPECT_EQ(to_string(*parse_time(text)), text);
  }
}

TEST(Time, UnderstandsOffsets) {
  EXPECT_EQ(parse_time("2026-01-02T03:04:05+01:00"), parse_time("2026-01-02T02:04:05Z"));
}

TEST(Time, RefusesWhatIsNotOne) {
  for (const char* text :
       {"", "2026-01-02", "2026-13-02T03:04:05Z", "2026-02-30T03:04:05Z", "2026-01-02T24:04:05Z",
        "2026-01-02T03:04:05", "2026-01-02T03:04:05.Z", "2026-01-02T03:04:05Zx"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(Millionths, PrintsWhatItReads) {
  for (const char* text : {"0", "1", "0.000001", "3.75", "-1.5", "123456789012.123456"}) {
    ASSERT_TRUE(Money::parse(text)) << text;
    EXPECT_EQ(to_string(*Money::parse(text)), text);
  }
}

TEST(Millionths, RefusesASeventhPlaceAndNonsense) {
  for (const char* text : {"", ".", "1e3", "0.0000001", "1,5", "--1", "+1", "1.2.3", " 1"}) {
    EXPECT_FALSE(Money::parse(text)) << text;
  }
}

TEST(Millionths, DividesHalfUp) {
  EXPECT_EQ(divide_half_up(5, 10), 1);
  EXPECT_EQ(divide_half_up(4, 10), 0);
  EXPECT_EQ(divide_half_up(15, 10), 2);
}

TEST(Id, OfALaterMomentSortsLater) {
  SeededRandom random(1);
  const Time start = *parse_time("2026-01-02T03:04:05Z");
  std::string last;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = new_id("r", start + i * Duration{1ms}, random);
    EXPECT_LT(last, id);
    EXPECT_EQ(moment_of_id(id), id_moment(start + i * Duration{1ms}));
    last = id;
  }
}

TEST(Id, OfOtherMakingTellsNoMoment) {
  for (const char* id :
       {"", "r", "r-1", "r-0jx5w2k3m8q4t6y", "0jx5w2k3m8q4t6y9abc", "r-0jx5l2k3m8q4t6y9"})
    EXPECT_FALSE(moment_of_id(id)) << id;
}

TEST(Secret, ComparesByValueAndForgetsWhenMoved) {
  Secret secret("hunter2");
  const Secret moved = std::move(secret);
  EXPECT_TRUE(moved.equals("hunter2"));
  EXPECT_FALSE(moved.equals("hunter3"));
  EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): that is the point
}

TEST(Random, IsTheSameForTheSameSeed) {
  SeededRandom a(7);
  SeededRandom b(7);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.below(10), b.below(10));
}

}  // namespace
}  // namespace mayfly
