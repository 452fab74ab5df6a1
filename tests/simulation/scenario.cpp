#include "scenario.h"

#include <algorithm>

#include "installation.h"
#include "people.h"
#include "promises.h"

namespace mayfly::simulation {
namespace {

constexpr Duration kMisbehaving = 2h;

class Play {
 public:
  Play(std::uint64_t seed, const Story& story)
      : story_(story),
        installation_(seed),
        random_(installation_.random()),
        people_(installation_),
        promises_(installation_, people_, story.tell),
        began_(installation_.now()) {}

  Outcome run() {
    add_neighbours();
    if (story_.faults) {
      installation_.world().set_faults(sim::FaultPlan::swarm(random_));
      installation_.troubles().swarm(random_);
      installation_.disk_faults().be_slow(true);
    }
    installation_.boot();
    misbehave();
    installation_.heal();
    // Longer than the latest a machine can arrive late (3 h) and the longest outage.
    rest(5h);
    promises_.check_live();
    const std::string fresh = people_.ask_plainly();
    rest(1h);
    promises_.check_ready(fresh);
    people_.release_all();
    rest(2h);
    promises_.check_given_back();
    rest(30h);
    promises_.check_forgotten();
    return outcome();
  }

 private:
  void rest(Duration span) {
    installation_.run_until(installation_.now() + span);
    promises_.take_from_auditor();
  }

  // Somebody else's machines, as near to ours as they can be without being ours.
  void add_neighbours() {
    sim::World& world = installation_.world();
    const std::string aws = Installation::account("aws");
    const std::string droplets = Installation::account("digitalocean");
    world.add_foreign("aws", aws, "us-east-1", "t3.micro");
    world.add_foreign("digitalocean", droplets, "nyc1", "s-1vcpu-1gb");
    world.add_foreign("emr", aws, "us-east-1", "m5.xlarge");
  }

  void add_look_alike() {
    sim::World& world = installation_.world();
    const std::string somebody =
        people_.sent().empty() ? "r-0" : people_.sent()[random_.below(people_.sent().size())];
    const bool other_name = random_.below(2) == 0;
    if (random_.below(2) == 0) {
      const std::string key = other_name ? tag::kInstallation : "Mayfly:Installation";
      const bool cluster = random_.below(3) == 0;
      world.add_foreign(cluster ? "emr" : "aws", Installation::account("aws"), "us-east-1",
                        cluster ? "m5.xlarge" : "t3.micro",
                        {{key, other_name ? "sim2" : kInstallation},
                         {tag::kReservation, somebody},
                         {tag::kAttempt, "1"}});
    } else {
      const std::string tag = sim::droplet_tag(tag::kInstallation, kInstallation);
      world.add_foreign("digitalocean", Installation::account("digitalocean"), "nyc1",
                        "s-1vcpu-1gb",
                        {{other_name ? tag + "2" : tag.substr(0, tag.size() - 1), ""},
                         {sim::droplet_tag(tag::kReservation, somebody), ""}});
    }
    installation_.troubles().count(Trouble::look_alike);
  }

  // ---- two hours of it
  // ---------------------------------------------------------------------------

  // Something that happens now and then for as long as everything misbehaves.
  struct Recurring {
    Duration mean;  // half the longest pause between two of them
    void (Play::*happen)();
    Time next{};
  };

  void misbehave() {
    const Time end = installation_.now() + kMisbehaving;
    std::vector<Recurring> all{{750s, &Play::ask}};
    if (story_.crashes) all.push_back({1100s, &Play::kill});
    const auto add = [&](Trouble trouble, Duration mean, void (Play::*happen)()) {
      if (installation_.troubles().is_in(trouble)) all.push_back({mean, happen});
    };
    add(Trouble::pause, 40min, &Play::pause);
    add(Trouble::clock_jump, 40min, &Play::jump);
    add(Trouble::partition, 40min, &Play::part);
    add(Trouble::key_revoked, 1h, &Play::revoke);
    add(Trouble::price_change, 30min, &Play::change_prices);
    add(Trouble::disk_full, 40min, &Play::fill_disk);
    add(Trouble::look_alike, 40min, &Play::add_look_alike);
    for (Recurring& it : all) it.next = installation_.now() + draw(2 * it.mean);
    all.front().next = installation_.now();
    while (true) {
      const auto next = std::ranges::min_element(all, {}, &Recurring::next);
      if (next->next >= end) break;
      installation_.run_until(next->next);
      (this->*next->happen)();
      next->next = installation_.now() + draw(2 * next->mean);
    }
    installation_.run_until(end);
    promises_.take_from_auditor();
  }

