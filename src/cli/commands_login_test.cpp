#include <sys/stat.h>

#include <fstream>

#include "cli/settings.h"
#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class LoginTest : public testing::Test {
 protected:
  LoginTest() { server.on("GET /users/ann", 200, R"({"id":"ann","admin":false,"regions":[]})"); }

  std::string login(std::string_view more) {
    return fmt::format("login {} {}", server.url(), more);
  }
  std::filesystem::path file() const { return stage.home.path() / ".config/mayfly/client.toml"; }

  PlayedServer server;
  Stage stage;
};

TEST_F(LoginTest, TriesTheTokenAndStoresIt) {
  stage.input.reset("secret-token\n");
  EXPECT_EQ(stage.run(login("--user ann --token-stdin")), 0) << stage.err;
  EXPECT_EQ(stage.out, fmt::format("Logged in to {} as ann.\nStored in {}, readable by you only.\n",
                                   server.url(), file().string()));
  ASSERT_EQ(server.lines(), std::vector<std::string>{"GET /users/ann"});
  EXPECT_EQ(server.seen()[0].header("Authorization"), "Bearer secret-token");
  struct stat about{};
  ASSERT_EQ(::stat(file().c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777, 0600u);

  EXPECT_EQ(stage.run("user regions"), 0) << "the stored login is used";
  ASSERT_EQ(server.seen().size(), 2u);
  EXPECT_EQ(server.seen()[1].header("Authorization"), "Bearer secret-token");
}

TEST_F(LoginTest, NeverShowsTheToken) {
  stage.environment["MAYFLY_TOKEN"] = "secret-token";
  EXPECT_EQ(stage.run(login("--user ann")), 0);
  EXPECT_THAT(stage.out + stage.err, Not(HasSubstr("secret-token")));
}

TEST_F(LoginTest, AsksForWhatIsMissing) {
  stage.in_is_terminal = true;
  stage.input.reset("ann\nsecret-token\n");
  EXPECT_EQ(stage.run(login("")), 0) << stage.err;
  EXPECT_THAT(stage.err, HasSubstr("User: Token of ann"));
  EXPECT_EQ(server.seen()[0].header("Authorization"), "Bearer secret-token");
}

TEST_F(LoginTest, CanBeWithoutAToken) {
  stage.input.reset("\n");
  EXPECT_EQ(stage.run(login("--user ann --token-stdin")), 0);
  EXPECT_EQ(server.seen()[0].header("Authorization"), std::nullopt);
}

TEST_F(LoginTest, StoresNothingThatDoesNotWork) {
  server.on("GET /users/ben", 401,
            R"({"title":"Unauthenticated","code":"unauthenticated","detail":"Unknown token"})");
  stage.input.reset("wrong\n");
  EXPECT_EQ(stage.run(login("--user ben --token-stdin")), 3);
  EXPECT_EQ(stage.err, "error: Unknown token\nnext: Log in: mayfly login URL --user NAME\n");
  EXPECT_FALSE(std::filesystem::exists(file()));
}

TEST_F(LoginTest, DoesNotWaitForATerminalThatIsNotThere) {
  EXPECT_EQ(stage.run(login("")), 5);
  EXPECT_THAT(stage.err, HasSubstr("next: Add --user NAME."));
  EXPECT_EQ(stage.run(login("--user ann")), 5);
  EXPECT_THAT(stage.err, HasSubstr("--token-stdin, or set MAYFLY_TOKEN"));
  EXPECT_THAT(server.lines(), IsEmpty());
}

TEST_F(LoginTest, WarnsOfTokensOnOpenLines) {
  stage.input.reset("t\n");
  stage.lossy.sends = {LossyTransport::Loss::not_sent};
  EXPECT_EQ(stage.run("login http://192.0.2.1 --user ann --token-stdin"), 9);
  EXPECT_THAT(stage.err, HasSubstr("warning: Without https"));
  EXPECT_THAT(stage.err, HasSubstr("error: No answer from http://192.0.2.1: connection refused"));
}

TEST_F(LoginTest, RefusesWhatIsNoAddress) {
  EXPECT_EQ(stage.run("login mayfly.example.com --user ann"), 5);
  EXPECT_THAT(stage.err, HasSubstr("is not a server's address"));
}

TEST_F(LoginTest, CanBeUndone) {
  stage.input.reset("t\n");
  EXPECT_EQ(stage.run(login("--user ann --token-stdin")), 0);
  EXPECT_EQ(stage.run("logout"), 0);
  EXPECT_FALSE(std::filesystem::exists(file()));
  EXPECT_EQ(stage.run("ls"), 3);
  EXPECT_EQ(stage.err,
            "error: Not logged in: no server is known\n"
            "next: Log in: mayfly login URL --user NAME (or set MAYFLY_URL, MAYFLY_USER and "
            "MAYFLY_TOKEN).\n");
}

TEST_F(LoginTest, IsNeededForTheUserToo) {
  stage.environment["MAYFLY_URL"] = server.url();
  EXPECT_EQ(stage.run("ls"), 3);
  EXPECT_THAT(stage.err, HasSubstr("no user is known"));
}

TEST_F(LoginTest, AServerThatIsNotMayflyIsSaidSo) {
  server.on("GET /users/ann", {.status = 200, .body = "<html>"});
  server.on("GET /users/ben", {.status = 200, .body = "<html>"});
  stage.environment["MAYFLY_TOKEN"] = "t";
  EXPECT_EQ(stage.run(login("--user ben")), 1);
  EXPECT_THAT(stage.err, HasSubstr("not JSON"));
}

class UserRegionsTest : public CommandTest {};

TEST_F(UserRegionsTest, AreShown) {
  server.on("GET /users/ann", 200, R"({"id":"ann","admin":true,"regions":["eu-*","fra1"]})");
  server.on("GET /users/ann", 200, R"({"id":"ann","admin":true,"regions":[]})");
  EXPECT_EQ(run("user regions"), 0);
  EXPECT_EQ(out(), "Default regions of ann: eu-*, fra1\n");
  EXPECT_EQ(run("user regions"), 0);
  EXPECT_EQ(out(), "ann has no default regions: the server's count.\n");
}

TEST_F(UserRegionsTest, AreChanged) {
  server.on("PATCH /users/ann", 200, R"({"id":"ann","admin":true,"regions":["eu-*"]})");
  EXPECT_EQ(run("user regions eu-* fra1"), 0);
  EXPECT_EQ(run("user regions --none --json"), 0);
  EXPECT_EQ(out(),
            "{\n  \"id\": \"ann\",\n  \"admin\": true,\n  \"regions\": [\n    \"eu-*\"\n  ]\n}\n");
  EXPECT_EQ(run("user regions --none eu-*"), 2);
  EXPECT_THAT(server.lines(), ElementsAre(R"(PATCH /users/ann {"regions":["eu-*","fra1"]})",
                                          R"(PATCH /users/ann {"regions":[]})"));
}

TEST_F(UserRegionsTest, BelongToWhoeverIsNamed) {
  server.on("GET /users/ben%20b", 403, R"({"title":"Forbidden","code":"forbidden"})");
  EXPECT_EQ(run("user regions --user 'ben b'"), 3);
  EXPECT_EQ(err(),
            "error: Forbidden\n"
            "next: Use your own name and token: mayfly login URL --user NAME\n");
}

}  // namespace
}  // namespace mayfly::cli
