// For tests: EMR as a script (clouds/aws/fake_aws.h), the driver over it, and answers as AWS
// documents them.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "clouds/aws/fake_aws.h"
#include "clouds/emr/emr_cloud.h"
#include "json/parse.h"

namespace mayfly::clouds::emr {

inline const std::string kName = "mayfly-r-1-1-0";
inline constexpr char kKey[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample ann@home";
inline constexpr std::int64_t kNow = 1767323045;  // 2026-01-02T03:04:05Z

class EmrTest : public ::testing::Test {
 protected:
  template <class T, class Start>
  CloudResult<T> answer_of(Start start) {
    std::optional<CloudResult<T>> answer;
    start([&](CloudResult<T> result) { answer = std::move(result); });
    context_.restart();
    context_.run();
    if (!answer) throw std::runtime_error("the operation did not answer");
    return std::move(*answer);
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
  CloudResult<std::vector<Instance>> list(const std::string& installation = "i-home") {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.list(key_, "us-east-1", installation, loop_, std::move(done)); });
  }
  CloudResult<Cloud::Terminated> terminate(const std::vector<std::string>& ids) {
    return answer_of<Cloud::Terminated>(
        [&](auto done) { cloud_.terminate(key_, "us-east-1", ids, loop_, std::move(done)); });
  }
  CloudResult<std::map<std::string, Time>> ended(const std::vector<std::string>& ids) {
    return answer_of<std::map<std::string, Time>>(
        [&](auto done) { cloud_.ended(key_, "us-east-1", ids, loop_, std::move(done)); });
  }

  // The two listings that make one of ours.
  void show(const std::string& living, const std::string& ended = "") {
    aws_.on("ListClusters", fmt::format(R"({{"Clusters":[{}]}})", living));
    aws_.on("ListClusters", fmt::format(R"({{"Clusters":[{}]}})", ended));
  }
  void refuse(const std::string& operation, const std::string& code, const std::string& message,
              const std::string& precise = "") {
    std::string body = fmt::format(R"({{"__type":"{}","Message":"{}")", code, message);
    if (!precise.empty()) body += fmt::format(R"(,"ErrorCode":"{}")", precise);
    aws_.on(operation, http::Answer{.status = 400, .headers = {}, .body = body + "}"});
  }
  void no_nodes() { aws_.on("DescribeInstances", aws::instances_answer("")); }

  json::value sent(const std::string& operation, std::size_t number = 0) {
    return json::parse(aws_.body(operation, number)).value();
  }
  std::size_t calls(const std::string& operation) { return aws_.sent[operation].size(); }

  static LaunchSpec spec() {
    return {
        .region = "us-east-1",
        .instance_type = "m5.xlarge",
        .target = {.zone = "us-east-1a",
                   .subnet = "subnet-a",
                   .security_group = "sg-1",
                   .key_pair = "mayfly-0123"},
        .disk_gib = 64,
        .names = {"mayfly-r-1-1-0"},
        .token = "unused",
        .tags = {{tag::kInstallation, "i-home"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "1"}},
        .cluster = ClusterSpec{.nodes = 3,
                               .release = "emr-6.15.0",
                               .applications = {"Hadoop", "Spark", "Ganglia", "Zeppelin"},
                               .idle_timeout = 1h,
                               .spot_workers = true,
                               .log_uri = "s3://logs/here/"}};
  }

  aws::ManualClock clock_;
  aws::FakeAws aws_{clock_};
  boost::asio::io_context context_;
  http::AsioLoop loop_{context_.get_executor()};
  EmrCloud cloud_{context_.get_executor(), aws_, clock_};
  Credentials key_{.key_id = "k-1",
                   .id = "AKIAIOSFODNN7EXAMPLE",
                   .secret = Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
                   .session_token = {},
                   .region = {}};
};

// ---- Answers
// -------------------------------------------------------------------------------------------------

inline std::string cluster_row(const std::string& id, const std::string& name,
                               const std::string& state, std::int64_t created = kNow - 600,
                               std::int64_t ended = 0, const std::string& code = "",
                               const std::string& message = "") {
  return fmt::format(
      R"({{"Id":"{}","Name":"{}","Status":{{"State":"{}","StateChangeReason":{{"Code":"{}","Message":"{}"}},)"
      R"("Timeline":{{"CreationDateTime":{}{}}}}},"NormalizedInstanceHours":0}})",
      id, name, state, code, message, created,
      ended > 0 ? fmt::format(R"(,"EndDateTime":{}.25)", ended) : "");
}

inline std::string described(const std::string& row, const std::string& installation = "i-home",
                             const std::string& master = "") {
  return fmt::format(
      R"({{"Cluster":{},"Ec2InstanceAttributes":{{"Ec2AvailabilityZone":"us-east-1b"}},)"
      R"("MasterPublicDnsName":"{}","Tags":[{{"Key":"mayfly:installation","Value":"{}"}},)"
      R"({{"Key":"mayfly:reservation","Value":"r-1"}},{{"Key":"mayfly:attempt","Value":"1"}},)"
      R"({{"Key":"Owner","Value":"ann"}}]}}}})",
      row.substr(0, row.size() - 1), master, installation);
}

// An EC2 instance of that cluster.
inline std::string node(const std::string& cluster, const std::string& state) {
  return aws::instance_item(
      "i-0a", 0, state,
      fmt::format(
          "<tagSet><item><key>aws:elasticmapreduce:job-flow-id</key><value>{}</value>"
          "</item><item><key>mayfly:installation</key><value>i-home</value></item></tagSet>",
          cluster));
}

}  // namespace mayfly::clouds::emr
