#include "fixture.h"

namespace mayfly::rest {
namespace {

using testing::HasSubstr;

constexpr char kTwo[] = R"({"kind":"vm","count":2,"vcpus":1,"memory_gib":1,"lease":"2h"})";

double number_of(const json::value& tree, std::string_view member) {
  const auto* found = tree.get_object().if_contains(member);
  return found && found->is_number() ? found->to_number<double>() : -1;
}

class Costs : public RestTest {};

TEST_F(Costs, AreTheSumOfTheReservations) {
  Client ann = customer();
  for (int i = 0; i < 2; ++i) {
    const Reply made = ann.ask("POST", "reservations", kTwo);
    ASSERT_EQ(made.status, 201) << made.text;
    EXPECT_EQ(ann.ask("DELETE", "reservations/" + text_of(made.body, "id")).status, 200);
  }
  const Reply running = ann.ask("POST", "reservations", kTwo);
  const Reply costs = ann.ask("GET", "costs?group=reservation");
  ASSERT_EQ(costs.status, 200) << costs.text;
  EXPECT_EQ(text_of(costs.body, "user"), ann.user());
  EXPECT_EQ(text_of(costs.body, "currency"), "USD");
  EXPECT_FALSE(costs.body.at("final").as_bool());
  EXPECT_EQ(costs.body.at("reservations").as_int64(), 3);
  ASSERT_EQ(costs.body.at("rows").as_array().size(), 3U);
  std::int64_t sum = 0;
  for (const json::value& row : costs.body.at("rows").as_array()) {
    EXPECT_GT(number_of(row, "usd"), 0);
    EXPECT_GT(number_of(row, "estimate_usd"), 0);
    EXPECT_EQ(row.at("usd"), row.at("whole_usd"));
    sum += std::llround(number_of(row, "usd") * 1e6);
  }
  EXPECT_EQ(std::llround(number_of(costs.body, "usd") * 1e6), sum);
  EXPECT_EQ(ann.ask("GET", "costs").body.at("rows").as_array().size(), 0U);

  // Everything happened today: yesterday cost nothing, and the windows add up.
  const Reply before = ann.ask("GET", "costs?from=2020-01&to=2020-02");
  EXPECT_EQ(number_of(before.body, "usd"), 0);
  EXPECT_TRUE(before.body.at("final").as_bool());
  EXPECT_EQ(ann.ask("GET", "costs?from=2020-01&group=month").body.at("rows").as_array().size(), 1U);
  EXPECT_EQ(ann.ask("GET", "costs?from=0001-01&to=9999-12").body.at("reservations").as_int64(), 3);
  EXPECT_EQ(ann.ask("GET", "costs?from=0001-01&to=0001-02").body.at("reservations").as_int64(), 0);
  EXPECT_EQ(ann.ask("GET", "costs?from=9999-01&to=9999-02").body.at("reservations").as_int64(), 0);
  EXPECT_EQ(ann.ask("DELETE", "reservations/" + text_of(running.body, "id")).status, 200);
}

TEST_F(Costs, ComeInPagesAndAsText) {
  Client ann = customer();
  for (int i = 0; i < 3; ++i) ASSERT_EQ(ann.ask("POST", "reservations", kSmall).status, 201);
  const Reply first = ann.ask("GET", "costs?group=reservation&limit=2");
  ASSERT_EQ(first.body.at("rows").as_array().size(), 2U);
  const Reply rest = ann.ask(
      "GET", "costs?group=reservation&limit=2&cursor=" + text_of(first.body, "next_cursor"));
  EXPECT_EQ(rest.body.at("rows").as_array().size(), 1U);
  EXPECT_EQ(text_of(rest.body, "next_cursor"), "");
  EXPECT_EQ(ann.ask("GET", "costs?group=region&cursor=aws:a").status, 200);

  const Reply text =
      ann.ask("GET", "costs?group=reservation&limit=2", {}, {{"Accept", "text/csv"}});
  EXPECT_EQ(text.header("Content-Type"), "text/csv; charset=utf-8");
  EXPECT_EQ(text.header("Next-Cursor"), text_of(first.body, "next_cursor"));
  EXPECT_EQ(std::ranges::count(text.text, '\n'), 3);
  EXPECT_THAT(text.text, HasSubstr("key,reservations,machine_hours,usd,tail_usd,final"));
  EXPECT_EQ(ann.ask("GET", "costs", {}, {{"Accept", "application/json, text/csv"}})
                .header("Content-Type"),
            "application/json");
}

TEST_F(Costs, RefuseWhatIsNoWindow) {
  Client ann = user();
  const Reply odd = ann.ask("GET", "costs?from=yesterday&group=colour&limit=0");
  EXPECT_EQ(odd.status, 400);
  EXPECT_EQ(odd.fields(), (std::vector<std::string>{"from", "group", "limit"}));
  const Reply backwards = ann.ask("GET", "costs?from=2026-11&to=2026-11-01");
  EXPECT_EQ(backwards.status, 400);
  EXPECT_TRUE(backwards.names("to"));
}

class Limits : public RestTest {};

TEST_F(Limits, AreSetByAdminsOnly) {
  Client ann = user();
  Client root = admin();
  const std::string path = "/users/" + ann.user() + "/limits";
  EXPECT_EQ(ann.ask("PATCH", "limits", R"({"machines":5})").status, 403);
  const Reply set =
      root.ask("PATCH", path,
               R"({"machines":5,"usd_per_month":"12.5","lease_default":"2h","lease_max":"none"})");
  ASSERT_EQ(set.status, 200) << set.text;
  EXPECT_EQ(number_of(set.body.at("machines"), "limit"), 5);
  EXPECT_EQ(text_of(set.body.at("machines"), "set_by"), "admin");
  EXPECT_EQ(number_of(set.body.at("usd_per_month"), "left"), 12.5);
  EXPECT_EQ(text_of(set.body.at("vcpus"), "set_by"), "server");
  EXPECT_EQ(text_of(set.body, "lease_default"), "2h");
  EXPECT_EQ(ann.ask("GET", "limits").body, set.body);
  const Reply unset = root.ask("PATCH", path, R"({"machines":"default","usd_per_month":"none"})");
  EXPECT_FALSE(unset.body.at("machines").as_object().contains("limit"));
  EXPECT_EQ(text_of(unset.body.at("machines"), "set_by"), "server");
  EXPECT_EQ(text_of(unset.body.at("usd_per_month"), "set_by"), "admin");

  const Reply wrong =
      root.ask("PATCH", path, R"({"machines":-1,"vcpus":[],"usd_per_hour":"a lot"})");
  EXPECT_EQ(wrong.status, 422);
  EXPECT_EQ(wrong.fields(), (std::vector<std::string>{"machines", "vcpus", "usd_per_hour"}));
  EXPECT_EQ(root.ask("PATCH", "/users/nobody/limits", R"({"machines":1})").status, 404);
}

TEST_F(Limits, RefuseBeforeAnyCloudIsAsked) {
  Client ann = customer();
  Client root = admin();
  const std::string path = "/users/" + ann.user() + "/limits";
  ASSERT_EQ(root.ask("PATCH", path, R"({"machines":3})").status, 200);
  const std::size_t before = installation_->living();
  const Reply made = ann.ask("POST", "reservations", kTwo);
  ASSERT_EQ(made.status, 201) << made.text;
  const Reply refused = ann.ask("POST", "reservations", kTwo);
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(text_of(refused.body, "code"), "over_limit");
  EXPECT_EQ(text_of(refused.body, "detail"),
            "Over your limit of machines: limit 3, used 2, this request 2");
  EXPECT_NE(text_of(refused.body, "remedy"), "");
  const json::value& broken = refused.body.at("limits").as_array().at(0);
  EXPECT_EQ(text_of(broken, "limit"), "machines");
  EXPECT_EQ(number_of(broken, "requested"), 2);
  EXPECT_EQ(installation_->living(), before + 2);
  EXPECT_EQ(ann.ask("GET", "reservations?state=all").body.at("reservations").as_array().size(), 1U);

  const Reply estimate = ann.ask("POST", "estimates", kTwo);
  EXPECT_FALSE(estimate.body.at("fits").as_bool());
  EXPECT_EQ(estimate.body.at("limits").as_array(), refused.body.at("limits").as_array());
  EXPECT_TRUE(ann.ask("POST", "estimates", kSmall).body.at("fits").as_bool());

  EXPECT_EQ(ann.ask("DELETE", "reservations/" + text_of(made.body, "id")).status, 200);
  EXPECT_EQ(number_of(ann.ask("GET", "limits").body.at("machines"), "used"), 0);
  EXPECT_GT(number_of(ann.ask("GET", "limits").body.at("usd_per_month"), "used"), 0);
  EXPECT_EQ(ann.ask("POST", "reservations", kTwo).status, 201);
}

TEST_F(Limits, HoldTheBudgetOfTheMonth) {
  Client ann = customer();
  Client root = admin();
  ASSERT_EQ(root.ask("PATCH", "/users/" + ann.user() + "/limits",
                     R"({"usd_per_month":0.1,"usd_per_hour":1})")
                .status,
            200);
  const Reply made = ann.ask("POST", "reservations", kTwo);
  ASSERT_EQ(made.status, 201) << made.text;
  const Reply limits = ann.ask("GET", "limits");
  EXPECT_GT(number_of(limits.body.at("usd_per_month"), "held"), 0.01);
  EXPECT_EQ(number_of(limits.body.at("usd_per_month"), "used"), 0);
  const std::string one = "reservations/" + text_of(made.body, "id");
  const Reply refused = ann.ask("PATCH", one, R"({"extend":"48h"})");
  EXPECT_EQ(refused.status, 403) << refused.text;
  EXPECT_EQ(text_of(refused.body, "code"), "over_limit");
  EXPECT_EQ(text_of(ann.ask("GET", one).body, "expires_at"), text_of(made.body, "expires_at"));
  EXPECT_EQ(ann.ask("PATCH", one, R"({"shorten":"1h"})").status, 200);
  EXPECT_LT(number_of(ann.ask("GET", "limits").body.at("usd_per_month"), "held"),
            number_of(limits.body.at("usd_per_month"), "held"));
}

TEST_F(Limits, HoldNothingTwiceForConcurrentRequests) {
  Client ann = customer();
  Client root = admin();
  ASSERT_EQ(root.ask("PATCH", "/users/" + ann.user() + "/limits", R"({"machines":4})").status, 200);
  std::vector<http::RawClient> connections;
  for (int i = 0; i < 6; ++i) connections.push_back(ann.begin("POST", "reservations", kTwo));
  int made = 0;
  for (http::RawClient& connection : connections) {
    const Reply reply = ann.finish(connection, "POST", "reservations");
    EXPECT_TRUE(reply.status == 201 || reply.status == 403) << reply.text;
    made += reply.status == 201;
  }
  EXPECT_EQ(made, 2);
  EXPECT_EQ(number_of(ann.ask("GET", "limits").body.at("machines"), "left"), 0);
}

TEST_F(Limits, DoNotRefuseTheRepeatOfWhatTookTheRoom) {
  Client ann = customer();
  Client root = admin();
  ASSERT_EQ(root.ask("PATCH", "/users/" + ann.user() + "/limits", R"({"machines":2})").status, 200);
  std::vector<http::RawClient> connections;
  for (int i = 0; i < 8; ++i)
    connections.push_back(ann.begin("POST", "reservations", kTwo, {{"Idempotency-Key", "same"}}));
  for (http::RawClient& connection : connections) {
    const Reply reply = ann.finish(connection, "POST", "reservations");
    EXPECT_EQ(reply.status, 201) << reply.text;
  }
  EXPECT_EQ(ann.ask("POST", "reservations", kTwo, {{"Idempotency-Key", "other"}}).status, 403);
}

TEST(Leases, FollowThePolicyOfTheServer) {
  Installation installation(
      {.world = quick_world(), .allowance = {.lease = {.otherwise = 2h, .longest = 24h}}});
  Client ann = new_customer(installation);
  const Reply made = ann.ask("POST", "reservations", kSmall);
  ASSERT_EQ(made.status, 201) << made.text;
  EXPECT_EQ(text_of(made.body.at("request"), "lease"), "2h");
  EXPECT_NE(text_of(made.body, "expires_at"), "");
  const std::string one = "reservations/" + text_of(made.body, "id");
  EXPECT_EQ(ann.ask("DELETE", one).status, 200);
  EXPECT_THAT(ann.ask("GET", one + "/events").text, HasSubstr("the default of 2h ends it at"));
}

TEST(Leases, AreNoLongerThanThePolicyOfTheServer) {
  Installation installation(
      {.world = quick_world(), .allowance = {.lease = {.otherwise = 2h, .longest = 24h}}});
  Client ann = new_customer(installation);
  const Reply refused = ann.ask(
      "POST", "reservations", R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"lease":"25h"})");
  EXPECT_EQ(refused.status, 422);
  EXPECT_TRUE(refused.names("lease"));
  EXPECT_THAT(refused.text, HasSubstr("must be at most 1d"));
  const Reply estimate = ann.ask("POST", "estimates", kSmall);
  EXPECT_EQ(estimate.body.at("billed_seconds").as_int64(), 7200);
  EXPECT_EQ(text_of(estimate.body, "lease"), "2h");

  const Reply made = ann.ask("POST", "reservations", kSmall);
  const std::string one = "reservations/" + text_of(made.body, "id");
  EXPECT_EQ(ann.ask("PATCH", one, R"({"extend":"22h"})").status, 200);
  const Reply longer = ann.ask("PATCH", one, R"({"extend":"1s"})");
  EXPECT_EQ(longer.status, 422);
  EXPECT_TRUE(longer.names("extend"));
  EXPECT_EQ(ann.ask("PATCH", one, R"({"lease":"2d"})").status, 422);
  EXPECT_EQ(ann.ask("PATCH", one, R"({"lease":"3h"})").status, 200);
  EXPECT_EQ(ann.ask("PATCH", one, R"({"shorten":"1h"})").status, 200);
  const Reply past = ann.ask("PATCH", one, R"({"shorten":"3h"})");
  EXPECT_EQ(past.status, 422);
  EXPECT_TRUE(past.names("shorten"));
  EXPECT_EQ(ann.ask("PATCH", one, R"({"shorten":"1h","extend":"1h"})").status, 422);
}

}  // namespace
}  // namespace mayfly::rest
