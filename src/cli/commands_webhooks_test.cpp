#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kWebhook =
    R"({"id":"w-0jx5w2","url":"https://example.com/in","events":[],"status":"active",
        "created_at":"2026-11-22T10:00:00Z"})";
constexpr const char* kFailing =
    R"({"id":"w-0jx7aa","url":"https://example.org/in","events":["reservation.ready"],
        "status":"failing","reason":"the receiver answered 500",
        "failing_since":"2026-11-22T11:00:00Z","created_at":"2026-11-22T10:00:00Z"})";

std::string delivery(std::string_view status, int attempts, std::string_view more = "") {
  return fmt::format(
      R"({{"id":"d1","event_id":"e1","type":"test","status":"{}","attempts":{},
          "created_at":"2026-11-22T11:59:00Z"{}}})",
      status, attempts, more);
}

class WebhooksTest : public CommandTest {
 protected:
  void list() {
    server.on("GET /users/ann/webhooks", 200,
              fmt::format(R"({{"webhooks":[{},{}]}})", kWebhook, kFailing));
  }
  void deliveries(const std::string& one) {
    server.on("GET /users/ann/webhooks/w-0jx5w2/deliveries?limit=50", 200,
              fmt::format(R"({{"deliveries":[{}]}})", one));
  }
};

TEST_F(WebhooksTest, ShowTheirSecretOnceWhenTheyAreAdded) {
  const std::string with_secret =
      R"({"id":"w-0jx5w2","url":"https://example.com/in","events":["reservation.ready"],
          "status":"active","created_at":"2026-11-22T10:00:00Z","secret":"whsec_c2VjcmV0"})";
  server.on("POST /users/ann/webhooks", 201, with_secret);
  EXPECT_EQ(run("webhooks add https://example.com/in --events reservation.ready"), 0) << err();
  EXPECT_EQ(out(),
            "Webhook w-0jx5w2 tells https://example.com/in of reservation.ready\n"
            "Its secret, which is shown only now: whsec_c2VjcmV0\n"
            "Try it: mayfly webhooks test w-0jx5w2\n");
  EXPECT_EQ(server.lines()[0], R"(POST /users/ann/webhooks {"url":"https://example.com/in",)"
                               R"("events":["reservation.ready"]})");
}

TEST_F(WebhooksTest, AreListedWithWhatIsWrong) {
  list();
  EXPECT_EQ(run("webhooks ls"), 0) << err();
  EXPECT_THAT(out(), HasSubstr("w-0jx5w2  active   https://example.com/in  all"));
  EXPECT_THAT(out(), HasSubstr("the receiver answered 500, since"));
}

TEST_F(WebhooksTest, AreTestedUntilTheFirstTry) {
  list();
  server.on("POST /users/ann/webhooks/w-0jx5w2/test", 202, delivery("pending", 0));
  deliveries(delivery("pending", 0));
  deliveries(delivery("delivered", 1, R"(,"last_status":204)"));
  EXPECT_EQ(run("webhooks test w-0jx5"), 0) << err();
  EXPECT_EQ(out(), "Delivered: the receiver answered 204\n");
  EXPECT_EQ(stage.slept.size(), 1U);
}

TEST_F(WebhooksTest, FailTheTestThatDoesNotArrive) {
  list();
  server.on("POST /users/ann/webhooks/w-0jx5w2/test", 202, delivery("pending", 0));
  deliveries(
      delivery("pending", 1, R"(,"last_status":500,"last_error":"the receiver answered 500")"));
  EXPECT_EQ(run("webhooks test w-0jx5w2"), 1);
  EXPECT_EQ(out(), "Not delivered: the receiver answered 500; tried again later\n");
}

TEST_F(WebhooksTest, AreChangedOnlyWhenThereIsSomethingToChange) {
  EXPECT_EQ(run("webhooks change w-0jx5w2"), 2);
  EXPECT_EQ(run("webhooks change w-0jx5w2 --enable --disable"), 2);
  EXPECT_EQ(run("webhooks change w-0jx5w2 --events test --all-events"), 2);
  EXPECT_TRUE(server.lines().empty());
  list();
  server.on("PATCH /users/ann/webhooks/w-0jx5w2", 200, kWebhook);
  EXPECT_EQ(run("webhooks change w-0jx5w2 --all-events --enable"), 0) << err();
  EXPECT_EQ(server.lines()[1],
            R"(PATCH /users/ann/webhooks/w-0jx5w2 {"events":[],"enabled":true})");
}

TEST_F(WebhooksTest, AreReplayedFromATimeAgoOrAMoment) {
  EXPECT_EQ(run("webhooks replay w-0jx5w2 yesterday"), 2);
  list();
  server.on("POST /users/ann/webhooks/w-0jx5w2/replay", 202, R"({"deliveries":1})");
  server.on("POST /users/ann/webhooks/w-0jx5w2/replay", 202,
            R"({"deliveries":10000,"next_since":"2026-11-22T11:00:00Z"})");
  EXPECT_EQ(run("webhooks replay w-0jx5w2 2026-11-22T10:00:00Z"), 0) << err();
  EXPECT_EQ(out(), "Sending again: 1 event\n");
  EXPECT_EQ(server.lines()[1],
            R"(POST /users/ann/webhooks/w-0jx5w2/replay {"since":"2026-11-22T10:00:00Z"})");
  EXPECT_EQ(run("webhooks replay w-0jx5w2 2h"), 0);
  EXPECT_THAT(out(), HasSubstr("mayfly webhooks replay w-0jx5w2 2026-11-22T11:00:00Z"));
}

TEST_F(WebhooksTest, AreNamedByABeginningThatFitsOne) {
  list();
  EXPECT_EQ(run("webhooks rm w-0jx"), 5);
  list();
  EXPECT_EQ(run("webhooks rm w-1"), 4);
  list();
  server.on("DELETE /users/ann/webhooks/w-0jx7aa", {.status = 204});
  EXPECT_EQ(run("webhooks rm w-0jx7"), 0);
  EXPECT_EQ(out(), "Removed webhook w-0jx7aa\n");
}

TEST_F(WebhooksTest, EmailIsShownSetAndTakenAway) {
  server.on("GET /users/ann", 200, R"({"id":"ann","admin":false,"regions":[]})");
  EXPECT_EQ(run("user email"), 0) << err();
  EXPECT_EQ(out(), "ann gets no e-mail.\n");
  server.on("PATCH /users/ann", 200,
            R"({"id":"ann","admin":false,"regions":[],"email":"ann@example.com",
                "email_events":["reservation.failed"]})");
  EXPECT_EQ(run("user email ann@example.com --events reservation.failed"), 0) << err();
  EXPECT_EQ(out(), "E-mail for ann goes to ann@example.com, about: reservation.failed\n");
  EXPECT_EQ(run("user email ann@example.com --none"), 2);
  server.on("PATCH /users/ann", 200, R"({"id":"ann","admin":false,"regions":[]})");
  EXPECT_EQ(run("user email --none"), 0);
  EXPECT_EQ(server.lines().back(), R"(PATCH /users/ann {"email":""})");
}

}  // namespace
}  // namespace mayfly::cli
