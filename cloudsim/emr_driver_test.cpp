// The EMR driver against the simulator, over sockets; see drivers_test.cpp.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/thread_pool.hpp>
#include <future>

#include "clouds/aws/aws_cloud.h"
#include "clouds/emr/emr_cloud.h"
#include "core/thread_loop.h"
#include "doors.h"
#include "json/codec.h"
#include "json/parse.h"
#include "model/cluster.h"

namespace mayfly::cloudsim {
namespace {

using clouds::Cloud;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// A listing takes some of EMR's few calls, and those come back in the simulator's time.
constexpr int kClusterSpeed = 600;
constexpr Duration kClusterPatience = 60s;
constexpr char kAnnsKey[] =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl ann";

struct EmrDriver : testing::Test {
  EmrDriver() {
    http::ServerOptions options;
    options.port = 0;
    options.threads = 1;
    server_ =
        http::Server::start(
            options, [this](http::Request request) { return doors_.answer(std::move(request)); },
            [](int status, std::string_view) { return http::Response{.status = status}; })
            .value();
    url_ = "http://127.0.0.1:" + std::to_string(server_->port());
    emr_ = std::make_unique<clouds::EmrCloud>(pool_.get_executor(), *client_, clock_,
                                              clouds::EmrOptions{.endpoint = url_});
  }
  ~EmrDriver() override {
    server_->stop(1s);
    pool_.join();
  }

  using Instances = std::vector<Instance>;
  template <class T, class Start>
  CloudResult<T> wait(Start start) {
    std::promise<CloudResult<T>> answer;
    auto future = answer.get_future();
    start([&answer](CloudResult<T> result) { answer.set_value(std::move(result)); });
    if (future.wait_for(kClusterPatience) != std::future_status::ready) std::abort();
    return future.get();
  }
  static clouds::Credentials credentials() {
    return {.key_id = "k-1", .id = kAccessKeyId, .secret = Secret(kSecretAccessKey)};
  }
  static ClusterSpec wanted() {
    return {.nodes = 3,
            .release = "emr-6.15.0",
            .applications = {"Hadoop", "Spark", "Ganglia", "Zeppelin"},
            .idle_timeout = 24h};
  }
  CloudResult<std::vector<LaunchTarget>> prepare(ClusterSpec cluster) {
    return wait<std::vector<LaunchTarget>>([&](auto done) {
      emr_->prepare(credentials(),
                    {.region = "us-east-1",
                     .instance_type = "m5.xlarge",
                     .cluster = std::move(cluster),
                     .ssh_public_key = kAnnsKey},
                    loop_, std::move(done));
    });
  }
  CloudResult<Instances> launch(std::string name = "mayfly-r-1-1-0",
                                ClusterSpec cluster = wanted()) {
    auto targets = prepare(cluster);
    EXPECT_TRUE(targets) << targets.error().message;
    clouds::LaunchSpec spec{
        .region = "us-east-1",
        .instance_type = "m5.xlarge",
        .target = targets.value().at(0),
        .disk_gib = 32,
        .names = {std::move(name)},
        .tags = {{tag::kInstallation, "i-1"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "1"}},
        .cluster = std::move(cluster)};
    return wait<Instances>(
        [&](auto done) { emr_->launch(credentials(), std::move(spec), loop_, std::move(done)); });
  }
  CloudResult<Instances> list() {
    return wait<Instances>(
        [&](auto done) { emr_->list(credentials(), "us-east-1", "i-1", loop_, std::move(done)); });
  }
  CloudResult<Cloud::Terminated> terminate(std::vector<std::string> ids) {
    return wait<Cloud::Terminated>([&](auto done) {
      emr_->terminate(credentials(), "us-east-1", std::move(ids), loop_, std::move(done));
    });
  }
  // Lists every 20 s of the simulator's until the one cluster is in that state.
  Instance until(InstanceState state) {
    for (const Time end = clock_.now() + kClusterPatience; clock_.now() < end; pass(20s)) {
      const auto listed = list();
      EXPECT_TRUE(listed) << listed.error().message;
      if (listed && listed->size() == 1 && listed->front().state == state) return listed->front();
    }
    ADD_FAILURE() << "never came to be";
    return {};
  }
  void pass(Duration at_the_cloud) {
    std::promise<void> passed;
    loop_.post_at(clock_.now() + at_the_cloud / kClusterSpeed, [&] { passed.set_value(); });
    passed.get_future().wait();
  }
  void break_with(sim::FaultKind fault) {
    http::Call call;
    call.method = "POST";
    call.url = url_ + "/_sim/faults";
    call.body = fmt::format("{{\"faults\":[{{\"fault\":\"{}\",\"cloud\":\"emr\"}}]}}",
                            json::enum_name(fault));
    ASSERT_EQ(http::send_and_wait(call).value().status, 200);
  }
  json::value ledger() {
    http::Call call;
    call.url = url_ + "/_sim/ledger";
    return *json::parse(http::send_and_wait(call).value().body);
  }

