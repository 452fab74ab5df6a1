// Our AWS driver over real HTTP against moto, an AWS that others wrote, which checks every
// signature and permission. Start it with with_moto.sh. What moto cannot show (idempotent launches,
// capacity, throttling, states that take time) is the simulation's business.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <future>
#include <thread>

#include "clouds/aws/aws_cloud.h"
#include "clouds/user_data.h"
#include "core/thread_loop.h"
#include "http/client.h"

namespace mayfly::clouds {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  if (!value)
    ADD_FAILURE() << name << " is not set: start this program with tests/interop/with_moto.sh";
  return value ? value : "";
}

class AwsOverMoto : public ::testing::Test {
 protected:
  AwsOverMoto() : thread_([this] { context_.run(); }) {}
  ~AwsOverMoto() override {
    work_.reset();
    thread_.join();
  }

  template <class T, class Start>
  CloudResult<T> answer_of(Start start) {
    std::promise<CloudResult<T>> promise;
    start([&promise](CloudResult<T> result) { promise.set_value(std::move(result)); });
    return promise.get_future().get();
  }

  CloudResult<Identity> check(const Credentials& key) {
    return answer_of<Identity>([&](auto done) { cloud_.check(key, loop_, std::move(done)); });
  }
  CloudResult<Examination> examine(const Credentials& key, const std::string& region = kRegion) {
    return answer_of<Examination>(
        [&](auto done) { cloud_.examine(key, region, loop_, std::move(done)); });
  }
  CloudResult<std::vector<LaunchTarget>> prepare(const std::string& type) {
    PrepareSpec spec{.region = kRegion,
                     .instance_type = type,
                     .arch = Arch::x86_64,
                     .image = "amazon-linux-2023"};
    return answer_of<std::vector<LaunchTarget>>(
        [&](auto done) { cloud_.prepare(key_, spec, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> launch(const LaunchSpec& spec) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.launch(key_, spec, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> look_up(const std::string& reservation) {
    Cloud::LookUp what{.region = kRegion,
                       .tags = {{tag::kReservation, reservation}, {tag::kAttempt, "1"}},
                       .names = {}};
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.look_up(key_, what, loop_, std::move(done)); });
  }
  CloudResult<std::vector<Instance>> list(const std::string& installation) {
    return answer_of<std::vector<Instance>>(
        [&](auto done) { cloud_.list(key_, kRegion, installation, loop_, std::move(done)); });
  }
  CloudResult<Cloud::Terminated> terminate(const std::vector<std::string>& ids) {
    return answer_of<Cloud::Terminated>(
        [&](auto done) { cloud_.terminate(key_, kRegion, ids, loop_, std::move(done)); });
  }

  CloudResult<std::map<std::string, Time>> ended(const std::vector<std::string>& ids) {
    return answer_of<std::map<std::string, Time>>(
        [&](auto done) { cloud_.ended(key_, kRegion, ids, loop_, std::move(done)); });
  }

  LaunchSpec spec_for(const std::string& installation, const std::string& reservation, int count) {
    LaunchSpec spec{.region = kRegion,
                    .instance_type = "t3.micro",
                    .target = {},
                    .disk_gib = 25,
                    .names = {},
                    .token = "token-" + reservation,
                    .user_data = render_user_data(
                        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample ann", "#!/bin/sh\nls\n"),
                    .tags = {{tag::kInstallation, installation},
                             {tag::kReservation, reservation},
                             {tag::kAttempt, "1"}}};
    for (int i = 0; i < count; ++i)
      spec.names.push_back("mayfly-" + reservation + "-1-" + std::to_string(i));
    const auto targets = prepare("t3.micro");
    EXPECT_TRUE(targets.has_value()) << targets.error().message;
    if (targets) spec.target = targets->front();
    return spec;
  }

  static constexpr char kRegion[] = "eu-west-1";
  SystemClock clock_;
  boost::asio::io_context context_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      context_.get_executor()};
  std::unique_ptr<http::Client> http_ = http::make_curl_client();
  ThreadLoop loop_;
  AwsCloud cloud_{context_.get_executor(),
                  *http_,
                  clock_,
                  {.endpoint = environment("MAYFLY_MOTO_URL"), .page_size = 5}};
  Credentials key_{.key_id = "k-1",
                   .id = environment("MAYFLY_MOTO_KEY_ID"),
                   .secret = Secret(environment("MAYFLY_MOTO_SECRET")),
                   .session_token = {},
                   .region = kRegion};
  std::thread thread_;
};

std::vector<std::string> ids_of(const std::vector<Instance>& instances) {
  std::vector<std::string> ids;
  for (const Instance& instance : instances) ids.push_back(instance.id);
  return ids;
}

TEST_F(AwsOverMoto, TheDocumentedPolicyIsEnoughForACheck) {
  const auto identity = check(key_);
  ASSERT_TRUE(identity.has_value()) << identity.error().message;
  EXPECT_EQ(identity->account, "123456789012");
  EXPECT_EQ(identity->name, "arn:aws:iam::123456789012:user/mayfly");
  EXPECT_THAT(identity->regions, Contains("us-east-1"));
  EXPECT_THAT(identity->regions, Contains(kRegion));
}

TEST_F(AwsOverMoto, AWrongSecretIsARefusedKey) {
  key_.secret = Secret("wrong");
  const auto identity = check(key_);
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().reaction, Reaction::key_refused);
  EXPECT_EQ(identity.error().code, "SignatureDoesNotMatch");
  const auto found = list("i-none");
  ASSERT_FALSE(found.has_value());
  EXPECT_EQ(found.error().reaction, Reaction::key_refused);
  EXPECT_EQ(found.error().code, "AuthFailure") << "EC2's own word for it";
}

TEST_F(AwsOverMoto, AnUnknownKeyIsARefusedKey) {
  key_.id = "AKIAIOSFODNN7EXAMPLE";
  const auto identity = check(key_);
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().reaction, Reaction::key_refused);
  EXPECT_EQ(identity.error().code, "InvalidClientTokenId");
}

TEST_F(AwsOverMoto, AKeyWithoutRightsSkipsTheCloudAndSaysWhich) {
  key_.id = environment("MAYFLY_MOTO_POWERLESS_KEY_ID");
  key_.secret = Secret(environment("MAYFLY_MOTO_POWERLESS_SECRET"));
  const auto identity = check(key_);
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().reaction, Reaction::skip_cloud);
  EXPECT_THAT(identity.error().message, HasSubstr("must allow ec2:DescribeRegions"));
}

