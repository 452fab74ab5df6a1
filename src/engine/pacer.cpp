#include "engine/pacer.h"

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "engine/pace_plan.h"
#include "engine/token_bucket.h"

namespace mayfly::engine {
namespace {

using clouds::kOperations;
using clouds::Operation;

constexpr Duration kForgetAfter = 10min;
// Of a cloud's limit, when its answers say that no more is left: only for terminates.
constexpr std::int64_t kLastPermille = 20;
constexpr Duration kHeldAgainMax = 1min;  // however far away the cloud says that more will be left

int turns_of(Operation operation) {
  switch (operation) {
    case Operation::terminate:
      return 8;
    case Operation::look_up:
    case Operation::list:
    case Operation::ended:
      return 4;
    case Operation::launch:
    case Operation::prepare:
    case Operation::check:
      break;
  }
  return 2;
}

}  // namespace

struct Pacer::Plan : PacePlan {
  using PacePlan::PacePlan;
  std::array<std::int64_t, kOperations> calls{};
  std::array<std::int64_t, kOperations> throttled{};
};

struct Pacer::Waiting {
  std::int64_t machines = 1;
  std::string reservation;
  Call call;
};

struct Pacer::Queue {
  Operation operation;
  std::deque<Waiting> waiting;
  int under_way = 0;
  int credit = 0;  // turns it is owed, in the round's small change

