#include "rest/metrics.h"

#include <gmock/gmock.h>

namespace mayfly::rest {
namespace {

using testing::HasSubstr;

TEST(Metrics, ShowWhatTheRateLimitsDoToTheCalls) {
  engine::Statistics engine;
  engine.calls[{"aws", "launch"}] = {
      .calls = 12, .throttled = 1, .waiting = 34, .slowest_permille = 500};
  const std::string text = Metrics().text(engine, 0);
  const std::string labels = "{cloud=\"aws\",operation=\"launch\"} ";
  EXPECT_THAT(text, HasSubstr("\nmayfly_cloud_calls_total" + labels + "12"));
  EXPECT_THAT(text, HasSubstr("\nmayfly_cloud_calls_throttled_total" + labels + "1"));
  EXPECT_THAT(text, HasSubstr("\nmayfly_cloud_calls_waiting" + labels + "34"));
  EXPECT_THAT(text, HasSubstr("\nmayfly_cloud_rate_ratio" + labels + "0.5"));
}

}  // namespace
}  // namespace mayfly::rest