std::vector<std::string> checks_with(FindingOutcome outcome, const Examination& examination) {
  std::vector<std::string> checks;
  for (const Finding& finding : examination.findings) {
    if (finding.outcome == outcome) checks.push_back(finding.check);
  }
  return checks;
}

const Finding& named(const Examination& examination, std::string_view check) {
  const auto row = std::ranges::find(examination.findings, check, &Finding::check);
  if (row == examination.findings.end()) throw std::runtime_error("no such finding");
  return *row;
}

// Moto has a default network everywhere and of EMR's roles only that of the nodes; it knows no
// quotas of EC2.
TEST_F(AwsOverMoto, TheDoctorFindsWhatIsThereAndWhatIsMissing) {
  const auto launched = launch(spec_for("i-doctor", "r-doctor", 1));
  ASSERT_TRUE(launched.has_value()) << launched.error().message;
  const auto found = examine(key_);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_THAT(checks_with(FindingOutcome::missing, *found), ElementsAre("emr_service_role"));
  EXPECT_EQ(named(*found, "emr_service_role").remedy, "aws emr create-default-roles");
  EXPECT_THAT(checks_with(FindingOutcome::unknown, *found),
              ElementsAre("vcpu_quota", "change_clusters"));
  EXPECT_THAT(named(*found, "vcpu_quota").detail, HasSubstr("NoSuchResource"));
  EXPECT_THAT(checks_with(FindingOutcome::warning, *found), ElementsAre());
  const auto listed = list("i-doctor");
  ASSERT_TRUE(listed.has_value());
  ASSERT_THAT(*listed, SizeIs(1));
  EXPECT_EQ(listed->front().state, InstanceState::running) << "a dry run ended it";
  EXPECT_TRUE(terminate(ids_of(*launched)).has_value());
}

TEST_F(AwsOverMoto, TheDoctorSaysThatARegionIsNotThere) {
  const auto found = examine(key_, "mars-north-1");
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_THAT(checks_with(FindingOutcome::missing, *found), ElementsAre("region"));
}

TEST_F(AwsOverMoto, TheDoctorNamesTheRightsThatAKeyLacks) {
  key_.id = environment("MAYFLY_MOTO_POWERLESS_KEY_ID");
  key_.secret = Secret(environment("MAYFLY_MOTO_POWERLESS_SECRET"));
  const auto found = examine(key_);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_EQ(named(*found, "identity").outcome, FindingOutcome::ok);
  for (const char* check : {"region", "image", "instance_types", "network", "list_machines",
                            "launch", "key_pair", "emr"}) {
    EXPECT_EQ(named(*found, check).outcome, FindingOutcome::missing) << check;
    EXPECT_THAT(named(*found, check).remedy.value_or(""),
                HasSubstr("mayfly keys doctor aws --policy"));
  }
  for (const char* check : {"vcpu_quota", "emr_service_role", "emr_instance_profile"}) {
    EXPECT_EQ(named(*found, check).outcome, FindingOutcome::unknown) << check;
  }
}

TEST_F(AwsOverMoto, TheDoctorTellsAWrongSecretFromAMissingRight) {
  key_.secret = Secret("wrong");
  const auto found = examine(key_);
  ASSERT_TRUE(found.has_value()) << found.error().message;
  EXPECT_THAT(checks_with(FindingOutcome::missing, *found), ElementsAre("identity"));
}

