#include <set>
#include <thread>

#include "fixture.h"

namespace mayfly::rest {
namespace {

using testing::HasSubstr;

class Reservations : public RestTest {
 protected:
  static http::Headers idempotent(std::string key) { return {{"Idempotency-Key", std::move(key)}}; }
  static http::Headers prefer(std::string what) { return {{"Prefer", std::move(what)}}; }
  // Where it is.
  static std::string path_of(const Reply& reply) {
    return "reservations/" + text_of(reply.body, "id");
  }
};

TEST_F(Reservations, AreReadyWhenTheyAreAnswered) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(made.header("Location"), "/users/" + ann.user() + "/" + path_of(made));
  EXPECT_EQ(made.header("Preference-Applied"), "");
  EXPECT_EQ(text_of(made.body, "phase"), "ready");
  EXPECT_EQ(made.body.at("instances").as_array().size(), 1U);
  EXPECT_NE(text_of(made.body.at("instances").as_array()[0], "public_ip"), "");

  const Reply shown = ann.ask("GET", path_of(made));
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body.at("id"), made.body.at("id"));
  EXPECT_EQ(ann.ask("GET", "reservations").body.at("reservations").as_array().size(), 1U);

  const Reply gone = ann.ask("DELETE", path_of(made));
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(text_of(gone.body, "phase"), "released");
  EXPECT_TRUE(gone.body.at("cost").at("final").as_bool());
  EXPECT_EQ(ann.ask("DELETE", path_of(made)).status, 200);
}

TEST_F(Reservations, AreAnsweredAtOnceToWhoDoesNotWait) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall, prefer("respond-async"));
  EXPECT_EQ(made.status, 202);
  EXPECT_EQ(made.header("Preference-Applied"), "respond-async");
  EXPECT_EQ(made.header("Location"), "/users/" + ann.user() + "/" + path_of(made));

  // One that runs cannot be gone at once; one that was never launched could.
  const Reply ready = ann.ask("POST", "reservations", kSmall);
  const Reply going = ann.ask("DELETE", path_of(ready), {}, prefer("wait=0"));
  EXPECT_EQ(going.status, 202);
  EXPECT_EQ(going.header("Preference-Applied"), "wait=0");
  EXPECT_EQ(text_of(going.body, "phase"), "releasing");
  EXPECT_EQ(text_of(ann.ask("DELETE", path_of(ready)).body, "phase"), "released");
  EXPECT_EQ(text_of(ann.ask("DELETE", path_of(made)).body, "phase"), "released");
}

TEST_F(Reservations, AreWaitedForNoLongerThanAskedFor) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall, prefer("foo, wait=60"));
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(made.header("Preference-Applied"), "wait=60");
  EXPECT_EQ(ann.ask("POST", "reservations", kSmall, prefer("wait=0")).status, 202);
}

TEST_F(Reservations, AreMadeOncePerIdempotencyKey) {
  Client ann = customer();
  const Reply first = ann.ask("POST", "reservations", kSmall, idempotent("once"));
  ASSERT_EQ(first.status, 201);
  EXPECT_EQ(first.header("Idempotency-Replayed"), "");
  const Reply again = ann.ask("POST", "reservations", kSmall, idempotent("once"));
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.header("Location"), first.header("Location"));
  EXPECT_EQ(again.body.at("id"), first.body.at("id"));
  EXPECT_NE(ann.ask("POST", "reservations", kSmall, idempotent("twice")).body.at("id"),
            first.body.at("id"));

  const Reply other =
      ann.ask("POST", "reservations", R"({"kind":"vm","count":2,"vcpus":1,"memory_gib":1})",
              idempotent("once"));
  EXPECT_EQ(other.status, 422);
  EXPECT_TRUE(other.names("Idempotency-Key")) << other.text;

  // What the first one heard stays the answer when it is over.
  EXPECT_EQ(ann.ask("DELETE", path_of(first)).status, 200);
  const Reply late = ann.ask("POST", "reservations", kSmall, idempotent("once"));
  EXPECT_EQ(late.status, 201);
  EXPECT_EQ(late.body.at("id"), first.body.at("id"));
  EXPECT_EQ(text_of(late.body, "phase"), "released");
}

