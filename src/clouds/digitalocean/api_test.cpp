#include "clouds/digitalocean/api.h"

#include "clouds/digitalocean/driver_fixture.h"

namespace mayfly::clouds::digitalocean {
namespace {

constexpr char kAccountCall[] = "GET /v2/account";

class ApiTest : public DriverTest {
 public:
  CloudFailure failure() {
    const auto identity = check();
    EXPECT_FALSE(identity);
    return identity ? CloudFailure{} : identity.error();
  }
  std::string throttled = error_json("too_many_requests", "API rate limit exceeded.");
};

TEST_F(ApiTest, SendsTheTokenInItsHeaderOnly) {
  client.on(kAccountCall, 500, "");
  (void)failure();
  const http::Call& call = client.calls.front();
  EXPECT_EQ(call.url, "http://127.0.0.1:5000/v2/account");
  EXPECT_EQ(http::find_header(call.headers, "authorization"), fmt::format("Bearer {}", kToken));
  EXPECT_EQ(call.deadline, kReadDeadline);
  EXPECT_EQ(call.response_max, kAnswerMax);
  EXPECT_TRUE(call.body.empty());
  EXPECT_FALSE(http::find_header(call.headers, "content-type"));
}

TEST_F(ApiTest, NeverShowsTheTokenEvenWhenTheServerDoes) {
  const std::string echo = fmt::format("bad token {} and {}", kToken, kToken);
  client.on(kAccountCall, 422, error_json("unprocessable_entity", echo));
  client.on(kAccountCall, 422, error_json(kToken, "x"));
  client.on(kAccountCall, 200, fmt::format("not json {}", kToken));
  client.on_failure(kAccountCall, {.reached = http::Reached::maybe, .message = echo});
  client.on_failure(kAccountCall, {.reached = http::Reached::no, .message = echo});
  for (int i = 0; i < 5; ++i) {
    const CloudFailure seen = failure();
    EXPECT_FALSE(seen.message.contains(kToken)) << seen.message;
    EXPECT_FALSE(seen.code.contains(kToken)) << seen.code;
  }
}

TEST_F(ApiTest, DoesNotSendATokenThatWouldBreakOutOfItsHeader) {
  for (const char* token : {"", "a b", "a\r\nX-Evil: 1", "tok\xc3\xa9n", "a\tb"}) {
    Credentials odd = key();
    odd.secret = Secret(token);
    const auto identity =
        answer_of<Identity>([&](auto done) { cloud.check(odd, loop, std::move(done)); });
    ASSERT_FALSE(identity);
    EXPECT_EQ(identity.error().reaction, Reaction::key_refused);
    EXPECT_EQ(identity.error().code, "InvalidToken");
  }
  EXPECT_TRUE(client.calls.empty());
}

TEST_F(ApiTest, WaitsAsLongAsItIsTold) {
  client.on(kAccountCall, 429, throttled, {{"Retry-After", "42"}});
  EXPECT_EQ(failure().retry_after, Duration(42s));
}

TEST_F(ApiTest, WaitsForTheOldestRequestToBeForgotten) {
  const std::int64_t now = clock.time.time_since_epoch() / 1s;
  client.on(kAccountCall, 429, throttled,
            {{"ratelimit-limit", "5000"},
             {"ratelimit-remaining", "0"},
             {"RateLimit-Reset", fmt::format("{}", now + 90)}});
  client.on(kAccountCall, 429, throttled,
            {{"ratelimit-remaining", "0"}, {"ratelimit-reset", fmt::format("{}", now - 90)}});
  client.on(kAccountCall, 429, throttled,
            {{"ratelimit-remaining", "17"}, {"ratelimit-reset", fmt::format("{}", now + 90)}});
  EXPECT_EQ(failure().retry_after, Duration(90s));
  EXPECT_EQ(failure().retry_after, Duration(1s));
  EXPECT_EQ(failure().retry_after, std::nullopt);
}

TEST_F(ApiTest, RemembersWhatIsLeftOfTheTokensLimit) {
  const std::int64_t now = clock.time.time_since_epoch() / 1s;
  const auto headers = [&](std::string remaining) {
    return http::Headers{{"RateLimit-Limit", "5000"},
                         {"RateLimit-Remaining", std::move(remaining)},
                         {"RateLimit-Reset", fmt::format("{}", now + 90)}};
  };
  EXPECT_FALSE(cloud.allowance("k-1"));
  client.on(kAccountCall, 500, "", headers("4321"));
  client.on(kAccountCall, 500, "", headers("-1"));
  client.on(kAccountCall, 500, "");
  client.on(kAccountCall, 429, throttled, headers("0"));
  for (int i = 0; i < 3; ++i) {
    (void)failure();
    ASSERT_TRUE(cloud.allowance("k-1"));
    EXPECT_EQ(cloud.allowance("k-1")->limit, 5000);
    EXPECT_EQ(cloud.allowance("k-1")->remaining, 4321) << "what is not a number says nothing";
    EXPECT_EQ(cloud.allowance("k-1")->resets_at, clock.time + 90s);
  }
  (void)failure();
  EXPECT_EQ(cloud.allowance("k-1")->remaining, 0);
  EXPECT_FALSE(cloud.allowance("k-2")) << "another key";
}

TEST_F(ApiTest, ForgetsWhatWasLeftAnHourAgo) {
  client.on(kAccountCall, 500, "",
            {{"ratelimit-limit", "5000"}, {"ratelimit-remaining", "1"}, {"ratelimit-reset", "0"}});
  (void)failure();
  EXPECT_TRUE(cloud.allowance("k-1"));
  clock.time += 2h;
  Credentials other = key();
  other.key_id = "k-2";
  other.secret = Secret("dop_v1_other");
  (void)answer_of<Identity>([&](auto done) { cloud.check(other, loop, std::move(done)); });
  EXPECT_TRUE(cloud.allowance("k-2"));
  EXPECT_FALSE(cloud.allowance("k-1"));
}

TEST_F(ApiTest, NeverWaitsLongerThanAnHour) {
  client.on(kAccountCall, 429, throttled, {{"retry-after", "999999999"}});
  client.on(kAccountCall, 429, throttled,
            {{"ratelimit-remaining", "0"}, {"ratelimit-reset", "9223372036854775807"}});
  EXPECT_EQ(failure().retry_after, kRetryAfterMax);
  EXPECT_EQ(failure().retry_after, kRetryAfterMax);
}

TEST_F(ApiTest, TakesNoNonsenseForADelay) {
  for (const char* text :
       {"", "soon", "-5", "5.5", "Wed, 21 Oct 2026 07:28:00 GMT", "99999999999999999999"}) {
    client.on(kAccountCall, 429, throttled, {{"retry-after", text}});
  }
  for (int i = 0; i < 6; ++i) EXPECT_EQ(failure().retry_after, std::nullopt);
}

TEST_F(ApiTest, KeepsTheCloudsWordsOnOneLine) {
  client.on(kAccountCall, 422, R"({"id":"unprocessable_entity","message":"one\ntwo\u001b[31m"})");
  const CloudFailure seen = failure();
  EXPECT_EQ(seen.message.find_first_of("\n\x1b"), std::string::npos);
}

TEST_F(ApiTest, SaysOfAPageOnlyItsStatus) {
  client.on(kAccountCall, 502, "<html><body>cloudflare 502</body></html>",
            {{"Content-Type", "text/html"}});
  const CloudFailure seen = failure();
  EXPECT_EQ(seen.reaction, Reaction::ambiguous);
  EXPECT_EQ(seen.code, "Http502");
  EXPECT_EQ(seen.message, "DigitalOcean answered 'read account' with 502.");
}

TEST_F(ApiTest, DoesNotFollowARedirect) {
  client.on(kAccountCall, 302, "", {{"Location", "https://evil.example/v2/account"}});
  EXPECT_EQ(failure().reaction, Reaction::ambiguous);
  EXPECT_EQ(client.calls.size(), 1u);
}

TEST(DigitalOceanTraits, AreWhatTheEngineMayAssume) {
  boost::asio::io_context context;
  StandingClock clock;
  ScriptedClient client(clock);
  const DigitalOceanCloud cloud(context.get_executor(), client, clock);
  EXPECT_EQ(cloud.name(), "digitalocean");
  EXPECT_FALSE(cloud.traits().idempotent_launch);
  EXPECT_EQ(cloud.traits().machines_per_launch, 10);
  EXPECT_TRUE(cloud.traits().lists_all_regions);
  EXPECT_FALSE(cloud.traits().shows_terminated);
}

}  // namespace
}  // namespace mayfly::clouds::digitalocean
