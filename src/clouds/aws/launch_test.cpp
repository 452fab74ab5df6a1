#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string launched(const std::string& instances) {
  return ec2_answer("RunInstances",
                    "<reservationId>r-1</reservationId><ownerId>123456789012</ownerId><groupSet/>"
                    "<instancesSet>" +
                        instances + "</instancesSet>");
}

class AwsLaunch : public AwsTest {
 protected:
  LaunchSpec spec_{
      .region = "us-east-1",
      .instance_type = "t3.micro",
      .target = {.zone = "us-east-1a",
                 .subnet = "subnet-a",
                 .security_group = "sg-1",
                 .image = "ami-0abcdef1234567890",
                 .root_device = "/dev/xvda"},
      .disk_gib = 25,
      .names = {"mayfly-r-1-1-0", "mayfly-r-1-1-1"},
      .token = "token-1",
      .user_data = "#!/bin/sh\necho hi\n",
      .tags = {{tag::kInstallation, "i-home"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "1"}}};
};

TEST_F(AwsLaunch, SendsExactlyThis) {
  aws_.on("RunInstances", launched(instance_item("i-0a", 0) + instance_item("i-0b", 1)));
  EXPECT_TRUE(launch(spec_).has_value());
  std::string tags;
  for (const char* numbered :
       {"1.ResourceType=instance", "2.ResourceType=volume", "3.ResourceType=network-interface"}) {
    const std::string prefix = std::string("&TagSpecification.") + numbered[0];
    tags += std::string("&TagSpecification.") + numbered + prefix + ".Tag.1.Key=Name" + prefix +
            ".Tag.1.Value=mayfly-r-1-1-0..1" + prefix + ".Tag.2.Key=mayfly%3Aattempt" + prefix +
            ".Tag.2.Value=1" + prefix + ".Tag.3.Key=mayfly%3Ainstallation" + prefix +
            ".Tag.3.Value=i-home" + prefix + ".Tag.4.Key=mayfly%3Areservation" + prefix +
            ".Tag.4.Value=r-1";
  }
  EXPECT_EQ(
      aws_.body("RunInstances"),
      "Action=RunInstances&Version=2016-11-15&ImageId=ami-0abcdef1234567890&InstanceType=t3.micro"
      "&MinCount=2&MaxCount=2&ClientToken=token-1&UserData=IyEvYmluL3NoCmVjaG8gaGkK"
      "&BlockDeviceMapping.1.DeviceName=%2Fdev%2Fxvda&BlockDeviceMapping.1.Ebs.VolumeSize=25"
      "&BlockDeviceMapping.1.Ebs.VolumeType=gp3&BlockDeviceMapping.1.Ebs.DeleteOnTermination=true"
      "&BlockDeviceMapping.1.Ebs.Encrypted=true&NetworkInterface.1.DeviceIndex=0"
      "&NetworkInterface.1.AssociatePublicIpAddress=true&NetworkInterface.1.DeleteOnTermination="
      "true"
      "&NetworkInterface.1.SubnetId=subnet-a&NetworkInterface.1.SecurityGroupId.1=sg-1" +
          tags +
          "&MetadataOptions.HttpTokens=required&MetadataOptions.HttpPutResponseHopLimit=2"
          "&MetadataOptions.HttpEndpoint=enabled&InstanceInitiatedShutdownBehavior=terminate"
          "&CreditSpecification.CpuCredits=standard");
}

TEST_F(AwsLaunch, RepeatsTheSameBytesHoursLater) {
  for (int i = 0; i < 2; ++i) {
    aws_.on("RunInstances", launched(instance_item("i-0a", 0) + instance_item("i-0b", 1)));
    EXPECT_TRUE(launch(spec_).has_value());
    clock_.moment += 5h;
  }
  EXPECT_EQ(aws_.body("RunInstances", 0), aws_.body("RunInstances", 1));
}

