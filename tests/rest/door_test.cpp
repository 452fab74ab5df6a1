#include "fixture.h"

namespace mayfly::rest {
namespace {

using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

http::Headers authorization(std::string value) {
  return {{"Authorization", std::move(value)}};
}

class DoorTest : public RestTest {
 protected:
  Client nobody() { return {installation_->port(), "nobody", ""}; }
};

TEST_F(DoorTest, LetsNobodyInWithoutAToken) {
  Client ann = user();
  const std::string path = "/users/" + ann.user() + "/reservations";
  for (const Reply& refused :
       {nobody().ask("GET", path), nobody().ask("GET", path, {}, authorization("Bearer wrong")),
        nobody().ask("GET", path + "?access_token=" + ann.token()),
        nobody().ask("POST", path, "not json", {{"Content-Type", "text/plain"}}),
        nobody().ask("GET", "/users/nobody/reservations"),
        nobody().ask("GET", path, {}, authorization(ann.token()))}) {
    EXPECT_EQ(refused.status, 401);
    EXPECT_THAT(std::string(refused.header("WWW-Authenticate")),
                StartsWith("Bearer realm=\"mayfly\""));
    EXPECT_EQ(refused.header("Content-Type"), "application/problem+json");
    EXPECT_THAT(refused.text, Not(HasSubstr(ann.token())));
  }
}

TEST_F(DoorTest, TakesTheTokenAsAPassword) {
  Installation& here = *installation_;
  const std::string token = here.add_user("basic");
  const auto encoded = [](const std::string& text) {
    // Enough of base64 for a test.
    constexpr std::string_view kDigits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
      bits = bits << 8 | static_cast<unsigned char>(c);
      count += 8;
      while (count >= 6) out += kDigits[bits >> (count -= 6) & 63];
    }
    if (count > 0) out += kDigits[bits << (6 - count) & 63];
    while (out.size() % 4 != 0) out += '=';
    return out;
  };
  const auto ask = [&](const std::string& name) {
    return nobody().ask("GET", "/users/basic", {},
                        authorization("Basic " + encoded(name + ":" + token)));
  };
  EXPECT_EQ(ask("basic").status, 200);
  EXPECT_EQ(ask("other").status, 401);
}

TEST_F(DoorTest, TellsNobodyWhoExists) {
  Client ann = user();
  Client bob = user();
  const Reply existing = bob.ask("GET", "/users/" + ann.user() + "/reservations");
  const Reply missing = bob.ask("GET", "/users/missing/reservations");
  EXPECT_EQ(existing.status, 403);
  EXPECT_EQ(existing.text, missing.text);
  EXPECT_EQ(missing.status, 403);
  EXPECT_EQ(bob.ask("POST", "/users/missing/keys", "not json").status, 403);
}

TEST_F(DoorTest, LetsAdminsActForUsersThatExist) {
  Client ann = user();
  Client root = admin();
  EXPECT_EQ(root.ask("GET", "/users/" + ann.user() + "/reservations").status, 200);
  for (const char* path : {"", "/reservations", "/keys", "/templates"}) {
    EXPECT_EQ(root.ask("GET", std::string("/users/missing") + path).status, 404) << path;
  }
  EXPECT_EQ(root.ask("POST", "/users/missing/keys", kAwsKey).status, 404);
}

TEST_F(DoorTest, ChecksInOneOrder) {
  Client ann = user();
  const std::string reservations = "/users/" + ann.user() + "/reservations";
  // Each of these is wrong in every later way, too.
  EXPECT_EQ(nobody().ask("PUT", "/users/x/nothing?a=b", "{").status, 404);
  EXPECT_EQ(nobody().ask("PUT", "/users/two%20words/reservations").status, 405);
  EXPECT_EQ(nobody().ask("GET", "/users/two%20words/reservations").status, 404);
  EXPECT_EQ(nobody().ask("PUT", reservations + "?a=b", "{").status, 405);
  EXPECT_EQ(nobody().ask("POST", reservations + "?a=b", "{").status, 401);
  EXPECT_EQ(ann.ask("POST", "/users/x/reservations?a=b", "{").status, 403);
  EXPECT_EQ(ann.ask("POST", reservations + "?a=b", "{", {{"Content-Type", "text/plain"}}).status,
            400);
  EXPECT_EQ(ann.ask("POST", reservations, "{", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(ann.ask("POST", reservations, "{").status, 400);
  EXPECT_EQ(ann.ask("POST", reservations, "{}").status, 422);
}

TEST_F(DoorTest, KnowsMethods) {
  Client ann = user();
  const Reply refused = ann.ask("PUT", "reservations");
  EXPECT_EQ(refused.status, 405);
  EXPECT_EQ(refused.header("Allow"), "GET, HEAD, OPTIONS, POST");
  const Reply asked = nobody().ask("OPTIONS", "/users/anybody/reservations/r-1");
  EXPECT_EQ(asked.status, 204);
  EXPECT_EQ(asked.header("Allow"), "DELETE, GET, HEAD, OPTIONS, PATCH");
  EXPECT_EQ(nobody().ask("OPTIONS", "/nowhere").status, 404);
  const Reply head = ann.ask("HEAD", "reservations");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.text, "");
  EXPECT_NE(head.header("Content-Length"), "0");
}

TEST_F(DoorTest, NamesUnknownQueryParameters) {
  Client ann = user();
  const Reply refused = ann.ask("GET", "reservations?colour=red&limit=0&state=old&cursor=");
  EXPECT_EQ(refused.status, 400);
  EXPECT_EQ(refused.fields(), (std::vector<std::string>{"colour", "limit", "state", "cursor"}));
  for (const char* path : {"keys/k-1?a=b", "?a", "estimates?limit=1001", "templates?state=all"}) {
    const bool posts = std::string_view(path).starts_with("estimates");
    EXPECT_EQ(
        ann.ask(posts ? "POST" : "GET", "/users/" + ann.user() + (path[0] == '?' ? "" : "/") + path)
            .status,
        400)
        << path;
  }
  EXPECT_EQ(nobody().ask("GET", "/healthz?verbose").status, 400);
}

TEST_F(DoorTest, KeepsAnswersOutOfCachesAndNumbersThem) {
  Client ann = user();
  for (const Reply& reply : {ann.ask("GET", "keys"), ann.ask("GET", "keys/k-1"),
                             nobody().ask("GET", "/nowhere"), nobody().ask("GET", "/healthz")}) {
    EXPECT_EQ(reply.header("Cache-Control"), "no-store");
    EXPECT_EQ(reply.header("X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(reply.header("X-Request-Id").size(), 16U);
  }
  EXPECT_EQ(ann.ask("GET", "keys", {}, {{"x-request-id", "ci-7"}}).header("X-Request-Id"), "ci-7");
  EXPECT_EQ(
      ann.ask("GET", "keys", {}, {{"X-Request-Id", "two words"}}).header("X-Request-Id").size(),
      16U);
  EXPECT_EQ(ann.ask("GET", "keys", {}, {{"X-Request-Id", std::string(129, 'x')}})
                .header("X-Request-Id")
                .size(),
            16U);
}

TEST_F(DoorTest, ShowsUsersAndTheirRegions) {
  Client ann = user();
  EXPECT_EQ(text_of(ann.ask("GET", "").body, "id"), ann.user());
  EXPECT_EQ(ann.ask("PATCH", "", R"({"regions":["eu-*","aws:us-east-1"]})").status, 200);
  EXPECT_EQ(ann.ask("GET", "").body.at("regions").as_array().size(), 2U);
  EXPECT_EQ(ann.ask("PATCH", "", R"({"regions":[]})").status, 200);
  const Reply wrong = ann.ask("PATCH", "", R"({"regions":["a b",1,""],"admin":true})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.fields(), (std::vector<std::string>{"regions.0", "regions.1", "admin"}));
}

TEST_F(DoorTest, SaysHowItIs) {
  const Reply health = nobody().ask("GET", "/healthz");
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.text, R"({"status":"ok"})");
  EXPECT_EQ(nobody().ask("HEAD", "/healthz").status, 200);
  const Reply metrics = nobody().ask("GET", "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_THAT(
      metrics.text,
      HasSubstr("mayfly_http_requests_total{method=\"GET\",route=\"/healthz\",status=\"200\"} "));
  EXPECT_THAT(metrics.text, HasSubstr("route=\"none\""));
  EXPECT_THAT(metrics.text, HasSubstr("\nmayfly_http_connections "));
  EXPECT_THAT(metrics.text, HasSubstr("\nmayfly_reservations_live "));
  EXPECT_THAT(metrics.text, Not(HasSubstr("nowhere")));
}

TEST_F(DoorTest, RefusesAsProblemsWhatTheTransportRefuses) {
  constexpr std::pair<const char*, int> kRefused[] = {
      {"nonsense\r\n\r\n", 400},
      {"GET /healthz HTTP/1.1\r\n\r\n", 400},
      {"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400},
      {"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
       400},
      {"POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\n\r\n", 413},
      {"GET / HTTP/3.9\r\nHost: x\r\n\r\n", 505}};
  for (const auto& [wire, status] : kRefused) {
    http::RawClient connection(installation_->port());
    connection.send(wire);
    const http::RawAnswer answer = connection.receive();
    EXPECT_EQ(answer.status, status) << wire;
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json") << wire;
  }
}

TEST(DoorOptionsTest, WithoutAuthenticationEverybodyIsEverybody) {
  Installation installation({.world = quick_world(), .authenticate = false});
  Client anyone(installation.port(), "anyone", "");
  EXPECT_EQ(anyone.ask("GET", "reservations").status, 200);
  EXPECT_EQ(anyone.ask("POST", "keys", kAwsKey).status, 201);
  EXPECT_EQ(anyone.ask("POST", "reservations", kSmall).status, 201);
  EXPECT_EQ(anyone.ask("GET", "").status, 200);
}

TEST(DoorOptionsTest, MetricsMayBeForAdminsOnly) {
  Installation installation({.world = quick_world(), .door = {.open_metrics = false}});
  EXPECT_EQ(Client(installation.port(), "x", "").ask("GET", "/metrics").status, 401);
  EXPECT_EQ(new_user(installation).ask("GET", "/metrics").status, 403);
  EXPECT_EQ(new_user(installation, true).ask("GET", "/metrics").status, 200);
}

boost::asio::awaitable<http::Response> other_door(http::Request request) {
  co_return http::Response{.headers = {{"Content-Type", "text/plain"}},
                           .body = "other " + request.target};
}

TEST(DoorOptionsTest, AnotherDoorAnswersWhatThisOneDoesNotKnow) {
  Installation installation(
      {.world = quick_world(), .door = {.version = "1.2.3", .otherwise = &other_door}});
  Client client(installation.port(), "x", "");
  const Reply other = client.ask("GET", "/index.html");
  EXPECT_EQ(other.text, "other /index.html");
  EXPECT_NE(other.header("X-Request-Id"), "");
  EXPECT_EQ(client.ask("PUT", "/healthz").status, 405);
  EXPECT_EQ(text_of(client.document().at("info"), "version"), "1.2.3");
}

}  // namespace
}  // namespace mayfly::rest
