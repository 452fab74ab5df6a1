#include "fixture.h"

namespace mayfly::rest {
namespace {

class Templates : public RestTest {
 protected:
  static std::string saving(const std::string& request) { return R"({"request":)" + request + "}"; }
};

TEST_F(Templates, AreSavedShownReplacedAndRemoved) {
  Client ann = user();
  const Reply saved = ann.ask("POST", "templates/web.1", saving(kSmall));
  EXPECT_EQ(saved.status, 201) << saved.text;
  EXPECT_EQ(saved.header("Location"), "/users/" + ann.user() + "/templates/web.1");
  EXPECT_EQ(ann.ask("POST", "templates/web.1", saving(kSmall)).status, 200);
  EXPECT_EQ(ann.ask("GET", "templates/web.1").body.at("request"), saved.body.at("request"));
  EXPECT_EQ(ann.ask("GET", "templates").body.at("templates").as_array().size(), 1U);
  EXPECT_EQ(ann.ask("DELETE", "templates/web.1").status, 204);
  EXPECT_EQ(ann.ask("DELETE", "templates/web.1").status, 404);
  EXPECT_EQ(ann.ask("GET", "templates/web.1").status, 404);
}

TEST_F(Templates, RememberTheRequestOfAReservation) {
  Client ann = customer();
  const Reply made = ann.ask("POST", "reservations", kSmall);
  const Reply saved = ann.ask("POST", "templates/again",
                              R"({"reservation":")" + text_of(made.body, "id") + R"("})");
  EXPECT_EQ(saved.status, 201) << saved.text;
  EXPECT_EQ(saved.body.at("request"), made.body.at("request"));
  const Reply unknown = ann.ask("POST", "templates/again", R"({"reservation":"r-unknown"})");
  EXPECT_EQ(unknown.status, 422);
  EXPECT_TRUE(unknown.names("reservation"));
}

TEST_F(Templates, AreMadeOfExactlyOneThing) {
  Client ann = user();
  EXPECT_EQ(ann.ask("POST", "templates/t", "{}").status, 422);
  EXPECT_EQ(ann.ask("POST", "templates/t",
                    R"({"reservation":"r-1","request":)" + std::string(kSmall) + "}")
                .status,
            422);
  const Reply wrong = ann.ask("POST", "templates/two%20words",
                              R"({"request":{"kind":"vm","count":0,"vcpus":"1"}})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.fields(), (std::vector<std::string>{"TemplateId", "request.count",
                                                      "request.vcpus", "request.memory_gib"}));
  EXPECT_EQ(ann.ask("GET", "templates/two%20words").status, 404);
  EXPECT_EQ(ann.ask("POST", "templates/" + std::string(65, 't'), saving(kSmall)).status, 422);
  EXPECT_EQ(ann.ask("POST", "templates/" + std::string(64, 't'), saving(kSmall)).status, 201);
}

TEST_F(Templates, AreLaunchedAsTheyAreOrWithOtherFields) {
  Client ann = customer();
  ann.ask(
      "POST", "templates/t",
      saving(
          R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"lease":"1h","regions":["us-east-1"]})"));
  const Reply same = ann.ask("POST", "templates/t/reservations");
  EXPECT_EQ(same.status, 201) << same.text;
  EXPECT_EQ(same.body.at("request"), ann.ask("GET", "templates/t").body.at("request"));
  EXPECT_EQ(same.header("Location"),
            "/users/" + ann.user() + "/reservations/" + text_of(same.body, "id"));

  const Reply other = ann.ask("POST", "templates/t/reservations",
                              R"({"count":2,"lease":null,"regions":["eu-west-1"]})");
  ASSERT_EQ(other.status, 201) << other.text;
  const json::object& request = other.body.at("request").as_object();
  EXPECT_EQ(request.at("count").as_int64(), 2);
  EXPECT_FALSE(request.contains("lease"));
  EXPECT_EQ(request.at("regions").as_array(), json::array{"eu-west-1"});

  const Reply wrong =
      ann.ask("POST", "templates/t/reservations", R"({"count":0,"colour":"red","kind":null})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.fields(), (std::vector<std::string>{"kind", "count", "colour"}));
  EXPECT_EQ(ann.ask("POST", "templates/missing/reservations").status, 404);
}

TEST_F(Templates, AreLaunchedOncePerIdempotencyKey) {
  Client ann = customer();
  ann.ask("POST", "templates/t", saving(kSmall));
  ann.ask("POST", "templates/u", saving(kSmall));
  const http::Headers headers{{"Idempotency-Key", "k"}, {"Prefer", "respond-async"}};
  const Reply first = ann.ask("POST", "templates/t/reservations", {}, headers);
  EXPECT_EQ(first.status, 202);
  const Reply again = ann.ask("POST", "templates/t/reservations", {}, headers);
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.body.at("id"), first.body.at("id"));
  // A key belongs to its route.
  EXPECT_NE(ann.ask("POST", "templates/u/reservations", {}, headers).body.at("id"),
            first.body.at("id"));
}

TEST_F(Templates, AreAnsweredToARepeatEvenWhenTheyAreGone) {
  Client ann = customer();
  ann.ask("POST", "templates/t", saving(kSmall));
  const http::Headers headers{{"Idempotency-Key", "k"}, {"Prefer", "respond-async"}};
  const Reply first = ann.ask("POST", "templates/t/reservations", R"({"count":2})", headers);
  EXPECT_EQ(first.status, 202);
  EXPECT_EQ(ann.ask("DELETE", "templates/t").status, 204);
  const Reply again = ann.ask("POST", "templates/t/reservations", R"({"count":2})", headers);
  EXPECT_EQ(again.status, 202) << again.text;
  EXPECT_EQ(again.header("Idempotency-Replayed"), "true");
  EXPECT_EQ(again.body.at("id"), first.body.at("id"));
  EXPECT_EQ(ann.ask("POST", "templates/t/reservations", R"({"count":3})", headers).status, 422);
  EXPECT_EQ(ann.ask("POST", "templates/t/reservations", R"({"count":2})").status, 404);
}

TEST_F(Templates, AreListedInPages) {
  Client ann = user();
  for (const char* name : {"a", "b", "c"})
    ann.ask("POST", std::string("templates/") + name, saving(kSmall));
  const Reply first = ann.ask("GET", "templates?limit=2");
  EXPECT_EQ(first.body.at("templates").as_array().size(), 2U);
  const Reply second =
      ann.ask("GET", "templates?limit=2&cursor=" + text_of(first.body, "next_cursor"));
  ASSERT_EQ(second.body.at("templates").as_array().size(), 1U);
  EXPECT_EQ(text_of(second.body.at("templates").as_array()[0], "name"), "c");
}

}  // namespace
}  // namespace mayfly::rest
