#include "engine/pacer.h"

#include <gtest/gtest.h>

#include <array>

#include "core/manual_loop.h"
#include "core/random.h"

namespace mayfly::engine {
namespace {

using clouds::Operation;

// Nothing is asked of it but its limits.
class LimitedCloud final : public clouds::Cloud {
 public:
  LimitedCloud(std::string name, const clouds::RateLimits& limits)
      : name_(std::move(name)), limits_(limits) {}
  std::string_view name() const override { return name_; }
  const CloudTraits& traits() const override { return traits_; }
  const clouds::RateLimits& limits() const override { return limits_; }
  std::optional<clouds::Allowance> allowance(const std::string&) const override { return left; }

  void check(const clouds::Credentials&, Loop&, Done<CloudResult<clouds::Identity>>) override {}
  void prepare(const clouds::Credentials&, clouds::PrepareSpec, Loop&,
               Done<CloudResult<std::vector<LaunchTarget>>>) override {}
  void launch(const clouds::Credentials&, clouds::LaunchSpec, Loop&,
              Done<CloudResult<std::vector<Instance>>>) override {}
  void look_up(const clouds::Credentials&, LookUp, Loop&,
               Done<CloudResult<std::vector<Instance>>>) override {}
  void list(const clouds::Credentials&, std::string, std::string, Loop&,
            Done<CloudResult<std::vector<Instance>>>) override {}
  void terminate(const clouds::Credentials&, std::string, std::vector<std::string>, Loop&,
                 Done<CloudResult<Terminated>>) override {}

  std::optional<clouds::Allowance> left;

 private:
  std::string name_;
  const clouds::RateLimits& limits_;
  CloudTraits traits_;
};

// One call a second for everything but lists, which have a second limit of their own.
constexpr std::array kTestLimits{
    clouds::RateLimit{.name = "all", .burst = 5, .refill = 1, .told = true},
    clouds::RateLimit{.name = "lists", .burst = 5, .refill = 1, .every = 10s},
};
constexpr std::array kTestCharges{
    clouds::Charge{.operation = Operation::terminate, .limit = 0, .fixed = 1},
    clouds::Charge{.operation = Operation::look_up, .limit = 0, .per_machine = 1},
    clouds::Charge{.operation = Operation::list, .limit = 0, .machines_per_page = 10},
    clouds::Charge{.operation = Operation::list, .limit = 1, .machines_per_page = 10},
    clouds::Charge{.operation = Operation::launch, .limit = 0, .fixed = 1},
};
constexpr clouds::RateLimits kTest{.limits = kTestLimits, .charges = kTestCharges};

CloudFailure throttle_failure(std::optional<Duration> retry_after = {}) {
  return {.reaction = Reaction::again,
          .code = "RequestLimitExceeded",
          .message = "too many",
          .retry_after = retry_after};
}

class PacerTest : public testing::Test {
 protected:
  struct Made {
    std::string name;
    Time at;
  };

  // Takes its turn, is noted, and finishes as told `takes` later; kNever: not at all.
  void ask(Operation operation, std::string name, Duration takes = 10ms, Outcome outcome = {},
           std::int64_t machines = 1, const std::string& cloud = "test",
           const std::string& region = "r1", const std::string& key = "k") {
    pacer.run({.key = key,
               .cloud = cloud,
               .region = region,
               .operation = operation,
               .machines = machines,
               .reservation = name},
              [this, name, takes, outcome](Pacer::Finish finish) {
                made.push_back({name, loop.now()});
                loop.post_at(loop.now() + takes,
                             [finish = std::move(finish), outcome]() mutable { finish(outcome); });
              });
  }
  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const Made& one : made) all.push_back(one.name);
    return all;
  }
  std::size_t count(std::string_view prefix) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(made, [&](const Made& one) { return one.name.starts_with(prefix); }));
  }
  Pacer::Use use(const char* operation, const char* cloud = "test") {
    return pacer.use().at({cloud, operation});
  }

  ManualLoop loop;
  LimitedCloud test{"test", kTest};
  LimitedCloud aws{"aws", clouds::aws_limits()};
  LimitedCloud digitalocean{"digitalocean", clouds::digitalocean_limits()};
  LimitedCloud free{"free", clouds::no_limits()};
  std::map<std::string, clouds::Cloud*> clouds{
      {"test", &test}, {"aws", &aws}, {"digitalocean", &digitalocean}, {"free", &free}};
  Pacer pacer{loop, clouds};
  std::vector<Made> made;
};

