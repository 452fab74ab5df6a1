// For tests: AWS as a script. Each operation answers what was written for it, in order, and every
// call that was made can be read afterwards. Bodies have the shapes that AWS documents.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clouds/aws/aws_cloud.h"
#include "http/await.h"

namespace mayfly::clouds::aws {

struct ManualClock final : Clock {
  Time moment = *parse_time("2026-01-02T03:04:05Z");
  Time now() const override { return moment; }
};

class FakeAws final : public http::Client {
 public:
  explicit FakeAws(ManualClock& clock) : clock_(clock) {}

  void on(const std::string& operation, http::CallResult reply, Duration after = {}) {
    replies_[operation].push_back({std::move(reply), after});
  }
  void on(const std::string& operation, std::string body) {
    on(operation, http::Answer{.status = 200, .headers = {}, .body = std::move(body)});
  }
  void refuse(const std::string& operation, int status, const std::string& code,
              const std::string& message = "words", http::Headers headers = {}) {
    on(operation, http::Answer{.status = status,
                               .headers = std::move(headers),
                               .body = fmt::format(
                                   "<Response><Errors><Error><Code>{}</Code><Message>{}</Message>"
                                   "</Error></Errors><RequestID>q</RequestID></Response>",
                                   code, message)});
  }

  void send(http::Call call, Loop& answer_on, Done<http::CallResult> done) override {
    const std::string operation = operation_of(call);
    calls.push_back(operation);
    sent[operation].push_back(std::move(call));
    std::deque<Reply>& script = replies_[operation];
    Reply reply{http::Answer{.status = 500, .headers = {}, .body = {}}, {}};
    if (script.empty()) {
      ADD_FAILURE() << "unexpected call of " << operation;
    } else {
      reply = std::move(script.front());
      script.pop_front();
    }
    clock_.moment += reply.after;
    answer_on.post([done = std::move(done), result = std::move(reply.result)]() mutable {
      done(std::move(result));
    });
  }

  bool used_up() const {
    for (const auto& [operation, script] : replies_) {
      if (!script.empty()) return false;
    }
    return true;
  }
  const std::string& body(const std::string& operation, std::size_t number = 0) {
    return sent[operation].at(number).body;
  }

  std::vector<std::string> calls;                       // in order
  std::map<std::string, std::vector<http::Call>> sent;  // by operation

 private:
  struct Reply {
    http::CallResult result;
    Duration after;
  };

  static std::string operation_of(const http::Call& call) {
    if (const auto target = http::find_header(call.headers, "X-Amz-Target")) {
      return std::string(target->substr(target->find('.') + 1));
    }
    const std::size_t begin = call.body.find("Action=") + 7;
    return call.body.substr(begin, call.body.find('&', begin) - begin);
  }

  ManualClock& clock_;
  std::map<std::string, std::deque<Reply>> replies_;
};

// The driver over that script, and one thread for everything.
class AwsTest : public ::testing::Test {
 protected:
  // Starts an operation, lets everything run, and gives its answer.
  template <class T, class Start>
  CloudResult<T> answer_of(Start start) {
    std::optional<CloudResult<T>> answer;
    start([&](CloudResult<T> result) { answer = std::move(result); });
    run();
    if (!answer) throw std::runtime_error("the operation did not answer");
    return std::move(*answer);
  }
  void run() {
    context_.restart();
    context_.run();
  }

