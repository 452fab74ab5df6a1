#include "rest/metrics.h"

#include <gmock/gmock.h>

namespace mayfly::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Metrics, CountRequestsByRouteMethodAndStatus) {
  Metrics metrics;
  metrics.count("/users/:UserId", "GET", 200, 3ms);
  metrics.count("/users/:UserId", "GET", 200, 40s);
  metrics.count("/users/:UserId", "BREW", 405, 1ms);
  const std::string text = metrics.text({}, 0);
  EXPECT_THAT(text, HasSubstr("# TYPE mayfly_http_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("mayfly_http_requests_total{method=\"GET\",route=\"/users/"
                              ":UserId\",status=\"200\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("mayfly_http_requests_total{method=\"other\",route=\"/users/"
                              ":UserId\",status=\"405\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("mayfly_http_request_duration_seconds_bucket{route=\"/users/"
                              ":UserId\",le=\"0.005\"} 2\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "mayfly_http_request_duration_seconds_bucket{route=\"/users/:UserId\",le=\"60\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("BREW")));
}

TEST(Metrics, ShowTheEngineAndTheConnections) {
  engine::Statistics engine;
  engine.live = 4;
  engine.decisions = 12;
  engine.effects["launch"] = 3;
  const std::string text = Metrics().text(engine, 7);
  EXPECT_THAT(text, HasSubstr("# TYPE mayfly_http_connections gauge\nmayfly_http_connections 7\n"));
  EXPECT_THAT(text, HasSubstr("mayfly_reservations_live 4\n"));
  EXPECT_THAT(text, HasSubstr("mayfly_engine_decisions_total 12\n"));
  EXPECT_THAT(text, HasSubstr("mayfly_engine_effects_total{kind=\"launch\"} 3\n"));
}

}  // namespace
}  // namespace mayfly::rest
