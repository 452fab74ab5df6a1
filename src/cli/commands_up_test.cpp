#include <csignal>

#include "cli/played_documents.h"
#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using Loss = LossyTransport::Loss;

const std::string kReservations = "POST /users/ann/reservations";
const std::string kReservation = "GET /users/ann/reservations/" + played::kId;
const std::string kEvents = kReservation + "/events";

std::string first_events() {
  return played::event(1, "11:59:00", "phase", "pending", 0, "Waiting to be placed") +
         played::event(2, "11:59:02", "attempt", "provisioning", 1, "The size is sold out",
                       "unprocessable_entity");
}
std::string last_events() {
  return played::event(3, "11:59:03", "attempt", "provisioning", 2, "Launching") +
         played::event(4, "11:59:41", "phase", "ready", 0, "Ready: 2 machines running");
}

class UpTest : public CommandTest {
 protected:
  void play() {
    server.on(kReservations, 202, played::pending());
    server.on(kEvents, event_stream(first_events() + last_events(), true));
    server.on(kReservation, 200, played::ready());
  }
  std::vector<std::string> idempotency_keys() const {
    std::vector<std::string> keys;
    for (const http::Request& request : server.seen()) {
      if (request.method == "POST") keys.emplace_back(*request.header("Idempotency-Key"));
    }
    return keys;
  }
};

constexpr std::string_view kUp = "up --vcpus 2 --memory 2 --count 2 --lease 2h";

TEST_F(UpTest, ShowsWhatHappensAndThenWhereTheMachinesAre) {
  play();
  EXPECT_EQ(run(kUp), 0) << err();
  EXPECT_EQ(out(),
            "r-0jx5w2k3m8q4t6y9: 1 machine, 2 vCPU, 2 GiB, ubuntu-24.04\n"
            "     0s  phase       Waiting to be placed\n"
            "     2s  attempt 1   The size is sold out [unprocessable_entity]\n"
            "     3s  attempt 2   Launching\n"
            "    41s  phase       Ready: 2 machines running\n"
            "r-0jx5w2k3m8q4t6y9 is ready after 41s\n"
            "  MACHINE   STATE    PUBLIC IP  PRIVATE IP  ZONE        ID\n"
            "  mayfly-1  running  192.0.2.1  10.0.0.1    us-east-1b  i-1\n"
            "  mayfly-2  running  192.0.2.2  10.0.0.2    us-east-1b  i-2\n"
            "  ssh ubuntu@192.0.2.1\n"
            "  ssh ubuntu@192.0.2.2\n"
            "  placement  aws us-east-1b t3.small: 2 vCPU, 2 GiB, 25 GiB disk, x86_64, burstable\n"
            "  price      $0.0285/h each, $0.0571/h together\n"
            "  lease      ends 2026-11-22 13:59 UTC, in 1h 59m\n"
            "  end it     mayfly down r-0jx5w2k3m8q4t6y9\n");
  const auto seen = server.seen();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].body, R"({"kind":"vm","count":2,"vcpus":2,"memory_gib":2,"lease":"2h"})");
  EXPECT_EQ(seen[0].header("Prefer"), "respond-async");
  EXPECT_EQ(seen[0].header("Content-Type"), "application/json");
  EXPECT_THAT(std::string(*seen[0].header("Idempotency-Key")),
              testing::MatchesRegex("cli-[0-9a-f]{32}"));
  EXPECT_EQ(seen[1].header("Last-Event-ID"), std::nullopt);
}