TEST_F(AwsLaunch, NamesTheMachinesInLaunchOrderWhateverTheOrderOfTheAnswer) {
  aws_.on("RunInstances", launched(instance_item("i-0b", 1) + instance_item("i-0a", 0)));
  const auto instances = launch(spec_);
  ASSERT_TRUE(instances.has_value());
  ASSERT_EQ(instances->size(), 2u);
  EXPECT_EQ((*instances)[0].id, "i-0a");
  EXPECT_EQ((*instances)[0].name, "mayfly-r-1-1-0");
  EXPECT_EQ((*instances)[1].id, "i-0b");
  EXPECT_EQ((*instances)[1].name, "mayfly-r-1-1-1");
  EXPECT_EQ((*instances)[0].region, "us-east-1");
  EXPECT_EQ((*instances)[0].zone, "us-east-1a");
  EXPECT_EQ((*instances)[0].state, InstanceState::pending);
}

TEST_F(AwsLaunch, AsksForStandardCreditsOnlyWhereThereAreCredits) {
  for (const std::string type : {"t2.micro", "t3a.small", "t4g.nano"}) {
    spec_.instance_type = type;
    aws_.on("RunInstances", launched(instance_item("i-0a", 0) + instance_item("i-0b", 1)));
    EXPECT_TRUE(launch(spec_).has_value());
    EXPECT_THAT(aws_.sent["RunInstances"].back().body,
                HasSubstr("&CreditSpecification.CpuCredits=standard"));
  }
  for (const std::string type : {"m5.large", "t1.micro", "trn1.2xlarge"}) {
    spec_.instance_type = type;
    aws_.on("RunInstances", launched(instance_item("i-0a", 0) + instance_item("i-0b", 1)));
    EXPECT_TRUE(launch(spec_).has_value());
    EXPECT_THAT(aws_.sent["RunInstances"].back().body, Not(HasSubstr("CreditSpecification")));
  }
}

TEST_F(AwsLaunch, LeavesUserDataAwayWhenThereIsNone) {
  spec_.user_data.clear();
  aws_.on("RunInstances", launched(instance_item("i-0a", 0) + instance_item("i-0b", 1)));
  EXPECT_TRUE(launch(spec_).has_value());
  EXPECT_THAT(aws_.body("RunInstances"), Not(HasSubstr("UserData")));
}

TEST_F(AwsLaunch, IsUnclearWhenTheAnswerDoesNotListTheMachinesAskedFor) {
  for (const std::string& body :
       {launched(instance_item("i-0a")), launched(""), std::string("<Cut/>"),
        std::string("<RunInst"), launched(instance_item("") + instance_item("i-0b", 1))}) {
    aws_.on("RunInstances", body);
    const auto instances = launch(spec_);
    ASSERT_FALSE(instances.has_value());
    EXPECT_EQ(instances.error().reaction, Reaction::ambiguous);
    EXPECT_EQ(instances.error().code, "UnreadableAnswer");
  }
}

TEST_F(AwsLaunch, TellsNothingHappenedFromAnythingMayHaveHappened) {
  aws_.on("RunInstances",
          std::unexpected(http::CallFailure{http::Reached::no, "connection refused"}));
  auto failure = launch(spec_).error();
  EXPECT_EQ(failure.reaction, Reaction::again);
  EXPECT_EQ(failure.code, "Unreachable");
  aws_.on("RunInstances",
          std::unexpected(http::CallFailure{http::Reached::maybe, "connection reset"}));
  failure = launch(spec_).error();
  EXPECT_EQ(failure.reaction, Reaction::ambiguous);
  EXPECT_EQ(failure.code, "ConnectionLost");
  aws_.on("RunInstances",
          std::unexpected(http::CallFailure{http::Reached::maybe, "no answer in time"}), 30s);
  failure = launch(spec_).error();
  EXPECT_EQ(failure.reaction, Reaction::ambiguous);
  EXPECT_EQ(failure.code, "Timeout");
  EXPECT_EQ(aws_.calls.size(), 3u) << "nothing is repeated here";
}

