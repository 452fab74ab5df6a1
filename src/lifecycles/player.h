// Plays the engine for the rules' tests: one reservation, its time, and the effects of the last
// decision.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>

#include "lifecycles/reservation.h"

namespace mayfly::lifecycles {

inline const Time kStart = *parse_time("2026-01-02T03:04:05Z");

inline Policy test_policy() {
  Policy policy;
  policy.traits["aws"] = {
      .idempotent_launch = true, .machines_per_launch = 100, .shows_terminated = true};
  policy.traits["digitalocean"] = {.machines_per_launch = 10, .lists_all_regions = true};
  return policy;
}

inline Offer make_offer(std::string cloud, std::string region, std::string type) {
  return {.cloud = std::move(cloud),
          .region = std::move(region),
          .instance_type = std::move(type),
          .vcpus = 2,
          .memory_gib = Gib::of(4),
          .disk_gib = 25,
          .price = {.instance_hour = {20'000}, .minimum_seconds = 60}};
}

inline Reservation make_reservation(int count = 1, std::string cloud = "aws") {
  Reservation reservation{.id = "r-1", .user = "ann", .next_at = kStart, .created_at = kStart};
  reservation.request.count = count;
  reservation.keys = {{.cloud = "aws", .key = "k-aws"}, {.cloud = "digitalocean", .key = "k-do"}};
  reservation.candidates = {make_offer(cloud, "r1", "first"), make_offer(cloud, "r2", "second")};
  return reservation;
}

struct Player {
  Reservation state;
  Policy policy = test_policy();
  Time now = kStart;
  Time wake = kNever;
  std::vector<Effect> effects;

  explicit Player(Reservation reservation) : state(std::move(reservation)) { tell(Due{}); }

  void tell(decltype(Event::what) what) {
    auto decision = decide(state, {.now = now, .what = std::move(what)}, policy);
    state = std::move(decision.next);
    effects = std::move(decision.effects);
    wake = decision.wake;
  }
  void sleep(Duration duration) {
    now += duration;
    tell(Due{});
  }
  void sleep_until_wake() {
    ASSERT_NE(wake, kNever);
    now = std::max(now, wake);
    tell(Due{});
  }
  template <class T>
  const T* effect() const {
    for (const Effect& each : effects) {
      if (const T* found = std::get_if<T>(&each)) return found;
    }
    return nullptr;
  }
  Attempt& attempt(int number = 1) {
    return state.attempts.at(static_cast<std::size_t>(number) - 1);
  }

  void prepared(int zones = 1) {
    std::vector<LaunchTarget> targets;
    for (int zone = 0; zone < zones; ++zone)
      targets.push_back({.zone = std::string(1, static_cast<char>('a' + zone)), .image = "image"});
    tell(Prepared{targets});
  }
  Instance machine(int number, int slot, InstanceState state_now = InstanceState::pending) {
    Instance instance{.id = "i-" + std::to_string(number) + "-" + std::to_string(slot),
                      .name = machine_name(state, attempt(number), slot),
                      .state = state_now,
                      .launched_at = attempt(number).asked_at};
    if (state_now == InstanceState::running) instance.public_ip = "203.0.113.7";
    instance.tags = {{tag::kReservation, state.id}, {tag::kAttempt, std::to_string(number)}};
    return instance;
  }
  std::vector<Instance> machines(int number, InstanceState state_now) {
    std::vector<Instance> all;
    for (int slot = 0; slot < state.request.count; ++slot)
      all.push_back(machine(number, slot, state_now));
    return all;
  }
  void observe(std::vector<Instance> instances, int number = 1) {
    const Attempt& seen = attempt(number);
    const bool global = policy.traits[seen.offer.cloud].lists_all_regions;
    tell(Observed{.key = seen.key,
                  .cloud = seen.offer.cloud,
                  .region = global ? "" : seen.offer.region,
                  .asked_at = now,
                  .instances = std::move(instances)});
  }
  void become_ready() {
    prepared();
    tell(Launched{1, machines(1, InstanceState::pending)});
    now += 30s;
    observe(machines(1, InstanceState::running));
    ASSERT_EQ(state.phase, Phase::ready);
  }
  void fail_launch(Reaction reaction, std::string code = "Code", int number = 1) {
    tell(Launched{number, std::unexpected(CloudFailure{
                              .reaction = reaction, .code = code, .message = "said " + code})});
  }
};

}  // namespace mayfly::lifecycles
