#include "cli/played_documents.h"
#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kBuild =
    R"({"name":"build","request":{"kind":"vm","count":2,"vcpus":2,"memory_gib":4.5,
        "regions":["eu-*"],"image":"debian-12","lease":"1h"},
        "created_at":"2026-11-22T10:00:00Z","updated_at":"2026-11-22T11:00:00Z"})";

class TemplatesTest : public CommandTest {};

TEST_F(TemplatesTest, AreSavedFromReservations) {
  server.on("POST /users/ann/templates/build", 201, kBuild);
  server.on("POST /users/ann/templates/build", 200, kBuild);
  EXPECT_EQ(run(fmt::format("template save {} build", played::kId)), 0) << err();
  EXPECT_EQ(out(),
            "Saved template build: 2 machines, 2 vCPU, 4.5 GiB, debian-12, in eu-*, for 1h\n"
            "Launch it: mayfly up --template build\n");
  EXPECT_EQ(run(fmt::format("template save {} build", played::kId)), 0);
  EXPECT_THAT(out(), testing::StartsWith("Replaced template build"));
  EXPECT_EQ(server.lines()[0],
            R"(POST /users/ann/templates/build {"reservation":"r-0jx5w2k3m8q4t6y9"})");
}

TEST_F(TemplatesTest, AreListed) {
  server.on("GET /users/ann/templates", 200, fmt::format(R"({{"templates":[{}]}})", kBuild));
  server.on("GET /users/ann/templates", 200, R"({"templates":[]})");
  EXPECT_EQ(run("template ls"), 0);
  EXPECT_EQ(out(),
            "NAME   CHANGED  REQUEST\n"
            "build  1h ago   2 machines, 2 vCPU, 4.5 GiB, debian-12, in eu-*, for 1h\n");
  EXPECT_EQ(run("template ls"), 0);
  EXPECT_EQ(out(), "No templates yet: mayfly template save ID NAME\n");
}

TEST_F(TemplatesTest, AreShownFieldByField) {
  server.on("GET /users/ann/templates/build", 200, kBuild);
  EXPECT_EQ(run("template show build"), 0);
  EXPECT_EQ(out(),
            "build: 2 machines, 2 vCPU, 4.5 GiB, debian-12, in eu-*, for 1h\n"
            "  kind        vm\n"
            "  count       2\n"
            "  vcpus       2\n"
            "  memory_gib  4.5\n"
            "  regions     [\"eu-*\"]\n"
            "  image       debian-12\n"
            "  lease       1h\n");
  EXPECT_EQ(run("template show build --json"), 0);
  EXPECT_EQ(json::parse(out()), json::parse(kBuild));
}

TEST_F(TemplatesTest, OfClustersAreShownWithoutWhatIsOfMachines) {
  const std::string spark = R"({"name":"spark","request":{"kind":"cluster","count":1,
    "image":"ubuntu-24.04","spread":false,"nodes":3,"release":"emr-7.1.0",
    "applications":["Spark","Hive"],"spot_workers":true,"lease":"1h"}})";
  server.on("GET /users/ann/templates/spark", 200, spark);
  EXPECT_EQ(run("template show spark"), 0);
  EXPECT_EQ(out(),
            "spark: cluster of 3 nodes, emr-7.1.0, Spark + Hive, workers on spot, for 1h\n"
            "  kind          cluster\n"
            "  nodes         3\n"
            "  release       emr-7.1.0\n"
            "  applications  [\"Spark\",\"Hive\"]\n"
            "  spot_workers  true\n"
            "  lease         1h\n");
}

TEST_F(TemplatesTest, AreRemoved) {
  server.on("DELETE /users/ann/templates/build", {.status = 204});
  EXPECT_EQ(run("template rm build"), 0);
  EXPECT_EQ(out(), "Removed template build\n");
  EXPECT_EQ(run("template rm other"), 4);
  EXPECT_EQ(err(),
            "error: There is no such thing\n"
            "next: See what there is: mayfly ls --all, mayfly template ls\n");
}

