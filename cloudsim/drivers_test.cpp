// The product's drivers against the simulator, over sockets: what was proved about the engine with
// SimCloud holds for the drivers if they and SimCloud say the same about the same world.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/thread_pool.hpp>
#include <future>

#include "clouds/aws/aws_cloud.h"
#include "clouds/digitalocean/digitalocean_cloud.h"
#include "core/thread_loop.h"
#include "doors.h"
#include "json/codec.h"
#include "json/parse.h"
#include "json/print.h"

namespace mayfly::cloudsim {
namespace {

using clouds::Cloud;
using clouds::Credentials;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

constexpr int kSpeed = 1000;
constexpr Duration kPatience = 60s;

struct Drivers : testing::TestWithParam<const char*> {
  Drivers() {
    http::ServerOptions options;
    options.port = 0;
    options.threads = 1;
    server_ =
        http::Server::start(
            options, [this](http::Request request) { return doors_.answer(std::move(request)); },
            [](int status, std::string_view) { return http::Response{.status = status}; })
            .value();
    const std::string url = "http://127.0.0.1:" + std::to_string(server_->port());
    if (aws()) {
      cloud_ =
          std::make_unique<clouds::AwsCloud>(pool_.get_executor(), *client_, clock_,
                                             clouds::AwsOptions{.endpoint = url, .page_size = 5});
    } else {
      cloud_ = std::make_unique<clouds::DigitalOceanCloud>(
          pool_.get_executor(), *client_, clock_, clouds::DigitalOceanOptions{.endpoint = url});
    }
    control_.url = url;
  }
  ~Drivers() override {
    server_->stop(1s);
    pool_.join();
  }

  bool aws() const { return std::string_view(GetParam()) == "aws"; }
  std::string region() const { return aws() ? "us-east-1" : "nyc3"; }
  std::string type() const { return aws() ? "t3.small" : "s-1vcpu-2gb"; }
  static Credentials credentials(std::string secret = {}) {
    const bool is_aws = std::string_view(GetParam()) == "aws";
    if (secret.empty()) secret = is_aws ? kSecretAccessKey : kDigitalOceanToken;
    return {.key_id = "k-1", .id = is_aws ? kAccessKeyId : "", .secret = Secret(secret)};
  }

  template <class T, class Start>
  CloudResult<T> wait(Start start) {
    std::promise<CloudResult<T>> answer;
    auto future = answer.get_future();
    start([&answer](CloudResult<T> result) { answer.set_value(std::move(result)); });
    if (future.wait_for(kPatience) != std::future_status::ready) std::abort();  // `answer` is gone
    return future.get();
  }
  using Instances = std::vector<Instance>;