TEST_F(UpTest, ShowsAClusterWithItsPagesAndTheWayToThem) {
  server.on(kReservations, 202, played::cluster("pending", played::kClusterKey));
  server.on(kEvents, event_stream(played::event(1, "11:53:10", "attempt", "provisioning", 1,
                                                "j-1ABC is pending: STARTING") +
                                      played::event(2, "11:59:12", "phase", "ready", 0, "Ready"),
                                  true));
  server.on(kReservation, 200, played::cluster("ready", played::kClusterKey));
  EXPECT_EQ(run("up --cluster --nodes 3 --lease 2h"), 0) << err();
  EXPECT_EQ(out(),
            "r-0jx5w2k3m8q4t6y9: cluster of 3 nodes, for 2h\n"
            "A cluster takes some minutes to start.\n"
            "    10s  attempt 1   j-1ABC is pending: STARTING\n"
            " 6m 12s  phase       Ready\n"
            "r-0jx5w2k3m8q4t6y9 is ready after 6m 12s\n"
            "  cluster    j-1ABC, emr-6.15.0: Hadoop, Spark, Ganglia, Zeppelin\n"
            "  master     ec2-192-0-2-1.compute-1.amazonaws.com\n"
            "  zeppelin   http://ec2-192-0-2-1.compute-1.amazonaws.com:8890/\n"
            "  ganglia    http://ec2-192-0-2-1.compute-1.amazonaws.com/ganglia/\n"
            "  spark      http://ec2-192-0-2-1.compute-1.amazonaws.com:18080/\n"
            "  open to    nobody but through the tunnel\n"
            "  tunnel     ssh -N -L 8890:localhost:8890 "
            "hadoop@ec2-192-0-2-1.compute-1.amazonaws.com\n"
            "  open it    mayfly open r-0jx5w2k3m8q4t6y9\n"
            "  placement  aws us-east-1b m5.xlarge: 4 vCPU, 16 GiB, 25 GiB disk, x86_64, each "
            "node\n"
            "  price      $0.753/h for 3 nodes\n"
            "  lease      ends 2026-11-22 13:53 UTC, in 1h 53m\n"
            "  end it     mayfly down r-0jx5w2k3m8q4t6y9\n");
  EXPECT_EQ(err(), "");
  EXPECT_EQ(server.seen()[0].body, R"({"kind":"cluster","lease":"2h","nodes":3})");
}

TEST_F(UpTest, WarnsOfAClusterThatNobodyCouldReachBeforeItIsWaitedFor) {
  server.on(kReservations, 202, played::cluster("pending"));
  server.on(kEvents, event_stream(played::event(1, "11:59:12", "phase", "ready", 0, "Ready")));
  server.on(kReservation, 200, played::cluster("ready"));
  EXPECT_EQ(run("up --cluster"), 0);
  EXPECT_THAT(err(), HasSubstr("Nobody will reach the pages of this cluster"));
  EXPECT_EQ(run("up --cluster --json"), 0);
  EXPECT_EQ(err(), "");
}

TEST_F(UpTest, KnowsWhatIsOfClustersBeforeAnythingIsSent) {
  EXPECT_EQ(run("up --nodes 3 --vcpus 2 --memory 4"), 2);
  EXPECT_THAT(err(), HasSubstr("--nodes is for clusters: add --cluster"));
  EXPECT_EQ(run("up --cluster --count 3"), 2);
  EXPECT_EQ(run("price --release emr-7.1.0"), 2);
  EXPECT_TRUE(server.seen().empty());
}

TEST_F(UpTest, NamesTheOptionsOfAClusterThatAreWrong) {
  server.on(kReservations, 422,
            R"({"title":"Invalid","status":422,"code":"invalid","detail":"The request is wrong.",
                "errors":[{"field":"open_to","message":"must be an IPv4 network"},
                          {"field":"applications.1","message":"is too long"}]})");
  EXPECT_EQ(run("up --cluster --open-to 0.0.0.0/0"), 5);
  EXPECT_THAT(err(), HasSubstr("  --open-to: must be an IPv4 network\n  --app: is too long\n"));
}

TEST_F(UpTest, DrawsAMovingLineOnATerminal) {
  play();
  stage.out_is_terminal = true;
  stage.columns = 30;
  EXPECT_EQ(run(kUp), 0) << err();
  EXPECT_THAT(out(), HasSubstr("⠋ waiting, 1m"));
  EXPECT_THAT(out(), HasSubstr("\r\x1b[K"));
  EXPECT_THAT(out(), HasSubstr("provisioning, attempt 2, 1m"));
  EXPECT_THAT(out(), HasSubstr("\x1b[33m     2s  attempt 1   The size is sold out"));
}

