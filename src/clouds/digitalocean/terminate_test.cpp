#include "clouds/digitalocean/driver.h"
#include "clouds/digitalocean/driver_fixture.h"

namespace mayfly::clouds::digitalocean {
namespace {

class Terminate : public DriverTest {
 public:
  void script(const std::string& id, int status, const std::string& body = "") {
    client.on("DELETE /v2/droplets/" + id, status, body);
  }
};

TEST_F(Terminate, DeletesEachOfThem) {
  script("1", 204);
  script("2", 204);
  script("3", 404, error_json("not_found", "The resource you were accessing could not be found."));
  const auto ended = terminate({"1", "2", "3"});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_EQ(ended->not_found, (std::vector<std::string>{"3"}));
  EXPECT_EQ(client.calls.size(), 3u);
}

TEST_F(Terminate, OfNothingAsksNothing) {
  EXPECT_TRUE(terminate({}));
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(Terminate, NeverSendsAnIdThatNamesSomethingElse) {
  for (const char* id : {"", "i-0123", "..", "1/../2", "?tag_name=x", " 1", "-1"}) {
    const auto ended = terminate({"1", id});
    ASSERT_FALSE(ended) << id;
    EXPECT_EQ(ended.error().reaction, Reaction::fatal) << id;
  }
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(Terminate, RunsAFewAtOnce) {
  std::vector<std::string> ids;
  for (int i = 1; i <= 50; ++i) {
    ids.push_back(fmt::format("{}", i));
    script(ids.back(), 204);
  }
  EXPECT_TRUE(terminate(ids));
  EXPECT_EQ(client.calls.size(), 50u);
  EXPECT_EQ(client.in_flight_max, kDeletesAtOnce);
}

TEST_F(Terminate, OfABusyMachineIsToldToTryAgainAndEndsTheOthers) {
  script("1", 422, error_json("unprocessable_entity", "Droplet already has a pending event."));
  script("2", 409, error_json("conflict", "locked"));
  for (const char* id : {"3", "4", "5", "6", "7"}) script(id, 204);
  const auto ended = terminate({"1", "2", "3", "4", "5", "6", "7"});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reaction, Reaction::again);
  EXPECT_EQ(client.calls.size(), 7u);
}

TEST_F(Terminate, AnswersTheWorstOfSeveralFailures) {
  script("1", 409, error_json("conflict", "locked"));
  script("2", 500, error_json("server_error", "x"));
  script("3", 403, error_json("Forbidden", "You are not authorized to perform this operation"));
  const auto ended = terminate({"1", "2", "3"});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reaction, Reaction::skip_cloud);
  EXPECT_TRUE(ended.error().message.contains("droplet:delete"));
}

TEST_F(Terminate, StopsWhenTheNextWouldFailTheSameWay) {
  std::vector<std::string> ids;
  for (int i = 1; i <= 50; ++i) {
    ids.push_back(fmt::format("{}", i));
    client.on("DELETE /v2/droplets/" + ids.back(), 429,
              error_json("too_many_requests", "API rate limit exceeded."), {{"retry-after", "12"}});
  }
  const auto ended = terminate(ids);
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reaction, Reaction::again);
  EXPECT_EQ(ended.error().retry_after, Duration(12s));
  EXPECT_LE(client.calls.size(), static_cast<std::size_t>(kDeletesAtOnce));
}

TEST_F(Terminate, TellsWhenItMayHaveHappened) {
  client.on_failure("DELETE /v2/droplets/1", {.reached = http::Reached::maybe, .message = "reset"});
  client.on_failure("DELETE /v2/droplets/2", {.reached = http::Reached::no, .message = "refused"});
  EXPECT_EQ(terminate({"1"}).error().reaction, Reaction::ambiguous);
  EXPECT_EQ(terminate({"2"}).error().reaction, Reaction::again);
}

TEST_F(Terminate, DoesNotTakeAProxysNotFoundForDigitalOceans) {
  script("1", 404, "<html>404 Not Found</html>");
  const auto ended = terminate({"1"});
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reaction, Reaction::ambiguous);
}

TEST_F(Terminate, WithATokenThatCannotBeSentFailsAtOnce) {
  Credentials odd = key();
  odd.secret = Secret("a b");
  const auto ended = answer_of<Cloud::Terminated>([&](auto done) {
    cloud.terminate(odd, "", {"1", "2", "3", "4", "5"}, loop, std::move(done));
  });
  ASSERT_FALSE(ended);
  EXPECT_EQ(ended.error().reaction, Reaction::key_refused);
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(Terminate, LeavesNothingBehindWhenTheClientEnds) {
  for (const char* id : {"1", "2", "3"})
    client.on_nothing(fmt::format("DELETE /v2/droplets/{}", id));
  cloud.terminate(key(), "", {"1", "2", "3"}, loop, [](const auto&) { FAIL() << "no answer"; });
  context.run();
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
