#include "core/calendar.h"

#include <gtest/gtest.h>

#include "core/id.h"

namespace mayfly {
namespace {

TEST(Calendar, KnowsWhereMonthsBeginAndEnd) {
  const Time last = *parse_time("2026-12-31T23:59:59.999999Z");
  EXPECT_EQ(month_text(month_of(last)), "2026-12");
  EXPECT_EQ(start_of(next(month_of(last))), last + Duration{1});
  EXPECT_EQ(day_text(last), "2026-12-31");
  EXPECT_EQ(month_text(month_of(last + Duration{1})), "2027-01");
  EXPECT_EQ(to_string(start_of(month_of(*parse_time("2028-02-29T12:00:00Z")))),
            "2028-02-01T00:00:00Z");
}

TEST(Calendar, ReadsMonthsDaysAndMoments) {
  EXPECT_EQ(to_string(*parse_moment("2026-11")), "2026-11-01T00:00:00Z");
  EXPECT_EQ(to_string(*parse_moment("2026-11-22")), "2026-11-22T00:00:00Z");
  EXPECT_EQ(to_string(*parse_moment("2026-11-22T13:00:00+01:00")), "2026-11-22T12:00:00Z");
  for (const char* wrong : {"", "2026", "2026-13", "2026-11-31", "today", "2026-1-1", "-026-11"}) {
    EXPECT_FALSE(parse_moment(wrong)) << wrong;
  }
}

TEST(Calendar, AgreesWithIdsAboutWhatCameFirst) {
  const Time noon = *parse_time("2026-11-22T12:00:00Z");
  SeededRandom random(1);
  EXPECT_LE(first_id("r", noon), new_id("r", noon, random));
  EXPECT_LT(new_id("r", noon - 1ms, random), first_id("r", noon));
}

}  // namespace
}  // namespace mayfly
