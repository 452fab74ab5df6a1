#include "cli/stage.h"

namespace mayfly::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kEstimate = R"({
  "snapshot":"2026-11-20","billed_seconds":7200,"satisfying":1515,"regions_from":"everywhere",
  "offers":[
    {"cloud":"aws","region":"us-east-2","instance_type":"t4g.medium","vcpus":2,"memory_gib":4,
     "disk_gib":25,"arch":"arm64","burstable":true,"price_usd_hour":0.0413,"cost_usd":0.0826},
    {"cloud":"digitalocean","region":"fra1","instance_type":"s-2vcpu-4gb","vcpus":2,"memory_gib":4,
     "disk_gib":80,"arch":"x86_64","burstable":true,"price_usd_hour":0.03571,"cost_usd":0.09},
    {"cloud":"aws","region":"us-east-1","instance_type":"m7g.16xlarge","vcpus":64,"memory_gib":256,
     "disk_gib":25,"arch":"arm64","burstable":false,"price_usd_hour":2.62,"cost_usd":5.24}],
  "rejected":[
    {"reason":"vcpus: needs at least 2","offers":1204,"example":{"cloud":"aws","region":"us-east-1",
     "instance_type":"t4g.nano","vcpus":1,"memory_gib":0.5,"disk_gib":25,"arch":"arm64",
     "burstable":true,"price_usd_hour":0.0042,"cost_usd":0.0084}},
    {"reason":"arch: is not arm64","offers":3}]})";

class PriceTest : public CommandTest {};

TEST_F(PriceTest, RanksOffersMarksTheWinnerAndSaysWhyOthersLost) {
  server.on("POST /users/ann/estimates", 200, kEstimate);
  EXPECT_EQ(run("price --vcpus 2 --memory 4 --lease 2h --arch any"), 0) << err();
  EXPECT_EQ(out(),
            "1 machine for 2h, at the prices of 2026-11-20\n"
            "Regions: everywhere; stay near with --region 'eu-*', always with mayfly user regions "
            "'eu-*'\n"
            "\n"
            "   CLOUD         REGION     TYPE          VCPU   MEMORY    DISK  ARCH    SHARED     "
            "PER HOUR    TOTAL  DIFFERENCE\n"
            "→  aws           us-east-2  t4g.medium       2    4 GiB  25 GiB  arm64   burstable   "
            "$0.0413  $0.0826\n"
            "   digitalocean  fra1       s-2vcpu-4gb      2    4 GiB  80 GiB  x86_64  burstable   "
            "$0.0357    $0.09       +9.0%\n"
            "   aws           us-east-1  m7g.16xlarge    64  256 GiB  25 GiB  arm64                "
            " $2.62    $5.24     +6,244%\n"
            "and 1,512 more offers (--limit N)\n"
            "\n"
            "Not among them:\n"
            "  1,204  vcpus: needs at least 2  such as aws us-east-1 t4g.nano\n"
            "      3  arch: is not arm64\n");
  EXPECT_THAT(server.lines(),
              ElementsAre(R"(POST /users/ann/estimates {"kind":"vm","count":1,"vcpus":2,)"
                          R"("memory_gib":4,"arch":"any","lease":"2h"})"));
}

TEST_F(PriceTest, OfAClusterIsForAllItsNodes) {
  server.on("POST /users/ann/estimates", 200, R"({
    "snapshot":"2026-11-20","billed_seconds":7200,"satisfying":1,"regions_from":"everywhere",
    "note":"emr-7.1.0 has no Ganglia any more.",
    "offers":[{"cloud":"aws","region":"us-east-2","instance_type":"m5.xlarge","vcpus":4,
      "memory_gib":16,"disk_gib":25,"arch":"x86_64","burstable":false,"nodes":3,
      "surcharge_usd_hour":0.144,"price_usd_hour":0.753,"cost_usd":1.506}],"rejected":[]})");
  EXPECT_EQ(run("price --cluster --release emr-7.1.0 --memory 16 --lease 2h"), 0) << err();
  EXPECT_EQ(out(),
            "A cluster of 3 nodes for 2h, at the prices of 2026-11-20\n"
            "Note: emr-7.1.0 has no Ganglia any more.\n"
            "Regions: everywhere; stay near with --region 'eu-*', always with mayfly user regions "
            "'eu-*'\n"
            "VCPU, MEMORY and DISK are of each node; the prices are of all together.\n"
            "\n"
            "   CLOUD  REGION     TYPE       VCPU  MEMORY    DISK  ARCH    PER HOUR  EMR'S PART   "
            "TOTAL\n"
            "→  aws    us-east-2  m5.xlarge     4  16 GiB  25 GiB  x86_64    $0.753      $0.144  "
            "$1.506\n");
  EXPECT_THAT(server.lines(),
              ElementsAre(R"(POST /users/ann/estimates {"kind":"cluster","memory_gib":16,)"
                          R"("lease":"2h","nodes":3,"release":"emr-7.1.0"})"));
}