  CloudResult<clouds::Identity> check(const Credentials& with) {
    return wait<clouds::Identity>([&](auto done) { cloud_->check(with, loop_, std::move(done)); });
  }
  clouds::LaunchSpec spec(std::vector<std::string> names = {"mayfly-r-1-1-0", "mayfly-r-1-1-1"}) {
    auto targets = wait<std::vector<LaunchTarget>>([&](auto done) {
      cloud_->prepare(credentials(),
                      {.region = region(), .instance_type = type(), .image = "ubuntu-24.04"}, loop_,
                      std::move(done));
    });
    EXPECT_TRUE(targets) << targets.error().message;
    return {.region = region(),
            .instance_type = type(),
            .target = targets.value().at(0),
            .disk_gib = 25,
            .names = std::move(names),
            .token = "token-1",
            .user_data = "#!/bin/sh\n",
            .tags = {
                {tag::kInstallation, "i-1"}, {tag::kReservation, "r-1"}, {tag::kAttempt, "r-1-1"}}};
  }
  CloudResult<Instances> launch(const clouds::LaunchSpec& wanted) {
    return wait<Instances>(
        [&](auto done) { cloud_->launch(credentials(), wanted, loop_, std::move(done)); });
  }
  CloudResult<Instances> list() {
    return wait<Instances>([&](auto done) {
      cloud_->list(credentials(), aws() ? region() : "", "i-1", loop_, std::move(done));
    });
  }
  CloudResult<Cloud::Terminated> terminate(std::vector<std::string> ids) {
    return wait<Cloud::Terminated>([&](auto done) {
      cloud_->terminate(credentials(), region(), std::move(ids), loop_, std::move(done));
    });
  }
  CloudResult<std::map<std::string, Time>> ended(std::vector<std::string> ids) {
    return wait<std::map<std::string, Time>>([&](auto done) {
      cloud_->ended(credentials(), region(), std::move(ids), loop_, std::move(done));
    });
  }
  // Lists until it is as wanted; the clouds' minutes are our fractions of a second.
  template <class Wanted>
  Instances list_until(Wanted wanted) {
    for (const Time end = clock_.now() + kPatience; clock_.now() < end;) {
      auto instances = list();
      EXPECT_TRUE(instances) << instances.error().message;
      if (instances && wanted(*instances)) return *std::move(instances);
      pass(10s);
    }
    ADD_FAILURE() << "never came to be";
    return {};
  }
  void pass(Duration at_the_clouds) {
    std::promise<void> passed;
    loop_.post_at(clock_.now() + at_the_clouds / kSpeed, [&] { passed.set_value(); });
    passed.get_future().wait();
  }
  void break_with(const sim::FaultPlan& plan) {
    http::Call call = control_;
    call.method = "POST";
    call.url += "/_sim/faults";
    call.body = json::print(json::encode(plan));
    ASSERT_EQ(http::send_and_wait(call).value().status, 200);
  }
  static bool all_run(const Instances& instances) {
    return instances.size() >= 2 && std::ranges::all_of(instances, [](const Instance& instance) {
             return instance.state == InstanceState::running && !instance.public_ip.empty();
           });
  }
  static bool none_lives(const Instances& instances) {
    return std::ranges::all_of(instances, [](const Instance& instance) {
      return instance.state == InstanceState::terminated;
    });
  }

