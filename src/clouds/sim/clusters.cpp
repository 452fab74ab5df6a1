// What chance decides about a cluster when it is launched, and when it ends by itself.
#include <algorithm>

#include "clouds/sim/world.h"
#include "core/assert.h"

namespace mayfly::sim {

// A launch that its rules have doomed already says so by a fail_code: then only the moment is open.
void World::draw_cluster(Machine& machine, const CallSite& site) {
  Cluster& cluster = *machine.cluster;
  const Duration starting = pick(settings_.cluster_start);
  Duration bootstrapping = pick(settings_.cluster_bootstrap);
  if (const auto longest = faults_.draw(FaultKind::slow_boot, site))
    bootstrapping += pick_up_to(*longest);
  cluster.bootstrapping_from = now_ + starting;
  machine.addresses_from += starting;
  machine.running_from = cluster.bootstrapping_from + bootstrapping;
  cluster.waiting_from = machine.running_from;
  for (int i = 0; i < cluster.steps; ++i) cluster.waiting_from += pick(settings_.cluster_step);
  cluster.ends_in = pick(settings_.cluster_shutdown);
  if (!cluster.fail_code.empty()) {
    cluster.fails_from = now_ + pick({std::min<Duration>(starting, 20s), starting});
  } else if (faults_.draw(FaultKind::boot_failure, site)) {
    cluster.fails_from = pick({0s, bootstrapping}) + cluster.bootstrapping_from;
    cluster.fail_code = "BOOTSTRAP_FAILURE";
    cluster.fail_reason = "On the master instance, application provisioning failed";
  } else if (const auto longest = faults_.draw(FaultKind::spontaneous_termination, site)) {
    cluster.fails_from = machine.running_from + pick_up_to(*longest);
    cluster.fail_code = "INSTANCE_FAILURE";
    cluster.fail_reason = "The master failed: its instance is not running any more";
  }
  plan_end(machine);
}

void World::plan_end(Machine& machine) {
  ASSERT(machine.cluster.has_value());
  if (now_ >= machine.ending_from) return;
  const Cluster& cluster = *machine.cluster;
  machine.ending_from = cluster.fails_from;
  machine.end_code = cluster.fails_from == kNever ? "" : cluster.fail_code;
  machine.end_reason = cluster.fails_from == kNever ? "" : cluster.fail_reason;
  const auto sooner = [&](Time when, const char* reason) {
    if (when >= machine.ending_from) return;
    machine.ending_from = std::max(when, now_);
    machine.end_code = "ALL_STEPS_COMPLETED";
    machine.end_reason = reason;
  };
  if (!cluster.keep_alive) sooner(cluster.waiting_from, "Steps completed");
  if (cluster.idle_timeout) {
    sooner(cluster.waiting_from + *cluster.idle_timeout,
           "Terminated by the auto-termination policy: the cluster was idle");
  }
  machine.ended = machine.ending_from == kNever ? kNever : machine.ending_from + cluster.ends_in;
}

}  // namespace mayfly::sim