  SystemClock clock_;
  Simulator simulator_{clock_, {.speed = kClusterSpeed, .seed = 9}};
  Doors doors_{simulator_};
  std::unique_ptr<http::Server> server_;
  std::string url_;
  ThreadLoop loop_;
  boost::asio::thread_pool pool_{1};
  std::unique_ptr<http::Client> client_ = http::make_curl_client();
  std::unique_ptr<Cloud> emr_;
};

TEST_F(EmrDriver, LaunchesFollowsAndEndsACluster) {
  const auto launched = launch();
  ASSERT_TRUE(launched) << launched.error().message;
  ASSERT_THAT(*launched, SizeIs(1));
  const std::string id = launched->front().id;
  EXPECT_EQ(launched->front().state, InstanceState::pending);
  const Instance running = until(InstanceState::running);
  EXPECT_EQ(running.id, id);
  EXPECT_EQ(running.name, "mayfly-r-1-1-0");
  EXPECT_EQ(running.tags.at(tag::kReservation), "r-1");
  EXPECT_THAT(running.dns_name, HasSubstr("amazonaws.com"));
  const auto ended = terminate({id});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_THAT(ended->not_found, IsEmpty());
  const Instance over = until(InstanceState::terminated);
  EXPECT_EQ(over.ended_means, std::nullopt) << "it was asked for";
  const json::value entry = ledger().at(0);
  EXPECT_EQ(entry.at("nodes").as_int64(), 3);
  EXPECT_EQ(entry.at("billed_from").as_string(), to_string(over.launched_at));
  EXPECT_EQ(entry.at("billed_until").as_string(), to_string(over.state_since.value()));
  const auto ends = wait<std::map<std::string, Time>>(
      [&](auto done) { emr_->ended(credentials(), "us-east-1", {id}, loop_, std::move(done)); });
  EXPECT_EQ(ends.value().at(id), over.state_since);
}

TEST_F(EmrDriver, FindsAClusterByItsNameAfterALostAnswer) {
  ASSERT_TRUE(prepare(wanted()));
  break_with(sim::FaultKind::server_error_after);
  EXPECT_EQ(launch().error().reaction, Reaction::ambiguous);
  break_with(sim::FaultKind::duplicate_droplet);  // which never strikes here
  pass(1min);
  const auto found = wait<Instances>([&](auto done) {
    emr_->look_up(credentials(), {.region = "us-east-1", .tags = {}, .names = {"mayfly-r-1-1-0"}},
                  loop_, std::move(done));
  });
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(*found, SizeIs(1));
}

TEST_F(EmrDriver, ReadsWhyAClusterDiedAfterItWasAccepted) {
  break_with(sim::FaultKind::capacity);
  ASSERT_TRUE(launch());
  const Instance gone = until(InstanceState::terminated);
  EXPECT_EQ(gone.ended_means, Reaction::next_zone);
  EXPECT_THAT(gone.state_reason, HasSubstr("EC2 is out of capacity"));
}

TEST_F(EmrDriver, SaysWhatMakesTheMissingRoles) {
  break_with(sim::FaultKind::missing_roles);
  const auto refused = launch();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reaction, Reaction::fatal);
  EXPECT_THAT(refused.error().message, HasSubstr("aws emr create-default-roles"));
}

TEST_F(EmrDriver, OpensThePagesToOneNetwork) {
  ClusterSpec open = wanted();
  open.open_to = "203.0.113.0/24";
  ASSERT_TRUE(launch("mayfly-r-1-1-0", open));
  EXPECT_EQ(until(InstanceState::running).state, InstanceState::running);
}

TEST_F(EmrDriver, EndsOthersWhenOneIdIsUnknown) {
  const std::string id = launch().value().at(0).id;
  pass(1min);
  const auto ended = terminate({"j-UNKNOWN00000", id});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_THAT(ended->not_found, ElementsAre("j-UNKNOWN00000"));
  until(InstanceState::terminated);
}

// Nodes carry their cluster's tags; whoever took them for machines would end them.
TEST_F(EmrDriver, TheDriverOfMachinesLeavesNodesAlone) {
  ASSERT_TRUE(launch());
  until(InstanceState::running);
  clouds::AwsCloud machines(pool_.get_executor(), *client_, clock_,
                            clouds::AwsOptions{.endpoint = url_});
  const auto listed = wait<Instances>(
      [&](auto done) { machines.list(credentials(), "us-east-1", "i-1", loop_, std::move(done)); });
  ASSERT_TRUE(listed) << listed.error().message;
  EXPECT_THAT(*listed, IsEmpty());
}

}  // namespace
}  // namespace mayfly::cloudsim
