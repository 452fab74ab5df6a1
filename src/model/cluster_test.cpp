#include "model/cluster.h"

#include <gtest/gtest.h>

#include "json/codec.h"
#include "json/parse.h"

namespace mayfly {
namespace {

using Names = std::vector<std::string>;

Request cluster(int nodes = 3) {
  return {.kind = Kind::cluster, .nodes = nodes};
}

// "field: what" of everything wrong with a request as people send it.
Names complaints(std::string_view text) {
  const auto read = json::decode<Request>(*json::parse(text));
  Names found;
  if (!read) {
    for (const auto& field : read.error().fields) found.push_back(field.field);
  }
  return found;
}

TEST(Cluster, OneLineMeansSparkGangliaAndZeppelin) {
  const ClusterSpec spec = cluster_of(cluster());
  EXPECT_EQ(spec.nodes, 3);
  EXPECT_EQ(spec.release, "emr-6.15.0");
  EXPECT_EQ(spec.applications, (Names{"Hadoop", "Spark", "Ganglia", "Zeppelin"}));
  EXPECT_FALSE(spec.idle_timeout);
  EXPECT_EQ(cluster_note(cluster()), "");
}

TEST(Cluster, AReleaseWithoutGangliaGetsItsSuccessorAndSaysSo) {
  Request request = cluster();
  request.release = "emr-7.13.0";
  EXPECT_EQ(cluster_of(request).applications,
            (Names{"Hadoop", "Spark", "AmazonCloudWatchAgent", "Zeppelin"}));
  EXPECT_TRUE(cluster_note(request).contains("AmazonCloudWatchAgent"));
}

TEST(Cluster, WhatIsNamedIsTakenAsItIs) {
  Request request = cluster();
  request.applications = {"Hadoop", "Flink"};
  EXPECT_EQ(cluster_of(request).applications, (Names{"Hadoop", "Flink"}));
  EXPECT_TRUE(cluster_pages(request).empty());
}

TEST(Cluster, ALeaseArmsTheDeadMansSwitchAndLeavesRoomForAnExtension) {
  Request request = cluster();
  request.lease = 1h;
  EXPECT_EQ(cluster_of(request).idle_timeout, Duration{24h});
  request.lease = 30h;
  EXPECT_EQ(cluster_of(request).idle_timeout, Duration{61h});
  request.lease = 24h * 30;
  EXPECT_FALSE(cluster_of(request).idle_timeout) << "longer than EMR can wait";
  request.idle_timeout = 10min;
  EXPECT_EQ(cluster_of(request).idle_timeout, Duration{10min});
}

TEST(Cluster, ItsPagesLieOnTheMasterAndTheTunnelReachesAllOfThem) {
  Names urls;
  for (const ClusterPage& page : cluster_pages(cluster())) urls.push_back(page.url("ec2-1.aws"));
  EXPECT_EQ(urls, (Names{"http://ec2-1.aws:8890/", "http://ec2-1.aws/ganglia/",
                         "http://ec2-1.aws:18080/"}));
  EXPECT_EQ(ssh_tunnel(cluster(), "ec2-1.aws"),
            "ssh -N -L 8890:localhost:8890 -L 8080:localhost:80 -L 18080:localhost:18080 "
            "hadoop@ec2-1.aws");
}

TEST(Cluster, ReleasesAreReadWholeOrNotAtAll) {
  EXPECT_EQ(parse_release("emr-6.15.0"), (ReleaseNumber{6, 15, 0}));
  for (const char* bad : {"", "emr-", "emr-6", "emr-6.15", "emr-6.15.0.1", "emr-6.15.x",
                          "emr--1.0.0", "6.15.0", "emr-6.15.0 ", "emr-99999999999.0.0"})
    EXPECT_FALSE(parse_release(bad)) << bad;
}

TEST(ClusterRequest, NeedsOnlyItsSize) {
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3})"), Names{});
  EXPECT_EQ(complaints(R"({"kind":"cluster"})"), Names{"nodes"});
}

TEST(ClusterRequest, FieldsOfTheOtherKindAreNamed) {
  EXPECT_EQ(complaints(R"({"kind":"vm","count":1,"vcpus":1,"memory_gib":1,"nodes":3})"),
            Names{"nodes"});
  EXPECT_EQ(complaints(R"({"kind":"vm","vcpus":1,"memory_gib":1})"), Names{"count"});
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3,"count":2})"), Names{"count"});
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3,"user_data":"x"})"), Names{"user_data"});
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3,"clouds":["digitalocean"]})"),
            Names{"clouds"});
}

TEST(ClusterRequest, IsNeverOpenToEverybody) {
  for (const char* bad :
       {"0.0.0.0/0", "203.0.113.0", "203.0.113.0/33", "203.0.113/24", "::/0", "x/8"})
    EXPECT_EQ(complaints(fmt::format(R"({{"kind":"cluster","nodes":3,"open_to":"{}"}})", bad)),
              Names{"open_to"})
        << bad;
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3,"open_to":"203.0.113.0/24"})"), Names{});
}

TEST(ClusterRequest, GangliaByNameNeedsAReleaseThatHasIt) {
  EXPECT_EQ(complaints(
                R"({"kind":"cluster","nodes":3,"release":"emr-7.0.0","applications":["Ganglia"]})"),
            Names{"applications"});
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3,"release":"emr-4.0.0"})"), Names{"release"});
}

TEST(ClusterRequest, ASubnetNeedsItsRegion) {
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3,"subnet":"subnet-1"})"), Names{"subnet"});
  EXPECT_EQ(complaints(R"({"kind":"cluster","nodes":3,"subnet":"subnet-1","regions":["eu-*"]})"),
            Names{"subnet"});
  EXPECT_EQ(
      complaints(R"({"kind":"cluster","nodes":3,"subnet":"subnet-1","regions":["eu-west-1"]})"),
      Names{});
}

}  // namespace
}  // namespace mayfly
