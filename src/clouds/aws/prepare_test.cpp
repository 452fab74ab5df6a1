#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// ---- prepare
// ---------------------------------------------------------------------------------------------

class AwsPrepare : public AwsTest {
 protected:
  void script_all() {
    aws_.on("GetParameter", kParameter);
    aws_.on("DescribeImages", image());
    aws_.on("DescribeInstanceTypeOfferings", offerings({"us-east-1c", "us-east-1a", "us-east-1e"}));
    aws_.on("DescribeSubnets", subnets({"us-east-1a", "us-east-1b", "us-east-1c"}));
    aws_.on("DescribeSecurityGroups", groups("sg-1"));
  }

  PrepareSpec spec_{.region = "us-east-1",
                    .instance_type = "t3.micro",
                    .arch = Arch::x86_64,
                    .image = "amazon-linux-2023"};
};

TEST_F(AwsPrepare, FindsOneTargetPerZoneThatSellsTheTypeAndHasADefaultSubnet) {
  script_all();
  const auto targets = prepare(spec_);
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  EXPECT_THAT(*targets, ElementsAre(LaunchTarget{.zone = "us-east-1a",
                                                 .subnet = "subnet-a",
                                                 .security_group = "sg-1",
                                                 .image = "ami-0abcdef1234567890",
                                                 .root_device = "/dev/xvda"},
                                    LaunchTarget{.zone = "us-east-1c",
                                                 .subnet = "subnet-c",
                                                 .security_group = "sg-1",
                                                 .image = "ami-0abcdef1234567890",
                                                 .root_device = "/dev/xvda"}));
}

TEST_F(AwsPrepare, ReadsThePublicParameterOfEachImageAndProcessor) {
  const std::vector<std::tuple<std::string, Arch, std::string>> kImages = {
      {"amazon-linux-2023", Arch::x86_64,
       "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"},
      {"amazon-linux-2023", Arch::arm64,
       "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"},
      {"ubuntu-24.04", Arch::x86_64,
       "/aws/service/canonical/ubuntu/server/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id"},
      {"ubuntu-24.04", Arch::arm64,
       "/aws/service/canonical/ubuntu/server/24.04/stable/current/arm64/hvm/ebs-gp3/ami-id"},
      {"ubuntu-22.04", Arch::x86_64,
       "/aws/service/canonical/ubuntu/server/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id"},
      {"debian-12", Arch::arm64, "/aws/service/debian/release/12/latest/arm64"},
  };
  std::size_t number = 0;
  for (const auto& [name, arch, parameter] : kImages) {
    spec_.image = name;
    spec_.arch = arch;
    aws_.on("GetParameter", kParameter);
    aws_.on("DescribeImages", image(arch == Arch::arm64 ? "arm64" : "x86_64"));
    aws_.refuse("DescribeInstanceTypeOfferings", 503, "Unavailable");
    EXPECT_FALSE(prepare(spec_).has_value());
    EXPECT_EQ(aws_.body("GetParameter", number++), "{\"Name\":\"" + parameter + "\"}");
  }
  EXPECT_EQ(*http::find_header(aws_.sent["GetParameter"].at(0).headers, "Content-Type"),
            "application/x-amz-json-1.1");
}

TEST_F(AwsPrepare, TakesAnAmiAsItIs) {
  script_all();
  spec_.image = "ami-0abcdef1234567890";
  EXPECT_TRUE(prepare(spec_).has_value());
  EXPECT_TRUE(aws_.sent["GetParameter"].empty());
}

TEST_F(AwsPrepare, RefusesAnAmiForAnotherProcessorBeforeItIsTriedOnEveryOffer) {
  aws_.on("DescribeImages", image("arm64"));
  spec_.image = "ami-0abcdef1234567890";
  const auto targets = prepare(spec_);
  ASSERT_FALSE(targets.has_value());
  EXPECT_EQ(targets.error().reaction, Reaction::fatal);
  EXPECT_THAT(targets.error().message, HasSubstr("Ask for arch arm64"));
}

