#include "fixture.h"

namespace mayfly::rest {
namespace {

using testing::HasSubstr;
using testing::Not;

class Keys : public RestTest {};

TEST_F(Keys, AreTestedStoredAndShownWithoutSecrets) {
  Client ann = user();
  const Reply added = ann.ask("POST", "keys", kAwsKey);
  ASSERT_EQ(added.status, 201) << added.text;
  const std::string path = "keys/" + text_of(added.body, "id");
  EXPECT_EQ(added.header("Location"), "/users/" + ann.user() + "/" + path);
  const Reply listed = ann.ask("GET", "keys");
  const Reply shown = ann.ask("GET", path);
  const Reply tested = ann.ask("POST", path + "/test");
  EXPECT_EQ(listed.body.at("keys").as_array().size(), 1U);
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(tested.status, 200);
  EXPECT_EQ(ann.ask("POST", path + "/test", "{}").status, 200);
  for (const Reply& reply : {added, listed, shown, tested})
    EXPECT_THAT(reply.text, Not(HasSubstr("hush")));
}

TEST_F(Keys, ReplaceTheOneOfTheSameCloud) {
  Client ann = user();
  EXPECT_EQ(ann.ask("POST", "keys", kAwsKey).status, 201);
  EXPECT_EQ(ann.ask("POST", "keys", kDigitalOceanKey).status, 201);
  EXPECT_EQ(ann.ask("POST", "keys", kAwsKey).status, 200);
}

TEST_F(Keys, GoOnlyWhenNothingNeedsThem) {
  Client ann = user();
  const Reply key = ann.ask("POST", "keys", kAwsKey);
  const std::string path = "keys/" + text_of(key.body, "id");
  const Reply made = ann.ask("POST", "reservations", kSmall);
  ASSERT_EQ(made.status, 201);
  const Reply refused = ann.ask("DELETE", path);
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(refused.body.at("reservations").as_array().at(0), made.body.at("id"));
  EXPECT_EQ(ann.ask("DELETE", "reservations/" + text_of(made.body, "id")).status, 200);
  EXPECT_EQ(ann.ask("DELETE", path).status, 204);
  EXPECT_EQ(ann.ask("DELETE", path).status, 404);
  EXPECT_EQ(ann.ask("GET", path).status, 404);
  EXPECT_EQ(ann.ask("POST", path + "/test").status, 404);
}

TEST_F(Keys, AreNobodyElses) {
  Client ann = user();
  const std::string path = "keys/" + text_of(ann.ask("POST", "keys", kAwsKey).body, "id");
  Client bob = user();
  EXPECT_EQ(bob.ask("GET", path).status, 404);
  EXPECT_EQ(bob.ask("DELETE", path).status, 404);
  EXPECT_EQ(bob.ask("POST", path + "/test").status, 404);
  EXPECT_EQ(ann.ask("GET", path).status, 200);
}

TEST_F(Keys, AreExamined) {
  Client ann = user();
  const std::string id = text_of(ann.ask("POST", "keys", kAwsKey).body, "id");
  const Reply examined = ann.ask("POST", "keys/" + id + "/doctor", R"({"region":"eu-west-1"})");
  ASSERT_EQ(examined.status, 200) << examined.text;
  EXPECT_EQ(text_of(examined.body, "key"), id);
  EXPECT_EQ(text_of(examined.body, "cloud"), "aws");
  EXPECT_EQ(text_of(examined.body, "region"), "eu-west-1");
  EXPECT_EQ(text_of(examined.body, "vm"), "ok");
  EXPECT_EQ(text_of(examined.body, "cluster"), "ok");
  const json::value& finding = examined.body.at("findings").as_array().at(0);
  EXPECT_EQ(text_of(finding, "check"), "identity");
  EXPECT_EQ(text_of(finding, "needed_for"), "all");
  EXPECT_THAT(examined.text, Not(HasSubstr("hush")));
  EXPECT_EQ(ann.ask("POST", "keys/" + id + "/doctor").status, 200);

  const std::string other = text_of(ann.ask("POST", "keys", kDigitalOceanKey).body, "id");
  const Reply without = ann.ask("POST", "keys/" + other + "/doctor");
  EXPECT_EQ(without.status, 200);
  EXPECT_FALSE(without.body.as_object().contains("cluster"));
}

TEST_F(Keys, AreExaminedByNobodyElseAndNowhereOdd) {
  Client ann = user();
  const std::string path =
      "keys/" + text_of(ann.ask("POST", "keys", kAwsKey).body, "id") + "/doctor";
  EXPECT_EQ(user().ask("POST", path).status, 404);
  EXPECT_EQ(ann.ask("POST", "keys/k-none/doctor").status, 404);
  EXPECT_EQ(ann.ask("POST", path, R"({"region":"eu west"})").status, 422);
  EXPECT_EQ(ann.ask("POST", path, R"({"zone":"a"})").status, 422);
}

TEST_F(Keys, AreListedInPages) {
  Client ann = user();
  ann.ask("POST", "keys", kAwsKey);
  ann.ask("POST", "keys", kDigitalOceanKey);
  const Reply first = ann.ask("GET", "keys?limit=1");
  ASSERT_EQ(first.body.at("keys").as_array().size(), 1U);
  const Reply second = ann.ask("GET", "keys?limit=1&cursor=" + text_of(first.body, "next_cursor"));
  ASSERT_EQ(second.body.at("keys").as_array().size(), 1U);
  EXPECT_NE(first.body.at("keys"), second.body.at("keys"));
  EXPECT_EQ(text_of(second.body, "next_cursor"), "");
}

}  // namespace
}  // namespace mayfly::rest
