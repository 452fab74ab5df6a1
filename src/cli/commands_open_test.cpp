#include <sys/stat.h>

#include <fstream>

#include "cli/played_documents.h"
#include "cli/stage.h"
#include "cli/tunnel.h"

namespace mayfly::cli {
namespace {

using testing::HasSubstr;

const std::string kOpened = "GET /users/ann/reservations/" + played::kId;
constexpr std::string_view kMaster = "hadoop@ec2-192-0-2-1.compute-1.amazonaws.com";

// Plays the part of ssh that is seen here: it writes down its words and listens until somebody
// connects.
constexpr std::string_view kPlayedSsh = R"py(
import socket, sys
with open(sys.argv[0] + ".words", "w") as words:
    words.write(" ".join(sys.argv[1:]))
ports = [int(word.split(":")[0]) for word in sys.argv if ":localhost:" in word]
sockets = [socket.create_server(("127.0.0.1", port)) for port in ports]
for one in sockets:
    one.accept()
)py";

class OpenTest : public CommandTest {
 protected:
  // What runs as ssh, in a PATH where nothing else is.
  void install_ssh(std::string_view script) {
    const auto ssh = stage.home.path() / "ssh";
    std::ofstream(ssh) << "#!/usr/bin/python3\n" << script;
    ASSERT_EQ(chmod(ssh.c_str(), 0755), 0);
    stage.environment["PATH"] = "/nowhere::" + stage.home.path().string();
  }
  std::string words_of_ssh() const {
    std::ostringstream words;
    words << std::ifstream(stage.home.path() / "ssh.words").rdbuf();
    return words.str();
  }
  void play(const std::string& reservation) { server.on(kOpened, 200, reservation); }
  int open(std::string_view more) { return run(fmt::format("open {} {}", played::kId, more)); }
};

TEST_F(OpenTest, RunsSshUntilItEndsAndSaysWhereThePageIs) {
  install_ssh(kPlayedSsh);
  play(played::cluster("ready", played::kClusterKey));
  EXPECT_EQ(open("zeppelin -i /srv/ann/.ssh/emr"), 0) << err();
  const std::string words = words_of_ssh();
  EXPECT_THAT(words, testing::MatchesRegex("-N -o ExitOnForwardFailure=yes -i /srv/ann/.ssh/emr "
                                           "-L [0-9]+:localhost:8890 hadoop@ec2-.*"));
  const std::size_t begin = words.find("-L ") + 3;
  const std::string port = words.substr(begin, words.find(':', begin) - begin);
  EXPECT_EQ(out(), fmt::format("Connecting as {}\n  zeppelin  http://localhost:{}/\n"
                               "Open until Ctrl-C.\n",
                               kMaster, port));
}

TEST_F(OpenTest, CarriesEveryPageUnlessOneIsNamed) {
  install_ssh(kPlayedSsh);
  play(played::cluster("ready", played::kClusterKey));
  EXPECT_EQ(open("--json"), 0) << err();
  const auto printed = json::parse(out());
  ASSERT_TRUE(printed.has_value()) << out();
  const json::object& links = printed->at("links").as_object();
  EXPECT_EQ(links.size(), 3u);
  EXPECT_THAT(std::string(links.at("ganglia").as_string()),
              testing::MatchesRegex("http://localhost:[0-9]+/ganglia/"));
  EXPECT_THAT(words_of_ssh(), HasSubstr(":localhost:18080 "));
  EXPECT_THAT(words_of_ssh(), HasSubstr(":localhost:80 "));
}

TEST_F(OpenTest, OnlyPrintsTheLineWhenAskedTo) {
  play(played::cluster("ready", played::kClusterKey));
  EXPECT_EQ(open("zeppelin --print"), 0) << err();
  EXPECT_EQ(out(), fmt::format("ssh -N -L 8890:localhost:8890 {}\n", kMaster));
  EXPECT_EQ(open("ganglia --print -i 'my keys/emr'"), 0);
  EXPECT_EQ(out(), fmt::format("ssh -N -i 'my keys/emr' -L 8080:localhost:80 {}\n", kMaster));
  EXPECT_EQ(open("spark_history --print"), 0);
  EXPECT_EQ(out(), fmt::format("ssh -N -L 18080:localhost:18080 {}\n", kMaster));
  EXPECT_EQ(err(), "");
}

TEST_F(OpenTest, TakesAnotherPortWhenTheUsualOneIsTaken) {
  const int first = free_local_port(0);
  EXPECT_EQ(free_local_port(first), first);
  auto taken = http::Server::start(
      {.port = static_cast<unsigned short>(first), .threads = 1},
      [](http::Request) -> boost::asio::awaitable<http::Response> { co_return http::Response{}; },
      [](int status, std::string_view) { return http::Response{.status = status}; });
  ASSERT_TRUE(taken.has_value());
  EXPECT_NE(free_local_port(first), first);
}

TEST_F(OpenTest, SaysWhenThereIsNoSsh) {
  stage.environment["PATH"] = "/nowhere";
  play(played::cluster("ready", played::kClusterKey));
  EXPECT_EQ(open("zeppelin"), 1);
  EXPECT_THAT(err(), HasSubstr("There is no ssh here"));
  EXPECT_THAT(err(), HasSubstr("openssh-client"));
  EXPECT_THAT(err(), HasSubstr(":localhost:8890 hadoop@ec2-"));
}

TEST_F(OpenTest, SaysWhenSshFailsAndWhenItBreaks) {
  install_ssh("import sys; sys.exit(255)");
  play(played::cluster("ready", played::kClusterKey));
  EXPECT_EQ(open("zeppelin"), 1);
  EXPECT_THAT(err(), HasSubstr("ssh ended with 255 before the tunnel stood"));
  EXPECT_THAT(err(), HasSubstr("port 22 of ec2-192-0-2-1"));
  install_ssh(std::string(kPlayedSsh) + "sys.exit(255)\n");
  EXPECT_EQ(open("zeppelin"), 1);
  EXPECT_THAT(err(), HasSubstr("The tunnel broke: ssh ended with 255"));
}

TEST_F(OpenTest, NeedsAClusterThatIsReadyAndHasAKey) {
  play(played::ready());
  play(played::cluster("provisioning"));
  play(played::cluster("released"));
  play(played::cluster("ready"));
  EXPECT_EQ(open("zeppelin"), 5);
  EXPECT_THAT(err(), HasSubstr("has machines; only clusters have pages"));
  EXPECT_EQ(open("zeppelin"), 6);
  EXPECT_THAT(err(), HasSubstr("is provisioning, not ready"));
  EXPECT_THAT(err(), HasSubstr("--follow"));
  EXPECT_EQ(open("zeppelin"), 6);
  EXPECT_THAT(err(), HasSubstr("has ended"));
  EXPECT_EQ(open("zeppelin"), 6);
  EXPECT_THAT(err(), HasSubstr("was asked for without an ssh key"));
  EXPECT_EQ(open("zeppelin --print"), 0);
  EXPECT_THAT(err(), HasSubstr("without --ssh-key"));
}

TEST_F(OpenTest, KnowsWhichPagesThereAre) {
  std::string without = played::cluster("ready", played::kClusterKey);
  const std::size_t member = without.find("\"ganglia_url\"");
  without.erase(member, without.find(",\"", member) + 1 - member);
  play(without);
  EXPECT_EQ(open("ganglia"), 4);
  EXPECT_THAT(err(), HasSubstr("has no ganglia: emr-6.15.0 with Hadoop, Spark"));
  EXPECT_THAT(err(), HasSubstr("It has: zeppelin, spark-history"));
  EXPECT_EQ(open("hue"), 2);
  EXPECT_THAT(err(), HasSubstr("'hue' is not one of zeppelin, ganglia, spark-history"));
  EXPECT_EQ(run("open r-unknown"), 4);
}

// A server's answer becomes words of a command line.
TEST_F(OpenTest, TrustsNoNameThatIsNone) {
  std::string odd = played::cluster("ready", played::kClusterKey);
  const std::string host = R"("master_dns":"ec2)";
  odd.replace(odd.find(host), host.size(), R"("master_dns":"x;reboot )");
  play(odd);
  EXPECT_EQ(open("zeppelin --print"), 1);
  EXPECT_EQ(out(), "");
}

}  // namespace
}  // namespace mayfly::cli
