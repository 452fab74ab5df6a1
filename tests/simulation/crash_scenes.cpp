#include "crash_scenes.h"

#include "core/id.h"
#include "model/clouds.h"
#include "pricing/ranking.h"

namespace mayfly::simulation {
namespace {

using Clouds = std::vector<std::string>;

const Clouds kAws{"aws"};
const Clouds kDroplets{"digitalocean"};
const Clouds kBoth{"aws", "digitalocean"};
const Clouds kClusters{std::string(kEmr)};

void live_and_let_go(Scene& scene, const Clouds& clouds, int count) {
  scene.ask(clouds, count);
  scene.later(4min, [](Scene& it) { it.release(0); });
}

// Clusters take up to a quarter of an hour to come up.
void run_a_cluster(Scene& scene) {
  scene.ask(kClusters, 3);
  scene.later(17min, [](Scene& it) { it.release(0); });
}

void cancel_clusters_in_every_phase(Scene& scene) {
  constexpr Duration kLater[] = {1ms, 300ms, 2s, 70s, 4min, 9min};
  for (std::size_t i = 0; i < std::size(kLater); ++i) {
    scene.ask(kClusters, 2);
    scene.later(kLater[i], [i](Scene& it) { it.release(i); });
  }
}

// Somebody changes their mind in each phase of a launch.
void cancel_in_every_phase(Scene& scene) {
  constexpr Duration kLater[] = {1ms, 30ms, 300ms, 2s, 15s, 70s, 150s};
  for (std::size_t i = 0; i < std::size(kLater); ++i) {
    scene.ask(i % 2 == 0 ? kDroplets : kAws, 2);
    scene.later(kLater[i], [i](Scene& it) { it.release(i); });
  }
}

void revoke_and_replace(Scene& scene) {
  scene.ask(kAws, 1);
  scene.later(200ms, [](Scene& it) {
    it.installation.world().revoke(Installation::account("aws"), it.installation.now() + 2h);
  });
  scene.later(3min, [](Scene& it) {
    it.installation.world().restore(Installation::account("aws"));
    if (!it.installation.is_up()) return;
    it.installation.act([&] {
      it.installation.engine().send(it.asked.at(0), lifecycles::KeyReplaced{"k-aws"}, {});
    });
  });
  scene.later(8min, [](Scene& it) { it.release(0); });
}

void lease_that_is_changed(Scene& scene) {
  Reservation leased = scene.request(kDroplets, 1);
  leased.expires_at = scene.installation.now() + 4min;
  scene.ask(leased);
  scene.later(2min, [](Scene& it) {
    if (!it.installation.is_up()) return;
    const Time ends = it.installation.now() + 3min;
    it.installation.act(
        [&] { it.installation.engine().send(it.asked.at(0), lifecycles::LeaseSet{ends}, {}); });
  });
}

void bad_disk(Scene& scene) {
  scene.installation.disk_faults().lie_once();
  live_and_let_go(scene, kAws, 1);
  scene.later(25s, [](Scene& it) { it.installation.disk_faults().lie_once(); });
  scene.later(4min,
              [](Scene& it) { it.installation.disk_faults().fill_up(it.installation.now() + 4s); });
}

void spread_over_offers(Scene& scene) {
  Reservation spread = scene.request(kBoth, 4);
  spread.request.spread = true;
  scene.fault(sim::FaultKind::capacity, "", 2);
  scene.ask(spread);
  scene.later(5min, [](Scene& it) { it.release(0); });
}

void nothing_fits(Scene& scene) {
  Reservation none = scene.request(kAws, 1);
  none.candidates.clear();  // so that it has to be ranked
  scene.fault(sim::FaultKind::forbidden, "", 0);
  scene.ask(none);
}

void end_when_ready(Scene& scene) {
  const auto reservation = scene.installation.stored(scene.asked.at(0));
  if (!reservation || reservation->phase != Phase::ready) return scene.later(20ms, end_when_ready);
  for (const sim::Machine* machine : scene.installation.auditor().living(reservation->id)) {
    sim::World& world = scene.installation.world();
    sim::Machine& real = *world.find(machine->cloud, machine->id);
    world.end(real, "", "");
    real.ended = world.now();  // no listing shows its last seconds
  }
}

// It dies by itself, twice, so that there are points in a life that begins with something to do.
void restarts(Scene& scene, const Clouds& clouds) {
  live_and_let_go(scene, clouds, 2);
  for (const Duration after : {Duration{600ms}, Duration{40s}, Duration{245s}})
    scene.later(after, [](Scene& it) {
      if (it.installation.is_up()) it.installation.crash(5s);
    });
}

void unclear_and_hard_to_find(Scene& scene) {
  scene.fault(sim::FaultKind::timeout_after_success, "create droplets", 1);
  scene.fault(sim::FaultKind::server_error_before, "list droplets", 3);
  live_and_let_go(scene, kDroplets, 1);
}

// Ready by what a look-up showed, and gone before any listing did: a restart long after the launch.
void gone_before_it_was_listed(Scene& scene) {
  scene.fault(sim::FaultKind::timeout_after_success, "create droplets", 1);
  scene.ask(kDroplets, 1);
  scene.later(900ms, [](Scene& it) {
    if (it.installation.is_up()) it.installation.crash(3min);
  });
  scene.later(1s, end_when_ready);
}

SceneCase with_fault(std::string name, sim::FaultKind kind, std::string operation, int times,
                     Clouds clouds, int count, std::optional<Duration> longest = {}) {
  return {std::move(name), [=](Scene& scene) {
            scene.fault(kind, operation, times, longest);
            live_and_let_go(scene, clouds, count);
          }};
}

SceneCase with_cluster_fault(std::string name, sim::FaultKind kind, std::string operation,
                             int times, std::optional<Duration> longest = {}) {
  return {std::move(name), [=](Scene& scene) {
            scene.fault(kind, operation, times, longest);
            run_a_cluster(scene);
          }};
}

std::vector<SceneCase> all_scenes() {
  using enum sim::FaultKind;
  const std::string run = "RunInstances";
  const std::string post = "create droplets";
  const std::string job = "RunJobFlow";
  std::vector<SceneCase> all{
      {"happy on AWS", [](Scene& scene) { live_and_let_go(scene, kAws, 2); }},
      {"happy on DigitalOcean", [](Scene& scene) { live_and_let_go(scene, kDroplets, 2); }},
      {"cancelled in every phase", cancel_in_every_phase},
      {"the lease ends", lease_that_is_changed},
      {"the key is revoked and replaced", revoke_and_replace},
      {"the disk lies and is full", bad_disk},
      {"spread", spread_over_offers},
      {"no offer is left", nothing_fits},
      {"restarts on AWS", [](Scene& scene) { restarts(scene, kAws); }},
      {"restarts on DigitalOcean", [](Scene& scene) { restarts(scene, kDroplets); }},
      {"gone before it was listed", gone_before_it_was_listed},
      {"look-ups fail after a launch without answer", unclear_and_hard_to_find},
      with_fault("AWS never answers a launch", timeout_after_success, run, 1, kAws, 2),
      with_fault("DigitalOcean never answers a launch", timeout_after_success, post, 1, kDroplets,
                 2),
      with_fault("a launch is lost on AWS", timeout_before, run, 1, kAws, 2),
      with_fault("a launch is lost on DigitalOcean", timeout_before, post, 1, kDroplets, 2),
      with_fault("no room in a zone", capacity, run, 1, kAws, 2),
      with_fault("no room for a droplet", capacity, post, 1, kBoth, 2),
      with_fault("the quota is full", quota, "", 1, kBoth, 2),
      with_fault("a type not in this zone", unsupported_zone, run, 1, kAws, 1),
      with_fault("a part of a batch", partial_batch, post, 1, kDroplets, 3),
      with_fault("droplets made twice", duplicate_droplet, post, 1, kDroplets, 2),
      with_fault("late on AWS", late_arrival, run, 1, kAws, 1, 20min),
      with_fault("late on DigitalOcean", late_arrival, post, 1, kDroplets, 1, 20min),
      with_fault("the token in another zone", zonal_token, run, 1, kAws, 1, 5min),
      with_fault("the token of the dead", terminated_token, run, 1, kAws, 1),
      with_fault("boots to death", boot_failure, "", 1, kAws, 2),
      with_fault("ends by itself", spontaneous_termination, "", 1, kAws, 1, 90s),
      with_fault("teardown refused on AWS", delete_refused, "", 2, kAws, 2),
      with_fault("teardown refused on DigitalOcean", delete_refused, "", 2, kDroplets, 2),
      with_fault("teardown accepted in vain", delete_accepted_but_stays, "", 2, kAws, 2),
      with_fault("teardown never answered", timeout_after_success, "TerminateInstances", 1, kAws,
                 1),
      {"a cluster lives", run_a_cluster},
      {"clusters are given back in every phase", cancel_clusters_in_every_phase},
      with_cluster_fault("EMR never answers a launch", timeout_after_success, job, 1),
      with_cluster_fault("a cluster's launch is lost", server_error_before, job, 1),
      with_cluster_fault("a cluster comes late", late_arrival, job, 1, 20min),
      with_cluster_fault("a cluster without room", capacity, job, 1),
      with_cluster_fault("a cluster without roles", missing_roles_later, job, 1),
      with_cluster_fault("a cluster bootstraps to death", boot_failure, job, 1),
      with_cluster_fault("a cluster's master fails", spontaneous_termination, job, 1, 60s),
      with_cluster_fault("a cluster's teardown is refused", delete_refused, "", 2),
      with_cluster_fault("a cluster's teardown is accepted in vain", delete_accepted_but_stays, "",
                         2),
      with_fault("throttled", throttle, "", 6, kBoth, 1),
      with_fault("a launch is throttled", throttle, run, 2, kAws, 1),
  };
  return all;
}

}  // namespace

void Scene::fault(sim::FaultKind kind, const std::string& operation, int times,
                  std::optional<Duration> longest) {
  plan.faults.push_back(
      {.fault = kind, .operation = operation, .longest = longest, .times = times});
  installation.world().set_faults(plan);
}

Reservation Scene::request(const std::vector<std::string>& clouds, int count) {
  Reservation reservation{.id = new_id("r", installation.now(), installation.random()),
                          .user = "ann"};
  reservation.created_at = reservation.next_at = installation.now();
  if (clouds == kClusters) {
    reservation.request.kind = Kind::cluster;
    reservation.request.nodes = count;
  } else {
    reservation.request.count = count;
    reservation.request.vcpus = 2;
    reservation.request.memory_gib = Gib::of(4);
  }
  for (const std::string& cloud : clouds) {
    const std::string key = "k-" + std::string(cloud_of_driver(cloud));
    reservation.keys.push_back({.cloud = cloud, .key = key});
  }
  for (const auto& best :
       pricing::cheapest(*installation.catalog(), reservation.request, {.clouds = clouds}, 4))
    reservation.candidates.push_back(best.offer);
  return reservation;
}

void Scene::ask(const Reservation& reservation) {
  asked.push_back(reservation.id);
  people.insist(reservation);
}

void Scene::later(Duration after, std::function<void(Scene&)> what) {
  installation.loop().post_at(installation.now() + after,
                              [this, what = std::move(what)] { what(*this); });
}

const std::vector<SceneCase>& crash_scenes() {
  static const std::vector<SceneCase> all = all_scenes();
  return all;
}

}  // namespace mayfly::simulation