TEST_F(PacerTest, MakesACallAtOnceWhenItMay) {
  ask(Operation::terminate, "t");
  EXPECT_EQ(made.size(), 1u);
}

TEST_F(PacerTest, IsFirstComeFirstServedWithinAnOperation) {
  for (int i = 0; i < 20; ++i) ask(Operation::launch, "l" + std::to_string(100 + i));
  loop.pass(1min);
  ASSERT_EQ(made.size(), 20u);
  EXPECT_TRUE(std::ranges::is_sorted(names()));
  EXPECT_EQ(made.back().at - made.front().at, Duration(19s)) << "one a second";
  EXPECT_EQ(pacer.waiting(), 0u);
}

TEST_F(PacerTest, LetsOnlySoManyCallsOutAtOnce) {
  for (int i = 0; i < 20; ++i)
    ask(Operation::launch, "l", i < kCallsUnderWay ? 1h : 10ms, {}, 1, "free");
  EXPECT_EQ(made.size(), static_cast<std::size_t>(kCallsUnderWay));
  ask(Operation::launch, "other region", 10ms, {}, 1, "free", "r2");
  EXPECT_EQ(made.size(), kCallsUnderWay + 1u) << "lanes do not hold each other up";
  loop.pass(2h);
  EXPECT_EQ(made.size(), 21u);
}

