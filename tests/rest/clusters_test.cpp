// Clusters over HTTP: what is refused and by which name, what one costs, and templates of one.

#include "fixture.h"
#include "json/print.h"

namespace mayfly::rest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr char kCluster[] = R"({"kind":"cluster","nodes":3,"regions":["us-east-1"],"lease":"2h"})";

class Clusters : public RestTest {
 protected:
  // The fields that a cluster with these members is refused for.
  std::vector<std::string> wrong(const std::string& members) {
    const Reply reply = ann_.ask("POST", "estimates", R"({"kind":"cluster",)" + members + "}");
    EXPECT_EQ(reply.status, 422) << members << reply.text;
    said_ = reply.text;
    return reply.fields();
  }

  Client ann_ = customer();
  std::string said_;
};

TEST_F(Clusters, NeedTheirNumberOfNodes) {
  EXPECT_THAT(wrong(R"("release":"emr-6.15.0")"), ElementsAre("nodes"));
  EXPECT_THAT(wrong(R"("nodes":null)"), ElementsAre("nodes"));
  EXPECT_THAT(wrong(R"("nodes":0)"), ElementsAre("nodes"));
  EXPECT_THAT(wrong(R"("nodes":100000)"), ElementsAre("nodes"));
  EXPECT_THAT(wrong(R"("nodes":3,"count":2)"), ElementsAre("count"));
  EXPECT_THAT(said_, HasSubstr("`nodes` is its size"));
  EXPECT_EQ(ann_.ask("POST", "estimates", R"({"kind":"cluster","nodes":3,"count":1})").status, 200);
}

TEST_F(Clusters, AloneHaveTheirFields) {
  const Reply reply = ann_.ask("POST", "estimates",
                               R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"nodes":3,
                                   "release":"emr-6.15.0","applications":["Spark"],
                                   "idle_timeout":"1h","spot_workers":false,"log_uri":"s3://b/",
                                   "subnet":"subnet-1","open_to":"203.0.113.0/24"})");
  EXPECT_EQ(reply.status, 422);
  EXPECT_THAT(reply.fields(), ElementsAre("nodes", "release", "applications", "idle_timeout",
                                          "spot_workers", "log_uri", "subnet", "open_to"));
  EXPECT_THAT(wrong(R"("nodes":3,"user_data":"#!/bin/sh","image":"debian-12","spread":true)"),
              testing::UnorderedElementsAre("user_data", "image", "spread"));
  EXPECT_THAT(wrong(R"("nodes":3,"clouds":["digitalocean"])"), ElementsAre("clouds"));
}

