// Our EMR driver over real HTTP against moto, an AWS that others wrote, which checks every
// signature and permission. Start it with with_moto.sh. moto's clusters wait at once and end at
// once, their nodes carry no tags, and nothing ever fails by itself: states that take time, ends
// that nobody asked for and limits are the simulation's business.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <future>
#include <thread>

#include "clouds/aws/client.h"
#include "clouds/emr/emr_cloud.h"
#include "core/thread_loop.h"
#include "http/client.h"
#include "http/spawn.h"

namespace mayfly::clouds {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string moto_says(const char* name) {
  const char* value = std::getenv(name);
  if (!value)
    ADD_FAILURE() << name << " is not set: start this program with tests/interop/with_moto.sh";
  return value ? value : "";
}

class EmrOverMoto : public ::testing::Test {
 protected:
  EmrOverMoto() : thread_([this] { context_.run(); }) {}
  ~EmrOverMoto() override {
    work_.reset();
    thread_.join();
  }

  template <class T, class Start>
  CloudResult<T> answer_of(Start start) {
    std::promise<CloudResult<T>> promise;
    start([&promise](CloudResult<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  CloudResult<std::vector<LaunchTarget>> prepare(const std::string& type, ClusterSpec cluster) {
    PrepareSpec spec{.region = kRegion,
                     .instance_type = type,
                     .cluster = std::move(cluster),
                     .ssh_public_key = kKey};
    return answer_of<std::vector<LaunchTarget>>(
        [&](auto done) { cloud_.prepare(key_, spec, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> launch(const LaunchSpec& spec) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.launch(key_, spec, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> look_up(EmrCloud& cloud, const std::string& reservation) {
    Cloud::LookUp what{.region = kRegion,
                       .tags = {{tag::kReservation, reservation}, {tag::kAttempt, "1"}},
                       .names = {"mayfly-" + reservation + "-1-0"}};
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud.look_up(key_, what, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> list(EmrCloud& cloud, const std::string& installation) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud.list(key_, kRegion, installation, loop_, std::move(done)); });
  }
  CloudResult<Cloud::Terminated> terminate(const std::vector<std::string>& ids) {
    return answer_of<Cloud::Terminated>(
        [&](auto done) { cloud_.terminate(key_, kRegion, ids, loop_, std::move(done)); });
  }
  CloudResult<std::map<std::string, Time>> ended(const std::vector<std::string>& ids) {
    return answer_of<std::map<std::string, Time>>(
        [&](auto done) { cloud_.ended(key_, kRegion, ids, loop_, std::move(done)); });
  }

  static ClusterSpec cluster() {
    return {.nodes = 3,
            .release = "emr-6.15.0",
            .applications = {"Hadoop", "Spark", "Ganglia", "Zeppelin"},
            .idle_timeout = 1h,
            .log_uri = "s3://logs/here/",
            .open_to = "203.0.113.0/24"};
  }
  LaunchSpec spec_for(const std::string& installation, const std::string& reservation) {
    LaunchSpec spec{.region = kRegion,
                    .instance_type = "m5.xlarge",
                    .disk_gib = 64,
                    .names = {"mayfly-" + reservation + "-1-0"},
                    .tags = {{tag::kInstallation, installation},
                             {tag::kReservation, reservation},
                             {tag::kAttempt, "1"}},
                    .cluster = cluster()};
    const auto targets = prepare(spec.instance_type, cluster());
    EXPECT_TRUE(targets.has_value()) << targets.error().message;
    if (targets) spec.target = targets->front();
    return spec;
  }

  // What somebody with the same key does at AWS, past the driver.
  CloudResult<json::value> somebody_calls(const std::string& operation, json::object body) {
    aws::SignedClient client(context_.get_executor(), *http_, clock_, endpoint_);
    return answer_of<json::value>([&](auto done) {
      http::spawn(
          context_.get_executor(), "somebody",
          call(client, {.credentials = key_, .region = kRegion}, operation, body, std::move(done)));
    });
  }
  static boost::asio::awaitable<void> call(aws::SignedClient& client, aws::Caller caller,
                                           std::string operation, json::object body,
                                           Done<CloudResult<json::value>> done) {
    auto calling = client.emr(std::move(caller), operation, std::move(body), aws::kChangeDeadline);
    done(co_await std::move(calling));
  }

  // moto's EMR takes the region from the host's name, and without one it is this.
  static constexpr char kRegion[] = "us-east-1";
  static constexpr char kKey[] =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ann";
  SystemClock clock_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::unique_ptr<http::Client> http_ = http::make_curl_client();
  ThreadLoop loop_;
  const std::string endpoint_ = moto_says("MAYFLY_MOTO_URL");
  EmrCloud cloud_{context_.get_executor(), *http_, clock_, {.endpoint = endpoint_}};
  // As after a restart: it remembers nothing.
  EmrCloud fresh_{context_.get_executor(), *http_, clock_, {.endpoint = endpoint_}};
  Credentials key_{.key_id = "k-1",
                   .id = moto_says("MAYFLY_MOTO_KEY_ID"),
                   .secret = Secret(moto_says("MAYFLY_MOTO_SECRET")),
                   .session_token = {},
                   .region = kRegion};
  std::thread thread_;
};

TEST_F(EmrOverMoto, TheDocumentedPolicyIsEnoughForACheck) {
  const auto identity =
      answer_of<Identity>([&](auto done) { cloud_.check(key_, loop_, std::move(done)); });
  ASSERT_TRUE(identity.has_value()) << identity.error().message;
  EXPECT_EQ(identity->account, "123456789012");
}

TEST_F(EmrOverMoto, AWrongSecretIsARefusedKey) {
  key_.secret = Secret("wrong");
  EXPECT_EQ(list(cloud_, "i-none").error().reaction, Reaction::key_refused);
}

TEST_F(EmrOverMoto, PreparesATargetPerZoneAndTheSameOnesAgain) {
  const auto targets = prepare("m5.xlarge", cluster());
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  ASSERT_FALSE(targets->empty());
  EXPECT_THAT(*targets, Each(Field(&LaunchTarget::zone, StartsWith(kRegion))));
  EXPECT_THAT(*targets, Each(Field(&LaunchTarget::subnet, StartsWith("subnet-"))));
  EXPECT_THAT(*targets, Each(Field(&LaunchTarget::security_group, StartsWith("sg-"))));
  EXPECT_THAT(*targets, Each(Field(&LaunchTarget::key_pair, StartsWith("mayfly-"))));
  // The key and the groups are there now.
  PrepareSpec spec{.region = kRegion,
                   .instance_type = "m5.xlarge",
                   .cluster = cluster(),
                   .ssh_public_key = kKey};
  const auto again = answer_of<std::vector<LaunchTarget>>(
      [&](auto done) { fresh_.prepare(key_, spec, loop_, std::move(done)); });
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(*again, *targets);

  ClusterSpec named = cluster();
  named.subnet = targets->back().subnet;
  const auto one = prepare("m5.xlarge", named);
  ASSERT_TRUE(one.has_value()) << one.error().message;
  EXPECT_THAT(*one, SizeIs(1));
  EXPECT_EQ(one->front(), targets->back());
  named.subnet = "subnet-0123456789abcdef0";
  EXPECT_EQ(prepare("m5.xlarge", named).error().reaction, Reaction::fatal);
}

TEST_F(EmrOverMoto, AClusterLivesFromItsLaunchToItsEnd) {
  const auto launched = launch(spec_for("i-life", "r-life"));
  ASSERT_TRUE(launched.has_value()) << launched.error().message;
  const std::string id = launched->front().id;
  EXPECT_THAT(id, StartsWith("j-"));

  const auto found = look_up(fresh_, "r-life");
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_THAT(*found, SizeIs(1));
  const Instance& instance = found->front();
  EXPECT_EQ(instance.id, id);
  EXPECT_EQ(instance.state, InstanceState::running);
  EXPECT_THAT(instance.dns_name, HasSubstr("amazonaws.com"));
  EXPECT_THAT(instance.zone, StartsWith(kRegion));
  EXPECT_GT(instance.launched_at, Time{});
  EXPECT_EQ(instance.tags.at(tag::kInstallation), "i-life");
  EXPECT_THAT(*look_up(fresh_, "r-none"), IsEmpty());

  const auto listed = list(cloud_, "i-life");
  ASSERT_TRUE(listed.has_value()) << listed.error().message;
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().dns_name, instance.dns_name);
  EXPECT_EQ(listed->front().instance_type, "m5.xlarge");
  EXPECT_THAT(*list(cloud_, "i-other"), IsEmpty());

  const auto terminated = terminate({id});
  ASSERT_TRUE(terminated.has_value()) << terminated.error().message;
  for (EmrCloud* cloud : {&cloud_, &fresh_}) {
    const auto gone = list(*cloud, "i-life");
    ASSERT_TRUE(gone.has_value()) << gone.error().message;
    ASSERT_THAT(*gone, SizeIs(1));
    EXPECT_EQ(gone->front().state, InstanceState::terminated);
    EXPECT_TRUE(gone->front().state_since.has_value());
  }
  const auto ends = ended({id, "j-NONE"});
  ASSERT_TRUE(ends.has_value()) << ends.error().message;
  ASSERT_THAT(*ends, SizeIs(1));
  EXPECT_GE(ends->at(id), instance.launched_at);
  EXPECT_LE(ends->at(id), clock_.now());
}

TEST_F(EmrOverMoto, AClusterThatSomebodyProtectedIsEndedAllTheSame) {
  const auto launched = launch(spec_for("i-safe", "r-safe"));
  ASSERT_TRUE(launched.has_value()) << launched.error().message;
  const std::string id = launched->front().id;
  const auto done = somebody_calls(
      "SetTerminationProtection",
      {{"JobFlowIds", json::array{json::value(id)}}, {"TerminationProtected", true}});
  ASSERT_TRUE(done.has_value()) << done.error().message;
  const auto refused =
      somebody_calls("TerminateJobFlows", {{"JobFlowIds", json::array{json::value(id)}}});
  EXPECT_EQ(refused.error().reaction, Reaction::unprotect);

  const auto terminated = terminate({id});
  ASSERT_TRUE(terminated.has_value()) << terminated.error().message;
  EXPECT_EQ(list(cloud_, "i-safe")->front().state, InstanceState::terminated);
}

}  // namespace
}  // namespace mayfly::clouds