TEST_F(Reservations, AreMadeOnceByConcurrentRepeats) {
  Client ann = customer();
  std::vector<http::RawClient> connections;
  for (int i = 0; i < 8; ++i) {
    connections.push_back(ann.begin("POST", "reservations", kSmall, idempotent("race")));
  }
  std::set<std::string> ids;
  for (http::RawClient& connection : connections) {
    const Reply reply = ann.finish(connection, "POST", "reservations");
    EXPECT_EQ(reply.status, 201) << reply.text;
    ids.insert(text_of(reply.body, "id"));
  }
  EXPECT_EQ(ids.size(), 1U);
  EXPECT_EQ(ann.ask("GET", "reservations?state=all").body.at("reservations").as_array().size(), 1U);
}

TEST_F(Reservations, RefuseOddIdempotencyKeys) {
  Client ann = user();
  for (const std::string& key : {std::string(), std::string(256, 'x'), std::string("\xff")}) {
    const Reply refused = ann.ask("POST", "reservations", kSmall, idempotent(key));
    EXPECT_EQ(refused.status, 400) << key;
    EXPECT_TRUE(refused.names("Idempotency-Key"));
  }
  EXPECT_EQ(
      ann.ask("POST", "reservations", kSmall, {{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}})
          .status,
      400);
  // 255 characters, not bytes. The user has no cloud key, so it ends there.
  std::string umlauts;
  for (int i = 0; i < 255; ++i) umlauts += "ü";
  EXPECT_EQ(ann.ask("POST", "reservations", kSmall, idempotent(umlauts)).status, 422);
}

TEST_F(Reservations, CanEndLater) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations",
                             R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"lease":"1h"})");
  ASSERT_EQ(made.status, 201);
  const Reply longer = ann.ask("PATCH", path_of(made), R"({"extend":"1h"})");
  EXPECT_EQ(longer.status, 200);
  EXPECT_GT(text_of(longer.body, "expires_at"), text_of(made.body, "expires_at"));
  const Reply back = ann.ask("PATCH", path_of(made), R"({"lease":"1h"})");
  EXPECT_EQ(text_of(back.body, "expires_at"), text_of(made.body, "expires_at"));
  for (const char* wrong : {"{}", R"({"lease":"1h","extend":"1h"})", R"({"lease":null})",
                            R"({"extend":"0s"})", R"({"extend":"3650d"})"}) {
    EXPECT_EQ(ann.ask("PATCH", path_of(made), wrong).status, 422) << wrong;
  }
  EXPECT_EQ(ann.ask("DELETE", path_of(made)).status, 200);
  EXPECT_EQ(ann.ask("PATCH", path_of(made), R"({"lease":"2h"})").status, 409);
}

TEST_F(Reservations, AreListedInPages) {
  Client ann = customer();
  std::set<std::string> made;
  for (int i = 0; i < 5; ++i) {
    made.insert(
        text_of(ann.ask("POST", "reservations", kSmall, prefer("respond-async")).body, "id"));
  }
  std::set<std::string> seen;
  std::string cursor;
  std::size_t pages = 0;
  do {
    const Reply page = ann.ask("GET", "reservations?state=all&limit=2" + cursor);
    ASSERT_EQ(page.status, 200);
    for (const json::value& one : page.body.at("reservations").as_array())
      seen.insert(text_of(one, "id"));
    cursor = text_of(page.body, "next_cursor");
    if (!cursor.empty()) cursor = "&cursor=" + cursor;
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(seen, made);
  EXPECT_EQ(pages, 3U);
}

TEST_F(Reservations, AreUnknownUnderOtherIds) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall);
  Client bob = customer();
  for (const std::string& id :
       {path_of(made), std::string("reservations/r-unknown"), std::string("reservations/%2e%2e%2f"),
        "reservations/" + std::string(201, 'r')}) {
    EXPECT_EQ(bob.ask("GET", id).status, 404) << id;
    EXPECT_EQ(bob.ask("DELETE", id).status, 404) << id;
    EXPECT_EQ(bob.ask("PATCH", id, R"({"lease":"1h"})").status, 404) << id;
    EXPECT_EQ(bob.ask("GET", id + "/events").status, 404) << id;
  }
}

