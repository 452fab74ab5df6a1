#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "clouds/emr/entrances.h"
#include "clouds/emr/fake_emr.h"

namespace mayfly::clouds::emr {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kKeyPair[] = "mayfly-86ffba97709efccb6c5750ff5fbece0c";

class EmrPrepare : public EmrTest {
 protected:
  void script_network() {
    aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1c", "us-east-1a"}));
    aws_.on("DescribeSubnets", aws::subnets({"us-east-1a", "us-east-1b", "us-east-1c"}));
    aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
  }

  PrepareSpec spec_{
      .region = "us-east-1", .instance_type = "m5.xlarge", .cluster = ClusterSpec{.nodes = 3}};
};

TEST_F(EmrPrepare, FindsATargetForEachZoneWithTheSharedGroupAndTheKey) {
  script_network();
  aws_.on("ImportKeyPair", "<r/>");
  spec_.ssh_public_key = kKey;
  const auto targets = prepare(spec_);
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  EXPECT_THAT(*targets, ElementsAre(LaunchTarget{.zone = "us-east-1a",
                                                 .subnet = "subnet-a",
                                                 .security_group = "sg-1",
                                                 .key_pair = kKeyPair},
                                    LaunchTarget{.zone = "us-east-1c",
                                                 .subnet = "subnet-c",
                                                 .security_group = "sg-1",
                                                 .key_pair = kKeyPair}));
}

TEST_F(EmrPrepare, AsksForEverythingOnce) {
  script_network();
  aws_.on("ImportKeyPair", "<r/>");
  aws_.on("DescribeSecurityGroups", aws::groups("sg-2"));
  spec_.ssh_public_key = kKey;
  spec_.cluster->open_to = "203.0.113.7/24";
  ASSERT_TRUE(prepare(spec_).has_value());
  const std::size_t calls = aws_.calls.size();
  spec_.ssh_public_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample another comment";
  spec_.cluster->open_to = "203.0.113.99/24";
  ASSERT_TRUE(prepare(spec_).has_value());
  EXPECT_EQ(aws_.calls.size(), calls);
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(EmrPrepare, AKeyThatIsThereAlreadyIsTheSameKey) {
  script_network();
  aws_.refuse("ImportKeyPair", 400, "InvalidKeyPair.Duplicate", "The keypair already exists");
  spec_.ssh_public_key = kKey;
  EXPECT_EQ(prepare(spec_)->front().key_pair, kKeyPair);
}

TEST_F(EmrPrepare, WithoutAKeyNobodyIsLetIn) {
  script_network();
  EXPECT_EQ(prepare(spec_)->front().key_pair, "");
}

TEST_F(EmrPrepare, AKeyOfATypeThatEc2DoesNotTakeIsNamed) {
  script_network();
  spec_.ssh_public_key = "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTY= ann";
  auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::fatal);
  EXPECT_THAT(targets.error().message, HasSubstr("`ssh_public_key`"));
  aws_.refuse("ImportKeyPair", 400, "InvalidKey.Format", "Key is not in valid OpenSSH format");
  spec_.ssh_public_key = kKey;
  targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::fatal);
  aws_.refuse("ImportKeyPair", 503, "RequestLimitExceeded");
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::again);
}

TEST_F(EmrPrepare, UsesTheSubnetThatTheRequestNames) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a", "us-east-1x"}));
  aws_.on("DescribeSubnets", aws::subnets({"us-east-1x"}));
  aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
  spec_.cluster->subnet = "subnet-x";
  const auto targets = prepare(spec_);
  EXPECT_THAT(*targets, ElementsAre(LaunchTarget{
                            .zone = "us-east-1x", .subnet = "subnet-x", .security_group = "sg-1"}));
  EXPECT_THAT(aws_.body("DescribeSubnets"), Not(HasSubstr("default-for-az")));
}

TEST_F(EmrPrepare, ASubnetThatIsNotThereIsTheRequestsFault) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a"}));
  aws_.on("DescribeSubnets", aws::subnets({}));
  spec_.cluster->subnet = "subnet-x";
  const auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::fatal);
  EXPECT_THAT(targets.error().message, HasSubstr("`subnet`"));
}

TEST_F(EmrPrepare, ATypeThatNoZoneSellsLeadsToTheNextOffer) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({}));
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::next_offer);
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a"}));
  aws_.on("DescribeSubnets", aws::subnets({"us-east-1x"}));
  aws_.on("DescribeSecurityGroups", aws::groups("sg-1"));
  spec_.cluster->subnet = "subnet-x";
  spec_.instance_type = "r5.xlarge";
  const auto targets = prepare(spec_);
  EXPECT_EQ(targets.error().reaction, Reaction::next_offer);
  EXPECT_THAT(targets.error().message, HasSubstr("subnet-x"));
}

TEST_F(EmrPrepare, WithoutADefaultVpcTheRegionIsSkipped) {
  aws_.on("DescribeInstanceTypeOfferings", aws::offerings({"us-east-1a"}));
  aws_.on("DescribeSubnets", aws::subnets({}));
  EXPECT_EQ(prepare(spec_).error().reaction, Reaction::skip_region);
}

TEST_F(EmrPrepare, OpensThePagesToOneNetworkAndToNobodyElse) {
  script_network();
  aws_.on("DescribeSecurityGroups", aws::groups(""));
  aws_.on("CreateSecurityGroup", aws::ec2_answer("C", "<groupId>sg-2</groupId>"));
  aws_.on("AuthorizeSecurityGroupIngress", "<r/>");
  spec_.cluster->open_to = "203.0.113.7/24";
  const auto targets = prepare(spec_);
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  EXPECT_THAT(*targets, Each(Field(&LaunchTarget::security_group, "sg-2")));
  const std::string& rules = aws_.body("AuthorizeSecurityGroupIngress");
  for (const char* port : {"8890", "80", "18080"}) {
    EXPECT_THAT(rules, HasSubstr(std::string("FromPort=") + port + "&"));
  }
  EXPECT_THAT(rules, HasSubstr("IpPermissions.2.IpRanges.1.CidrIp=203.0.113.0%2F24"));
  std::size_t everybody = 0;
  for (auto at = rules.find("0.0.0.0"); at != std::string::npos; at = rules.find("0.0.0.0", at + 1))
    ++everybody;
  EXPECT_EQ(everybody, 1u) << "ssh, which Block Public Access allows";
}

TEST_F(EmrPrepare, RefusesToOpenThePagesToEverybody) {
  for (const char* cidr : {"0.0.0.0/0", "203.0.113.7", "x/24", "203.0.113.0/33", "::/0"}) {
    script_network();
    key_.key_id = cidr;
    spec_.cluster->open_to = cidr;
    const auto targets = prepare(spec_);
    EXPECT_EQ(targets.error().reaction, Reaction::fatal) << cidr;
    EXPECT_THAT(targets.error().message, HasSubstr("`open_to`"));
  }
}

TEST(Networks, AreTheSameWhateverHostNamesThem) {
  EXPECT_EQ(network_of("203.0.113.255/24"), "203.0.113.0/24");
  EXPECT_EQ(network_of("203.0.113.255/32"), "203.0.113.255/32");
  EXPECT_EQ(network_of("203.0.113.255/1"), "128.0.0.0/1");
  EXPECT_EQ(network_of("203.0.113.255/"), "");
}

}  // namespace
}  // namespace mayfly::clouds::emr