TEST_F(AwsPrepare, SaysSoWhenAnImageIsNotThere) {
  spec_.image = "ami-0abcdef1234567890";
  aws_.on("DescribeImages", ec2_answer("DescribeImages", "<imagesSet/>"));
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::fatal);
  aws_.refuse("DescribeImages", 400, "InvalidAMIID.NotFound", "The image id does not exist");
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::fatal);
  spec_.image = "windows-95";
  EXPECT_EQ(prepare(spec_).error().code, "UnknownImage");
}

TEST_F(AwsPrepare, SkipsARegionThatDoesNotPublishTheImage) {
  aws_.on("GetParameter",
          http::Answer{.status = 400, .headers = {}, .body = R"({"__type":"ParameterNotFound"})"});
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::skip_region);
}

TEST_F(AwsPrepare, AsksForTheNextOfferWhereNoZoneSellsTheType) {
  aws_.on("GetParameter", kParameter);
  aws_.on("DescribeImages", image());
  aws_.on("DescribeInstanceTypeOfferings", offerings({}));
  const auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::next_offer);
  EXPECT_EQ(targets.error().message, "No zone of us-east-1 with a default subnet offers t3.micro.");
}

TEST_F(AwsPrepare, AsksForTheNextOfferWhereTheZonesHaveNoDefaultSubnet) {
  aws_.on("GetParameter", kParameter);
  aws_.on("DescribeImages", image());
  aws_.on("DescribeInstanceTypeOfferings", offerings({"us-east-1e"}));
  aws_.on("DescribeSubnets", subnets({"us-east-1a"}));
  aws_.on("DescribeSecurityGroups", groups("sg-1"));
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::next_offer);
}

TEST_F(AwsPrepare, SaysHowToGetADefaultVpcWhereThereIsNone) {
  aws_.on("GetParameter", kParameter);
  aws_.on("DescribeImages", image());
  aws_.on("DescribeInstanceTypeOfferings", offerings({"us-east-1a"}));
  aws_.on("DescribeSubnets", subnets({}));
  const auto targets = prepare(spec_);
  ASSERT_FALSE(targets.has_value());
  EXPECT_EQ(targets.error().reaction, Reaction::skip_region);
  EXPECT_THAT(targets.error().message, HasSubstr("aws ec2 create-default-vpc --region us-east-1"));
}

TEST_F(AwsPrepare, RemembersWhatItLearntForHalfADay) {
  script_all();
  EXPECT_TRUE(prepare(spec_).has_value());
  const std::size_t calls = aws_.calls.size();
  clock_.moment += 11h;
  EXPECT_TRUE(prepare(spec_).has_value());
  EXPECT_EQ(aws_.calls.size(), calls);
  clock_.moment += 2h;
  script_all();
  EXPECT_TRUE(prepare(spec_).has_value());
  EXPECT_EQ(aws_.calls.size(), 2 * calls);
}

TEST_F(AwsPrepare, AsksAgainForAnotherTypeOnlyWhatDependsOnIt) {
  script_all();
  EXPECT_TRUE(prepare(spec_).has_value());
  spec_.instance_type = "m5.large";
  aws_.on("DescribeInstanceTypeOfferings", offerings({"us-east-1b"}));
  const auto targets = prepare(spec_);
  ASSERT_TRUE(targets.has_value());
  EXPECT_EQ(targets->front().zone, "us-east-1b");
}

TEST_F(AwsPrepare, SharesNothingBetweenKeysOrRegions) {
  script_all();
  EXPECT_TRUE(prepare(spec_).has_value());
  script_all();
  key_.key_id = "k-2";
  EXPECT_TRUE(prepare(spec_).has_value());
  script_all();
  spec_.region = "eu-west-1";
  EXPECT_TRUE(prepare(spec_).has_value());
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsPrepare, AsksOnceForAHundredThatStartTogether) {
  script_all();
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    cloud_.prepare(key_, spec_, loop_, [&](CloudResult<std::vector<LaunchTarget>> targets) {
      EXPECT_TRUE(targets.has_value());
      ++answered;
    });
  }
  run();
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(aws_.calls.size(), 5u);
}

