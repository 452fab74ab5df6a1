#include "cli/played_documents.h"
#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string kList = "GET /users/ann/reservations";
const std::string kListAll = "GET /users/ann/reservations?state=all";
const std::string kOther = "r-0jx5w2zzzzzzzzzz";

std::string list_of(const std::vector<std::string>& reservations, std::string_view more = "") {
  return fmt::format(R"({{"reservations":[{}]{}}})", fmt::join(reservations, ","), more);
}

class ReservationsTest : public CommandTest {
 protected:
  std::string path(std::string_view method, std::string_view id = played::kId,
                   std::string_view more = "") {
    return fmt::format("{} /users/ann/reservations/{}{}", method, id, more);
  }
};

TEST_F(ReservationsTest, AreListed) {
  server.on(kList, 200, list_of({played::ready(), played::pending(kOther)}));
  EXPECT_EQ(run("ls"), 0) << err();
  EXPECT_EQ(out(),
            "ID                  NAME   PHASE    MACHINES  WHERE          TYPE      PER HOUR       "
            "COST  LEASE ENDS  ASKED FOR\n"
            "r-0jx5w2k3m8q4t6y9  build  ready           2  aws us-east-1  t3.small   $0.0571  "
            "$0.000951  in 1h 59m   1m ago\n"
            "r-0jx5w2zzzzzzzzzz         pending         1                                         "
            "$0.00  no lease    1m ago\n");
}

TEST_F(ReservationsTest, OfClustersAreListedByTheirNodes) {
  server.on(kList, 200, list_of({played::cluster(), played::pending(kOther)}));
  EXPECT_EQ(run("ls"), 0) << err();
  EXPECT_EQ(out(),
            "ID                  KIND     PHASE    MACHINES  WHERE          TYPE       PER HOUR    "
            " COST  "
            "LEASE ENDS  ASKED FOR\n"
            "r-0jx5w2k3m8q4t6y9  cluster  ready           3  aws us-east-1  m5.xlarge    $0.753  "
            "$0.0879  "
            "in 1h 53m   7m ago\n"
            "r-0jx5w2zzzzzzzzzz           pending         1                                        "
            "$0.00  "
            "no lease    1m ago\n");
}

TEST_F(ReservationsTest, OfClustersAreShownWithTheirPages) {
  server.on(path("GET"), 200, played::cluster("ready", R"(,"open_to":"203.0.113.7/32")"));
  server.on(path("GET"), 200, played::cluster("provisioning"));
  EXPECT_EQ(run("show " + played::kId), 0) << err();
  EXPECT_THAT(out(),
              HasSubstr("  cluster    j-1ABC, emr-6.15.0: Hadoop, Spark, Ganglia, Zeppelin\n"
                        "  master     ec2-192-0-2-1.compute-1.amazonaws.com\n"
                        "  zeppelin   http://ec2-192-0-2-1.compute-1.amazonaws.com:8890/\n"));
  EXPECT_THAT(out(), HasSubstr("  open to    203.0.113.7/32\n"
                               "  tunnel     ssh -N -L 8890:localhost:8890 hadoop@ec2-192-0-2-1"));
  EXPECT_EQ(run("show " + played::kId), 0) << err();
  EXPECT_THAT(out(), HasSubstr("  cluster    emr-6.15.0: Hadoop, Spark, Ganglia, Zeppelin\n"
                               "  placement  "));
  EXPECT_THAT(out(), testing::Not(HasSubstr("tunnel")));
}

TEST_F(ReservationsTest, AreListedFromAllPages) {
  server.on(kListAll, 200, list_of({played::ready()}, R"(,"next_cursor":"c1")"));
  server.on(kListAll + "&cursor=c1", 200, list_of({}, R"(,"next_cursor":"c2")"));
  server.on(kListAll + "&cursor=c2", 200,
            list_of({played::ended(kOther, "released", "the lease ended")}));
  EXPECT_EQ(run("ls --all"), 0) << err();
  EXPECT_THAT(out(), HasSubstr(played::kId));
  EXPECT_THAT(out(), HasSubstr("released"));
  EXPECT_EQ(run("ls --all --json"), 0);
  EXPECT_EQ(json::parse(out())->at("reservations").as_array().size(), 2u);
}

TEST_F(ReservationsTest, WhenThereAreNoneAreSaidSo) {
  server.on(kList, 200, list_of({}));
  server.on(kListAll, 200, list_of({}));
  EXPECT_EQ(run("ls"), 0);
  EXPECT_EQ(out(), "Nothing is running. Ended ones: mayfly ls --all\n");
  EXPECT_EQ(run("ls --all"), 0);
  EXPECT_EQ(out(), "No reservations yet: mayfly up --help\n");
}

