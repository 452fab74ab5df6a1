#include "doors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/sim/geography.h"
#include "wire_fixture.h"

namespace mayfly::cloudsim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

struct DropletsWire : Wire {
  http::Response call(std::string method, std::string path, std::string body = {}) {
    http::Request made = request(std::move(method), "/v2" + path, std::move(body));
    made.headers.push_back({"Authorization", std::string("Bearer ") + kDigitalOceanToken});
    return answer(std::move(made));
  }
  json::object read(std::string path) {
    const http::Response got = call("GET", std::move(path));
    EXPECT_EQ(got.status, 200) << got.body;
    return json::parse(got.body)->as_object();
  }
  http::Response create(const std::string& names, const std::string& more = {}) {
    return call("POST", "/droplets",
                "{\"names\":[" + names +
                    "],\"region\":\"nyc3\",\"size\":\"s-1vcpu-1gb\","
                    "\"image\":\"ubuntu-24-04-x64\"" +
                    more + "}");
  }
};

TEST_F(DropletsWire, TheTokenIsRequired) {
  EXPECT_EQ(answer(request("GET", "/v2/account")).status, 401);
  http::Request wrong = request("GET", "/v2/account");
  wrong.headers.push_back({"Authorization", "Bearer dop_v1_0"});
  const http::Response refused = answer(std::move(wrong));
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, HasSubstr("\"id\":\"unauthorized\""));
  EXPECT_THAT(refused.body, HasSubstr("request_id"));
}

TEST_F(DropletsWire, ACreateIsAcceptedWithItsActions) {
  const http::Response made = create(R"("a","b")", R"(,"tags":["mayfly:reservation:r-1"])");
  EXPECT_EQ(made.status, 202);
  const json::object body = json::parse(made.body)->as_object();
  EXPECT_THAT(body.at("droplets").as_array(), SizeIs(2));
  const json::array& actions = body.at("links").at("actions").as_array();
  ASSERT_THAT(actions, SizeIs(2));
  EXPECT_EQ(actions[0].at("rel").as_string(), "create");
  const std::string href(actions[0].at("href").as_string().c_str());
  EXPECT_THAT(href, HasSubstr("http://127.0.0.1:5000/v2/actions/"));
  const json::object action = read(href.substr(href.find("/actions")));
  EXPECT_EQ(action.at("action").at("resource_type").as_string(), "droplet");
}

TEST_F(DropletsWire, ANameGivesOneDropletAndNamesGiveAList) {
  const http::Response one =
      call("POST", "/droplets",
           R"({"name":"a","region":"nyc3","size":"s-1vcpu-1gb","image":"debian-12-x64"})");
  EXPECT_THAT(one.body, HasSubstr("\"droplet\":{"));
  EXPECT_THAT(create("\"a\"").body, HasSubstr("\"droplets\":["));
}

TEST_F(DropletsWire, ListingsArePagedAndCounted) {
  ASSERT_EQ(create(R"("a","b","c","d","e")").status, 202);
  pass(10s);
  json::object page = read("/droplets?per_page=2");
  EXPECT_THAT(page.at("droplets").as_array(), SizeIs(2));
  EXPECT_EQ(page.at("meta").at("total").as_int64(), 5);
  std::string next(page.at("links").at("pages").at("next").as_string().c_str());
  EXPECT_EQ(next, "http://127.0.0.1:5000/v2/droplets?page=2&per_page=2");
  page = read("/droplets?page=3&per_page=2");
  EXPECT_THAT(page.at("droplets").as_array(), SizeIs(1));
  EXPECT_FALSE(page.at("links").at("pages").as_object().contains("next"));
}

TEST_F(DropletsWire, FiltersDoNotCombine) {
  ASSERT_EQ(create("\"a\"", R"(,"tags":["t"])").status, 202);
  pass(10s);
  EXPECT_THAT(read("/droplets?tag_name=t").at("droplets").as_array(), SizeIs(1));
  EXPECT_THAT(read("/droplets?name=A").at("droplets").as_array(), SizeIs(1));
  EXPECT_THAT(read("/droplets?type=gpus").at("droplets").as_array(), IsEmpty());
  EXPECT_EQ(call("GET", "/droplets?tag_name=t&name=a").status, 422);
}