TEST_F(UpTest, PrintsOnlyTheReservationAsJson) {
  play();
  EXPECT_EQ(run("up --type t3.small --json"), 0);
  EXPECT_EQ(json::parse(out()), json::parse(played::ready()));
}

TEST_F(UpTest, DoesNotWaitWhenDetached) {
  server.on(kReservations, 202, played::pending());
  EXPECT_EQ(run("up --type t3.small --detach --name build"), 0);
  EXPECT_EQ(out(),
            "r-0jx5w2k3m8q4t6y9 is pending. Follow it: mayfly show r-0jx5w2k3m8q4t6y9 "
            "--follow\n");
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST_F(UpTest, NeedNotFollowWhatIsReadyAtOnce) {
  server.on(kReservations, 201, played::ready());
  EXPECT_EQ(run(kUp), 0);
  EXPECT_THAT(out(), HasSubstr("is ready after 41s"));
  EXPECT_EQ(server.seen().size(), 1u);
}

TEST_F(UpTest, LaunchesTemplatesWithOverridesOnly) {
  server.on("POST /users/ann/templates/build%20box/reservations", 201, played::ready());
  EXPECT_EQ(run("up --template 'build box' --lease 30m"), 0) << err();
  EXPECT_EQ(server.seen()[0].body, R"({"lease":"30m"})");
}

TEST_F(UpTest, AsksAgainWithTheSameKeyWhenTheAnswerIsLost) {
  play();
  stage.lossy.sends = {Loss::answer, Loss::answer, Loss::not_sent};
  EXPECT_EQ(run(kUp), 0) << err();
  const auto keys = idempotency_keys();
  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0], keys[1]);
  EXPECT_EQ(keys[0], keys[2]);
  EXPECT_THAT(stage.slept, ElementsAre(500ms, 1s, 2s));
}

TEST_F(UpTest, AsksAgainWhileTheServerRestarts) {
  server.on(kReservations, 503, R"({"title":"Shutting down","code":"unavailable"})");
  server.on(kReservations, {.status = 502, .body = "<html>"});
  server.on(kReservations, 201, played::ready());
  EXPECT_EQ(run(kUp), 0) << err();
  EXPECT_EQ(idempotency_keys().size(), 3u);
}

TEST_F(UpTest, GivesTheKeyToWhoeverMustAskAgain) {
  server.on(kReservations, 202, played::pending());
  stage.lossy.sends = {Loss::answer, Loss::answer, Loss::answer, Loss::answer, Loss::answer};
  EXPECT_EQ(run("up --type t3.small --idempotency-key mine"), 9);
  EXPECT_THAT(err(), HasSubstr("Ask again with --idempotency-key mine"));
  EXPECT_THAT(idempotency_keys(), ElementsAre("mine", "mine", "mine", "mine", "mine"));
}

TEST_F(UpTest, DoesNotKnockAtAServerThatIsNotThere) {
  stage.lossy.sends = {Loss::not_sent};
  EXPECT_EQ(run(kUp), 9);
  EXPECT_TRUE(stage.slept.empty());
}

TEST_F(UpTest, GoesOnAfterTheLastEventWhenTheStreamBreaks) {
  server.on(kReservations, 202, played::pending());
  server.on(kEvents, event_stream(first_events()));
  server.on(kEvents, event_stream(last_events(), true));
  server.on(kReservation, 200, played::pending());
  server.on(kReservation, 200, played::pending());
  server.on(kReservation, 200, played::ready());
  stage.lossy.streams = {Loss::answer, Loss::not_sent};
  EXPECT_EQ(run(kUp), 0) << err();
  EXPECT_THAT(out(), HasSubstr("Lost the server; trying again."));
  EXPECT_THAT(out(), HasSubstr("sold out"));
  EXPECT_THAT(out(), HasSubstr("Ready: 2 machines running"));
  EXPECT_EQ(out().find("Waiting to be placed"), out().rfind("Waiting to be placed"));
  std::vector<std::string> last_ids;
  for (const http::Request& request : server.seen()) {
    if (request.target.ends_with("/events")) {
      last_ids.emplace_back(request.header("Last-Event-ID").value_or("none"));
    }
  }
  EXPECT_THAT(last_ids, ElementsAre("none", "2"));
}