  SystemClock clock_;
  Simulator simulator_{clock_, {.speed = kSpeed, .seed = 9}};
  Doors doors_{simulator_};
  std::unique_ptr<http::Server> server_;
  ThreadLoop loop_;
  boost::asio::thread_pool pool_{1};
  std::unique_ptr<http::Client> client_ = http::make_curl_client();
  std::unique_ptr<Cloud> cloud_;
  http::Call control_;
};

INSTANTIATE_TEST_SUITE_P(Clouds, Drivers, testing::Values("aws", "digitalocean"));

TEST_P(Drivers, CheckGoodAndBadKeys) {
  const auto identity = check(credentials());
  ASSERT_TRUE(identity) << identity.error().message;
  EXPECT_EQ(identity->regions.size(), aws() ? 32u : 13u);
  const auto refused = check(credentials("wrong"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reaction, Reaction::key_refused);
}

TEST_P(Drivers, LaunchListAndEndMachines) {
  const auto launched = launch(spec());
  ASSERT_TRUE(launched) << launched.error().message;
  ASSERT_THAT(*launched, SizeIs(2));
  EXPECT_EQ((*launched)[0].name, "mayfly-r-1-1-0");
  const Instances running = list_until(all_run);
  std::vector<std::string> names;
  for (const Instance& instance : running) {
    names.push_back(instance.name);
    EXPECT_EQ(instance.region, region());
    EXPECT_EQ(instance.instance_type, type());
    EXPECT_EQ(instance.tags.at(tag::kReservation), "r-1");
    EXPECT_LE(instance.launched_at, clock_.now());
  }
  EXPECT_THAT(names, UnorderedElementsAre("mayfly-r-1-1-0", "mayfly-r-1-1-1"));
  const auto ended = terminate({running[0].id, running[1].id});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_THAT(ended->not_found, IsEmpty());
  list_until(none_lives);
}

TEST_P(Drivers, KnowTheSecondsOfTheInvoice) {
  ASSERT_TRUE(launch(spec()));
  const Instances running = list_until(all_run);
  const std::vector<std::string> ids{running[0].id, running[1].id};
  EXPECT_THAT(ended(ids).value(), IsEmpty());
  ASSERT_TRUE(terminate(ids));
  list_until(none_lives);
  const std::map<std::string, Time> ends = ended(ids).value();
  http::Call asking = control_;
  asking.url += "/_sim/ledger";
  const json::value invoice = *json::parse(http::send_and_wait(asking).value().body);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto entry = std::ranges::find(invoice.as_array(), running[i].id, [](const auto& row) {
      return std::string(row.at("id").as_string());
    });
    ASSERT_NE(entry, invoice.as_array().end());
    EXPECT_EQ(to_string(running[i].launched_at), entry->at("billed_from").as_string());
    ASSERT_TRUE(ends.contains(running[i].id));
    EXPECT_EQ(to_string(ends.at(running[i].id)), entry->at("billed_until").as_string());
  }
}

TEST_P(Drivers, ListAllPages) {
  clouds::LaunchSpec many = spec();
  many.names.clear();
  for (int i = 0; i < 9; ++i) many.names.push_back("mayfly-r-1-1-" + std::to_string(i));
  ASSERT_TRUE(launch(many));
  list_until([](const Instances& instances) { return instances.size() == 9; });
}

TEST_P(Drivers, EndOthersWhenOneIdIsUnknown) {
  ASSERT_TRUE(launch(spec()));
  const Instances running = list_until(all_run);
  const std::string unknown = aws() ? "i-0ffffffffffffffff" : "17";
  const auto ended = terminate({running[0].id, unknown, running[1].id});
  ASSERT_TRUE(ended) << ended.error().message;
  EXPECT_THAT(ended->not_found, ElementsAre(unknown));
  list_until(none_lives);
}

TEST_P(Drivers, RepeatingALaunchIsSafeOnlyWithTokens) {
  const auto wanted = spec({"mayfly-r-1-1-0"});
  ASSERT_TRUE(launch(wanted));
  ASSERT_TRUE(launch(wanted));
  pass(1min);
  EXPECT_THAT(list().value(), SizeIs(aws() ? 1 : 2));
}

TEST_P(Drivers, LookUpByTagOrName) {
  ASSERT_TRUE(launch(spec()));
  pass(1min);
  const auto found = wait<Instances>([&](auto done) {
    cloud_->look_up(
        credentials(),
        {.region = region(), .tags = {{tag::kReservation, "r-1"}}, .names = {"mayfly-r-1-1-0"}},
        loop_, std::move(done));
  });
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_THAT(*found, SizeIs(2));
}

TEST_P(Drivers, UnderstandRefusals) {
  const auto wanted = spec();
  break_with(sim::FaultPlan{}.with(sim::FaultKind::capacity, 1000));
  EXPECT_EQ(launch(wanted).error().reaction, aws() ? Reaction::next_zone : Reaction::next_offer);
  break_with(sim::FaultPlan{}.with(sim::FaultKind::quota, 1000));
  EXPECT_EQ(launch(wanted).error().reaction, aws() ? Reaction::skip_quota : Reaction::skip_cloud);
  break_with(sim::FaultPlan{}.with(sim::FaultKind::throttle, 1000));
  EXPECT_EQ(launch(wanted).error().reaction, Reaction::again);
  break_with(sim::FaultPlan{}.with(sim::FaultKind::unauthorized_for_a_while, 1000));
  EXPECT_EQ(launch(wanted).error().reaction, Reaction::key_refused);
}

TEST_P(Drivers, KnowThatAServerErrorMayHideSuccess) {
  const auto wanted = spec();
  break_with(sim::FaultPlan{}.with(sim::FaultKind::server_error_after, 1000));
  EXPECT_EQ(launch(wanted).error().reaction, Reaction::ambiguous);
  break_with({});
  list_until([](const Instances& instances) { return instances.size() == 2; });
}

}  // namespace
}  // namespace mayfly::cloudsim