  bool can_go() const { return !waiting.empty() && under_way < kCallsUnderWay; }
};

struct Pacer::Lane {
  std::string name;
  std::string key;
  Plan* plan = nullptr;
  std::vector<std::size_t> limits;  // of the plan's, in the order of the buckets
  std::vector<TokenBucket> buckets;
  std::deque<Queue> queues;   // the most urgent first
  Time last_is_kept_until{};  // the little that is left is for terminates
  Time timer_at = kNever;
  Time used_at{};
  bool pumping = false;
};

Pacer::Pacer(Loop& loop, const std::map<std::string, clouds::Cloud*>& clouds,
             std::map<std::string, int> rate_percent)
    : loop_(loop),
      clouds_(clouds),
      rate_percent_(std::move(rate_percent)),
      started_at_(loop.now()) {}

Pacer::~Pacer() = default;

Pacer::Plan& Pacer::plan_of(const std::string& cloud) {
  std::unique_ptr<Plan>& plan = plans_[cloud];
  if (!plan) plan = std::make_unique<Plan>(*clouds_.at(cloud));
  return *plan;
}

Pacer::Lane& Pacer::lane_of(const Order& order) {
  Plan& plan = plan_of(order.cloud);
  const std::size_t number = plan.group_of[index_of(order.operation)];
  std::string name = order.key;
  name += '\n';
  name += order.cloud;
  name += '\n';
  if (plan.limits->per_region) name += order.region;
  name += '\n';
  name += static_cast<char>('0' + number);
  std::unique_ptr<Lane>& lane = lanes_[name];
  if (!lane) {
    const Time now = loop_.now();
    const PacePlan::Group& group = plan.groups[number];
    lane = std::make_unique<Lane>(Lane{.name = std::move(name),
                                       .key = order.key,
                                       .plan = &plan,
                                       .limits = group.limits,
                                       .buckets = {},
                                       .queues = {},
                                       .used_at = now});
    const auto percent = rate_percent_.find(order.cloud);
    for (const std::size_t limit : group.limits) {
      const Part part = part_of(plan.limits->limits[limit],
                                percent == rate_percent_.end() ? 100 : percent->second);
      lane->buckets.emplace_back(part.burst, part.refill, part.every, started_at_);
    }
    for (const Operation operation : group.operations)
      lane->queues.push_back({.operation = operation, .waiting = {}});
  }
  return *lane;
}

Pacer::Queue& Pacer::queue_of(Lane& lane, Operation operation) {
  const auto found = std::ranges::find(lane.queues, operation, &Queue::operation);
  ASSERT(found != lane.queues.end());
  return *found;
}

void Pacer::run(Order order, Call call) {
  forget_idle();
  Lane& lane = lane_of(order);
  launches_waiting_ += order.operation == Operation::launch;
  queue_of(lane, order.operation)
      .waiting.push_back({.machines = order.machines,
                          .reservation = std::move(order.reservation),
                          .call = std::move(call)});
  pump(lane);
}

void Pacer::pump(Lane& lane) {
  if (lane.pumping) return;
  lane.pumping = true;
  Time look_again = kNever;
  while (Queue* queue = next_in(lane, look_again)) {
    Waiting waiting = std::move(queue->waiting.front());
    queue->waiting.pop_front();
    launches_waiting_ -= queue->operation == Operation::launch;
    start(lane, *queue, std::move(waiting));
    look_again = kNever;
  }
  lane.pumping = false;
  if (look_again != kNever) look_again_at(lane, look_again);
}

// When this operation's next call may compete with others for what they share: it has what is only
// its own.
Time Pacer::may_compete(Lane& lane, const Queue& queue, Time now) {
  Time ready = now;
  if (queue.operation != Operation::terminate) {
    // However far the clock was set back since.
    ready = std::max(ready, std::min(lane.last_is_kept_until, now + kHeldAgainMax));
  }
  for (const PacePlan::Toll& toll : lane.plan->tolls[index_of(queue.operation)]) {
    if (!toll.own) continue;
    const std::int64_t tokens = toll.charge.tokens(queue.waiting.front().machines);
    ready = std::max(ready, lane.buckets[toll.bucket].ready_at(tokens, now));
  }
  return ready;
}

// Who may call now, by the turns they are owed; nullptr: nobody before `look_again`.
Pacer::Queue* Pacer::next_in(Lane& lane, Time& look_again) {
  const Time now = loop_.now();
  std::array<Queue*, kOperations> able{};
  std::size_t count = 0;
  for (Queue& queue : lane.queues) {
    if (queue.waiting.empty()) queue.credit = 0;
    if (!queue.can_go()) continue;
    const Time ready = may_compete(lane, queue, now);
    if (ready <= now) able[count++] = &queue;
    if (ready > now) look_again = std::min(look_again, ready);
  }
  const std::span<Queue*> order(able.data(), count);
  std::ranges::sort(order, [](const Queue* one, const Queue* other) {
    const int ahead = one->credit + turns_of(one->operation);
    const int behind = other->credit + turns_of(other->operation);
    return ahead != behind ? ahead > behind : one->operation < other->operation;
  });
  std::uint64_t awaited = 0;  // buckets whose tokens belong to somebody who is ahead
  for (Queue* queue : order) {
    Time ready = now;
    bool behind = false;
    std::uint64_t missing = 0;
    for (const PacePlan::Toll& toll : lane.plan->tolls[index_of(queue->operation)]) {
      if (toll.own) continue;
      behind = behind || (awaited >> toll.bucket & 1) != 0;
      const std::int64_t tokens = toll.charge.tokens(queue->waiting.front().machines);
      const Time when = lane.buckets[toll.bucket].ready_at(tokens, now);
      if (when > now) missing |= std::uint64_t{1} << toll.bucket;
      ready = std::max(ready, when);
    }
    if (behind) continue;
    if (ready <= now) {
      give_turn(*queue, order);
      return queue;
    }
    awaited |= missing;
    look_again = std::min(look_again, ready);
  }
  return nullptr;
}

// Weighted round robin: everybody who waits is owed their turns, and who goes pays for all of them.
void Pacer::give_turn(Queue& chosen, std::span<Queue* const> able) {
  int round = 0;
  for (Queue* queue : able) {
    queue->credit += turns_of(queue->operation);
    round += turns_of(queue->operation);
  }
  chosen.credit -= round;
}

void Pacer::start(Lane& lane, Queue& queue, Waiting waiting) {
  const Time now = loop_.now();
  const std::size_t operation = index_of(queue.operation);
  for (const PacePlan::Toll& toll : lane.plan->tolls[operation])
    lane.buckets[toll.bucket].take(toll.charge.tokens(waiting.machines), now);
  ++queue.under_way;
  ++lane.plan->calls[operation];
  lane.used_at = now;
  // A lane with calls under way is not forgotten.
  waiting.call([this, &lane, &queue, machines = waiting.machines, now,
                alive = std::weak_ptr<int>(alive_)](Outcome outcome) {
    if (!alive.expired()) finished(lane, queue, machines, now, outcome);
  });
}

void Pacer::finished(Lane& lane, Queue& queue, std::int64_t charged_machines, Time called_at,
                     const Outcome& outcome) {
  const Time now = loop_.now();
  const std::size_t operation = index_of(queue.operation);
  Plan& plan = *lane.plan;
  --queue.under_way;
  lane.used_at = now;
  const bool throttled = outcome.failure && clouds::is_throttled(*outcome.failure);
  plan.calls[operation] -= !outcome.sent;
  plan.throttled[operation] += throttled;
  for (const PacePlan::Toll& toll : plan.tolls[operation]) {
    TokenBucket& bucket = lane.buckets[toll.bucket];
    const std::int64_t charged = toll.charge.tokens(charged_machines);
    if (!outcome.sent) {
      bucket.take(-charged, now);
    } else if (throttled) {
      bucket.throttled(called_at, now, outcome.failure->retry_after.value_or(Duration{0}));
    } else if (outcome.machines >= 0) {
      bucket.take(toll.charge.tokens(outcome.machines) - charged, now);
    }
  }
  if (outcome.sent) heed_allowance(lane);
  pump(lane);
}

// Slower from the half of the limit on, so that it lasts until the oldest calls are forgotten; the
// owner's own calls count in it, too.
void Pacer::heed_allowance(Lane& lane) {
  const auto left = lane.plan->cloud->allowance(lane.key);
  if (!left || left->limit <= 0) return;
  const Time now = loop_.now();
  const std::int64_t permille =
      std::clamp<std::int64_t>(left->remaining * 1000 / left->limit, 0, 1000);
  for (std::size_t i = 0; i < lane.limits.size(); ++i) {
    if (!lane.plan->limits->limits[lane.limits[i]].told) continue;
    lane.buckets[i].limit_rate(static_cast<int>(std::min<std::int64_t>(1000, permille * 2)), now);
  }
  lane.last_is_kept_until = permille > kLastPermille
                                ? Time{}
                                : std::clamp(left->resets_at, now + 1s, now + kHeldAgainMax);
}

void Pacer::look_again_at(Lane& lane, Time when) {
  if (when >= lane.timer_at) return;
  lane.timer_at = when;
  loop_.post_at(when, [this, name = lane.name, when, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    const auto found = lanes_.find(name);
    if (found == lanes_.end() || found->second->timer_at != when) return;
    found->second->timer_at = kNever;
    pump(*found->second);
  });
}

void Pacer::forget_idle() {
  const Time now = loop_.now();
  if (now < swept_at_ + kForgetAfter && now >= swept_at_) return;
  swept_at_ = now;
  std::erase_if(lanes_, [now](auto& named) {
    Lane& lane = *named.second;
    return now - lane.used_at >= kForgetAfter &&
           std::ranges::all_of(
               lane.queues,
               [](const Queue& queue) { return queue.waiting.empty() && queue.under_way == 0; }) &&
           std::ranges::all_of(lane.buckets,
                               [now](TokenBucket& bucket) { return bucket.may_be_forgotten(now); });
  });
}

void Pacer::hurry_launches(const std::string& reservation) {
  if (launches_waiting_ == 0) return;
  for (const auto& [name, lane] : lanes_) {
    for (Queue& queue : lane->queues) {
      if (queue.operation != Operation::launch || queue.waiting.empty()) continue;
      std::deque<Waiting> others;
      std::vector<Waiting> theirs;
      for (Waiting& waiting : queue.waiting) {
        if (waiting.reservation == reservation)
          theirs.push_back(std::move(waiting));
        else
          others.push_back(std::move(waiting));
      }
      queue.waiting = std::move(others);
      launches_waiting_ -= static_cast<std::int64_t>(theirs.size());
      for (Waiting& waiting : theirs) start(*lane, queue, std::move(waiting));
    }
  }
}

Duration Pacer::pace(const Order& order) {
  Lane& lane = lane_of(order);
  Duration slowest{0};
  for (const PacePlan::Toll& toll : lane.plan->tolls[index_of(order.operation)]) {
    slowest = std::max(
        slowest, lane.buckets[toll.bucket].pace(toll.charge.tokens(order.machines), loop_.now()));
  }
  return slowest;
}

std::map<std::pair<std::string, std::string>, Pacer::Use> Pacer::use() const {
  std::map<std::pair<std::string, std::string>, Use> all;
  const auto of = [&all](const Plan& plan, Operation operation) -> Use& {
    return all[{plan.name, std::string(clouds::name_of(operation))}];
  };
  for (const auto& [name, plan] : plans_) {
    for (std::size_t i = 0; i < kOperations; ++i) {
      Use& use = of(*plan, static_cast<Operation>(i));
      use.calls = plan->calls[i];
      use.throttled = plan->throttled[i];
    }
  }
  for (const auto& [name, lane] : lanes_) {
    for (const Queue& queue : lane->queues) {
      Use& use = of(*lane->plan, queue.operation);
      use.waiting += static_cast<std::int64_t>(queue.waiting.size());
      for (const PacePlan::Toll& toll : lane->plan->tolls[index_of(queue.operation)]) {
        use.slowest_permille =
            std::min(use.slowest_permille, lane->buckets[toll.bucket].rate_permille());
      }
    }
  }
  return all;
}

std::size_t Pacer::waiting() const {
  std::size_t count = 0;
  for (const auto& [name, lane] : lanes_) {
    for (const Queue& queue : lane->queues) count += queue.waiting.size();
  }
  return count;
}

}  // namespace mayfly::engine
