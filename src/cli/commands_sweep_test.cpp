#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kSweepStray =
    R"({"machine":"i-0abc","name":"old","region":"us-east-1","instance_type":"t3.micro",
        "reservation":"r-gone","reason":"reservation_over","verdict":"{}",
        "launched_at":"2026-11-22T10:00:00Z","first_seen":"2026-11-22T11:00:00Z"})";

std::string sweep_report(bool dry_run, const std::string& strays, const std::string& more = "") {
  return fmt::format(
      R"({{"dry_run":{},"started_at":"2026-11-22T12:00:00Z","finished_at":"2026-11-22T12:00:01Z",
          "regions":[{{"key":"k-1","cloud":"aws","region":"us-east-1","listed":3,"known":2,
          "strays":[{}],"vanished":[]}}{}]}})",
      dry_run, strays, more);
}

std::string sweep_stray(std::string_view verdict) {
  std::string text = kSweepStray;
  return text.replace(text.find("{}"), 2, verdict);
}

class SweepTest : public CommandTest {};

TEST_F(SweepTest, ShowsWhatItWouldDoInADryRun) {
  server.on("POST /users/ann/sweep", 200, sweep_report(true, sweep_stray("to_be_ended")));
  EXPECT_EQ(run("sweep --dry-run"), 0) << err();
  EXPECT_EQ(out(),
            "CLOUD  REGION     MACHINE  NAME  TYPE      LAUNCHED  RESERVATION  WHY               "
            "VERDICT\n"
            "aws    us-east-1  i-0abc   old   t3.micro  2h ago    r-gone       reservation over  "
            "to be ended\n"
            "\n"
            "1 place listed: 3 machines with this installation's tag, 2 of them known, 1 stray\n");
  EXPECT_THAT(server.lines(), ElementsAre(R"(POST /users/ann/sweep {"dry_run":true})"));
}

TEST_F(SweepTest, SaysThatThereIsNothing) {
  server.on("POST /users/ann/sweep", 200, sweep_report(true, ""));
  stage.in_is_terminal = true;
  EXPECT_EQ(run("sweep"), 0) << err();
  EXPECT_EQ(out(),
            "1 place listed: 3 machines with this installation's tag, 2 of them known, 0 strays\n");
  EXPECT_EQ(server.lines().size(), 1U) << "nothing to be asked for";
}

TEST_F(SweepTest, EndsNothingUnlessAPersonOrAnOptionSaysSo) {
  EXPECT_EQ(run("sweep"), 2);
  EXPECT_THAT(err(), HasSubstr("--yes"));
  EXPECT_TRUE(server.lines().empty());

  server.on("POST /users/ann/sweep", 200, sweep_report(true, sweep_stray("to_be_ended")));
  stage.in_is_terminal = true;
  stage.input.reset("n\n");
  EXPECT_EQ(run("sweep"), 0);
  EXPECT_THAT(err(), HasSubstr("End 1 stray machine"));
  EXPECT_THAT(server.lines(), ElementsAre(R"(POST /users/ann/sweep {"dry_run":true})"));
}

TEST_F(SweepTest, EndsWhatAPersonAgreedTo) {
  server.on("POST /users/ann/sweep", 200, sweep_report(true, sweep_stray("to_be_ended")));
  server.on("POST /users/ann/sweep", 200, sweep_report(false, sweep_stray("ending")));
  stage.in_is_terminal = true;
  stage.input.reset("y\n");
  EXPECT_EQ(run("sweep"), 0) << err();
  EXPECT_THAT(out(), HasSubstr("being ended"));
  EXPECT_THAT(server.lines(), ElementsAre(R"(POST /users/ann/sweep {"dry_run":true})",
                                          R"(POST /users/ann/sweep {"dry_run":false})"));
}

TEST_F(SweepTest, PrintsTheReportAsItIs) {
  const std::string report = sweep_report(false, sweep_stray("ending"));
  server.on("POST /users/ann/sweep", 200, report);
  EXPECT_EQ(run("sweep --yes --json"), 0) << err();
  EXPECT_EQ(json::parse(out()), json::parse(report));
  EXPECT_THAT(server.lines(), ElementsAre(R"(POST /users/ann/sweep {"dry_run":false})"));
}

TEST_F(SweepTest, FailsWhenAPlaceCouldNotBeListed) {
  const std::string failed =
      R"(,{"key":"k-2","cloud":"digitalocean","listed":0,"known":0,"strays":[],"vanished":[
          ],"error":"DigitalOcean does not answer"})";
  server.on("POST /users/ann/sweep", 200, sweep_report(true, "", failed));
  EXPECT_EQ(run("sweep --dry-run"), 7);
  EXPECT_THAT(err(), HasSubstr("digitalocean"));
  EXPECT_THAT(err(), HasSubstr("does not answer"));
}

TEST_F(SweepTest, ShowsKnownMachinesThatAreMissing) {
  const std::string missing =
      R"(,{"key":"k-1","cloud":"aws","region":"eu-west-1","listed":0,"known":0,"strays":[],
          "vanished":[{"reservation":"r-1","machine":"i-7","name":"mayfly-r-1-1-0"}]})";
  server.on("POST /users/ann/sweep", 200, sweep_report(true, "", missing));
  EXPECT_EQ(run("sweep --dry-run"), 0) << err();
  EXPECT_THAT(out(), HasSubstr("aws    eu-west-1  r-1          i-7      mayfly-r-1-1-0"));
}

TEST_F(SweepTest, IsRefusedWhileAnotherOneIsUnderWay) {
  server.on("POST /users/ann/sweep", 409,
            R"({"title":"Conflict","status":409,"code":"conflict","detail":"under way"})");
  EXPECT_EQ(run("sweep --dry-run"), 6);
}

}  // namespace
}  // namespace mayfly::cli