TEST_F(DropletsWire, AnActiveDropletHasAddressesAndADeletedOneIsGone) {
  ASSERT_EQ(create("\"a\"").status, 202);
  pass(90s);
  const json::object droplet = read("/droplets").at("droplets").as_array()[0].as_object();
  EXPECT_EQ(droplet.at("status").as_string(), "active");
  EXPECT_THAT(droplet.at("networks").at("v4").as_array(), SizeIs(2));
  const std::string path = "/droplets/" + std::to_string(droplet.at("id").as_int64());
  EXPECT_EQ(call("DELETE", path).status, 204);
  pass(5s);
  EXPECT_EQ(call("GET", path).status, 404);
  EXPECT_EQ(call("DELETE", path).status, 404);
}

TEST_F(DropletsWire, RefusalsAreDigitalOceans) {
  EXPECT_EQ(create("\"a_b\"").status, 422);
  EXPECT_EQ(call("POST", "/droplets", "{").status, 400);
  EXPECT_EQ(call("POST", "/droplets", "[]").status, 400);
  EXPECT_EQ(call("GET", "/nothing").status, 404);
  EXPECT_EQ(call("PUT", "/droplets").status, 404);
  break_with(R"({"fault":"capacity"})");
  EXPECT_THAT(create("\"a\"").body, HasSubstr("Size is not available in this region."));
  break_with(R"({"fault":"quota"})");
  EXPECT_THAT(create("\"a\"").body, HasSubstr("will exceed your droplet limit"));
  break_with(R"({"fault":"throttle"})");
  const http::Response throttled = call("GET", "/account");
  EXPECT_EQ(throttled.status, 429);
  EXPECT_THAT(throttled.body, HasSubstr("too_many_requests"));
  EXPECT_TRUE(http::find_header(throttled.headers, "retry-after"));
  EXPECT_THAT(ledger().as_array(), IsEmpty());
}

TEST_F(DropletsWire, EveryAnswerTellsTheRateLimit) {
  const http::Response got = call("GET", "/account");
  EXPECT_EQ(http::find_header(got.headers, "ratelimit-limit"), "5000");
  EXPECT_EQ(http::find_header(got.headers, "ratelimit-remaining"), "4999");
}

TEST_F(DropletsWire, SoldOutSizesLeaveTheirRegions) {
  simulator.world().set_capacity("nyc3", "", "s-1vcpu-1gb", 0);
  const json::object sizes = read("/sizes?per_page=200");
  EXPECT_GT(sizes.at("meta").at("total").as_int64(), 100);
  for (const json::value& size : sizes.at("sizes").as_array()) {
    if (size.at("slug").as_string() != "s-1vcpu-1gb") continue;
    EXPECT_THAT(json::print(size.at("regions")), Not(HasSubstr("nyc3")));
  }
}

TEST_F(DropletsWire, AnSshKeyIsKnownByItsFingerprint) {
  const std::string key =
      R"({"name":"k","public_key":"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f k"})";
  const http::Response made = call("POST", "/account/keys", key);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(call("POST", "/account/keys", key).status, 422);
  const json::value tree = *json::parse(made.body);
  const std::string print(tree.at("ssh_key").at("fingerprint").as_string().c_str());
  EXPECT_THAT(print, SizeIs(47));
  EXPECT_EQ(call("GET", "/account/keys/" + print).status, 200);
  EXPECT_EQ(call("DELETE", "/account/keys/" + print).status, 204);
  EXPECT_EQ(call("GET", "/account/keys/" + print).status, 404);
}

TEST_F(DropletsWire, TagsAreThereWithTheirDroplets) {
  ASSERT_EQ(create("\"a\"", R"(,"tags":["team:blue"])").status, 202);
  pass(10s);
  const json::object tag = read("/tags/team:blue");
  EXPECT_EQ(tag.at("tag").at("resources").at("droplets").at("count").as_int64(), 1);
  EXPECT_EQ(call("DELETE", "/droplets?tag_name=team:blue").status, 204);
  pass(5s);
  EXPECT_THAT(read("/droplets").at("droplets").as_array(), IsEmpty());
}