TEST_F(ReservationsTest, AreShownWithEverythingKnown) {
  server.on(path("GET"), 200, played::ready());
  EXPECT_EQ(run("show " + played::kId), 0) << err();
  EXPECT_EQ(out(),
            "r-0jx5w2k3m8q4t6y9  build\n"
            "  phase      ready\n"
            "  request    2 machines, 2 vCPU, 2 GiB, ubuntu-24.04, for 2h\n"
            "  placement  aws us-east-1b t3.small: 2 vCPU, 2 GiB, 25 GiB disk, x86_64, burstable\n"
            "  price      $0.0285/h each, $0.0571/h together\n"
            "  lease      ends 2026-11-22 13:59 UTC, in 1h 59m\n"
            "  cost       $0.000951 so far\n"
            "  times      asked for 1m ago, ready after 41s\n"
            "\n"
            "  Machines\n"
            "    MACHINE   STATE    PUBLIC IP  PRIVATE IP  ZONE        ID\n"
            "    mayfly-1  running  192.0.2.1  10.0.0.1    us-east-1b  i-1\n"
            "    mayfly-2  running  192.0.2.2  10.0.0.2    us-east-1b  i-2\n"
            "\n"
            "  Attempts\n"
            "    ATTEMPT  WHERE              TYPE         STAGE    WHY IT ENDED\n"
            "          1  digitalocean fra1  s-2vcpu-2gb  ended    The size is sold out "
            "[unprocessable_entity]\n"
            "          2  aws us-east-1b     t3.small     running\n"
            "\n"
            "  Offers that lost\n"
            "    CLOUD         REGION  TYPE         VCPU  MEMORY  PER HOUR    TOTAL  LOST BECAUSE\n"
            "    digitalocean  fra1    s-2vcpu-2gb     2   2 GiB   $0.0268  $0.1072  sold out\n");
}

TEST_F(ReservationsTest, AreShownAfterTheirEnd) {
  server.on(path("GET"), 200, played::ended(played::kId, "released", "the lease ended"));
  EXPECT_EQ(run("show " + played::kId + " --follow"), 0) << err();
  EXPECT_EQ(out(),
            "r-0jx5w2k3m8q4t6y9\n"
            "  phase    released\n"
            "  why      the lease ended\n"
            "  request  1 machine, ubuntu-24.04\n"
            "  cost     $0.0357, and $0.000238 while it was torn down\n"
            "  times    asked for 2h ago, ended 59m 30s ago\n");
}

TEST_F(ReservationsTest, AreNamedByTheBeginningOfTheirId) {
  server.on(kList, 200, list_of({played::ready(), played::pending(kOther)}));
  server.on(kListAll, 200,
            list_of({played::ready(), played::pending(kOther),
                     played::ended("r-0aaaaaaaaaaaaaaa", "released", "x")}));
  server.on(path("GET"), 200, played::ready());
  server.on(path("GET", "r-0aaaaaaaaaaaaaaa"), 200,
            played::ended("r-0aaaaaaaaaaaaaaa", "released", "x"));
  EXPECT_EQ(run("show r-0jx5w2k --json"), 0) << err();
  EXPECT_EQ(json::parse(out()), json::parse(played::ready()));
  EXPECT_EQ(run("show r-0a"), 0) << "also when it has ended";
  EXPECT_EQ(run("show r-0"), 5);
  EXPECT_THAT(err(), HasSubstr("'r-0' is the beginning of several reservations: "
                               "r-0jx5w2k3m8q4t6y9, r-0jx5w2zzzzzzzzzz\n"));
  EXPECT_EQ(run("show r-9"), 4);
  EXPECT_THAT(err(), HasSubstr("There is no reservation 'r-9'"));
}

TEST_F(ReservationsTest, AreFollowedUntilTheyAreSettled) {
  server.on(path("GET"), 200, played::pending());
  server.on(path("GET"), 200, played::ready());
  server.on(path("GET", played::kId, "/events"),
            event_stream(played::event(1, "11:59:41", "phase", "ready", 0, "Ready"), true));
  EXPECT_EQ(run("show " + played::kId + " --follow"), 0) << err();
  EXPECT_THAT(out(),
              testing::StartsWith("    41s  phase       Ready\nr-0jx5w2k3m8q4t6y9  build\n"));
}

