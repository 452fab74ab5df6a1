#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kAwsKey =
    R"({"id":"k-aws1","cloud":"aws","account":"123456789012","identity":"arn:aws:iam::1:user/ann",
        "region":"us-east-1","status":"active","created_at":"2026-11-22T11:00:00Z",
        "tested_at":"2026-11-22T11:55:00Z"})";
constexpr const char* kOceanKey =
    R"({"id":"k-do2","cloud":"digitalocean","account":"team","identity":"ann@example.com",
        "status":"active","created_at":"2026-11-22T11:00:00Z","tested_at":"2026-11-22T11:58:00Z"})";

class KeysTest : public CommandTest {
 protected:
  void stored(const std::vector<std::string>& keys) {
    server.on("GET /users/ann/keys", 200, fmt::format(R"({{"keys":[{}]}})", fmt::join(keys, ",")));
  }
};

TEST_F(KeysTest, AreAskedForWithoutEcho) {
  server.on("POST /users/ann/keys", 201, kAwsKey);
  stage.in_is_terminal = true;
  stage.input.reset("AKIAEXAMPLE\nvery/secret\n\n");
  EXPECT_EQ(run("keys add aws --region eu-west-1"), 0) << err();
  EXPECT_EQ(err(),
            "AWS access key id: AWS secret access key (not shown): \n"
            "AWS session token (not shown; empty for none): \n");
  EXPECT_EQ(out(),
            "Tested and stored key k-aws1: AWS account 123456789012, arn:aws:iam::1:user/ann\n");
  EXPECT_THAT(server.lines(),
              ElementsAre(R"(POST /users/ann/keys {"cloud":"aws","access_key_id":"AKIAEXAMPLE",)"
                          R"("secret_access_key":"very/secret","region":"eu-west-1"})"));
}

TEST_F(KeysTest, CanBePipedIn) {
  server.on("POST /users/ann/keys", 200, kOceanKey);
  stage.input.reset("dop_v1_secret\n");
  EXPECT_EQ(run("keys add digitalocean --stdin"), 0) << err();
  EXPECT_EQ(out(), "Tested, and replaced key k-do2: DigitalOcean account team, ann@example.com\n");
  EXPECT_THAT(server.lines(), ElementsAre("POST /users/ann/keys "
                                          R"({"cloud":"digitalocean","token":"dop_v1_secret"})"));
}

TEST_F(KeysTest, CanComeFromTheEnvironment) {
  server.on("POST /users/ann/keys", 201, kAwsKey);
  stage.environment["AWS_ACCESS_KEY_ID"] = "AKIA";
  stage.environment["AWS_SECRET_ACCESS_KEY"] = "very/secret";
  stage.environment["AWS_SESSION_TOKEN"] = "session";
  stage.environment["DIGITALOCEAN_ACCESS_TOKEN"] = "dop";
  EXPECT_EQ(run("keys add aws --from-env"), 0) << err();
  EXPECT_EQ(run("keys add digitalocean --from-env --json"), 0) << err();
  EXPECT_THAT(server.lines(),
              ElementsAre(R"(POST /users/ann/keys {"cloud":"aws","access_key_id":"AKIA",)"
                          R"("secret_access_key":"very/secret","session_token":"session"})",
                          R"(POST /users/ann/keys {"cloud":"digitalocean","token":"dop"})"));
  EXPECT_THAT(out(), HasSubstr(R"("id": "k-aws1")"));
}

TEST_F(KeysTest, NeedASource) {
  EXPECT_EQ(run("keys add aws"), 5);
  EXPECT_THAT(err(), HasSubstr("next: Use --stdin or --from-env."));
  EXPECT_EQ(run("keys add aws --from-env"), 5);
  EXPECT_THAT(err(), HasSubstr("next: Set AWS_ACCESS_KEY_ID."));
  EXPECT_EQ(run("keys add aws --from-env --stdin"), 2);
  EXPECT_EQ(run("keys add aws AKIA"), 2) << "not on the command line";
  EXPECT_EQ(run("keys add azure"), 2);
  EXPECT_THAT(server.lines(), IsEmpty());
}

