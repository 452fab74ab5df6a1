#include "clouds/aws/doctor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "clouds/aws/fake_aws.h"

namespace mayfly::clouds::aws {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

http::Answer answer_200(std::string body) {
  return {.status = 200,
          .headers = {{"Date", "Fri, 02 Jan 2026 03:04:07 GMT"}},
          .body = std::move(body)};
}

http::Answer ec2_refusal(int status, const std::string& code, const std::string& words = "no") {
  return {
      .status = status,
      .headers = {},
      .body = fmt::format("<Response><Errors><Error><Code>{}</Code><Message>{}</Message></Error>"
                          "</Errors><RequestID>q</RequestID></Response>",
                          code, words)};
}

http::Answer iam_refusal(int status, const std::string& code) {
  return {.status = status,
          .headers = {},
          .body = fmt::format("<ErrorResponse><Error><Type>Sender</Type><Code>{}</Code>"
                              "<Message>no</Message></Error></ErrorResponse>",
                              code)};
}

http::Answer json_refusal(const std::string& code) {
  return {.status = 400, .headers = {}, .body = fmt::format(R"({{"__type":"{}"}})", code)};
}

http::Answer passed() {
  return ec2_refusal(412, "DryRunOperation");
}

std::string iam_answer(const std::string& action, const std::string& result) {
  return fmt::format(
      "<{0}Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><{0}Result>{1}"
      "</{0}Result></{0}Response>",
      action, result);
}

std::string quota(int vcpus) {
  return fmt::format(R"({{"Quota":{{"QuotaCode":"L-1216C47A","Value":{}.0}}}})", vcpus);
}

constexpr char kWhoIsIt[] =
    "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/ann"
    "</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";

std::string own_machine() {
  return instances_answer(reservation_item(instance_item("i-0123456789abcdef0", 0, "running")));
}

class AwsDoctor : public AwsTest {
 protected:
  using Answers = std::multimap<std::string, http::Answer>;

  // An account in which nothing is missing, except for what is given otherwise.
  CloudResult<Examination> examine(const Answers& otherwise = {}, const std::string& region = "") {
    for (const auto& [operation, answer] : healthy()) {
      if (!otherwise.contains(operation)) aws_.on(operation, answer);
    }
    for (const auto& [operation, answer] : otherwise) aws_.on(operation, answer);
    return answer_of<Examination>(
        [&](auto done) { cloud_.examine(key_, region, loop_, std::move(done)); });
  }

  static const Finding& named(const CloudResult<Examination>& found, std::string_view check) {
    const auto row = std::ranges::find(found.value().findings, check, &Finding::check);
    if (row == found->findings.end()) throw std::runtime_error("no such finding");
    return *row;
  }
  static FindingOutcome outcome(const CloudResult<Examination>& found, std::string_view check) {
    return named(found, check).outcome;
  }
  static std::set<std::string> with(FindingOutcome wanted, const CloudResult<Examination>& found) {
    std::set<std::string> checks;
    for (const Finding& finding : found.value().findings) {
      if (finding.outcome == wanted) checks.insert(finding.check);
    }
    return checks;
  }