TEST_F(ReservationsTest, ThatAreReadyAreFollowedToTheirEnd) {
  server.on(path("GET"), 200, played::ready());
  server.on(path("GET"), 200, played::ended(played::kId, "released", "the lease ended"));
  server.on(path("GET", played::kId, "/events"),
            event_stream(played::event(1, "11:59:41", "phase", "ready", 0, "Ready") +
                         played::event(2, "12:00:41", "phase", "released", 0, "Released")));
  EXPECT_EQ(run("show " + played::kId + " --follow"), 0) << err();
  EXPECT_THAT(out(), HasSubstr(" 1m 41s  phase       Released\n"));
  EXPECT_THAT(out(), HasSubstr("  phase    released\n"));
}

TEST_F(ReservationsTest, AreExtended) {
  server.on(path("PATCH"), 200, played::ready());
  EXPECT_EQ(run("extend " + played::kId + " 1h"), 0) << err();
  EXPECT_EQ(out(), "r-0jx5w2k3m8q4t6y9: the lease ends 2026-11-22 13:59 UTC, in 1h 59m\n");
  EXPECT_EQ(run("extend " + played::kId + " --to 2h --json"), 0);
  EXPECT_EQ(json::parse(out()), json::parse(played::ready()));
  EXPECT_THAT(server.lines(), ElementsAre(path("PATCH") + R"( {"extend":"1h"})",
                                          path("PATCH") + R"( {"lease":"2h"})"));
  EXPECT_EQ(run("extend " + played::kId), 2);
  EXPECT_EQ(run("extend " + played::kId + " 1h --to 2h"), 2);
}

TEST_F(ReservationsTest, AreShortened) {
  server.on(path("PATCH"), 200, played::ready());
  EXPECT_EQ(run("shorten " + played::kId + " 30m"), 0) << err();
  EXPECT_EQ(out(), "r-0jx5w2k3m8q4t6y9: the lease ends 2026-11-22 13:59 UTC, in 1h 59m\n");
  EXPECT_THAT(server.lines(), ElementsAre(path("PATCH") + R"( {"shorten":"30m"})"));
  EXPECT_EQ(run("shorten " + played::kId), 2);
}

TEST_F(ReservationsTest, AreNotExtendedTwiceByALostAnswer) {
  server.on(path("PATCH"), 200, played::ready());
  stage.lossy.sends = {LossyTransport::Loss::answer};
  EXPECT_EQ(run("extend " + played::kId + " 1h"), 9);
  EXPECT_THAT(err(),
              HasSubstr("See whether it took before you try again: mayfly show " + played::kId));
  EXPECT_EQ(server.seen().size(), 1u);
  stage.lossy.sends = {LossyTransport::Loss::answer};
  EXPECT_EQ(run("extend " + played::kId + " --to 2h"), 0);
  EXPECT_EQ(server.seen().size(), 3u);
}

TEST_F(ReservationsTest, InThePastAreRefused) {
  server.on(path("PATCH"), 422,
            R"({"title":"Invalid","code":"invalid","detail":"The lease would be over already.",
                "errors":[{"field":"lease","message":"ends in the past"}]})");
  EXPECT_EQ(run("extend " + played::kId + " --to 1s"), 5);
  EXPECT_EQ(err(),
            "error: The lease would be over already.\n  --to: ends in the past\n"
            "next: Correct it and try again; --help explains the options.\n");
}

class DownTest : public ReservationsTest {
 protected:
  void play(const std::string& id) {
    server.on(path("DELETE", id), 202, played::releasing(id));
    server.on(path("GET", id, "/events"),
              event_stream(played::event(1, "10:00:00", "phase", "ready", 0, "Ready") +
                           played::event(2, "11:00:00", "phase", "releasing", 0, "Tearing down") +
                           played::event(3, "11:00:30", "phase", "released", 0, "Released")));
    server.on(path("GET", id), 200, played::ended(id, "released", "asked by ann"));
  }
};

constexpr std::string_view kGone =
    " is gone: every machine was observed to have ended. Cost: $0.0357, and $0.000238 while it was "
    "torn down\n";

TEST_F(DownTest, WaitsUntilItIsObservedGoneAndSaysWhatItCost) {
  play(played::kId);
  EXPECT_EQ(run("down " + played::kId), 0) << err();
  EXPECT_EQ(out(), played::kId + ": tearing down\n" +
                       "     0s  phase       Tearing down\n"
                       "    30s  phase       Released\n" +
                       played::kId + std::string(kGone));
  EXPECT_EQ(server.seen()[0].header("Prefer"), "respond-async");
}

