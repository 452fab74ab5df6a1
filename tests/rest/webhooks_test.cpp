#include "core/thread_loop.h"
#include "fixture.h"
#include "json/parse.h"
#include "notify/signature.h"

namespace mayfly::rest {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

// Somebody else's server: remembers what it was told, answers as it was told to.
class Receiver {
 public:
  Receiver() {
    auto server = http::Server::start(
        {.port = 0, .threads = 1}, [this](http::Request request) { return take(request); },
        make_refusal());
    EXPECT_TRUE(server);
    server_ = *std::move(server);
  }

  struct Heard {
    http::Headers headers;
    std::string body;
    json::value event;
  };

  std::string url() const { return fmt::format("http://127.0.0.1:{}/hook", server_->port()); }
  void answer(int status) { status_ = status; }
  std::vector<Heard> heard() const {
    const std::scoped_lock lock(mutex_);
    return heard_;
  }
  std::vector<std::string> types() const {
    std::vector<std::string> types;
    for (const Heard& one : heard()) types.push_back(text_of(one.event, "type"));
    return types;
  }
  // Waits until it heard an event of this type.
  bool hears(const std::string& type, int times = 1) const {
    for (int i = 0; i < 1000; ++i) {
      if (std::ranges::count(types(), type) >= times) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

 private:
  boost::asio::awaitable<http::Response> take(http::Request request) {
    Heard one{.headers = request.headers, .body = request.body};
    one.event = json::parse(request.body).value_or(json::value());
    {
      const std::scoped_lock lock(mutex_);
      heard_.push_back(std::move(one));
    }
    co_return http::Response{.status = status_};
  }

  mutable std::mutex mutex_;
  std::vector<Heard> heard_;
  std::atomic<int> status_ = 204;
  std::unique_ptr<http::Server> server_;  // last: it uses the others
};

std::string to_url(const std::string& url, const std::string& events = "[]") {
  return fmt::format(R"({{"url":"{}","events":{}}})", url, events);
}

class WebhooksDoor : public RestTest {
 protected:
  std::string add(Client& client, const std::string& events = "[]") {
    const Reply added = client.ask("POST", "webhooks", to_url(receiver.url(), events));
    EXPECT_EQ(added.status, 201) << added.text;
    secret = text_of(added.body, "secret");
    return text_of(added.body, "id");
  }
  // The newest delivery, once it has this status.
  Reply delivery(Client& client, const std::string& webhook, const std::string& status) {
    for (int i = 0; i < 1000; ++i) {
      const Reply reply = client.ask("GET", "webhooks/" + webhook + "/deliveries");
      const auto& all = reply.body.at("deliveries").as_array();
      if (!all.empty() && text_of(all[0], "status") == status) return reply;
      std::this_thread::sleep_for(10ms);
    }
    ADD_FAILURE() << "no delivery is " << status;
    return {};
  }

  Receiver receiver;
  std::string secret;
};

TEST_F(WebhooksDoor, AreAddedShownListedChangedAndRemoved) {
  Client ann = user();
  const Reply added = ann.ask("POST", "webhooks", to_url("https://example.com/in"));
  ASSERT_EQ(added.status, 201) << added.text;
  const std::string id = text_of(added.body, "id");
  EXPECT_EQ(added.header("Location"), "/users/" + ann.user() + "/webhooks/" + id);
  EXPECT_THAT(text_of(added.body, "secret"), testing::StartsWith("whsec_"));
  EXPECT_EQ(text_of(added.body, "status"), "active");

  const Reply shown = ann.ask("GET", "webhooks/" + id);
  EXPECT_EQ(shown.status, 200);
  EXPECT_THAT(shown.text, Not(HasSubstr("whsec_")));
  EXPECT_EQ(ann.ask("GET", "webhooks").body.at("webhooks").as_array().size(), 1U);

  const Reply changed =
      ann.ask("PATCH", "webhooks/" + id, R"({"events":["reservation.ready"],"enabled":false})");
  EXPECT_EQ(changed.status, 200) << changed.text;
  EXPECT_EQ(text_of(changed.body, "status"), "disabled");
  EXPECT_TRUE(changed.body.as_object().contains("reason"));
  EXPECT_EQ(ann.ask("POST", "webhooks/" + id + "/test").status, 409);
  EXPECT_EQ(text_of(ann.ask("PATCH", "webhooks/" + id, R"({"enabled":true})").body, "status"),
            "active");
  EXPECT_EQ(ann.ask("DELETE", "webhooks/" + id).status, 204);
  EXPECT_EQ(ann.ask("GET", "webhooks/" + id).status, 404);
  EXPECT_EQ(ann.ask("DELETE", "webhooks/" + id).status, 404);
}

TEST_F(WebhooksDoor, PointOnlyToWhatIsAUrl) {
  Client ann = user();
  for (const char* url : {"", "example.com", "ftp://example.com/", "file:///etc/passwd",
                          "https://ann:secret@example.com/", "https://example.com/#top",
                          "http://a b/", "javascript:alert(1)"}) {
    const Reply refused = ann.ask("POST", "webhooks", to_url(url));
    EXPECT_EQ(refused.status, 422) << url;
    EXPECT_TRUE(refused.names("url")) << url;
  }
  const Reply wrong =
      ann.ask("POST", "webhooks", R"({"url":5,"events":["reservation.ready","nothing"],"x":1})");
  EXPECT_EQ(wrong.fields(), (std::vector<std::string>{"url", "x", "events.1"}));
  EXPECT_EQ(ann.ask("POST", "webhooks", "{}").fields(), (std::vector<std::string>{"url"}));
}

TEST_F(WebhooksDoor, HearEveryStepOfAReservationInOrderAndSigned) {
  Client ann = customer();
  add(ann);
  const Reply made = ann.ask("POST", "reservations", kSmall);
  ASSERT_EQ(made.status, 201) << made.text;
  const std::string id = text_of(made.body, "id");
  ASSERT_EQ(ann.ask("DELETE", "reservations/" + id).status, 200);
  ASSERT_TRUE(receiver.hears("reservation.released"));
  for (const char* type : {"reservation.provisioning", "reservation.attempt", "reservation.ready",
                           "reservation.releasing"}) {
    EXPECT_THAT(receiver.types(), Contains(type));
  }
  std::string last;
  for (const Receiver::Heard& one : receiver.heard()) {
    const std::string event = text_of(one.event, "id");
    EXPECT_EQ(http::find_header(one.headers, "Webhook-Id"), event);
    EXPECT_LT(last, event);
    last = event;
    const std::string at(http::find_header(one.headers, "Webhook-Timestamp").value_or("0"));
    EXPECT_EQ(
        http::find_header(one.headers, "Webhook-Signature"),
        notify::sign({Secret(secret)}, event, Time(std::chrono::seconds(std::stoll(at))), one.body)
            .value());
    const json::value& reservation = one.event.at("reservation");
    EXPECT_EQ(text_of(reservation, "id"), id);
    if (text_of(one.event, "type") == "reservation.ready")
      EXPECT_EQ(reservation.at("addresses").as_array().size(), 1U);
  }
}

// The journal that the event stream shows is what the webhooks are told.
TEST_F(WebhooksDoor, HearWhatTheEventStreamShows) {
  Client ann = customer();
  add(ann);
  const std::string id = text_of(ann.ask("POST", "reservations", kSmall).body, "id");
  ann.ask("DELETE", "reservations/" + id);
  const Reply stream = ann.ask("GET", "reservations/" + id + "/events");
  ASSERT_TRUE(receiver.hears("reservation.released"));
  for (const Receiver::Heard& one : receiver.heard())
    EXPECT_THAT(stream.text, HasSubstr(json::quote(text_of(one.event, "message"))));
}

TEST_F(WebhooksDoor, AreTestedAndShowHowItWent) {
  Client ann = user();
  const std::string id = add(ann, R"(["reservation.failed"])");
  const Reply testing = ann.ask("POST", "webhooks/" + id + "/test");
  EXPECT_EQ(testing.status, 202) << testing.text;
  EXPECT_EQ(text_of(testing.body, "type"), "test");
  ASSERT_TRUE(receiver.hears("test"));
  const Reply log = delivery(ann, id, "delivered");
  const json::value& one = log.body.at("deliveries").as_array().at(0);
  EXPECT_EQ(text_of(one, "id"), text_of(testing.body, "id"));
  EXPECT_EQ(one.at("last_status").as_int64(), 204);
  EXPECT_EQ(one.at("attempts").as_int64(), 1);
  EXPECT_TRUE(one.as_object().contains("finished_at"));
}

TEST_F(WebhooksDoor, AreTriedAgainUntilTheyAnswer) {
  Client ann = user();
  const std::string id = add(ann);
  receiver.answer(500);
  ann.ask("POST", "webhooks/" + id + "/test");
  ASSERT_TRUE(receiver.hears("test", 4));
  const Reply waiting = delivery(ann, id, "pending");
  EXPECT_EQ(waiting.body.at("deliveries").as_array().at(0).at("last_status").as_int64(), 500);
  EXPECT_EQ(text_of(ann.ask("GET", "webhooks/" + id).body, "status"), "failing");
  receiver.answer(200);
  delivery(ann, id, "delivered");
  for (int i = 0; i < 500 && text_of(ann.ask("GET", "webhooks/" + id).body, "status") != "active";
       ++i) {
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_EQ(text_of(ann.ask("GET", "webhooks/" + id).body, "status"), "active");
}

TEST_F(WebhooksDoor, AreDisabledWhenTheReceiverIsGone) {
  Client ann = user();
  const std::string id = add(ann);
  receiver.answer(410);
  ann.ask("POST", "webhooks/" + id + "/test");
  const Reply log = delivery(ann, id, "failed");
  for (int i = 0; i < 500 && text_of(ann.ask("GET", "webhooks/" + id).body, "status") == "active";
       ++i) {
    std::this_thread::sleep_for(10ms);
  }
  const Reply gone = ann.ask("GET", "webhooks/" + id);
  EXPECT_EQ(text_of(gone.body, "status"), "disabled");
  EXPECT_THAT(text_of(gone.body, "reason"), HasSubstr("410"));
  receiver.answer(200);
  const std::string failed = text_of(log.body.at("deliveries").as_array().at(0), "id");
  const std::string again = "webhooks/" + id + "/deliveries/" + failed + "/redeliver";
  EXPECT_EQ(ann.ask("POST", again).status, 409);
  ann.ask("PATCH", "webhooks/" + id, R"({"enabled":true})");
  EXPECT_EQ(ann.ask("POST", again).status, 202);
  delivery(ann, id, "delivered");
  const auto heard = receiver.heard();
  ASSERT_EQ(heard.size(), 2U);
  EXPECT_EQ(heard[0].body, heard[1].body);
}

TEST_F(WebhooksDoor, AreReplayedFromAMomentOn) {
  Client ann = customer();
  const std::string id = add(ann);
  const std::string since = to_string(SystemClock().now());
  const std::string made = text_of(ann.ask("POST", "reservations", kSmall).body, "id");
  ann.ask("DELETE", "reservations/" + made);
  ASSERT_TRUE(receiver.hears("reservation.released"));
  delivery(ann, id, "delivered");
  const std::size_t told = receiver.heard().size();
  const Reply replayed =
      ann.ask("POST", "webhooks/" + id + "/replay", R"({"since":")" + since + R"("})");
  EXPECT_EQ(replayed.status, 202) << replayed.text;
  EXPECT_EQ(replayed.body.at("deliveries").as_int64(), static_cast<std::int64_t>(told));
  ASSERT_TRUE(receiver.hears("reservation.released", 2));
  const auto heard = receiver.heard();
  ASSERT_EQ(heard.size(), 2 * told);
  for (std::size_t i = 0; i < told; ++i) EXPECT_EQ(heard[i].body, heard[told + i].body);
  EXPECT_EQ(ann.ask("POST", "webhooks/" + id + "/replay", "{}").status, 422);
  EXPECT_EQ(ann.ask("POST", "webhooks/" + id + "/replay", R"({"since":"yesterday"})").status, 422);
}

TEST_F(WebhooksDoor, GetANewSecretAndKeepTheOldOneForADay) {
  Client ann = user();
  const std::string id = add(ann);
  const Reply rotated = ann.ask("PATCH", "webhooks/" + id, R"({"rotate_secret":true})");
  EXPECT_EQ(rotated.status, 200) << rotated.text;
  const std::string fresh = text_of(rotated.body, "secret");
  EXPECT_NE(fresh, secret);
  EXPECT_TRUE(rotated.body.as_object().contains("old_secret_until"));
  ann.ask("POST", "webhooks/" + id + "/test");
  ASSERT_TRUE(receiver.hears("test"));
  const Receiver::Heard heard = receiver.heard().at(0);
  const std::string at(http::find_header(heard.headers, "Webhook-Timestamp").value_or("0"));
  EXPECT_EQ(http::find_header(heard.headers, "Webhook-Signature"),
            notify::sign({Secret(fresh), Secret(secret)}, text_of(heard.event, "id"),
                         Time(std::chrono::seconds(std::stoll(at))), heard.body)
                .value());
}

TEST_F(WebhooksDoor, BelongToTheirUser) {
  Client ann = user();
  Client bob = user();
  const std::string id = add(ann);
  EXPECT_EQ(bob.ask("GET", "webhooks/" + id).status, 404);
  EXPECT_EQ(bob.ask("PATCH", "webhooks/" + id, R"({"enabled":false})").status, 404);
  EXPECT_EQ(bob.ask("DELETE", "webhooks/" + id).status, 404);
  EXPECT_EQ(bob.ask("POST", "webhooks/" + id + "/test").status, 404);
  EXPECT_EQ(bob.ask("GET", "webhooks/" + id + "/deliveries").status, 404);
  const std::string one = text_of(ann.ask("POST", "webhooks/" + id + "/test").body, "id");
  const std::string mine = add(bob);
  EXPECT_EQ(bob.ask("POST", "webhooks/" + mine + "/deliveries/" + one + "/redeliver").status, 404);
  EXPECT_EQ(bob.ask("POST", "webhooks/" + id + "/deliveries/" + one + "/redeliver").status, 404);
  EXPECT_EQ(bob.ask("GET", "/users/" + ann.user() + "/webhooks").status, 403);
}

TEST_F(WebhooksDoor, AreListedInPagesAndLimitedInNumber) {
  Client ann = user();
  for (int i = 0; i < 20; ++i) add(ann);
  EXPECT_EQ(ann.ask("POST", "webhooks", to_url(receiver.url())).status, 409);
  const Reply first = ann.ask("GET", "webhooks?limit=15");
  EXPECT_EQ(first.body.at("webhooks").as_array().size(), 15U);
  const Reply rest =
      ann.ask("GET", "webhooks?limit=15&cursor=" + text_of(first.body, "next_cursor"));
  EXPECT_EQ(rest.body.at("webhooks").as_array().size(), 5U);
}

TEST_F(WebhooksDoor, HaveDeliveriesInPagesNewestFirst) {
  Client ann = user();
  const std::string id = add(ann);
  for (int i = 0; i < 3; ++i) ann.ask("POST", "webhooks/" + id + "/test");
  ASSERT_TRUE(receiver.hears("test", 3));
  const Reply first = ann.ask("GET", "webhooks/" + id + "/deliveries?limit=2");
  const auto& newest = first.body.at("deliveries").as_array();
  ASSERT_EQ(newest.size(), 2U);
  EXPECT_GT(text_of(newest[0], "id"), text_of(newest[1], "id"));
  const Reply rest = ann.ask(
      "GET", "webhooks/" + id + "/deliveries?limit=2&cursor=" + text_of(first.body, "next_cursor"));
  EXPECT_EQ(rest.body.at("deliveries").as_array().size(), 1U);
}

TEST(PublicWebhooks, MayNotPointHere) {
  Installation installation({.world = quick_world(), .public_webhooks_only = true});
  Client ann = new_user(installation);
  for (const char* url : {"http://127.0.0.1/", "http://localhost:8080/", "http://169.254.169.254/",
                          "http://2130706433/", "http://[::1]/", "http://10.0.0.1/"}) {
    const Reply refused = ann.ask("POST", "webhooks", to_url(url));
    EXPECT_EQ(refused.status, 422) << url;
    EXPECT_TRUE(refused.names("url")) << url;
  }
  EXPECT_EQ(ann.ask("POST", "webhooks", to_url("https://example.com/")).status, 201);
}

// ---- e-mail

class PostBox final : public mail::Sender {
 public:
  void send(mail::Mail mail, Loop& answer_on, Done<mail::MailResult> done) override {
    {
      const std::scoped_lock lock(mutex_);
      mails_.push_back(std::move(mail));
    }
    answer_on.post([done = std::move(done)]() mutable { done({}); });
  }
  std::vector<mail::Mail> mails() const {
    const std::scoped_lock lock(mutex_);
    return mails_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<mail::Mail> mails_;
};

TEST(EmailDoor, GoesToTheAddressOfTheUser) {
  PostBox box;
  Installation installation({.world = quick_world(), .mail = &box});
  Client ann = new_customer(installation);
  const Reply set = ann.ask("PATCH", "", R"({"email":"ann@example.com"})");
  EXPECT_EQ(set.status, 200) << set.text;
  EXPECT_EQ(text_of(set.body, "email"), "ann@example.com");
  EXPECT_THAT(set.text, HasSubstr("reservation.lost"));
  EXPECT_EQ(ann.ask("POST", "reservations", kSmall).status, 201);
  for (int i = 0; i < 1000 && box.mails().empty(); ++i) std::this_thread::sleep_for(10ms);
  ASSERT_FALSE(box.mails().empty());
  EXPECT_EQ(box.mails()[0].to, "ann@example.com");
  EXPECT_THAT(box.mails()[0].subject, HasSubstr("Ready"));

  const Reply some = ann.ask("PATCH", "", R"({"email_events":["reservation.failed"]})");
  EXPECT_EQ(some.body.at("email_events").as_array(), json::array{"reservation.failed"});
  const Reply none = ann.ask("PATCH", "", R"({"email":""})");
  EXPECT_EQ(none.status, 200);
  EXPECT_FALSE(none.body.as_object().contains("email"));
  EXPECT_EQ(ann.ask("PATCH", "", R"({"email_events":[]})").status, 422);
}

TEST(EmailDoor, RefusesWhatIsNoAddress) {
  PostBox box;
  Installation installation({.world = quick_world(), .mail = &box});
  Client ann = new_user(installation);
  for (const char* address : {"ann", "ann@example.com\\r\\nBcc: b@example.com", "a b@example.com",
                              "<ann@example.com>", "ann@example.com,bob@example.com"}) {
    const Reply refused = ann.ask("PATCH", "", fmt::format(R"({{"email":"{}"}})", address));
    EXPECT_EQ(refused.status, 422) << address;
    EXPECT_TRUE(refused.names("email")) << address;
  }
  EXPECT_EQ(ann.ask("PATCH", "", R"({"email_events":["nothing"]})").status, 422);
  EXPECT_EQ(ann.ask("PATCH", "", "{}").status, 422);
}

TEST(EmailDoor, IsRefusedByAServerThatSendsNone) {
  Installation installation;
  Client ann = new_user(installation);
  EXPECT_EQ(ann.ask("PATCH", "", R"({"email":"ann@example.com"})").status, 409);
  EXPECT_EQ(ann.ask("PATCH", "", R"({"email":""})").status, 200);
}

}  // namespace
}  // namespace mayfly::rest