 private:
  static Answers healthy() {
    Answers all;
    const auto add = [&](const char* operation, http::Answer answer) {
      all.emplace(operation, std::move(answer));
    };
    add("GetCallerIdentity", answer_200(kWhoIsIt));
    add("DescribeRegions",
        answer_200(ec2_answer("DescribeRegions",
                              "<regionInfo><item><regionName>us-east-1</regionName></item>"
                              "<item><regionName>eu-west-1</regionName></item></regionInfo>")));
    add("GetParameter", answer_200(kParameter));
    add("DescribeImages", answer_200(image()));
    add("DescribeInstanceTypeOfferings",
        answer_200(
            ec2_answer("DescribeInstanceTypeOfferings",
                       "<instanceTypeOfferingSet><item><location>us-east-1a</location></item>"
                       "</instanceTypeOfferingSet>")));
    add("DescribeSubnets",
        answer_200(
            ec2_answer("DescribeSubnets",
                       "<subnetSet><item><subnetId>subnet-1</subnetId><vpcId>vpc-1</vpcId>"
                       "<availabilityZone>us-east-1a</availabilityZone></item></subnetSet>")));
    add("DescribeInstances", answer_200(own_machine()));
    add("RunInstances", passed());
    add("DescribeSecurityGroups",
        answer_200(ec2_answer(
            "DescribeSecurityGroups",
            "<securityGroupInfo><item><groupId>sg-default</groupId><groupName>default</groupName>"
            "</item><item><groupId>sg-ours</groupId><groupName>mayfly</groupName></item>"
            "</securityGroupInfo>")));
    add("CreateSecurityGroup", passed());
    add("AuthorizeSecurityGroupIngress", passed());
    add("ModifyInstanceAttribute", passed());
    add("TerminateInstances", passed());
    add("GetServiceQuota", answer_200(quota(256)));
    add("ListClusters", answer_200(R"({"Clusters":[]})"));
    add("GetRole",
        answer_200(iam_answer("GetRole", "<Role><RoleName>EMR_DefaultRole</RoleName></Role>")));
    add("GetInstanceProfile",
        answer_200(
            iam_answer("GetInstanceProfile",
                       "<InstanceProfile><Roles><member><RoleName>EMR_EC2_DefaultRole</RoleName>"
                       "</member></Roles></InstanceProfile>")));
    add("RunInstances", passed());
    add("ImportKeyPair", passed());
    return all;
  }
};

TEST_F(AwsDoctor, FindsAHealthyAccountHealthy) {
  const auto found = examine();
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(found->region, "us-east-1");
  EXPECT_EQ(with(FindingOutcome::unknown, found), std::set<std::string>{"change_clusters"});
  EXPECT_THAT(with(FindingOutcome::missing, found), IsEmpty());
  EXPECT_THAT(with(FindingOutcome::warning, found), IsEmpty());
  EXPECT_EQ(named(found, "identity").detail,
            "account 123456789012, arn:aws:iam::123456789012:user/ann");
  EXPECT_EQ(named(found, "clock").detail, "2 s from AWS's");
  EXPECT_EQ(named(found, "vcpu_quota").detail,
            "256 vCPUs of on-demand standard types at once in us-east-1");
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsDoctor, MakesNothing) {
  ASSERT_TRUE(examine().has_value());
  for (const std::string& operation : aws_.calls) {
    const bool reads = operation.starts_with("Describe") || operation.starts_with("Get") ||
                       operation.starts_with("List");
    for (const http::Call& call : aws_.sent[operation]) {
      EXPECT_TRUE(reads || call.body.contains("&DryRun=true")) << operation << " " << call.body;
    }
  }
}

TEST_F(AwsDoctor, AsksEachServiceWhereItIs) {
  ASSERT_TRUE(examine({}, "eu-west-1").has_value());
  const auto url = [&](const char* operation) { return aws_.sent[operation].at(0).url; };
  EXPECT_EQ(url("GetCallerIdentity"), "https://sts.us-east-1.amazonaws.com/");
  EXPECT_EQ(url("DescribeRegions"), "https://ec2.us-east-1.amazonaws.com/");
  EXPECT_EQ(url("DescribeSubnets"), "https://ec2.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url("ListClusters"), "https://elasticmapreduce.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url("GetServiceQuota"), "https://servicequotas.eu-west-1.amazonaws.com/");
  EXPECT_EQ(url("GetRole"), "https://iam.amazonaws.com/");
  const auto authorization =
      http::find_header(aws_.sent["GetRole"].at(0).headers, "Authorization").value_or("");
  EXPECT_THAT(std::string(authorization), HasSubstr("/us-east-1/iam/aws4_request"));
}

TEST_F(AwsDoctor, TriesTheLaunchInTheDefaultNetwork) {
  ASSERT_TRUE(examine().has_value());
  EXPECT_THAT(aws_.body("RunInstances"), HasSubstr("&NetworkInterface.1.SubnetId=subnet-1&"));
  EXPECT_THAT(aws_.body("RunInstances"), HasSubstr("&TagSpecification.1.ResourceType=instance&"));
  EXPECT_THAT(aws_.body("RunInstances"), Not(HasSubstr("IamInstanceProfile")));
  EXPECT_THAT(aws_.body("RunInstances", 1),
              HasSubstr("&IamInstanceProfile.Name=EMR_EC2_DefaultRole"));
  EXPECT_THAT(aws_.body("AuthorizeSecurityGroupIngress"), HasSubstr("&GroupId=sg-ours&"));
}

TEST_F(AwsDoctor, TellsTheCommandThatMakesTheRoles) {
  const auto found = examine({{"GetRole", iam_refusal(404, "NoSuchEntity")},
                              {"GetInstanceProfile", iam_refusal(404, "NoSuchEntity")},
                              {"RunInstances", passed()}});
  for (const char* check : {"emr_service_role", "emr_instance_profile"}) {
    EXPECT_EQ(outcome(found, check), FindingOutcome::missing);
    EXPECT_EQ(named(found, check).remedy, "aws emr create-default-roles");
    EXPECT_EQ(named(found, check).needed_for, NeededFor::cluster);
  }
  EXPECT_EQ(outcome(found, "pass_role"), FindingOutcome::unknown);
  EXPECT_TRUE(aws_.used_up());
}

TEST_F(AwsDoctor, DoesNotTakeRolesThatItMayNotReadForMissing) {
  const auto found = examine({{"GetRole", iam_refusal(403, "AccessDenied")},
                              {"GetInstanceProfile", iam_refusal(403, "AccessDenied")}});
  EXPECT_EQ(outcome(found, "emr_service_role"), FindingOutcome::unknown);
  EXPECT_THAT(named(found, "emr_service_role").detail, HasSubstr("iam:GetRole"));
  EXPECT_THAT(named(found, "emr_instance_profile").detail, HasSubstr("iam:GetInstanceProfile"));
  EXPECT_EQ(outcome(found, "pass_role"), FindingOutcome::ok);
}

TEST_F(AwsDoctor, SeesByADryRunThatAProfileIsMissing) {
  const auto found = examine(
      {{"GetInstanceProfile", iam_refusal(403, "AccessDenied")},
       {"RunInstances", passed()},
       {"RunInstances", ec2_refusal(400, "InvalidParameterValue",
                                    "Value (EMR_EC2_DefaultRole) for parameter "
                                    "iamInstanceProfile.name is invalid. Invalid IAM Instance "
                                    "Profile name")}});
  EXPECT_EQ(outcome(found, "pass_role"), FindingOutcome::missing);
  EXPECT_EQ(named(found, "pass_role").remedy, "aws emr create-default-roles");
}

TEST_F(AwsDoctor, SeesAProfileThatHasNoRole) {
  const auto found =
      examine({{"GetInstanceProfile",
                answer_200(iam_answer("GetInstanceProfile",
                                      "<InstanceProfile><Roles/></InstanceProfile>"))}});
  EXPECT_EQ(outcome(found, "emr_instance_profile"), FindingOutcome::missing);
  EXPECT_THAT(named(found, "emr_instance_profile").remedy.value_or(""),
              HasSubstr("add-role-to-instance-profile"));
}

TEST_F(AwsDoctor, TellsTheRightToHandOverRolesFromTheRightToLaunch) {
  const auto found = examine(
      {{"RunInstances", passed()}, {"RunInstances", ec2_refusal(403, "UnauthorizedOperation")}});
  EXPECT_EQ(outcome(found, "launch"), FindingOutcome::ok);
  EXPECT_EQ(outcome(found, "pass_role"), FindingOutcome::missing);
  EXPECT_THAT(named(found, "pass_role").detail, HasSubstr("iam:PassRole"));
}

TEST_F(AwsDoctor, NamesEachRightThatIsMissing) {
  const http::Answer denied = ec2_refusal(403, "UnauthorizedOperation");
  const auto found = examine({{"DescribeSubnets", denied},
                              {"DescribeInstances", denied},
                              {"RunInstances", denied},
                              {"ImportKeyPair", denied},
                              {"GetParameter", json_refusal("AccessDeniedException")},
                              {"ListClusters", json_refusal("AccessDeniedException")}});
  EXPECT_EQ(
      with(FindingOutcome::missing, found),
      (std::set<std::string>{"network", "list_machines", "launch", "key_pair", "image", "emr"}));
  EXPECT_THAT(named(found, "image").remedy.value_or(""), HasSubstr("allow ssm:GetParameter"));
  EXPECT_THAT(named(found, "launch").remedy.value_or(""), HasSubstr("allow ec2:RunInstances"));
  EXPECT_THAT(named(found, "emr").remedy.value_or(""),
              HasSubstr("allow elasticmapreduce:ListClusters"));
  EXPECT_THAT(named(found, "emr").remedy.value_or(""),
              HasSubstr("mayfly keys doctor aws --policy"));
  EXPECT_EQ(named(found, "list_machines").needed_for, NeededFor::all);
}

TEST_F(AwsDoctor, TellsTheCommandThatMakesADefaultNetwork) {
  const auto found =
      examine({{"DescribeSubnets", answer_200(ec2_answer("DescribeSubnets", "<subnetSet/>"))}},
              "eu-west-1");
  EXPECT_EQ(outcome(found, "network"), FindingOutcome::missing);
  EXPECT_EQ(named(found, "network").remedy, "aws ec2 create-default-vpc --region eu-west-1");
  EXPECT_EQ(outcome(found, "security_group"), FindingOutcome::unknown);
}

TEST_F(AwsDoctor, StopsAtARegionThatIsNotEnabled) {
  const auto found = examine({}, "ap-east-1");
  EXPECT_EQ(outcome(found, "region"), FindingOutcome::missing);
  EXPECT_EQ(named(found, "region").remedy, "aws account enable-region --region-name ap-east-1");
  EXPECT_THAT(aws_.calls, ElementsAre("GetCallerIdentity", "DescribeRegions"));
}

TEST_F(AwsDoctor, CannotSayWhetherMachinesMayBeEndedWhereNoneRuns) {
  const auto found = examine({{"DescribeInstances", answer_200(instances_answer(""))}});
  EXPECT_EQ(outcome(found, "end_machines"), FindingOutcome::unknown);
  EXPECT_THAT(aws_.sent["TerminateInstances"], IsEmpty());
}

TEST_F(AwsDoctor, SaysWhenMachinesMayNotBeEnded) {
  const auto found = examine({{"TerminateInstances", ec2_refusal(403, "UnauthorizedOperation")}});
  EXPECT_EQ(outcome(found, "end_machines"), FindingOutcome::missing);
  EXPECT_THAT(named(found, "end_machines").detail, HasSubstr("ec2:TerminateInstances"));
  EXPECT_THAT(aws_.body("TerminateInstances"), HasSubstr("&InstanceId.1=i-0123456789abcdef0"));
}

TEST_F(AwsDoctor, WarnsOfAQuotaThatBearsNoCluster) {
  const auto small = examine({{"GetServiceQuota", answer_200(quota(5))}});
  EXPECT_EQ(outcome(small, "vcpu_quota"), FindingOutcome::warning);
  EXPECT_THAT(named(small, "vcpu_quota").remedy.value_or(""),
              HasSubstr("request-service-quota-increase"));
}

TEST_F(AwsDoctor, CallsAQuotaOfNothingMissing) {
  EXPECT_EQ(outcome(examine({{"GetServiceQuota", answer_200(quota(0))}}), "vcpu_quota"),
            FindingOutcome::missing);
}

TEST_F(AwsDoctor, CanDoWithoutKnowingTheQuota) {
  const auto found = examine({{"GetServiceQuota", json_refusal("AccessDeniedException")}});
  EXPECT_EQ(outcome(found, "vcpu_quota"), FindingOutcome::unknown);
  EXPECT_THAT(named(found, "vcpu_quota").detail, HasSubstr("servicequotas:GetServiceQuota"));
}

TEST_F(AwsDoctor, ConcludesNothingFromWhatAwsStumblesOver) {
  const auto found = examine({{"RunInstances", ec2_refusal(400, "VcpuLimitExceeded")},
                              {"ListClusters", {.status = 500, .headers = {}, .body = ""}},
                              {"GetRole", {.status = 503, .headers = {}, .body = ""}}});
  EXPECT_EQ(outcome(found, "launch"), FindingOutcome::unknown);
  EXPECT_EQ(outcome(found, "emr"), FindingOutcome::unknown);
  EXPECT_EQ(outcome(found, "emr_service_role"), FindingOutcome::unknown);
  EXPECT_THAT(with(FindingOutcome::missing, found), IsEmpty());
}

TEST_F(AwsDoctor, StopsAtAKeyThatIsRefused) {
  const auto found = examine({{"GetCallerIdentity", iam_refusal(403, "InvalidClientTokenId")}});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(outcome(found, "identity"), FindingOutcome::missing);
  EXPECT_EQ(named(found, "identity").remedy, "mayfly keys add aws");
  EXPECT_THAT(aws_.calls, ElementsAre("GetCallerIdentity"));
}

TEST_F(AwsDoctor, SaysWhenNothingCouldBeFoundOut) {
  aws_.on("GetCallerIdentity",
          std::unexpected(http::CallFailure{.reached = http::Reached::no, .message = "no route"}));
  const auto found =
      answer_of<Examination>([&](auto done) { cloud_.examine(key_, "", loop_, std::move(done)); });
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().reaction, Reaction::again);
}

TEST_F(AwsDoctor, WarnsOfAClockThatIsWrong) {
  http::Answer late = answer_200(kWhoIsIt);
  late.headers = {{"Date", "Fri, 02 Jan 2026 03:06:35 GMT"}};
  const auto found = examine({{"GetCallerIdentity", late}});
  EXPECT_EQ(outcome(found, "clock"), FindingOutcome::warning);
  EXPECT_EQ(named(found, "clock").detail,
            "this server's clock is 150 s behind AWS's; requests are dated by AWS's");
}

TEST_F(AwsDoctor, LeavesTheRestWhenAwsTakesTooLong) {
  aws_.on("GetCallerIdentity", answer_200(kWhoIsIt), 61s);
  const auto found = examine({{"GetCallerIdentity", answer_200(kWhoIsIt)}});
  EXPECT_EQ(outcome(found, "launch"), FindingOutcome::unknown);
  EXPECT_THAT(named(found, "launch").detail, HasSubstr("AWS took too long"));
  EXPECT_THAT(aws_.calls, ElementsAre("GetCallerIdentity", "DescribeRegions"));
}

}  // namespace
}  // namespace mayfly::clouds::aws