TEST_F(KeysTest, ThatTheCloudRefusesAreNotStored) {
  server.on(
      "POST /users/ann/keys", 422,
      R"({"title":"Refused","status":422,"code":"rejected_by_cloud","cloud_code":"AuthFailure",
                "detail":"AWS does not accept the key.","remedy":"Check both halves."})");
  stage.input.reset("AKIA\nvery/secret\n");
  EXPECT_EQ(run("keys add aws --stdin"), 7);
  EXPECT_EQ(err(),
            "error: AWS does not accept the key.\n"
            "  The cloud's own word: AuthFailure\n"
            "next: Check both halves.\n");
  EXPECT_THAT(out() + err(), Not(HasSubstr("very/secret")));
}

TEST_F(KeysTest, AreListed) {
  stored({kAwsKey, kOceanKey});
  EXPECT_EQ(run("keys ls"), 0);
  EXPECT_EQ(out(),
            "ID      CLOUD         ACCOUNT       STATUS  TESTED  IDENTITY\n"
            "k-aws1  aws           123456789012  active  5m ago  arn:aws:iam::1:user/ann\n"
            "k-do2   digitalocean  team          active  2m ago  ann@example.com\n");
}

TEST_F(KeysTest, AreListedFromAllPages) {
  server.on("GET /users/ann/keys", 200,
            fmt::format(R"({{"keys":[{}],"next_cursor":"a b"}})", kAwsKey));
  server.on("GET /users/ann/keys?cursor=a%20b", 200, fmt::format(R"({{"keys":[{}]}})", kOceanKey));
  EXPECT_EQ(run("keys ls --json"), 0) << err();
  const auto printed = json::parse(out());
  ASSERT_TRUE(printed.has_value());
  EXPECT_EQ(printed->at("keys").as_array().size(), 2u);
}

TEST_F(KeysTest, OfNobodyAreSaidSo) {
  stored({});
  EXPECT_EQ(run("keys ls"), 0);
  EXPECT_EQ(out(), "No keys yet: mayfly keys add aws\n");
}

TEST_F(KeysTest, AreRemovedByIdBeginningOrCloud) {
  stored({kAwsKey, kOceanKey});
  server.on("DELETE /users/ann/keys/k-aws1", {.status = 204});
  for (const char* name : {"k-aws1", "k-a", "aws"}) {
    EXPECT_EQ(run(fmt::format("keys rm {}", name)), 0) << err();
    EXPECT_EQ(out(), "Removed key k-aws1\n");
  }
  EXPECT_EQ(run("keys rm aws --json"), 0);
  EXPECT_EQ(out(), "");
  EXPECT_EQ(run("keys rm k-"), 5);
  EXPECT_THAT(err(), HasSubstr("several keys"));
  EXPECT_EQ(run("keys rm nothing"), 4);
  EXPECT_EQ(run("keys rm .."), 4);
}

TEST_F(KeysTest, InUseStay) {
  stored({kAwsKey});
  server.on("DELETE /users/ann/keys/k-aws1", 409,
            R"({"title":"Conflict","status":409,"code":"conflict","detail":"The key is in use.",
                "remedy":"End them first.","reservations":["r-1","r-2"]})");
  EXPECT_EQ(run("keys rm aws"), 6);
  EXPECT_EQ(err(),
            "error: The key is in use.\n"
            "  Reservations that stand in the way:\n    r-1\n    r-2\n"
            "next: End them first.\n");
}

TEST_F(KeysTest, AreTested) {
  stored({kAwsKey});
  server.on("POST /users/ann/keys/k-aws1/test", 200, kAwsKey);
  EXPECT_EQ(run("keys test aws"), 0);
  EXPECT_EQ(out(), "Works: key k-aws1: AWS account 123456789012, arn:aws:iam::1:user/ann\n");
}

}  // namespace
}  // namespace mayfly::cli
