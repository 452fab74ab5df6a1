// The small readers and writers between us and AWS's wire.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "clouds/aws/fake_aws.h"
#include "clouds/aws/form.h"
#include "clouds/aws/http_date.h"
#include "clouds/aws/instances.h"
#include "clouds/aws/refusal.h"
#include "clouds/aws/xml.h"
#include "json/parse.h"

namespace mayfly::clouds::aws {
namespace {

TEST(Form, EncodesEverythingButUnreservedCharacters) {
  Form form("Do It", "2016-11-15");
  form.add("A.1", "a b/c:d~e-f_g.h+\xc3\xbc%20");
  form.add("Yes", true);
  form.add("Number", -7);
  EXPECT_EQ(form.action(), "Do It");
  EXPECT_EQ(
      form.body(),
      "Action=Do+It&Version=2016-11-15&A.1=a+b%2Fc%3Ad~e-f_g.h%2B%C3%BC%2520&Yes=true&Number=-7");
}

TEST(Form, NumbersListsFiltersAndTagsFromOne) {
  Form form = sts_form("X");
  form.add_list("Id", {"a", "b"});
  form.add_filter("f", {"1", "2"});
  form.add_filter("g", {"3"});
  form.add_tags("instance", {{"k", "v"}, {"l", "w"}});
  form.add_tags("volume", {});
  EXPECT_EQ(form.body(),
            "Action=X&Version=2011-06-15&Id.1=a&Id.2=b&Filter.1.Name=f&Filter.1.Value.1=1&Filter.1."
            "Value.2=2"
            "&Filter.2.Name=g&Filter.2.Value.1=3&TagSpecification.1.ResourceType=instance"
            "&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v&TagSpecification.1."
            "Tag.2.Key=l"
            "&TagSpecification.1.Tag.2.Value=w&TagSpecification.2.ResourceType=volume");
}

TEST(Xml, ReadsWhatIsThereAndNothingWhereNothingIs) {
  const auto xml = Xml::parse(
      "<a xmlns='u'><b><item>1</item><other/><item>&lt;2&gt;</item></b><c><d> x </d></c></a>");
  ASSERT_TRUE(xml.has_value());
  ASSERT_EQ(items(xml->root(), "b").size(), 2u);
  EXPECT_EQ(text_of(items(xml->root(), "b")[1]), "<2>");
  EXPECT_EQ(text_at(xml->root(), {"c", "d"}), " x ");
  EXPECT_EQ(text_at(xml->root(), {"c", "nothing", "here"}), "");
  EXPECT_TRUE(items(xml->root(), "nothing").empty());
}

TEST(Xml, RefusesAnAnswerCutAnywhere) {
  const std::string whole = instances_answer(reservation_item(instance_item("i-0a")));
  ASSERT_TRUE(Xml::parse(whole).has_value());
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(Xml::parse(whole.substr(0, length)).has_value()) << length;
  }
}

TEST(HttpDate, ReadsTheFixedForm) {
  EXPECT_EQ(parse_http_date("Fri, 02 Jan 2026 03:04:05 GMT"), *parse_time("2026-01-02T03:04:05Z"));
  EXPECT_EQ(parse_http_date("Tue, 29 Feb 2028 23:59:59 GMT"), *parse_time("2028-02-29T23:59:59Z"));
}

TEST(HttpDate, RefusesAnythingElse) {
  const std::string whole = "Fri, 02 Jan 2026 03:04:05 GMT";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    EXPECT_FALSE(parse_http_date(whole.substr(0, length)).has_value());
  }
  for (std::size_t at = 5; at < 25; ++at) {
    std::string spoilt = whole;
    spoilt[at] = '-';
    EXPECT_FALSE(parse_http_date(spoilt).has_value()) << spoilt;
  }
  for (const char* wrong : {"Fri, 30 Feb 2026 03:04:05 GMT", "Fri, 00 Jan 2026 03:04:05 GMT",
                            "Fri, 02 Jan 2026 24:04:05 GMT", "Fri, 02 Jan 2026 03:60:05 GMT",
                            "Friday, 02-Jan-26 03:04:05 GMT"}) {
    EXPECT_FALSE(parse_http_date(wrong).has_value()) << wrong;
  }
}

TEST(Refusal, IsReadInAllThreeSpellings) {
  const auto expect = [](std::string_view body, std::string_view code, std::string_view message) {
    const Refusal refusal = read_refusal(body);
    EXPECT_EQ(refusal.code, code) << body;
    EXPECT_EQ(refusal.message, message) << body;
  };
  expect(
      "<Response><Errors><Error><Code>AuthFailure</Code><Message>no</Message></Error></Errors></"
      "Response>",
      "AuthFailure", "no");
  expect(
      "\n<ErrorResponse "
      "xmlns=\"u\"><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>old</Message></"
      "Error></ErrorResponse>",
      "ExpiredToken", "old");
  expect(R"({"__type":"ParameterNotFound","message":"none"})", "ParameterNotFound", "none");
  expect(R"({"__type":"com.amazonaws.ssm#AccessDeniedException","Message":"no"})",
         "AccessDeniedException", "no");
  expect(R"({"__type":"InvalidRequestException","ErrorCode":"NoSuchCluster","Message":"gone"})",
         "NoSuchCluster", "gone");
}