  Duration draw(Duration longest) {
    return std::chrono::seconds(random_.below(static_cast<std::uint64_t>(longest / 1s)) + 1);
  }

  void ask() { people_.ask(); }

  // Between any two instructions that matter, and often where a call is under way: there a crash
  // does most harm, and that is a moment in minutes.
  void kill() {
    const std::uint64_t where = random_.below(3);
    if (where != 0) {
      const std::int64_t before = installation_.life().changing_calls;
      installation_.run_while(20min, [&] {
        return installation_.life().changing_calls == before || !installation_.is_up();
      });
    }
    if (!installation_.is_up()) return;
    const std::int64_t crashes = installation_.crashes();
    if (where == 2) {
      for (std::uint64_t steps = random_.below(20); steps > 0; --steps) installation_.step();
    } else {
      installation_.die_after(1 + static_cast<std::int64_t>(random_.below(40)));
      installation_.run_while(10min, [&] { return installation_.crashes() == crashes; });
      installation_.die_after(0);
    }
    if (installation_.crashes() == crashes) installation_.crash(draw(2min));
    installation_.troubles().count(Trouble::crash);
  }

  void pause() {
    installation_.loop().freeze_process(installation_.now() + draw(25min));
    installation_.troubles().count(Trouble::pause);
  }

  void jump() {
    installation_.process().set_error(draw(2h) - 1h);
    installation_.auditor().clock_jumped();
    installation_.troubles().count(Trouble::clock_jump);
  }

  std::string any_cloud() { return random_.below(2) == 0 ? "aws" : "digitalocean"; }

  void part() {
    const std::string cloud = random_.below(4) == 0 ? "emr" : any_cloud();
    installation_.world().partition(cloud, installation_.now() + draw(40min));
    installation_.troubles().count(Trouble::partition);
  }

  // Somebody revokes a key; hours later it works again, or its owner has given it a new secret.
  void revoke() {
    const std::string cloud = any_cloud();
    installation_.world().revoke(Installation::account(cloud), installation_.now() + draw(3h));
    installation_.troubles().count(Trouble::key_revoked);
    if (random_.below(2) == 0) return;
    installation_.loop().post_at(installation_.now() + draw(1h), [this, cloud] {
      installation_.world().restore(Installation::account(cloud));
      installation_.troubles().count(Trouble::key_replaced);
      if (!installation_.is_up()) return;
      for (const std::string& id : people_.sent())
        installation_.act([&] {
          if (installation_.is_up())
            installation_.engine().send(id, lifecycles::KeyReplaced{"k-" + cloud}, {});
        });
    });
  }

  void change_prices() {
    installation_.change_prices();
    installation_.troubles().count(Trouble::price_change);
  }

  void fill_disk() {
    installation_.disk_faults().fill_up(installation_.now() + draw(10min));
    installation_.troubles().count(Trouble::disk_full);
  }

  Outcome outcome() {
    promises_.take_from_auditor();
    Outcome outcome{.broken = promises_.take_broken()};
    outcome.steps = installation_.loop().steps();
    outcome.crashes = installation_.crashes();
    outcome.reservations = static_cast<std::int64_t>(people_.accepted().size());
    outcome.became_ready = promises_.became_ready();
    outcome.clusters_ready = promises_.clusters_ready();
    outcome.cluster_bills = promises_.cluster_bills();
    outcome.clusters = static_cast<std::int64_t>(installation_.auditor().machines("emr"));
    outcome.machines = static_cast<std::int64_t>(installation_.auditor().machines());
    outcome.virtual_days =
        std::chrono::duration<double>(installation_.now() - began_).count() / 86'400;
    outcome.faults = installation_.world().faults().strikes();
    outcome.troubles = installation_.troubles().struck();
    return outcome;
  }

  Story story_;
  Installation installation_;
  Random& random_;
  People people_;
  Promises promises_;
  Time began_;
};

}  // namespace

Outcome play(std::uint64_t seed, const Story& story) {
  return Play(seed, story).run();
}

}  // namespace mayfly::simulation