TEST_F(UpTest, GivesUpOnAServerThatStaysAway) {
  server.on(kReservations, 202, played::pending());
  stage.lossy.streams.assign(100, Loss::not_sent);
  stage.lossy.sends.assign(200, Loss::not_sent);
  stage.lossy.sends.front() = Loss::none;
  EXPECT_EQ(run(kUp), 9);
  EXPECT_THAT(err(), HasSubstr("r-0jx5w2k3m8q4t6y9 goes on at the server"));
  EXPECT_THAT(err(), HasSubstr("mayfly show r-0jx5w2k3m8q4t6y9 --follow"));
}

TEST_F(UpTest, SaysWhenItFailed) {
  server.on(kReservations, 202, played::pending());
  server.on(kEvents, event_stream(played::event(5, "11:59:50", "phase", "failed", 0, "Failed")));
  server.on(kReservation, 200, played::ended(played::kId, "failed", "no offer is left"));
  EXPECT_EQ(run(kUp), 8);
  EXPECT_EQ(err(),
            "error: r-0jx5w2k3m8q4t6y9 failed; nothing of it is left running: no offer is left\n"
            "next: See what was tried: mayfly show r-0jx5w2k3m8q4t6y9\n");
  EXPECT_EQ(run("up --type t3.small --json"), 8);
  EXPECT_EQ(json::parse(out())->at("phase").as_string(), "failed");
}

TEST_F(UpTest, SaysWhenSomebodyElseEndedIt) {
  server.on(kReservations, 202, played::pending());
  server.on(kEvents, event_stream(played::event(5, "11:59:50", "phase", "released", 0, "Gone")));
  server.on(kReservation, 200, played::ended(played::kId, "released", "asked by ben"));
  EXPECT_EQ(run(kUp), 8);
  EXPECT_THAT(err(), HasSubstr("was ended before it was ready: asked by ben"));
}

TEST_F(UpTest, WaitsNoLongerThanAllowed) {
  server.on(kReservations, 202, played::pending());
  server.on(kEvents, event_stream(first_events()));
  server.on(kReservation, 200, played::pending());
  EXPECT_EQ(run("up --type t3.small --timeout 30s"), 10);
  EXPECT_THAT(err(), HasSubstr("r-0jx5w2k3m8q4t6y9 took longer than allowed; it goes on"));
  EXPECT_THAT(err(), HasSubstr("mayfly down r-0jx5w2k3m8q4t6y9"));
}

TEST_F(UpTest, SaysWhatIsWrongWithTheRequest) {
  server.on(kReservations, 422,
            R"({"title":"Invalid","status":422,"code":"invalid","detail":"The request is wrong.",
                "errors":[{"field":"vcpus","message":"is required unless instance_type is given"}]})");
  EXPECT_EQ(run("up --memory 2"), 5);
  EXPECT_EQ(err(),
            "error: The request is wrong.\n"
            "  --vcpus: is required unless instance_type is given\n"
            "next: Correct it and try again; --help explains the options.\n");
  EXPECT_EQ(out(), "");
}

TEST_F(UpTest, DoesNotOfferALoginThatCannotWork) {
  server.on(kReservations, 201, played::pending());
  server.on(kEvents, event_stream(last_events()));
  std::string without_key = played::ready();
  const std::string member = R"(,"ssh_public_key":"ssh-ed25519 AAAA")";
  without_key.erase(without_key.find(member), member.size());
  server.on(kReservation, 200, without_key);
  EXPECT_EQ(run(kUp), 0);
  EXPECT_THAT(out(), Not(HasSubstr("ssh ubuntu")));
}