TEST_F(PacerTest, NeverTakesMoreThanItsShareInAnyWindow) {
  SeededRandom random(3);
  constexpr std::array kKinds{Operation::launch, Operation::terminate};
  std::map<Operation, std::vector<std::pair<Time, std::int64_t>>> taken;
  for (int i = 0; i < 400; ++i) {
    const Operation kind = kKinds[random.below(2)];
    const auto machines = static_cast<std::int64_t>(1 + random.below(100));
    pacer.run({.key = "k", .cloud = "aws", .region = "r1", .operation = kind, .machines = machines},
              [&, kind, machines](Pacer::Finish finish) {
                taken[kind].emplace_back(loop.now(), machines);
                loop.post_at(
                    loop.now() + Duration{static_cast<std::int64_t>(random.below(500'000))},
                    [finish = std::move(finish)]() mutable { finish({}); });
              });
    loop.pass(Duration{static_cast<std::int64_t>(random.below(3'000'000))});
  }
  loop.pass(10h);
  struct Most {
    Operation operation;
    std::int64_t calls, calls_a_second, machines, machines_a_second;
  };
  for (const Most& most :
       {Most{Operation::launch, 2, 1, 500, 1}, Most{Operation::terminate, 40, 4, 800, 16}}) {
    const auto& all = taken[most.operation];
    ASSERT_GT(all.size(), 100u);
    for (std::size_t first = 0; first < all.size(); ++first) {
      std::int64_t machines = 0;
      for (std::size_t last = first; last < all.size(); ++last) {
        machines += all[last].second;
        const std::int64_t span = (all[last].first - all[first].first).count();
        const auto calls = static_cast<std::int64_t>(last - first + 1);
        ASSERT_LE((calls - most.calls) * 1'000'000, most.calls_a_second * span);
        ASSERT_LE((machines - most.machines) * 1'000'000, most.machines_a_second * span);
      }
    }
  }
  EXPECT_EQ(pacer.waiting(), 0u);
}

TEST_F(PacerTest, KeepsWithinAWindowHoweverItIsLaid) {
  for (int i = 0; i < 3000; ++i)
    ask(Operation::launch, "l", 10ms, {}, 1, "digitalocean", "nyc" + std::to_string(i % 3));
  loop.pass(10h);
  ASSERT_EQ(made.size(), 3000u);
  const auto within = [&](Duration window) {
    std::size_t most = 0;
    for (std::size_t first = 0, last = 0; last < made.size(); ++last) {
      while (made[last].at - made[first].at >= window) ++first;
      most = std::max(most, last - first + 1);
    }
    return most;
  };
  EXPECT_LE(within(1min), 125u);
  EXPECT_LE(within(1h), 2500u);
  EXPECT_GE(within(1h), 1250u);
}

TEST_F(PacerTest, LooksAtTheClockOnlyWhenACallCanGo) {
  for (int i = 0; i < 30; ++i) ask(Operation::launch, "l", 1ms);
  int steps = 0;
  while (made.size() < 30) {
    loop.pass(1s);
    ++steps;
  }
  EXPECT_LE(steps, 30);
  EXPECT_EQ(use("launch").waiting, 0);
}

TEST_F(PacerTest, EndsMachinesWhileLaunchesAndListingsFloodIn) {
  for (int i = 0; i < 500; ++i) ask(Operation::launch, "launch");
  for (int i = 0; i < 500; ++i) ask(Operation::list, "list");
  loop.pass(20s);
  const Time asked = loop.now();
  for (int i = 0; i < 10; ++i) ask(Operation::terminate, "terminate");
  loop.pass(20s);
  EXPECT_EQ(count("terminate"), 10u) << "more than half of the turns are theirs";
  EXPECT_LE(std::ranges::find(made, "terminate", &Made::name)->at, asked + 2s);
}

TEST_F(PacerTest, LetsNobodyStarveBehindTerminates) {
  for (int i = 0; i < 1000; ++i) ask(Operation::terminate, "terminate");
  ask(Operation::list, "list");
  ask(Operation::launch, "launch");
  ask(Operation::look_up, "look");
  loop.pass(1min);
  EXPECT_EQ(count("list"), 1u);
  EXPECT_EQ(count("launch"), 1u);
  EXPECT_EQ(count("look"), 1u);
}

TEST_F(PacerTest, SharesTheTurnsOfACrowdByUrgency) {
  for (int i = 0; i < 1000; ++i) {
    ask(Operation::terminate, "terminate");
    ask(Operation::look_up, "look");
    ask(Operation::launch, "launch");
  }
  made.clear();
  loop.pass(140s);
  EXPECT_NEAR(static_cast<double>(count("terminate")), 80, 2);
  EXPECT_NEAR(static_cast<double>(count("look")), 40, 2);
  EXPECT_NEAR(static_cast<double>(count("launch")), 20, 2);
}

TEST_F(PacerTest, LetsNobodyOvertakeACallThatNeedsMany) {
  for (int i = 0; i < 6; ++i) ask(Operation::launch, "first");
  ask(Operation::look_up, "of five", 10ms, {}, 5);
  for (int i = 0; i < 100; ++i) ask(Operation::launch, "small");
  loop.pass(30s);
  EXPECT_EQ(count("of five"), 1u);
}

TEST_F(PacerTest, DoesNotHoldOthersUpForALimitThatIsOnlyItsOwn) {
  for (int i = 0; i < 10; ++i) ask(Operation::list, "list", 1ms);
  for (int i = 0; i < 20; ++i) ask(Operation::launch, "launch", 1ms);
  loop.pass(25s);
  EXPECT_EQ(count("launch"), 20u);
  EXPECT_LE(count("list"), 4u) << "one at first, then one in ten seconds";
}

TEST_F(PacerTest, ChargesAListingForThePagesThatItHad) {
  loop.pass(1min);
  ask(Operation::launch, "warm");
  loop.pass(1min);
  made.clear();
  ask(Operation::list, "list", 1ms, {.machines = 45});
  loop.pass(1ms);
  for (int i = 0; i < 5; ++i) ask(Operation::launch, "launch", 1ms);
  EXPECT_EQ(count("launch"), 0u) << "five pages took the whole burst";
  loop.pass(1s);
  EXPECT_EQ(count("launch"), 1u);
}

TEST_F(PacerTest, GivesBackWhatWasNotSent) {
  for (int i = 0; i < 100; ++i) ask(Operation::launch, "l", 1ms, {.sent = false});
  loop.pass(1s);
  EXPECT_EQ(made.size(), 100u);
  EXPECT_EQ(use("launch").calls, 0);
}

TEST_F(PacerTest, SlowsDownWhenThrottledAndRecovers) {
  const CloudFailure refusal = throttle_failure();
  ask(Operation::launch, "refused", 100ms, {.failure = &refusal});
  loop.pass(100ms);
  EXPECT_EQ(use("launch").throttled, 1);
  EXPECT_EQ(use("launch").slowest_permille, 500);
  const Time refused_at = loop.now();
  ask(Operation::launch, "next");
  loop.pass(10s);
  EXPECT_EQ(made.back().at - refused_at, Duration(2s)) << "emptied, and half as fast";
  loop.pass(5min);
  made.clear();
  for (int i = 0; i < 50; ++i) ask(Operation::launch, "later");
  loop.pass(40s);
  EXPECT_EQ(use("launch").slowest_permille, 1000);
  EXPECT_GE(made.size(), 44u) << "all of its burst and rate again";
}

TEST_F(PacerTest, WaitsAsLongAsTheCloudAsked) {
  const CloudFailure refusal = throttle_failure(30s);
  ask(Operation::launch, "refused", 1ms, {.failure = &refusal});
  loop.pass(1ms);
  ask(Operation::launch, "next");
  loop.pass(29s);
  EXPECT_EQ(count("next"), 0u);
  loop.pass(3s);
  EXPECT_EQ(count("next"), 1u);
}

TEST_F(PacerTest, IsNotSlowedByOtherRefusals) {
  CloudFailure refusal = throttle_failure();
  refusal.code = "IncorrectInstanceState";
  ask(Operation::launch, "refused", 1ms, {.failure = &refusal});
  loop.pass(1s);
  EXPECT_EQ(use("launch").throttled, 0);
  EXPECT_EQ(use("launch").slowest_permille, 1000);
}

TEST_F(PacerTest, SlowsDownAsTheCloudSaysThatLittleIsLeft) {
  test.left = clouds::Allowance{.limit = 100, .remaining = 25, .resets_at = loop.now() + 1h};
  ask(Operation::launch, "first", 1ms);
  loop.pass(1min);
  EXPECT_EQ(use("launch").slowest_permille, 500);
  test.left->remaining = 90;
  ask(Operation::launch, "second", 1ms);
  loop.pass(1min);
  EXPECT_EQ(use("launch").slowest_permille, 1000);
}

TEST_F(PacerTest, KeepsTheLastOfALimitForTerminates) {
  test.left = clouds::Allowance{.limit = 100, .remaining = 1, .resets_at = loop.now() + 1h};
  ask(Operation::list, "list", 1ms);
  loop.pass(30s);
  ask(Operation::launch, "launch", 1ms);
  ask(Operation::look_up, "look", 1ms);
  ask(Operation::terminate, "terminate", 1ms);
  EXPECT_EQ(names(), (std::vector<std::string>{"list", "terminate"}));
  test.left->remaining = 100;
  loop.pass(2min);
  EXPECT_EQ(made.size(), 4u) << "it tries again before long";
}

TEST_F(PacerTest, LetsLaunchesThroughThatNobodyWantsAnyMore) {
  for (int i = 0; i < 10; ++i) ask(Operation::launch, "a", 1ms, {.sent = false});
  for (int i = 0; i < 10; ++i) ask(Operation::launch, "b", 1s);
  for (int i = 0; i < 10; ++i) ask(Operation::launch, "c", 1ms, {.sent = false});
  loop.pass(10ms);
  const std::size_t before = count("b");
  pacer.hurry_launches("c");
  EXPECT_EQ(count("c"), 10u);
  EXPECT_EQ(count("b"), before);
  loop.pass(1min);
  EXPECT_EQ(made.size(), 30u);
}

TEST_F(PacerTest, SaysHowOftenAListingMayBeMadeForEver) {
  const auto pace = [&](const char* cloud, std::int64_t machines) {
    return pacer.pace({.key = "k",
                       .cloud = cloud,
                       .region = "r1",
                       .operation = Operation::list,
                       .machines = machines});
  };
  EXPECT_EQ(pace("aws", 0), Duration(1s)) << "a twentieth of twenty a second";
  EXPECT_EQ(pace("aws", 1000), Duration(1s));
  EXPECT_EQ(pace("aws", 60'000), Duration(60s)) << "a page is a call";
  EXPECT_NEAR(static_cast<double>(pace("digitalocean", 100).count()), 4'800'000, 100)
      << "750 calls an hour";
  EXPECT_EQ(pace("free", 1000), Duration(0));
}

TEST_F(PacerTest, TakesMoreOrLessWhereTheAccountsLimitsAreOthers) {
  for (const auto& [percent, calls] : {std::pair{1000, 610}, {100, 61}, {10, 6}}) {
    Pacer other(loop, clouds, {{"test", percent}});
    int made_here = 0;
    for (int i = 0; i < 1000; ++i) {
      other.run({.key = "k", .cloud = "test", .region = "r", .operation = Operation::launch},
                [&](Pacer::Finish finish) {
                  ++made_here;
                  loop.post([finish = std::move(finish)]() mutable { finish({}); });
                });
    }
    loop.pass(1min);
    EXPECT_NEAR(made_here, calls, 1 + calls / 60);
  }
}

TEST_F(PacerTest, ForgetsLanesThatNobodyUses) {
  for (int i = 0; i < 100; ++i)
    ask(Operation::launch, "l", 1ms, {}, 1, "aws", "r1", "k" + std::to_string(i));
  loop.pass(1s);
  EXPECT_EQ(pacer.lanes(), 100u);
  loop.pass(11min);
  ask(Operation::launch, "l", 1ms, {}, 1, "aws", "r1", "somebody else");
  EXPECT_EQ(pacer.lanes(), 1u);
  EXPECT_EQ(use("launch", "aws").calls, 101) << "what was counted stays";
}

TEST_F(PacerTest, MayBeGoneWhenAnswersCome) {
  auto gone = std::make_unique<Pacer>(loop, clouds);
  for (int i = 0; i < 20; ++i) {
    gone->run({.key = "k", .cloud = "test", .region = "r", .operation = Operation::launch},
              [this](Pacer::Finish finish) {
                loop.post([finish = std::move(finish)]() mutable { finish({}); });
              });
  }
  gone.reset();
  loop.run();
}

TEST(RateLimits, ChargeWhatTheOperationsCallOverTheWire) {
  const auto tokens = [](const clouds::RateLimits& limits, Operation operation,
                         std::string_view limit, std::int64_t machines) {
    for (const clouds::Charge& charge : limits.charges) {
      if (charge.operation == operation && limits.limits[charge.limit].name == limit)
        return charge.tokens(machines);
    }
    return std::int64_t{0};
  };
  const auto& aws = clouds::aws_limits();
  EXPECT_EQ(tokens(aws, Operation::launch, "RunInstances", 100), 1);
  EXPECT_EQ(tokens(aws, Operation::launch, "RunInstances machines", 100), 100);
  EXPECT_EQ(tokens(aws, Operation::terminate, "TerminateInstances", 1000), 1);
  EXPECT_EQ(tokens(aws, Operation::terminate, "TerminateInstances", 1001), 2);
  EXPECT_EQ(tokens(aws, Operation::list, "DescribeInstances", 0), 1);
  EXPECT_EQ(tokens(aws, Operation::list, "DescribeInstances", 2500), 3);
  const auto& digitalocean = clouds::digitalocean_limits();
  for (const char* window : {"calls in a minute", "calls in an hour"}) {
    EXPECT_EQ(tokens(digitalocean, Operation::terminate, window, 10), 10) << "one by one";
    EXPECT_EQ(tokens(digitalocean, Operation::launch, window, 10), 1);
    EXPECT_EQ(tokens(digitalocean, Operation::look_up, window, 10), 12) << "tag, names, GPUs";
    EXPECT_EQ(tokens(digitalocean, Operation::list, window, 401), 3);
  }
  EXPECT_EQ(tokens(digitalocean, Operation::terminate, "calls in an hour but deletes", 10), 0);
}

}  // namespace
}  // namespace mayfly::engine