TEST_F(AwsPrepare, TellsEverybodyWhoWaitedOfAFailureAndDoesNotKeepIt) {
  aws_.refuse("GetParameter", 503, "Unavailable");
  int failed = 0;
  for (int i = 0; i < 10; ++i) {
    cloud_.prepare(key_, spec_, loop_,
                   [&](CloudResult<std::vector<LaunchTarget>> targets) { failed += !targets; });
  }
  run();
  EXPECT_EQ(failed, 10);
  script_all();
  EXPECT_TRUE(prepare(spec_).has_value());
}

// ---- the security group
// -------------------------------------------------------------------------------

class AwsGroup : public AwsPrepare {
 protected:
  void script_until_group() {
    aws_.on("GetParameter", kParameter);
    aws_.on("DescribeImages", image());
    aws_.on("DescribeInstanceTypeOfferings", offerings({"us-east-1a"}));
    aws_.on("DescribeSubnets", subnets({"us-east-1a"}));
  }
};

TEST_F(AwsGroup, IsCreatedAndOpenedWhereItIsMissing) {
  script_until_group();
  aws_.on("DescribeSecurityGroups", groups(""));
  aws_.on("CreateSecurityGroup", created_group());
  aws_.on("AuthorizeSecurityGroupIngress",
          ec2_answer("AuthorizeSecurityGroupIngress", "<return>true</return>"));
  const auto targets = prepare(spec_);
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  EXPECT_EQ(targets->front().security_group, "sg-1");
}

TEST_F(AwsGroup, IsUsedAsItsOwnerLeftItWhenItHasAnyRule) {
  script_until_group();
  aws_.on("DescribeSecurityGroups", groups("sg-9"));
  EXPECT_EQ(prepare(spec_)->front().security_group, "sg-9");
}

TEST_F(AwsGroup, IsOpenedWhenACrashLeftItWithoutRules) {
  script_until_group();
  aws_.on("DescribeSecurityGroups", groups("sg-1", ""));
  aws_.on("AuthorizeSecurityGroupIngress",
          ec2_answer("AuthorizeSecurityGroupIngress", "<return>true</return>"));
  EXPECT_TRUE(prepare(spec_).has_value());
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsGroup, MayBeCreatedAndOpenedBySomebodyElseAtTheSameTime) {
  script_until_group();
  aws_.on("DescribeSecurityGroups", groups(""));
  aws_.refuse("CreateSecurityGroup", 400, "InvalidGroup.Duplicate");
  aws_.on("DescribeSecurityGroups", groups("sg-1", ""));
  aws_.refuse("AuthorizeSecurityGroupIngress", 400, "InvalidPermission.Duplicate");
  EXPECT_EQ(prepare(spec_)->front().security_group, "sg-1");
}

TEST_F(AwsGroup, IsWaitedForWhileItIsNotVisibleYet) {
  script_until_group();
  aws_.on("DescribeSecurityGroups", groups(""));
  aws_.refuse("CreateSecurityGroup", 400, "InvalidGroup.Duplicate");
  aws_.on("DescribeSecurityGroups", groups(""));
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::again);
  aws_.on("DescribeSubnets", subnets({"us-east-1a"}));
  aws_.on("DescribeSecurityGroups", groups(""));
  aws_.on("CreateSecurityGroup", created_group());
  aws_.refuse("AuthorizeSecurityGroupIngress", 400, "InvalidGroup.NotFound");
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::again);
}

TEST_F(AwsGroup, SaysWhichRightIsMissing) {
  script_until_group();
  aws_.on("DescribeSecurityGroups", groups(""));
  aws_.refuse("CreateSecurityGroup", 403, "UnauthorizedOperation");
  const auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::skip_cloud);
  EXPECT_THAT(targets.error().message, HasSubstr("must allow ec2:CreateSecurityGroup"));
}

TEST_F(AwsTest, SaysHowEc2MayBeUsed) {
  EXPECT_EQ(cloud_.name(), "aws");
  EXPECT_TRUE(cloud_.traits().idempotent_launch);
  EXPECT_EQ(cloud_.traits().machines_per_launch, 100);
  EXPECT_FALSE(cloud_.traits().lists_all_regions);
  EXPECT_TRUE(cloud_.traits().shows_terminated);
}

}  // namespace
}  // namespace mayfly::clouds::aws