// A connection that died without a word, once; time passes while nobody notices.
class SilentTransport final : public Transport {
 public:
  explicit SilentTransport(ManualClock& clock) : clock_(clock) {}
  int ticks = 0;

  http::CallResult send(const http::Call&) override {
    return http::Answer{.status = 202, .body = came_back_ ? played::ready() : played::pending()};
  }
  http::CallResult stream(const http::Call&, const OnBytes& on_bytes) override {
    came_back_ = ticks > 0;
    if (came_back_) on_bytes(last_events());
    while (!came_back_ && ticks < 1000) {
      ++ticks;
      clock_.time += 1s;
      if (!on_bytes("")) break;
    }
    return http::Answer{.status = 200};
  }

 private:
  ManualClock& clock_;
  bool came_back_ = false;
};

class SilenceTest : public testing::Test {
 protected:
  SilenceTest() {
    stage.environment["MAYFLY_URL"] = "http://127.0.0.1:1";
    stage.environment["MAYFLY_USER"] = "ann";
    stage.transport = &transport;
  }
  Stage stage;
  SilentTransport transport{stage.clock};
};

TEST_F(SilenceTest, MakesUpComeBackAfterAMinute) {
  EXPECT_EQ(stage.run(kUp), 0) << stage.err;
  EXPECT_EQ(transport.ticks, 60);
  EXPECT_THAT(stage.out, HasSubstr("is ready after 41s"));
}

TEST_F(SilenceTest, DoesNotOutlastTheTimeout) {
  EXPECT_EQ(stage.run("up --type t3.small --timeout 30s"), 10);
  EXPECT_EQ(transport.ticks, 30);
}

TEST_F(SilenceTest, KeepsTheTimeMovingOnATerminal) {
  stage.out_is_terminal = true;
  EXPECT_EQ(stage.run(kUp), 0);
  EXPECT_THAT(stage.out, HasSubstr("waiting, 1m 1s\r\x1b[K"));
  EXPECT_THAT(stage.out, HasSubstr("waiting, 1m 59s\r\x1b[K"));
}

// Answers without a network, and presses Ctrl-C in the middle of the events.
class InterruptingTransport final : public Transport {
 public:
  explicit InterruptingTransport(bool while_asking) : while_asking_(while_asking) {}
  http::CallResult send(const http::Call&) override {
    if (while_asking_) raise(SIGINT);
    return http::Answer{.status = 202, .body = played::pending()};
  }
  http::CallResult stream(const http::Call&, const OnBytes& on_bytes) override {
    on_bytes(first_events());
    raise(SIGINT);
    return http::Answer{.status = 200};
  }

 private:
  bool while_asking_;
};

class UpDeathTest : public testing::Test {
 protected:
  UpDeathTest() {
    stage.environment["MAYFLY_URL"] = "http://127.0.0.1:1";
    stage.environment["MAYFLY_USER"] = "ann";
  }
  void run_interrupted(bool while_asking) {
    InterruptingTransport transport(while_asking);
    stage.transport = &transport;
    stage.run(kUp);
  }
  Stage stage;
};

TEST_F(UpDeathTest, CtrlCLeavesTheReservationAndSaysHowToGoOn) {
  EXPECT_EXIT(run_interrupted(false), testing::ExitedWithCode(130),
              "Interrupted; r-0jx5w2k3m8q4t6y9 goes on at the server.\n"
              "Follow it: mayfly show r-0jx5w2k3m8q4t6y9 --follow\n"
              "End it:    mayfly down r-0jx5w2k3m8q4t6y9\n");
}

TEST_F(UpDeathTest, CtrlCBeforeTheAnswerSaysHowToAskAgain) {
  EXPECT_EXIT(
      run_interrupted(true), testing::ExitedWithCode(130),
      "See what there is: mayfly ls\n"
      "Ask again without getting it twice: mayfly up ... --idempotency-key cli-[0-9a-f]+\n");
}

}  // namespace
}  // namespace mayfly::cli