TEST_F(AwsLaunch, SaysWhatEachRefusalMeans) {
  const std::vector<std::tuple<int, std::string, Reaction>> kRefusals = {
      {503, "RequestLimitExceeded", Reaction::again},
      {500, "InternalError", Reaction::ambiguous},
      {500, "InsufficientInstanceCapacity", Reaction::next_zone},
      {400, "Unsupported", Reaction::next_zone},
      {400, "VcpuLimitExceeded", Reaction::skip_quota},
      {400, "VolumeLimitExceeded", Reaction::skip_region},
      {403, "UnauthorizedOperation", Reaction::skip_cloud},
      {401, "AuthFailure", Reaction::key_refused},
      {400, "IdempotentParameterMismatch", Reaction::ambiguous},
      {400, "InvalidParameterValue", Reaction::fatal},
      {400, "InvalidAMIID.NotFound", Reaction::fatal},
  };
  for (const auto& [status, code, reaction] : kRefusals) {
    aws_.refuse("RunInstances", status, code);
    const auto instances = launch(spec_);
    ASSERT_FALSE(instances.has_value());
    EXPECT_EQ(instances.error().reaction, reaction) << code;
    EXPECT_EQ(instances.error().code, code);
  }
  EXPECT_EQ(aws_.calls.size(), kRefusals.size()) << "nothing is repeated here";
}

TEST_F(AwsLaunch, PassesOnHowLongAwsWantsToBeLeftAlone) {
  aws_.refuse("RunInstances", 503, "RequestLimitExceeded", "slow down", {{"Retry-After", "7"}});
  EXPECT_EQ(launch(spec_).error().retry_after, std::optional<Duration>(7s));
  aws_.refuse("RunInstances", 503, "RequestLimitExceeded", "slow down",
              {{"Retry-After", "Fri, 02 Jan 2026 03:04:05 GMT"}});
  EXPECT_EQ(launch(spec_).error().retry_after, std::nullopt);
}

TEST_F(AwsLaunch, ForgetsWhatPrepareLearntWhenASubnetOrGroupIsGone) {
  const auto script_prepare = [&] {
    aws_.on(
        "DescribeImages",
        ec2_answer("DescribeImages",
                   "<imagesSet><item><imageId>ami-0abcdef1234567890</imageId>"
                   "<architecture>x86_64</architecture><rootDeviceName>/dev/xvda</rootDeviceName>"
                   "</item></imagesSet>"));
    aws_.on("DescribeInstanceTypeOfferings",
            ec2_answer("DescribeInstanceTypeOfferings",
                       "<instanceTypeOfferingSet><item><location>us-east-1a</location>"
                       "</item></instanceTypeOfferingSet>"));
    aws_.on("DescribeSubnets",
            ec2_answer("DescribeSubnets",
                       "<subnetSet><item><subnetId>subnet-a</subnetId><vpcId>vpc-1</vpcId>"
                       "<availabilityZone>us-east-1a</availabilityZone></item></subnetSet>"));
    aws_.on("DescribeSecurityGroups",
            ec2_answer("DescribeSecurityGroups",
                       "<securityGroupInfo><item><groupId>sg-1</groupId><ipPermissions><item/>"
                       "</ipPermissions></item></securityGroupInfo>"));
  };
  const PrepareSpec prepared{.region = "us-east-1",
                             .instance_type = "t3.micro",
                             .arch = Arch::x86_64,
                             .image = "ami-0abcdef1234567890"};
  script_prepare();
  EXPECT_TRUE(prepare(prepared).has_value());
  for (const std::string code : {"InvalidSubnetID.NotFound", "InvalidGroup.NotFound"}) {
    aws_.refuse("RunInstances", 400, code);
    EXPECT_EQ(launch(spec_).error().reaction, Reaction::next_zone)
        << "our memory is wrong, not the request";
    script_prepare();
    EXPECT_TRUE(prepare(prepared).has_value());
    EXPECT_TRUE(aws_.used_up()) << "everything is asked for again";
  }
}

}  // namespace
}  // namespace mayfly::clouds::aws
