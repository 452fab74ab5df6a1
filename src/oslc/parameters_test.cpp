#include "oslc/parameters.h"

#include <algorithm>

#include "json/codec.h"
#include "oslc/fixture_test.h"

namespace mayfly::oslc {
namespace {

const ParameterRule* rule_named(const std::vector<ParameterRule>& rules, std::string_view name) {
  const auto found = std::ranges::find(rules, name, &ParameterRule::name);
  return found == rules.end() ? nullptr : &*found;
}

GivenParameter text(std::string name, std::string value) {
  return {
      .name = std::move(name), .value = std::move(value), .datatype = std::string(rdf::kString)};
}

std::vector<std::string> wrong_fields(Kind kind, std::vector<GivenParameter> given) {
  const auto read = read_request(kind, nullptr, given);
  std::vector<std::string> fields;
  if (!read) {
    for (const FieldError& wrong : read.error().fields) fields.push_back(wrong.field);
  }
  return fields;
}

TEST(PlanParameters, AreTheFieldsOfARequest) {
  const auto rules = input_rules(Kind::vm, nullptr);
  const ParameterRule* count = rule_named(rules, "count");
  ASSERT_TRUE(count);
  EXPECT_TRUE(count->required);
  EXPECT_EQ(count->datatype, rdf::kInteger);
  EXPECT_EQ(count->defaults, std::vector<std::string>{"1"});
  EXPECT_EQ(rule_named(rules, "arch")->allowed,
            (std::vector<std::string>{"x86_64", "arm64", "any"}));
  EXPECT_TRUE(rule_named(rules, "regions")->many);
  EXPECT_EQ(rule_named(rules, "kind"), nullptr);
}

TEST(PlanParameters, OfATemplateDefaultToWhatItSays) {
  const Request saved{.count = 3, .vcpus = 2, .memory_gib = Gib::of(4), .lease = 2h};
  const auto rules = input_rules(Kind::vm, &saved);
  EXPECT_EQ(rule_named(rules, "count")->defaults, std::vector<std::string>{"3"});
  EXPECT_EQ(rule_named(rules, "vcpus")->defaults, std::vector<std::string>{"2"});
  EXPECT_EQ(rule_named(rules, "lease")->defaults, std::vector<std::string>{"2h"});
  EXPECT_TRUE(rule_named(rules, "name")->defaults.empty());
}

// The model says in words which fields a kind does not take; the plans leave out exactly those.
TEST(PlanParameters, AreThoseThatTheModelTakesForTheKind) {
  Request full{.kind = Kind::vm, .count = 1, .vcpus = 1, .memory_gib = Gib::of(1)};
  full.nodes = 2;
  full.release = "emr-6.15.0";
  full.applications = {{"Spark"}};
  full.idle_timeout = 1h;
  full.spot_workers = true;
  full.log_uri = "s3://b/";
  full.subnet = "subnet-1";
  full.regions = {{"eu-west-1"}};
  full.open_to = "203.0.113.0/24";
  json::Issues of_vm;
  validate(full, of_vm);
  const auto vm = input_rules(Kind::vm, nullptr);
  for (const FieldError& refused : of_vm.errors())
    EXPECT_EQ(rule_named(vm, refused.field), nullptr) << refused.field;
  EXPECT_EQ(of_vm.errors().size(), 8u);

  Request cluster{.kind = Kind::cluster, .count = 2, .image = "debian-12", .spread = true};
  cluster.nodes = 2;
  cluster.user_data = "#!/bin/sh";
  json::Issues of_cluster;
  validate(cluster, of_cluster);
  const auto clusters = input_rules(Kind::cluster, nullptr);
  for (const FieldError& refused : of_cluster.errors())
    EXPECT_EQ(rule_named(clusters, refused.field), nullptr) << refused.field;
  EXPECT_EQ(of_cluster.errors().size(), 4u);
}

TEST(GivenParameters, MakeTheRequestThatRestWouldMake) {
  const auto read =
      read_request(Kind::vm, nullptr,
                   {text("vcpus", "2"), text("memory_gib", "3.75"), text("regions", "eu-*"),
                    text("regions", "nyc?"), text("burstable", "false"), text("lease", "2h")});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->request.vcpus, 2);
  EXPECT_EQ(to_string(*read->request.memory_gib), "3.75");
  EXPECT_EQ(*read->request.regions, (std::vector<std::string>{"eu-*", "nyc?"}));
  EXPECT_FALSE(read->request.burstable);
  EXPECT_EQ(read->request.lease, 2h);
  EXPECT_EQ(read->request.count, 1);
}

TEST(GivenParameters, ReplaceThoseOfTheTemplate) {
  const Request saved{
      .count = 3, .vcpus = 2, .memory_gib = Gib::of(4), .regions = {{"eu-west-1", "eu-west-2"}}};
  const auto read = read_request(Kind::vm, &saved, {text("regions", "us-east-1")});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->request.count, 3);
  EXPECT_EQ(*read->request.regions, std::vector<std::string>{"us-east-1"});
}

TEST(GivenParameters, ThatAreWrongAreAllNamed) {
  using testing::at;
  EXPECT_EQ(
      wrong_fields(Kind::vm, {text("vcpus", "many"), text("memory_gib", "1"), text("arch", "vax")}),
      (std::vector<std::string>{"vcpus", "arch"}));
  EXPECT_EQ(wrong_fields(Kind::cluster, {}), std::vector<std::string>{"nodes"});
  EXPECT_EQ(
      wrong_fields(Kind::vm, {text("vcpus", "1"), text("vcpus", "2"), text("memory_gib", "1")}),
      std::vector<std::string>{"vcpus"});
  EXPECT_EQ(wrong_fields(Kind::vm, {text("vcpus", "1"), text("memory_gib", "1"),
                                    text("public_ip", "203.0.113.7")}),
            std::vector<std::string>{"public_ip"});
  EXPECT_EQ(wrong_fields(Kind::vm,
                         {text("kind", "cluster"), text("vcpus", "1"), text("memory_gib", "1")}),
            std::vector<std::string>{"kind"});
}

TEST(GivenParameters, ThatMeanNothingAreKept) {
  const auto read = read_request(
      Kind::vm, nullptr, {text("vcpus", "1"), text("memory_gib", "1"), text("colour", "red")});
  ASSERT_TRUE(read);
  EXPECT_EQ(read->others, std::vector<GivenParameter>{text("colour", "red")});
}

TEST(InputParameters, ReadBackAsTheSameRequest) {
  Request request{
      .count = 2, .vcpus = 4, .memory_gib = Gib{7'500'000}, .spread = true, .lease = 90min};
  request.regions = {{"eu-*"}};
  request.max_price_usd_hour = Money{250'000};
  const auto read = read_request(Kind::vm, nullptr, inputs_of(request));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->request, request);
}

}  // namespace
}  // namespace mayfly::oslc