// Dots would climb out of the path on the way to the server.
TEST_F(TemplatesTest, CannotBeNamedLikePathsToSomethingElse) {
  for (const char* name : {"..", ".", "a/b", "../keys"}) {
    EXPECT_EQ(run(fmt::format("template rm {}", name)), 4) << name;
  }
  EXPECT_THAT(
      server.lines(),
      ElementsAre("DELETE /users/ann/templates/%2E%2E", "DELETE /users/ann/templates/%2E",
                  "DELETE /users/ann/templates/a%2Fb", "DELETE /users/ann/templates/..%2Fkeys"));
}

class ServerCommandsTest : public testing::Test {
 protected:
  ServerCommandsTest() {
    stage.server_commands = {.serve =
                                 [this](const ServeOptions& options) {
                                   served = options;
                                   return 17;
                                 },
                             .user_add =
                                 [this](const UserAddOptions& options) {
                                   added = options;
                                   return 0;
                                 },
                             .user_token =
                                 [this](const UserTokenOptions& options) {
                                   renewed = options;
                                   return 3;
                                 },
                             .config_check =
                                 [this](const ConfigCheckOptions& options) {
                                   checked = options;
                                   return 5;
                                 }};
  }
  Stage stage;
  ServeOptions served;
  UserAddOptions added;
  UserTokenOptions renewed;
  ConfigCheckOptions checked;
};

TEST_F(ServerCommandsTest, GetTheirOptionsAndDecideTheExitCode) {
  EXPECT_EQ(stage.run("serve --config a.toml --listen 127.0.0.1:1 --data d --auth none "
                      "--log-level debug --log-json"),
            17);
  EXPECT_EQ(served.config, "a.toml");
  EXPECT_EQ(served.listen, "127.0.0.1:1");
  EXPECT_EQ(served.data, "d");
  EXPECT_EQ(served.auth, "none");
  EXPECT_EQ(served.log_level, "debug");
  EXPECT_TRUE(served.log_json);
  EXPECT_EQ(stage.run("user add ann --admin --config a.toml --data d"), 0);
  EXPECT_EQ(added.name, "ann");
  EXPECT_TRUE(added.admin);
  EXPECT_EQ(added.config, "a.toml");
  EXPECT_EQ(added.data, "d");
  EXPECT_EQ(stage.run("user token bob --config a.toml --data d"), 3);
  EXPECT_EQ(renewed.name, "bob");
  EXPECT_EQ(renewed.config, "a.toml");
  EXPECT_EQ(renewed.data, "d");
  EXPECT_EQ(stage.run("config check --config b.toml"), 5);
  EXPECT_EQ(checked.config, "b.toml");
}

TEST_F(ServerCommandsTest, WithoutOptionsGetEmptyOnes) {
  EXPECT_EQ(stage.run("serve"), 17);
  EXPECT_EQ(served.config + served.listen + served.data + served.auth + served.log_level, "");
  EXPECT_FALSE(served.log_json);
  EXPECT_EQ(stage.run("serve --auth maybe"), 2);
  EXPECT_EQ(stage.run("user add"), 2);
  EXPECT_EQ(stage.run("user token"), 2);
}

TEST_F(ServerCommandsTest, StandBesideHelpAndVersion) {
  EXPECT_EQ(stage.run("--version"), 0);
  EXPECT_EQ(stage.out, "mayfly 1.2.3\n");
  EXPECT_EQ(stage.run("serve --help"), 0);
  EXPECT_THAT(stage.out, HasSubstr("Usage: mayfly serve [options]"));
  EXPECT_EQ(stage.run(""), 2);
  EXPECT_EQ(stage.err, "error: A command is missing\nnext: mayfly --help\n");
}

}  // namespace
}  // namespace mayfly::cli