TEST_F(PriceTest, SendsEveryOption) {
  server.on("POST /users/ann/estimates?limit=3", 200, kEstimate);
  EXPECT_EQ(run("price --vcpus 2 --memory 4.5 --disk 30 --count 2 --arch arm64 --image debian-12 "
                "--cloud aws,digitalocean --region eu-* --region fra1 --type t4g.medium "
                "--match closest --no-burstable --max-price 0.05 --limit 3"),
            0)
      << err();
  EXPECT_THAT(out(), HasSubstr("2 machines for 2h"));
  EXPECT_THAT(out(), HasSubstr("PER HOUR, EACH"));
  EXPECT_THAT(
      server.lines(),
      ElementsAre(
          R"(POST /users/ann/estimates?limit=3 {"kind":"vm","count":2,"vcpus":2,"memory_gib":4.5,)"
          R"("disk_gib":30,"arch":"arm64","image":"debian-12","clouds":["aws","digitalocean"],)"
          R"("regions":["eu-*","fra1"],"instance_type":"t4g.medium","match":"closest",)"
          R"("burstable":false,"max_price_usd_hour":0.05})"));
}

TEST_F(PriceTest, SaysWhichRuleOfRegionsWon) {
  for (const char* from : {"request", "user", "server", "everywhere"}) {
    server.on("POST /users/ann/estimates", 200,
              fmt::format(R"({{"snapshot":"2026-11-20","billed_seconds":3600,"note":"No key yet.",
                              "regions_from":"{}","offers":[],"rejected":[]}})",
                          from));
  }
  const auto rule = [this] {
    EXPECT_EQ(run("price --type t3.nano --region eu-*,fra1"), 0) << err();
    EXPECT_THAT(out(), HasSubstr("Note: No key yet.\n"));
    const std::size_t begin = out().find("Regions: ");
    return out().substr(begin, out().find('\n', begin) - begin);
  };
  EXPECT_EQ(rule(), "Regions: as asked, eu-*, fra1");
  EXPECT_EQ(rule(), "Regions: your default (mayfly user regions shows and changes it)");
  EXPECT_EQ(rule(),
            "Regions: the server's default; stay near with --region 'eu-*', always with "
            "mayfly user regions 'eu-*'");
  EXPECT_EQ(rule(),
            "Regions: everywhere; stay near with --region 'eu-*', always with mayfly user "
            "regions 'eu-*'");
}

TEST_F(PriceTest, OfTheImpossibleShowsWhatWouldHelp) {
  server.on("POST /users/ann/estimates", 422,
            R"({"title":"Unsatisfiable","status":422,"code":"unsatisfiable",
                "detail":"No offer satisfies the request.","remedy":"Change one of these.",
                "relax":[{"field":"max_price_usd_hour","value":0.0357,"cost_usd":0.0357}]})");
  EXPECT_EQ(run("price --vcpus 2 --memory 4 --max-price 0.001"), 5);
  EXPECT_EQ(err(),
            "error: No offer satisfies the request.\n"
            "  Any one of these changes makes it possible, at this total:\n"
            "    --max-price 0.0357  $0.0357\n"
            "next: Repeat it with one of them: --max-price 0.0357\n");
  EXPECT_EQ(out(), "");
  EXPECT_EQ(run("price --vcpus 2 --memory 4 --max-price 0.001 --json"), 5);
  const auto problem = json::parse(err());
  ASSERT_TRUE(problem.has_value());
  EXPECT_EQ(problem->at("code").as_string(), "unsatisfiable");
  EXPECT_EQ(out(), "");
}

TEST_F(PriceTest, PrintsTheServersJson) {
  server.on("POST /users/ann/estimates", 200, kEstimate);
  EXPECT_EQ(run("--json price --type t4g.medium"), 0);
  EXPECT_EQ(json::parse(out()), json::parse(kEstimate));
}

TEST_F(PriceTest, UsesColoursOnlyOnTerminalsThatWantThem) {
  server.on("POST /users/ann/estimates", 200, kEstimate);
  EXPECT_EQ(run("price --type t4g.medium"), 0);
  EXPECT_THAT(out(), testing::Not(HasSubstr("\x1b[")));
  stage.out_is_terminal = true;
  EXPECT_EQ(run("price --type t4g.medium"), 0);
  EXPECT_THAT(out(), HasSubstr("\x1b[32m"));
  EXPECT_EQ(run("price --type t4g.medium --no-color"), 0);
  EXPECT_THAT(out(), testing::Not(HasSubstr("\x1b[")));
  stage.environment["NO_COLOR"] = "1";
  EXPECT_EQ(run("price --type t4g.medium"), 0);
  EXPECT_THAT(out(), testing::Not(HasSubstr("\x1b[")));
}

TEST_F(PriceTest, ColoursErrorsByWhereErrorsGo) {
  stage.out_is_terminal = true;
  EXPECT_EQ(run("price --type t3.nano"), 4);
  EXPECT_THAT(err(), testing::StartsWith("error: "));
  stage.out_is_terminal = false;
  stage.err_is_terminal = true;
  EXPECT_EQ(run("price --type t3.nano"), 4);
  EXPECT_THAT(err(), testing::StartsWith("\x1b[31merror:\x1b[0m "));
}

TEST_F(PriceTest, RefusesNonsenseBeforeAsking) {
  EXPECT_EQ(run("price --vcpus two"), 2);
  EXPECT_EQ(err(), "error: --vcpus: 'two' is not a whole number\nnext: mayfly price --help\n");
  EXPECT_EQ(run("price --arch sparc"), 2);
  EXPECT_THAT(server.lines(), testing::IsEmpty());
}

}  // namespace
}  // namespace mayfly::cli
