#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kStored =
    R"({"keys":[{"id":"k-aws1","cloud":"aws","account":"1","identity":"ann","status":"active",
        "created_at":"2026-11-22T11:00:00Z","tested_at":"2026-11-22T11:55:00Z"}]})";

std::string examined(const std::string& role_outcome, const std::string& cluster) {
  const std::string remedy =
      role_outcome == "missing" ? R"(,"remedy":"aws emr create-default-roles")" : "";
  return fmt::format(
      R"({{"key":"k-aws1","cloud":"aws","region":"us-east-1","examined_at":"2026-11-22T12:00:00Z",
          "vm":"ok","cluster":"{1}","findings":[
          {{"check":"launch","needed_for":"vm","outcome":"ok","detail":"it may"}},
          {{"check":"emr_service_role","needed_for":"cluster","outcome":"{0}","detail":"a role"{2}}},
          {{"check":"emr_instance_profile","needed_for":"cluster","outcome":"{0}","detail":"a profile"{2}}}]}})",
      role_outcome, cluster, remedy);
}

class DoctorTest : public CommandTest {
 protected:
  DoctorTest() { server.on("GET /users/ann/keys", 200, kStored); }
  void finds(const std::string& body) {
    server.on("POST /users/ann/keys/k-aws1/doctor", 200, body);
  }
};

TEST_F(DoctorTest, ShowsEveryFinding) {
  finds(examined("ok", "ok"));
  EXPECT_EQ(run("keys doctor aws"), 0) << err();
  EXPECT_EQ(out(),
            "Key k-aws1 of AWS in us-east-1\n"
            "CHECK                 NEEDED FOR  RESULT  DETAIL\n"
            "launch                machines    ok      it may\n"
            "emr service role      clusters    ok      a role\n"
            "emr instance profile  clusters    ok      a profile\n"
            "\n"
            "Machines: everything that they need is there.\n"
            "Clusters: everything that they need is there.\n");
}

TEST_F(DoctorTest, TellsEachRemedyOnceAndFails) {
  finds(examined("missing", "missing"));
  EXPECT_EQ(run("keys doctor aws"), 7) << err();
  EXPECT_THAT(out(), HasSubstr("\n"
                               "emr service role: a role\n"
                               "emr instance profile: a profile\n"
                               "  aws emr create-default-roles\n"
                               "\n"
                               "Machines: everything that they need is there.\n"
                               "Clusters: something is missing.\n"));
}

TEST_F(DoctorTest, DoesNotFailForWhatIsUnknown) {
  finds(examined("unknown", "unknown"));
  EXPECT_EQ(run("keys doctor aws"), 0) << err();
  EXPECT_THAT(out(), HasSubstr("Clusters: nothing is missing as far as can be seen.\n"));
}

TEST_F(DoctorTest, AsksForARegion) {
  finds(examined("ok", "ok"));
  EXPECT_EQ(run("keys doctor k-a --region eu-west-1"), 0) << err();
  EXPECT_THAT(server.lines(), ElementsAre("GET /users/ann/keys",
                                          "POST /users/ann/keys/k-aws1/doctor "
                                          R"({"region":"eu-west-1"})"));
}

TEST_F(DoctorTest, PrintsTheServersDocument) {
  finds(examined("missing", "missing"));
  EXPECT_EQ(run("keys doctor aws --json"), 7);
  const auto printed = json::parse(out());
  ASSERT_TRUE(printed.has_value());
  EXPECT_EQ(printed->at("cluster").as_string(), "missing");
  EXPECT_EQ(printed->at("findings").as_array().size(), 3U);
}

TEST_F(DoctorTest, SaysWhenTheCloudCannotBeAsked) {
  server.on("POST /users/ann/keys/k-aws1/doctor", 502,
            R"({"title":"Cloud unreachable","status":502,"code":"cloud_unreachable",
                "detail":"AWS could not be asked about this key."})");
  EXPECT_EQ(run("keys doctor aws"), 7);
  EXPECT_THAT(err(), HasSubstr("AWS could not be asked about this key."));
}

TEST_F(DoctorTest, PrintsThePolicyWithoutAskingAnybody) {
  EXPECT_EQ(run("keys doctor aws --policy"), 0) << err();
  const auto policy = json::parse(out());
  ASSERT_TRUE(policy.has_value()) << out();
  EXPECT_EQ(policy->at("Version").as_string(), "2012-10-17");
  EXPECT_THAT(out(), HasSubstr("\"elasticmapreduce:RunJobFlow\""));
  EXPECT_THAT(out(), HasSubstr("mayfly:installation"));
  EXPECT_THAT(server.lines(), IsEmpty());
  EXPECT_EQ(run("keys doctor digitalocean --policy"), 2);
  EXPECT_THAT(err(), HasSubstr("Only AWS has policies"));
}

}  // namespace
}  // namespace mayfly::cli