TEST(Refusal, HasNoCodeWhenTheBodyHasNone) {
  for (const char* body :
       {"", "  ", "Bad Gateway", "<html><body>502</body></html>", "{", "{\"a\":1}",
        "{\"__type\":7}",
        "<Response><Errors><Error><Code>not a code!</Code></Error></Errors></Response>"}) {
    EXPECT_EQ(read_refusal(body).code, "") << body;
  }
}

TEST(MachineNames, GoThroughOneTagAndBack) {
  const auto round_trip = [](const std::vector<std::string>& names) {
    std::vector<std::string> back;
    for (std::size_t i = 0; i < names.size(); ++i)
      back.push_back(name_of(name_tag_of(names), static_cast<int>(i)));
    return back;
  };
  for (const std::vector<std::string>& names :
       {std::vector<std::string>{"mayfly-r-1-1-0"},
        {"mayfly-r-1-1-7"},
        {"m-0", "m-1"},
        {"m-0", "m-1", "m-2", "m-3", "m-4", "m-5", "m-6", "m-7", "m-8", "m-9", "m-10", "m-11"},
        {"10", "11"}}) {
    EXPECT_EQ(round_trip(names), names);
  }
  EXPECT_EQ(name_tag_of({"m-0", "m-1", "m-2"}), "m-0..2");
}

TEST(MachineNames, ThatDoNotCountUpKeepWhatTheyHaveInCommon) {
  EXPECT_EQ(name_tag_of({"mayfly-r-1-1-1", "mayfly-r-1-1-3"}), "mayfly-r-1-1");
  EXPECT_EQ(name_of("mayfly-r-1-1", 1), "mayfly-r-1-1");
  EXPECT_EQ(name_of("somebody's 0..x", 1), "somebody's 0..x");
  EXPECT_EQ(name_of("0..", 1), "0..");
  EXPECT_EQ(name_tag_of({}), "");
}

// ---- Our requests against those of AWS's own SDK
// --------------------------------------------------------

std::vector<std::string> members(const std::string& body) {
  std::vector<std::string> rows;
  for (std::size_t begin = 0; begin < body.size();) {
    const std::size_t end = std::min(body.find('&', begin), body.size());
    rows.push_back(body.substr(begin, end - begin));
    begin = end + 1;
  }
  std::ranges::sort(rows);
  return rows;
}

class AwsRequests : public AwsTest {
 protected:
  void run_everything() {
    launch({.region = "us-east-1",
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
            .tags = {
                {tag::kInstallation, "i-home"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "1"}}});
    list("us-east-1", "i-home");
    terminate({"i-0a", "i-0b"});
    prepare({.region = "us-east-1",
             .instance_type = "t3.micro",
             .arch = Arch::x86_64,
             .image = "ami-0abcdef1234567890"});
    check();
  }

  void script_everything() {
    aws_.refuse("RunInstances", 503, "Unavailable");
    aws_.on("DescribeInstances", instances_answer("", "page 2/="));
    aws_.on("DescribeInstances", instances_answer(""));
    aws_.refuse("TerminateInstances", 400, "OperationNotPermitted", "'i-0a'");
    aws_.on("ModifyInstanceAttribute", "<r/>");
    aws_.on("TerminateInstances", "<r/>");
    aws_.on("TerminateInstances", "<r/>");
    aws_.on("DescribeImages",
            ec2_answer("DescribeImages",
                       "<imagesSet><item><architecture>x86_64</architecture>"
                       "<rootDeviceName>/dev/xvda</rootDeviceName></item></imagesSet>"));
    aws_.on("DescribeInstanceTypeOfferings",
            ec2_answer("D",
                       "<instanceTypeOfferingSet><item><location>us-east-1a</location></item></"
                       "instanceTypeOfferingSet>"));
    aws_.on("DescribeSubnets",
            ec2_answer("D",
                       "<subnetSet><item><subnetId>subnet-a</subnetId><vpcId>vpc-1</vpcId>"
                       "<availabilityZone>us-east-1a</availabilityZone></item></subnetSet>"));
    aws_.on("DescribeSecurityGroups", ec2_answer("D", "<securityGroupInfo/>"));
    aws_.on("CreateSecurityGroup", ec2_answer("C", "<groupId>sg-1</groupId>"));
    aws_.on("AuthorizeSecurityGroupIngress", "<r/>");
    aws_.on("GetCallerIdentity",
            "<r><GetCallerIdentityResult><Account>1</Account></GetCallerIdentityResult></r>");
    aws_.refuse("DescribeRegions", 503, "Unavailable");
  }
};

TEST_F(AwsRequests, HaveTheMembersThatAwssSdkSends) {
  script_everything();
  run_everything();
  std::ifstream file("src/clouds/aws/testdata/requests.json", std::ios::binary);
  const auto expected = json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
  ASSERT_TRUE(expected.has_value());
  for (const auto& [operation, body] : expected->as_object()) {
    const std::string name(operation);
    ASSERT_FALSE(aws_.sent[name].empty()) << name;
    // The second page, where there is one, has every member.
    const std::size_t number = name == "DescribeInstances" ? 1 : 0;
    EXPECT_EQ(members(aws_.body(name, number)), members(body.as_string().c_str())) << name;
  }
}

}  // namespace
}  // namespace mayfly::clouds::aws