TEST_F(DropletsWire, WhatWasDoneIsListedNewestFirstAndStays) {
  ASSERT_EQ(create("\"a\"").status, 202);
  pass(200s);
  ASSERT_EQ(create("\"b\"").status, 202);
  pass(200s);
  const json::array droplets = read("/droplets").at("droplets").as_array();
  const std::int64_t first = droplets[0].at("id").as_int64();
  ASSERT_EQ(call("DELETE", "/droplets/" + std::to_string(first)).status, 204);
  json::array actions = read("/actions").at("actions").as_array();
  ASSERT_THAT(actions, SizeIs(3));
  EXPECT_EQ(actions[0].at("type").as_string(), "destroy");
  EXPECT_EQ(actions[0].at("resource_type").as_string(), "droplet");
  EXPECT_EQ(actions[0].at("resource_id").as_int64(), first);
  EXPECT_EQ(actions[1].at("type").as_string(), "create");
  EXPECT_NE(actions[1].at("resource_id").as_int64(), first);
  EXPECT_EQ(actions[2].at("resource_id").as_int64(), first);
  pass(10s);
  const json::object whole = read("/actions?per_page=1");
  const json::object destroy = whole.at("actions").as_array()[0].as_object();
  EXPECT_EQ(whole.at("meta").at("total").as_int64(), 3);
  EXPECT_EQ(destroy.at("status").as_string(), "completed");
  EXPECT_EQ(destroy.at("completed_at"), ledger().as_array()[0].at("billed_until"));
  const std::string id = std::to_string(destroy.at("id").as_int64());
  EXPECT_EQ(read("/actions/" + id).at("action"), json::value(destroy));
  for (const char* odd : {"0", "x", "1800000000", "99999999999999999999"}) {
    EXPECT_EQ(call("GET", std::string("/actions/") + odd).status, 404) << odd;
  }
}

TEST_F(DropletsWire, ADestroyIsUnderWayUntilTheDropletIsGone) {
  mayfly::sim::World& world = simulator.world();
  ASSERT_EQ(create("\"a\"").status, 202);
  pass(200s);
  mayfly::sim::Machine* droplet = world.find("digitalocean", "412000000");
  ASSERT_TRUE(droplet);
  world.settle();
  droplet->ending_from = world.now();
  droplet->ended = world.now() + 1h;
  const json::object destroy = read("/actions").at("actions").as_array()[0].as_object();
  EXPECT_EQ(destroy.at("status").as_string(), "in-progress");
  EXPECT_TRUE(destroy.at("completed_at").is_null());
}

struct Ec2Wire : Wire {
  std::string region = "us-east-1";

  http::Response call(const std::string& form, const std::string& secret = kSecretAccessKey) {
    return signed_call("Version=2016-11-15&" + form,
                       {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}},
                       region, "ec2", secret);
  }
  std::string image() { return mayfly::sim::find_image(region, "debian-12", Arch::x86_64)->id; }
  std::string run(const std::string& more = {}) {
    return "Action=RunInstances&InstanceType=m5.large&MinCount=1&MaxCount=1&ImageId=" + image() +
           more;
  }
};

TEST_F(Ec2Wire, ASignedCallIsAnsweredInItsRegion) {
  region = "eu-west-1";
  const http::Response zones = call("Action=DescribeAvailabilityZones");
  EXPECT_EQ(zones.status, 200);
  EXPECT_THAT(zones.body, HasSubstr("<zoneName>eu-west-1a</zoneName>"));
  EXPECT_THAT(zones.body, HasSubstr("<zoneId>euw1-az1</zoneId>"));
}

TEST_F(Ec2Wire, OtherSecretsRegionsAndActionsAreRefused) {
  http::Response refused = call("Action=DescribeRegions", "wrong");
  EXPECT_EQ(refused.status, 401);
  EXPECT_THAT(refused.body, HasSubstr("<Code>AuthFailure</Code>"));
  EXPECT_THAT(call("Action=Dance").body, HasSubstr("<Code>InvalidAction</Code>"));
  EXPECT_THAT(call("Action=DescribeRegions&Regionname.1=x").body,
              HasSubstr("<Code>UnknownParameter</Code>"));
  region = "us-gov-west-1";
  EXPECT_EQ(call("Action=DescribeRegions").status, 401);
  EXPECT_THAT(answer(request("POST", "/", "Action=DescribeRegions")).body,
              HasSubstr("MissingAuthenticationToken"));
}

TEST_F(Ec2Wire, LaunchesAreBilledWithAllTheirDisks) {
  ASSERT_EQ(call(run("&ClientToken=1&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda&"
                     "BlockDeviceMapping.1.Ebs.VolumeSize=25"))
                .status,
            200);
  ASSERT_EQ(call(run("&ClientToken=2&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fsda1&"
                     "BlockDeviceMapping.1.Ebs.VolumeSize=25"))
                .status,
            200);
  EXPECT_EQ(simulator.world().token(kAwsAccount, region, "1")->machines[0]->disk_gib, 25);
  EXPECT_EQ(simulator.world().token(kAwsAccount, region, "2")->machines[0]->disk_gib, 33)
      << "a wrong root device name is one more disk";
}