TEST_F(Reservations, NeedAKeyAndAnOffer) {
  const Reply keyless = user().ask("POST", "reservations", kSmall);
  EXPECT_EQ(keyless.status, 422);
  EXPECT_THAT(text_of(keyless.body, "remedy"), HasSubstr("keys add"));
  const Reply greedy = customer().ask(
      "POST", "reservations",
      R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"max_price_usd_hour":0.000001})");
  EXPECT_EQ(greedy.status, 422);
  EXPECT_EQ(text_of(greedy.body, "code"), "unsatisfiable");
  EXPECT_EQ(text_of(greedy.body.at("relax").as_array().at(0), "field"), "max_price_usd_hour");
}

TEST_F(Reservations, AreEstimatedWithoutAnything) {
  Client ann = user();
  const Reply estimate = ann.ask("POST", "estimates?limit=3", kSmall);
  EXPECT_EQ(estimate.status, 200);
  EXPECT_EQ(estimate.body.at("offers").as_array().size(), 3U);
  EXPECT_NE(text_of(estimate.body, "note"), "");
}

TEST(ReservationsInTrouble, SayWhatWasTriedWhenTheyFail) {
  sim::FaultPlan faults;
  faults.faults.push_back({.fault = sim::FaultKind::capacity});
  Installation installation({.world = quick_world(), .faults = faults});
  Client ann = new_customer(installation);
  constexpr char kOnlyOne[] =
      R"({"kind":"vm","count":1,"instance_type":"t3.micro","regions":["us-east-1"]})";
  const Reply failed = ann.ask("POST", "reservations", kOnlyOne, {{"Idempotency-Key", "once"}});
  ASSERT_EQ(failed.status, 502) << failed.text;
  EXPECT_EQ(text_of(failed.body, "code"), "reservation_failed");
  EXPECT_EQ(text_of(failed.body, "title"), "Provisioning failed");
  EXPECT_EQ(text_of(failed.body.at("reservation"), "phase"), "failed");
  EXPECT_EQ(text_of(failed.body, "detail"), text_of(failed.body.at("reservation"), "end_reason"));
  EXPECT_FALSE(failed.body.at("reservation").at("attempts").as_array().empty());
  const Reply again = ann.ask("POST", "reservations", kOnlyOne, {{"Idempotency-Key", "once"}});
  EXPECT_EQ(again.status, 502);
  EXPECT_EQ(again.body.at("reservation").at("id"), failed.body.at("reservation").at("id"));
  // Giving back what is over already is no failure: nothing of it is left.
  const Reply gone =
      ann.ask("DELETE", "reservations/" + text_of(failed.body.at("reservation"), "id"));
  EXPECT_EQ(gone.status, 200);
  EXPECT_EQ(text_of(gone.body, "phase"), "failed");
  EXPECT_EQ(installation.living(), 0U);
}

TEST(ReservationsInTrouble, AnswerWhenSomebodyElseGivesThemBack) {
  sim::WorldSettings slow = quick_world();
  slow.instance_boot = {1h, 1h};
  Installation installation({.world = slow});
  Client ann = new_customer(installation);
  http::RawClient waiting = ann.begin("POST", "reservations", kSmall);
  std::string id;
  while (id.empty()) {
    const Reply listed = ann.ask("GET", "reservations");
    for (const json::value& one : listed.body.at("reservations").as_array())
      id = text_of(one, "id");
  }
  EXPECT_EQ(ann.ask("DELETE", "reservations/" + id).status, 200);
  const Reply answer = ann.finish(waiting, "POST", "reservations");
  EXPECT_EQ(answer.status, 409) << answer.text;
  EXPECT_EQ(text_of(answer.body.at("reservation"), "phase"), "released");
}

TEST(ReservationsInTrouble, GoOnWhenTheirClientHangsUp) {
  sim::WorldSettings slow = quick_world();
  slow.instance_boot = {200ms, 300ms};
  Installation installation({.world = slow});
  Client ann = new_customer(installation);
  std::string phase;
  {
    http::RawClient gone = ann.begin("POST", "reservations", kSmall);
    while (ann.ask("GET", "reservations").body.at("reservations").as_array().empty()) {
    }
  }
  while (phase != "ready") {
    const Reply listed = ann.ask("GET", "reservations");
    phase = text_of(listed.body.at("reservations").as_array().at(0), "phase");
    ASSERT_NE(phase, "releasing");
  }
}

}  // namespace
}  // namespace mayfly::rest