TEST_F(DownTest, EndsAllBeforeItWaitsForTheFirst) {
  play(played::kId);
  play(kOther);
  EXPECT_EQ(run(fmt::format("down {} {} {}", played::kId, kOther, played::kId)), 0) << err();
  ASSERT_GE(server.lines().size(), 2u);
  EXPECT_EQ(server.lines()[0], path("DELETE"));
  EXPECT_EQ(server.lines()[1], path("DELETE", kOther));
  EXPECT_THAT(out(), HasSubstr(played::kId + std::string(kGone)));
  EXPECT_THAT(out(), HasSubstr(kOther + std::string(kGone)));
}

TEST_F(DownTest, TakesBeginningsOfIdsAndEndsNothingWhenOneIsUnclear) {
  server.on(kList, 200, list_of({played::ready(), played::ready(kOther)}));
  play(played::kId);
  EXPECT_EQ(run("down r-0jx5w2k r-0jx"), 5);
  EXPECT_THAT(server.lines(), testing::Not(testing::Contains(HasSubstr("DELETE"))));
  EXPECT_EQ(run("down r-0jx5w2k"), 0) << err();
}

TEST_F(DownTest, EndsEverythingThatLives) {
  server.on(kList, 200, list_of({played::ready(), played::ready(kOther)}));
  play(played::kId);
  play(kOther);
  EXPECT_EQ(run("down --all --json"), 0) << err();
  const auto printed = json::parse(out());
  ASSERT_TRUE(printed.has_value());
  EXPECT_EQ(printed->at("reservations").as_array().size(), 2u);
}

TEST_F(DownTest, HasNothingToDoWhenNothingLives) {
  server.on(kList, 200, list_of({}));
  EXPECT_EQ(run("down --all"), 0);
  EXPECT_EQ(out(), "Nothing is running.\n");
}

TEST_F(DownTest, EndsTheOthersWhenOneCannotBe) {
  play(kOther);
  server.on(path("DELETE"), 502,
            R"({"title":"Cloud","status":502,"code":"cloud_unreachable","detail":"AWS is away."})");
  EXPECT_EQ(run(fmt::format("down {} {}", played::kId, kOther)), 7);
  EXPECT_THAT(err(), HasSubstr("error: AWS is away."));
  EXPECT_EQ(out(), kOther + ": tearing down\n" +
                       "     0s  phase       Tearing down\n"
                       "    30s  phase       Released\n" +
                       kOther + std::string(kGone));
}

TEST_F(DownTest, IsRepeatedWhenTheAnswerIsLost) {
  play(played::kId);
  stage.lossy.sends = {LossyTransport::Loss::answer};
  EXPECT_EQ(run("down " + played::kId), 0) << err();
  ASSERT_GE(server.lines().size(), 2u);
  EXPECT_EQ(server.lines()[1], path("DELETE"));
}

TEST_F(DownTest, OfAClusterSaysThatTheClusterIsGone) {
  server.on(path("DELETE"), 200, played::cluster("released"));
  EXPECT_EQ(run("down " + played::kId), 0) << err();
  EXPECT_THAT(out(), HasSubstr("is gone: its cluster was observed to have ended. Cost: $0.0879"));
}

TEST_F(DownTest, NeedNotWait) {
  play(played::kId);
  EXPECT_EQ(run("down --detach " + played::kId), 0);
  EXPECT_EQ(out(),
            "r-0jx5w2k3m8q4t6y9 is releasing. Follow it: mayfly show r-0jx5w2k3m8q4t6y9 "
            "--follow\n");
}

TEST_F(DownTest, WaitsNoLongerThanAllowed) {
  server.on(path("DELETE"), 202, played::releasing(played::kId));
  server.on(path("GET", played::kId, "/events"), event_stream(": nothing yet\n\n"));
  server.on(path("GET"), 200, played::releasing(played::kId));
  EXPECT_EQ(run("down --timeout 1m " + played::kId), 10);
  EXPECT_THAT(err(), HasSubstr("took longer than allowed"));
}

TEST_F(DownTest, OfWhatIsGoneSaysSo) {
  server.on(path("DELETE"), 200, played::ended(played::kId, "failed", "no offer is left"));
  EXPECT_EQ(run("down " + played::kId), 0);
  EXPECT_EQ(out(), played::kId + std::string(kGone));
  EXPECT_EQ(run("down " + kOther), 4);
}

TEST_F(DownTest, NeedsToKnowWhat) {
  EXPECT_EQ(run("down"), 2);
  EXPECT_EQ(err(), "error: Give the ids of reservations, or --all\nnext: mayfly down --help\n");
  EXPECT_EQ(run("down --all r-1"), 2);
  EXPECT_TRUE(server.lines().empty());
}

}  // namespace
}  // namespace mayfly::cli