TEST_F(Ec2Wire, AnEndIsStatedInTheReasonAsItIsBilled) {
  ASSERT_EQ(call(run("&ClientToken=1")).status, 200);
  const std::string id = simulator.world().token(kAwsAccount, region, "1")->machines[0]->id;
  EXPECT_THAT(call("Action=DescribeInstances").body, HasSubstr("<reason></reason>"));
  pass(30h);
  ASSERT_EQ(call("Action=TerminateInstances&InstanceId.1=" + id).status, 200);
  pass(10min);
  const json::value entry = ledger().as_array()[0];
  std::string until(entry.at("billed_until").as_string().c_str());
  EXPECT_EQ(entry.at("billed_seconds").as_int64(), 108) << "of the wire's time";
  until[10] = ' ';
  until.pop_back();
  EXPECT_THAT(call("Action=DescribeInstances").body,
              HasSubstr("<reason>User initiated (" + until + " GMT)</reason>"));
}

TEST_F(Ec2Wire, WrongLaunchesAreRefusedBeforeAnythingStarts) {
  EXPECT_THAT(call("Action=RunInstances").body, HasSubstr("<Code>MissingParameter</Code>"));
  EXPECT_THAT(call(run("&UserData=%21")).body, HasSubstr("InvalidUserData.Malformed"));
  EXPECT_THAT(call(run("&SubnetId=s&NetworkInterface.1.DeviceIndex=0")).body,
              HasSubstr("InvalidParameterCombination"));
  EXPECT_THAT(call(run("&SecurityGroupId.1=sg-1")).body, HasSubstr("InvalidGroup.NotFound"));
  EXPECT_THAT(
      call(run("&TagSpecification.1.ResourceType=instance&TagSpecification.1.Tag.1.Key=aws%3Aa"))
          .body,
      HasSubstr("InvalidParameterValue"));
  const http::Response dry = call(run("&DryRun=true"));
  EXPECT_EQ(dry.status, 412);
  EXPECT_THAT(dry.body, HasSubstr("<Code>DryRunOperation</Code>"));
  EXPECT_THAT(ledger().as_array(), IsEmpty());
}

TEST_F(Ec2Wire, FaultsComeAsTheCloudsOwnWords) {
  break_with(R"({"fault":"capacity","zone":"us-east-1b"})");
  const http::Response full = call(run("&Placement.AvailabilityZone=us-east-1b"));
  EXPECT_EQ(full.status, 500);
  EXPECT_THAT(full.body, HasSubstr("InsufficientInstanceCapacity"));
  EXPECT_EQ(call(run("&Placement.AvailabilityZone=us-east-1a")).status, 200);
}

TEST_F(Wire, TheLedgerTellsAMachinesWholeLife) {
  mayfly::sim::World& world = simulator.world();
  world.settle();
  world.create({.cloud = "digitalocean",
                .account = kDigitalOceanAccount,
                .region = "nyc3",
                .name = "m-1",
                .instance_type = "s-1vcpu-1gb",
                .tags = {{"mayfly:reservation:r-1", ""}, {"plain", ""}}});
  const json::value entries = ledger();
  const json::object& entry = entries.as_array().at(0).as_object();
  EXPECT_EQ(entry.at("cloud").as_string(), "digitalocean");
  EXPECT_EQ(entry.at("type").as_string(), "s-1vcpu-1gb");
  EXPECT_EQ(entry.at("tags").at("mayfly:reservation").as_string(), "r-1");
  EXPECT_TRUE(entry.at("ended").is_null());
  EXPECT_GE(entry.at("billed_seconds").as_int64(), 60);
  const std::string id(entry.at("id").as_string().c_str());
  EXPECT_EQ(sim("POST", "/instances/" + id + "/terminate").status, 200);
  pass(5s);
  EXPECT_FALSE(ledger().as_array().at(0).at("ended").is_null());
  EXPECT_EQ(sim("POST", "/instances/" + id + "/terminate").status, 404);
}

TEST_F(Wire, AWrongPlanOfFaultsChangesNothing) {
  EXPECT_EQ(sim("POST", "/faults", R"({"faults":[{"fault":"fire"}]})").status, 422);
  EXPECT_EQ(sim("POST", "/faults", "{").status, 400);
  EXPECT_EQ(sim("GET", "/faults").body, "{\"faults\":[]}\n");
  EXPECT_EQ(sim("PUT", "/faults").status, 405);
  EXPECT_EQ(sim("DELETE", "/faults").status, 204);
}

}  // namespace
}  // namespace mayfly::cloudsim