  CloudResult<Identity> check() {
    return answer_of<Identity>([&](auto done) { cloud_.check(key_, loop_, std::move(done)); });
  }
  CloudResult<std::vector<LaunchTarget>> prepare(const PrepareSpec& spec) {
    return answer_of<std::vector<LaunchTarget>>(
        [&](auto done) { cloud_.prepare(key_, spec, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> launch(const LaunchSpec& spec) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.launch(key_, spec, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> look_up(const Cloud::LookUp& what) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.look_up(key_, what, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> list(const std::string& region,
                                          const std::string& installation) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.list(key_, region, installation, loop_, std::move(done)); });
  }
  CloudResult<Cloud::Terminated> terminate(const std::vector<std::string>& ids) {
    return answer_of<Cloud::Terminated>(
        [&](auto done) { cloud_.terminate(key_, "us-east-1", ids, loop_, std::move(done)); });
  }
  CloudResult<std::map<std::string, Time>> ended(const std::vector<std::string>& ids) {
    return answer_of<std::map<std::string, Time>>(
        [&](auto done) { cloud_.ended(key_, "us-east-1", ids, loop_, std::move(done)); });
  }

  ManualClock clock_;
  FakeAws aws_{clock_};
  boost::asio::io_context context_;
  http::AsioLoop loop_{context_.get_executor()};
  AwsCloud cloud_{context_.get_executor(), aws_, clock_};
  Credentials key_{.key_id = "k-1",
                   .id = "AKIAIOSFODNN7EXAMPLE",
                   .secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                   .session_token = {},
                   .region = {}};
};

// ---- Answers as AWS documents them
// -------------------------------------------------------------------

inline std::string ec2_answer(const std::string& action, const std::string& content) {
  return fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<{0}Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>q</requestId>"
      "{1}</{0}Response>",
      action, content);
}

inline constexpr char kParameter[] =
    R"({"Parameter":{"ARN":"arn:aws:ssm:us-east-1::parameter/x","Name":"/x","Type":"String","Value":"ami-0abcdef1234567890","Version":9}})";

inline std::string image(const std::string& arch = "x86_64") {
  return ec2_answer(
      "DescribeImages",
      "<imagesSet><item><imageId>ami-0abcdef1234567890</imageId><imageState>available</imageState>"
      "<architecture>" +
          arch +
          "</architecture><rootDeviceType>ebs</rootDeviceType>"
          "<rootDeviceName>/dev/xvda</rootDeviceName></item></imagesSet>");
}

inline std::string instance_item(const std::string& id, int launch_index = 0,
                                 const std::string& state = "pending",
                                 const std::string& more = "") {
  return fmt::format(
      "<item><instanceId>{}</instanceId><imageId>ami-1</imageId><instanceState><code>0</code>"
      "<name>{}</name></instanceState><amiLaunchIndex>{}</amiLaunchIndex>"
      "<instanceType>t3.micro</instanceType><launchTime>2026-01-02T03:04:05.000Z</launchTime>"
      "<placement><availabilityZone>us-east-1a</availabilityZone></placement>{}</item>",
      id, state, launch_index, more);
}

inline std::string reservation_item(const std::string& instances) {
  return "<item><reservationId>r-1</reservationId><instancesSet>" + instances +
         "</instancesSet></item>";
}

inline std::string instances_answer(const std::string& reservations,
                                    const std::string& next_token = "") {
  return ec2_answer("DescribeInstances",
                    "<reservationSet>" + reservations + "</reservationSet>" +
                        (next_token.empty() ? "" : "<nextToken>" + next_token + "</nextToken>"));
}

inline std::string offerings(const std::vector<std::string>& zones) {
  std::string rows;
  for (const std::string& zone : zones) {
    rows +=
        "<item><instanceType>t3.micro</instanceType><locationType>availability-zone</"
        "locationType><location>" +
        zone + "</location></item>";
  }
  return ec2_answer("DescribeInstanceTypeOfferings",
                    "<instanceTypeOfferingSet>" + rows + "</instanceTypeOfferingSet>");
}

inline std::string subnets(const std::vector<std::string>& zones) {
  std::string rows;
  for (const std::string& zone : zones) {
    rows += "<item><subnetId>subnet-" + zone.substr(zone.size() - 1) +
            "</subnetId><state>available</state>"
            "<vpcId>vpc-1</vpcId><availabilityZone>" +
            zone + "</availabilityZone><defaultForAz>true</defaultForAz></item>";
  }
  return ec2_answer("DescribeSubnets", "<subnetSet>" + rows + "</subnetSet>");
}

inline constexpr char kSshRule[] =
    "<item><ipProtocol>tcp</ipProtocol><fromPort>22</fromPort><toPort>22</toPort></item>";

inline std::string groups(const std::string& id, const std::string& rules = kSshRule) {
  const std::string row = "<item><groupId>" + id +
                          "</groupId><groupName>mayfly</groupName><ipPermissions>" + rules +
                          "</ipPermissions></item>";
  return ec2_answer("DescribeSecurityGroups",
                    "<securityGroupInfo>" + (id.empty() ? "" : row) + "</securityGroupInfo>");
}

inline std::string created_group() {
  return ec2_answer("CreateSecurityGroup", "<return>true</return><groupId>sg-1</groupId>");
}

}  // namespace mayfly::clouds::aws