TEST_F(AwsOverMoto, PreparesATargetPerZoneWithTheSharedGroup) {
  const auto targets = prepare("t3.micro");
  ASSERT_TRUE(targets.has_value()) << targets.error().message;
  ASSERT_FALSE(targets->empty());
  for (const LaunchTarget& target : *targets) {
    EXPECT_THAT(target.zone, StartsWith(kRegion));
    EXPECT_THAT(target.subnet, StartsWith("subnet-"));
    EXPECT_THAT(target.security_group, StartsWith("sg-"));
    EXPECT_THAT(target.image, StartsWith("ami-"));
    EXPECT_THAT(target.root_device, StartsWith("/dev/"));
  }
  // A second driver has no memory, and finds the group that the first one made.
  AwsCloud fresh(context_.get_executor(), *http_, clock_,
                 {.endpoint = environment("MAYFLY_MOTO_URL"), .page_size = 5});
  PrepareSpec spec{.region = kRegion,
                   .instance_type = "t3.micro",
                   .arch = Arch::x86_64,
                   .image = "amazon-linux-2023"};
  const auto again = answer_of<std::vector<LaunchTarget>>(
      [&](auto done) { fresh.prepare(key_, spec, loop_, std::move(done)); });
  ASSERT_TRUE(again.has_value()) << again.error().message;
  EXPECT_EQ(*again, *targets);
}

TEST_F(AwsOverMoto, ATypeThatIsNotSoldLeadsToTheNextOffer) {
  const auto targets = prepare("z9.huge");
  ASSERT_FALSE(targets.has_value());
  EXPECT_EQ(targets.error().reaction, Reaction::next_offer);
}

TEST_F(AwsOverMoto, MachinesLiveFromLaunchToTermination) {
  const auto launched = launch(spec_for("i-life", "r-life", 2));
  ASSERT_TRUE(launched.has_value()) << launched.error().message;
  ASSERT_THAT(*launched, SizeIs(2));
  EXPECT_EQ((*launched)[0].name, "mayfly-r-life-1-0");
  EXPECT_EQ((*launched)[1].name, "mayfly-r-life-1-1");

  const auto found = look_up("r-life");
  ASSERT_TRUE(found.has_value()) << found.error().message;
  ASSERT_THAT(*found, SizeIs(2));
  for (const Instance& instance : *found) {
    EXPECT_EQ(instance.state, InstanceState::running);
    EXPECT_FALSE(instance.public_ip.empty());
    EXPECT_FALSE(instance.private_ip.empty());
    EXPECT_EQ(instance.instance_type, "t3.micro");
    EXPECT_GT(instance.launched_at, Time{});
    EXPECT_EQ(instance.tags.at(tag::kInstallation), "i-life");
    EXPECT_EQ(instance.tags.at(tag::kReservation), "r-life");
  }
  EXPECT_EQ((*found)[1].name, "mayfly-r-life-1-1");

  const std::vector<std::string> ids = ids_of(*launched);
  const auto ended = terminate({ids[0], "i-0123456789abcdef0", ids[1]});
  ASSERT_TRUE(ended.has_value()) << ended.error().message;
  EXPECT_THAT(ended->not_found, ElementsAre("i-0123456789abcdef0"));

  const auto listed = list("i-life");
  ASSERT_TRUE(listed.has_value()) << listed.error().message;
  ASSERT_THAT(*listed, SizeIs(2));
  for (const Instance& instance : *listed) EXPECT_EQ(instance.state, InstanceState::terminated);

  const auto ends = this->ended({ids[0], "i-0123456789abcdef0", ids[1]});
  ASSERT_TRUE(ends.has_value()) << ends.error().message;
  ASSERT_THAT(*ends, SizeIs(2));
  EXPECT_GE(ends->at(ids[0]), (*listed)[0].launched_at);
  EXPECT_LE(ends->at(ids[1]), clock_.now());
}

TEST_F(AwsOverMoto, AListingHasEveryPageAndNothingOfOthers) {
  std::vector<std::string> mine;
  for (int i = 0; i < 7; ++i) {
    const auto launched = launch(spec_for("i-pages", "r-page-" + std::to_string(i), 1));
    ASSERT_TRUE(launched.has_value()) << launched.error().message;
    mine.push_back(launched->front().id);
  }
  const auto other = launch(spec_for("i-other", "r-other", 1));
  ASSERT_TRUE(other.has_value());
  const auto listed = list("i-pages");
  ASSERT_TRUE(listed.has_value()) << listed.error().message;
  EXPECT_THAT(ids_of(*listed), ::testing::UnorderedElementsAreArray(mine));
  EXPECT_TRUE(terminate(mine).has_value());
  EXPECT_TRUE(terminate({other->front().id}).has_value());
}

TEST_F(AwsOverMoto, AServerThatIsNotThereIsUnreachable) {
  AwsCloud nobody(context_.get_executor(), *http_, clock_,
                  {.endpoint = "http://127.0.0.1:9", .page_size = 5});
  const auto identity =
      answer_of<Identity>([&](auto done) { nobody.check(key_, loop_, std::move(done)); });
  ASSERT_FALSE(identity.has_value());
  EXPECT_EQ(identity.error().code, "Unreachable");
  EXPECT_EQ(identity.error().reaction, Reaction::again);
}

}  // namespace
}  // namespace mayfly::clouds