TEST_F(Clusters, AreRefusedByTheNameOfWhatIsWrong) {
  EXPECT_THAT(wrong(R"("nodes":3,"release":"7.1.0")"), ElementsAre("release"));
  EXPECT_THAT(wrong(R"("nodes":3,"release":"emr-4.0.0")"), ElementsAre("release"));
  EXPECT_THAT(wrong(R"("nodes":3,"applications":[])"), ElementsAre("applications"));
  EXPECT_THAT(wrong(R"("nodes":3,"open_to":"0.0.0.0/0")"), ElementsAre("open_to"));
  EXPECT_THAT(wrong(R"("nodes":3,"open_to":"203.0.113.7")"), ElementsAre("open_to"));
  EXPECT_THAT(wrong(R"("nodes":3,"subnet":"subnet-1")"), ElementsAre("subnet"));
  EXPECT_THAT(wrong(R"("nodes":3,"subnet":"subnet-1","regions":["eu-*"])"), ElementsAre("subnet"));
  EXPECT_THAT(wrong(R"("nodes":3,"log_uri":"https://example.com/")"), ElementsAre("log_uri"));
  EXPECT_THAT(wrong(R"("nodes":3,"idle_timeout":"8d")"), ElementsAre("idle_timeout"));
  EXPECT_THAT(wrong(R"("nodes":0,"open_to":"::/0","log_uri":"x")"),
              testing::UnorderedElementsAre("nodes", "open_to", "log_uri"))
      << "all at once";
}

TEST_F(Clusters, HaveGangliaOnlyWhereThereIsOne) {
  EXPECT_THAT(wrong(R"("nodes":3,"release":"emr-7.0.0","applications":["Spark","Ganglia"])"),
              ElementsAre("applications"));
  EXPECT_THAT(said_, HasSubstr("AmazonCloudWatchAgent"));
  const Reply swapped =
      ann_.ask("POST", "estimates", R"({"kind":"cluster","nodes":3,"release":"emr-7.0.0"})");
  EXPECT_EQ(swapped.status, 200) << swapped.text;
  EXPECT_THAT(text_of(swapped.body, "note"), HasSubstr("AmazonCloudWatchAgent"));
}

TEST_F(Clusters, AreNeverOfTypesThatEmrDoesNotTake) {
  const Reply reply =
      ann_.ask("POST", "estimates", R"({"kind":"cluster","nodes":3,"instance_type":"t3.xlarge"})");
  EXPECT_EQ(reply.status, 422) << reply.text;
  EXPECT_EQ(text_of(reply.body, "code"), "unsatisfiable");
  EXPECT_THAT(reply.text, HasSubstr("\"relax\":[{\"field\":\"instance_type\""));
}

TEST_F(Clusters, CostAllTheirNodesAndEmrsPart) {
  const Reply reply = ann_.ask("POST", "estimates?limit=5", kCluster);
  ASSERT_EQ(reply.status, 200) << reply.text;
  const json::array& offers = reply.body.at("offers").as_array();
  ASSERT_EQ(offers.size(), 5U);
  double last = 0;
  for (const json::value& offer : offers) {
    EXPECT_EQ(offer.at("cloud").as_string(), "aws");
    EXPECT_EQ(offer.at("nodes").as_int64(), 3);
    EXPECT_FALSE(offer.at("instance_type").as_string().starts_with("t"));
    const double price = offer.at("price_usd_hour").to_number<double>();
    const double cost = offer.at("cost_usd").to_number<double>();
    EXPECT_LT(offer.at("surcharge_usd_hour").to_number<double>(), price);
    EXPECT_NEAR(cost, 2 * price, 0.000003);
    EXPECT_GE(cost, last);
    last = cost;
  }
}

TEST_F(Clusters, AreAnsweredWithTheirPagesAndTheWayToThem) {
  const Reply made = ann_.ask("POST", "reservations", kCluster);
  ASSERT_EQ(made.status, 201) << made.text;
  const json::value& cluster = made.body.at("cluster");
  const std::string master = text_of(cluster, "master_dns");
  EXPECT_THAT(text_of(cluster, "id"), testing::StartsWith("j-"));
  EXPECT_THAT(master, testing::StartsWith("ec2-"));
  EXPECT_EQ(cluster.at("nodes").as_int64(), 3);
  EXPECT_EQ(text_of(cluster, "release"), "emr-6.15.0");
  EXPECT_EQ(json::print(cluster.at("applications")), R"(["Hadoop","Spark","Ganglia","Zeppelin"])");
  EXPECT_EQ(text_of(cluster, "zeppelin_url"), "http://" + master + ":8890/");
  EXPECT_EQ(text_of(cluster, "ganglia_url"), "http://" + master + "/ganglia/");
  EXPECT_EQ(text_of(cluster, "spark_history_url"), "http://" + master + ":18080/");
  EXPECT_THAT(text_of(cluster, "ssh_tunnel"), testing::EndsWith(" hadoop@" + master));
  EXPECT_FALSE(cluster.as_object().contains("note"));
  EXPECT_EQ(text_of(made.body.at("placement"), "cloud"), "aws");
  EXPECT_EQ(made.body.at("placement").at("nodes").as_int64(), 3);
  EXPECT_EQ(made.body.at("instances").as_array().size(), 1U);

  const std::string path = "reservations/" + text_of(made.body, "id");
  EXPECT_EQ(ann_.ask("PATCH", path, R"({"extend":"1h"})").status, 200);
  const Reply ended = ann_.ask("DELETE", path);
  EXPECT_EQ(ended.status, 200);
  EXPECT_EQ(text_of(ended.body, "phase"), "released");
  EXPECT_GT(ended.body.at("cost").at("usd").to_number<double>(), 0);
}

TEST_F(Clusters, SayWhatIsOtherwiseThanAsked) {
  const Reply made =
      ann_.ask("POST", "reservations", R"({"kind":"cluster","nodes":1,"release":"emr-7.1.0"})");
  ASSERT_EQ(made.status, 201) << made.text;
  const json::value& cluster = made.body.at("cluster");
  EXPECT_THAT(text_of(cluster, "note"), HasSubstr("AmazonCloudWatchAgent"));
  EXPECT_FALSE(cluster.as_object().contains("ganglia_url"));
  EXPECT_TRUE(cluster.as_object().contains("zeppelin_url"));
  EXPECT_EQ(ann_.ask("DELETE", "reservations/" + text_of(made.body, "id")).status, 200);
}

TEST_F(Clusters, AreSavedAsTemplatesAndLaunchedAgain) {
  const Reply made = ann_.ask("POST", "reservations", kCluster);
  ASSERT_EQ(made.status, 201) << made.text;
  const Reply saved = ann_.ask("POST", "templates/sandbox_cluster",
                               R"({"reservation":")" + text_of(made.body, "id") + R"("})");
  EXPECT_EQ(saved.status, 201) << saved.text;
  EXPECT_EQ(saved.body.at("request"), made.body.at("request"));
  const Reply again = ann_.ask("POST", "templates/sandbox_cluster/reservations");
  EXPECT_EQ(again.status, 201) << again.text;
  EXPECT_EQ(again.body.at("request"), made.body.at("request"));
  const Reply smaller =
      ann_.ask("POST", "templates/sandbox_cluster/reservations", R"({"nodes":1,"lease":null})");
  ASSERT_EQ(smaller.status, 201) << smaller.text;
  EXPECT_EQ(smaller.body.at("cluster").at("nodes").as_int64(), 1);
  EXPECT_THAT(
      ann_.ask("POST", "templates/sandbox_cluster/reservations", R"({"nodes":null})").fields(),
      ElementsAre("nodes"));
  for (const Reply* one : {&made, &again, &smaller})
    EXPECT_EQ(ann_.ask("DELETE", "reservations/" + text_of(one->body, "id")).status, 200);
}

TEST_F(Clusters, NeedAKeyOfAws) {
  Client ben = user();
  EXPECT_EQ(ben.ask("POST", "keys", kDigitalOceanKey).status, 201);
  const Reply reply = ben.ask("POST", "reservations", kCluster);
  EXPECT_EQ(reply.status, 422) << reply.text;
  EXPECT_THAT(text_of(reply.body, "remedy"), HasSubstr("mayfly keys add aws"));
}

}  // namespace
}  // namespace mayfly::rest
