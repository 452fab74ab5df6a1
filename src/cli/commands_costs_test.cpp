#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kTotals =
    R"("user":"ann","from":"2026-11-01T00:00:00Z","to":"2026-12-01T00:00:00Z","currency":"USD",
       "reservations":3,"machine_hours":31.5,"usd":12.345678,"tail_usd":0.002,"final":false)";

std::string costs_page(std::string_view rest) {
  return fmt::format("{{{}{}}}", kTotals, rest);
}

std::string month_row(std::string_view key, std::string_view usd) {
  return fmt::format(
      R"({{"key":"{}","reservations":2,"machine_hours":10,"usd":{},"tail_usd":0.001,"final":true}})",
      key, usd);
}

class CostsTest : public CommandTest {};

TEST_F(CostsTest, AreThisMonthSoFar) {
  server.on("GET /users/ann/costs?limit=1000", 200, costs_page(R"(,"rows":[])"));
  EXPECT_EQ(run("costs"), 0) << err();
  EXPECT_THAT(out(), HasSubstr("Costs of ann from 2026-11-01 00:00 UTC to 2026-12-01 00:00 UTC\n"));
  EXPECT_THAT(out(), HasSubstr("total             3           31.5  $12.3457  $0.002  so far\n"));
}

TEST_F(CostsTest, HaveARowForEachOfWhatIsAskedForFromAllPages) {
  const std::string query = "limit=1000&from=2026-10&to=2026-12&group=month";
  server.on("GET /users/ann/costs?" + query, 200,
            costs_page(fmt::format(R"(,"group":"month","rows":[{}],"next_cursor":"2026-10")",
                                   month_row("2026-10", "4.5"))));
  server.on(
      "GET /users/ann/costs?" + query + "&cursor=2026-10", 200,
      costs_page(fmt::format(R"(,"group":"month","rows":[{}])", month_row("2026-11", "7.845678"))));
  EXPECT_EQ(run("costs --from 2026-10 --to 2026-12 --by month"), 0) << err();
  EXPECT_THAT(out(), HasSubstr("MONTH    RESERVATIONS  MACHINE HOURS      COST    TAIL\n"));
  EXPECT_THAT(out(), HasSubstr("2026-10             2             10     $4.50  $0.001\n"));
  EXPECT_THAT(out(), HasSubstr("2026-11             2             10   $7.8457  $0.001\n"));
  EXPECT_EQ(run("costs --from 2026-10 --to 2026-12 --by month --csv"), 0) << err();
  EXPECT_EQ(out(),
            "key,reservations,machine_hours,usd,tail_usd,final,name,estimate_usd,whole_usd,"
            "whole_tail_usd\n"
            "2026-10,2,10,4.5,0.001,true,,,,\n"
            "2026-11,2,10,7.845678,0.001,true,,,,\n");
  EXPECT_EQ(run("costs --from 2026-10 --to 2026-12 --by month --json"), 0) << err();
  const auto document = json::parse(out());
  ASSERT_TRUE(document);
  EXPECT_EQ(document->at("rows").as_array().size(), 2U);
  EXPECT_FALSE(document->as_object().contains("next_cursor"));
  EXPECT_EQ(document->at("usd").as_double(), 12.345678);
}

TEST_F(CostsTest, RefuseAWordThatIsNoGroup) {
  EXPECT_EQ(run("costs --by colour"), 2);
  EXPECT_THAT(server.lines(), testing::IsEmpty());
}

constexpr const char* kLimits = R"({"user":"ann","month":"2026-11",
  "machines":{"limit":10,"set_by":"server","used":3,"held":0,"left":7},
  "vcpus":{"set_by":"server","used":12,"held":0},
  "usd_per_hour":{"limit":5,"set_by":"server","used":5,"held":0,"left":0},
  "usd_per_month":{"limit":50,"set_by":"admin","used":12.3,"held":30.1,"left":7.6},
  "lease_default":"8h","lease_max":"7d"})";

class LimitsTest : public CommandTest {};

TEST_F(LimitsTest, SayWhatIsUsedHeldAndLeft) {
  server.on("GET /users/ann/limits", 200, kLimits);
  EXPECT_EQ(run("limits"), 0) << err();
  EXPECT_EQ(out(),
            "LIMITS OF ann       LIMIT  USED  HELD  LEFT\n"
            "machines               10     3           7\n"
            "vCPUs                none    12\n"
            "dollars per hour        5     5           0\n"
            "dollars in 2026-11     50  12.3  30.1   7.6  set for this user\n"
            "\n"
            "Lease: 8h unless one is asked for, at most 7d\n");
  EXPECT_EQ(run("limits --json"), 0);
  EXPECT_EQ(json::parse(out()), json::parse(kLimits));
}

TEST_F(LimitsTest, OfSomebodyAreChangedByAnAdmin) {
  server.on("PATCH /users/bob/limits", 200, kLimits);
  server.on("GET /users/bob/limits", 200, kLimits);
  EXPECT_EQ(run("user limits bob --max-machines 20 --max-usd-month 12.5 --max-lease none "
                "--max-vcpus default"),
            0)
      << err();
  EXPECT_EQ(run("user limits bob"), 0) << err();
  EXPECT_THAT(server.lines(),
              ElementsAre(R"(PATCH /users/bob/limits {"machines":"20","vcpus":"default",)"
                          R"("usd_per_month":"12.5","lease_max":"none"})",
                          "GET /users/bob/limits"));
}

TEST_F(LimitsTest, ThatAreUsedUpHaveAnExitCodeOfTheirOwn) {
  server.on("POST /users/ann/reservations", 403,
            R"({"title":"Over a limit","status":403,"code":"over_limit",
                "detail":"Over your limit of machines: limit 3, used 2, this request 2",
                "remedy":"End what you no longer need.",
                "limits":[{"limit":"machines","allowed":3,"used":2,"held":0,"requested":2}]})");
  EXPECT_EQ(run("up --vcpus 1 --memory 1 --count 2"), 11);
  EXPECT_THAT(err(), HasSubstr("error: Over your limit of machines: limit 3, used 2, this "
                               "request 2\nnext: End what you no longer need.\n"));
}

}  // namespace
}  // namespace mayfly::cli
