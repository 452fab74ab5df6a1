#include "cli/figures.h"

#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

TEST(MoneyText, NeverShowsACostAsNothing) {
  EXPECT_EQ(money_text(Money{0}), "$0.00");
  EXPECT_EQ(money_text(Money{1}), "$0.000001");
  EXPECT_EQ(money_text(Money{5'952}), "$0.005952");
}

TEST(MoneyText, ShowsFourDecimalsOfCentsAndTwoOfHundreds) {
  EXPECT_EQ(money_text(Money{10'400}), "$0.0104");
  EXPECT_EQ(money_text(Money{35'714}), "$0.0357");
  EXPECT_EQ(money_text(Money{500'000}), "$0.50");
  EXPECT_EQ(money_text(Money{12'345'678}), "$12.3457");
  EXPECT_EQ(money_text(Money{1'234'567'890}), "$1234.57");
  EXPECT_EQ(money_text(Money::of(3)), "$3.00");
}

TEST(MoneyText, RoundsHalfUp) {
  EXPECT_EQ(money_text(Money{10'450}), "$0.0105");
  EXPECT_EQ(money_text(Money{10'449}), "$0.0104");
  EXPECT_EQ(money_text(Money{-10'450}), "-$0.0105");
}

TEST(SpanText, ShowsTheTwoLargestUnits) {
  EXPECT_EQ(span_text(0s), "0s");
  EXPECT_EQ(span_text(-5s), "0s");
  EXPECT_EQ(span_text(999ms), "0s");
  EXPECT_EQ(span_text(45s), "45s");
  EXPECT_EQ(span_text(60s), "1m");
  EXPECT_EQ(span_text(61s), "1m 1s");
  EXPECT_EQ(span_text(1h + 58min + 59s), "1h 58m");
  EXPECT_EQ(span_text(2h + 30s), "2h");
  EXPECT_EQ(span_text(76h), "3d 4h");
}

TEST(MomentText, IsInUtcWithoutSeconds) {
  const Time moment = std::chrono::sys_days{std::chrono::year{2026} / 11 / 22} + 5h + 30min + 59s;
  EXPECT_EQ(moment_text(moment), "2026-11-22 05:30 UTC");
  EXPECT_EQ(distance_text(moment, moment - 2h), "in 2h");
  EXPECT_EQ(distance_text(moment, moment + 90s), "1m 30s ago");
}

TEST(CountText, KnowsOneFromMany) {
  EXPECT_EQ(count_text(1, "machine"), "1 machine");
  EXPECT_EQ(count_text(0, "machine"), "0 machines");
  EXPECT_EQ(count_text(12'345, "offer"), "12,345 offers");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(-1'234'567), "-1,234,567");
  EXPECT_EQ(memory_text(Gib{500'000}), "0.5 GiB");
}

}  // namespace
}  // namespace mayfly::cli
