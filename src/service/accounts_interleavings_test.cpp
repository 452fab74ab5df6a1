// Any order of requests, extensions, teardowns, refused offers, failed writes and crashes.
#include "service/accounts_fixture_test.h"

namespace mayfly::service {
namespace {

class Interleavings : public AccountsTest, public testing::WithParamInterface<int> {
 protected:
  void step() {
    switch (random_.next() % 10) {
      case 0:
      case 1:
      case 2:
        ask();
        break;
      case 3:
        if (!ids_.empty()) release(any());
        break;
      case 4:
      case 5:
        if (!ids_.empty()) {
          const std::string id = any();
          if (const auto now = engine_->find(id); now && now->goal == Goal::present)
            (void)extend(id, *now->expires_at + std::chrono::minutes(pick(120) - 30));
        }
        break;
      case 6:
        if (pick(20) == 0) crash_and_restart();
        break;
      default:
        loop_.pass(std::chrono::milliseconds(1 + pick(600'000)));
    }
  }

  // Each further offer is dearer than the one before by half, so that a failover matters.
  void ask() {
    Request request = small(1 + pick(3), 1 + pick(2));
    request.lease = std::chrono::minutes(5 + pick(600));
    Reservation reservation = asked(request);
    for (std::size_t i = 0; i < reservation.candidates.size(); ++i) {
      Money& price = reservation.candidates[i].price.instance_hour;
      price.value += price.value / 2 * static_cast<std::int64_t>(i);
    }
    if (const auto id = create(std::move(reservation))) ids_.push_back(*id);
  }

  // Which limit is the tight one; the others are there, too.
  static Limits limits_of(int seed) {
    Limits limits{.machines = 30,
                  .vcpus = 60,
                  .usd_per_hour = Money{900'000},
                  .usd_per_month = Money{9'000'000}};
    switch (seed % 4) {
      case 0:
        limits.machines = 6;
        break;
      case 1:
        limits.vcpus = 10;
        break;
      case 2:
        limits.usd_per_hour = Money{80'000};
        break;
      default:
        limits.usd_per_month = Money{300'000};
    }
    return limits;
  }

  void check() {
    const Limits& limits = allowance_.limits;
    std::int64_t machines = 0;
    std::int64_t vcpus = 0;
    Money usd_per_hour;
    for (const auto& [id, each] : seen_) {
      if (each.goal == Goal::absent) continue;
      for (const Attempt* attempt : live_attempts(each)) {
        for (const Machine& machine : attempt->machines) {
          if (machine.slot < 0 || machine.gone_at) continue;
          ++machines;
          vcpus += attempt->offer.vcpus;
          usd_per_hour += attempt->offer.price.hourly();
        }
      }
    }
    EXPECT_LE(machines, *limits.machines);
    EXPECT_LE(vcpus, *limits.vcpus);
    EXPECT_LE(usd_per_hour, *limits.usd_per_hour);
    for (Month month = month_of(start_); start_of(month) < loop_.now(); month = next(month)) {
      EXPECT_LE(spent(month), *limits.usd_per_month) << month_text(month);
    }
    const Standing now = standing();
    EXPECT_GE(now.held.machines, machines);
    EXPECT_LE(now.used + held(), *limits.usd_per_month);
  }

  std::string any() { return ids_[random_.next() % ids_.size()]; }
  int pick(int below) { return static_cast<int>(random_.next() % static_cast<unsigned>(below)); }

  std::vector<std::string> ids_;
  Time start_;
};

TEST_P(Interleavings, NeverPassALimitAndLeaveNothingHeld) {
  random_ = SeededRandom(static_cast<std::uint64_t>(GetParam()));
  start_ = loop_.now();
  world_.set_faults({.faults = {{.fault = sim::FaultKind::capacity, .probability = {400'000}}}});
  boot({.limits = limits_of(GetParam())});
  faults_.one_in = 40;
  for (int i = 0; i < 250 && !HasFailure(); ++i) {
    step();
    check();
  }
  faults_.one_in = 0;
  for (const std::string& id : ids_) release(id);
  loop_.pass(3h);
  check();
  const Standing end = standing();
  EXPECT_EQ(end.held, Amounts{});
  EXPECT_EQ(end.used, spent(end.month));
  EXPECT_EQ(engine_->statistics().live, 0u);
  EXPECT_GT(ids_.size(), 5u);
  crash_and_restart();
  EXPECT_EQ(standing().used, end.used);
  EXPECT_EQ(standing().held, Amounts{});
}

INSTANTIATE_TEST_SUITE_P(Seeds, Interleavings, testing::Range(1, 13));

}  // namespace
}  // namespace mayfly::service
