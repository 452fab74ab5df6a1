// What exists at the clouds, and what is about to: an honest model of EC2, EMR and DigitalOcean,
// with their delays, their eventual consistency and their bad days.
//
// No I/O, no threads: one caller at a time. Everything follows from the clock, the seed and the
// order of calls. Effects of calls that are under way wait in an agenda; settle() brings the world
// up to the clock and every member that looks at it does so first. The clouds' rules are in ec2.h,
// emr.h and droplets.h; whoever asks through them gets answers in the cloud's own words.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "clouds/sim/call.h"
#include "clouds/sim/faults.h"
#include "clouds/sim/machine.h"
#include "clouds/sim/throttle.h"
#include "core/loop.h"
#include "core/random.h"
#include "model/offer.h"

namespace mayfly::sim {

struct Span {
  Duration shortest;
  Duration longest;
};

struct WorldSettings {
  Span latency{20ms, 400ms};
  Duration deadline = 30s;  // after which a caller in process stops waiting
  Span instance_boot{20s, 60s};
  Span droplet_boot{30s, 90s};
  Span cluster_start{2min, 6min};      // EMR: STARTING, until its nodes run
  Span cluster_bootstrap{3min, 9min};  // BOOTSTRAPPING
  Span cluster_step{1min, 3min};       // RUNNING, for each step given with the launch
  Span instance_shutdown{10s, 40s};
  Span droplet_shutdown{1s, 5s};
  Span cluster_shutdown{1min, 5min};
  Span visibility{0s, 3s};  // until a new machine shows in listings
  Span tag_lag{1s, 8s};     // DigitalOcean: then it has its tags
  Span address_lag{2s, 15s};
  Duration terminated_shown = 1h;                   // EC2
  Duration clusters_shown = std::chrono::days{60};  // EMR, after their end
  int droplet_limit = 1000;                         // per account
  bool throttling = true;
  // The processor a type has, nullopt where it is not sold. Unset: everything is sold everywhere.
  std::function<std::optional<Arch>(const std::string& cloud, const std::string& region,
                                    const std::string& instance_type)>
      sold;
  // A moment as the clouds state and bill it, before they cut it to whole seconds; unset: as it is.
  // For a world whose clock runs fast before people whose clock does not.
  std::function<Time(Time)> wire_time;
  // For the ledger; without it nothing has a cost. Disks billed apart get the machine's size. Asked
  // with the cloud "emr" it is the price of one node with EMR's surcharge.
  std::function<std::optional<PriceTerms>(const std::string& cloud, const std::string& region,
                                          const std::string& instance_type)>
      price;
};

// One line per machine that ever existed.
struct LedgerEntry {
  std::string cloud;
  std::string region;
  std::string id;
  std::string name;
  std::string instance_type;
  int nodes = 0;  // of a cluster
  std::map<std::string, std::string> tags;
  std::string token;
  Time created;
  std::optional<Time> ended;
  InstanceState state = InstanceState::pending;
  bool by_itself = false;  // it stopped or ended without being asked to
  // The invoice: computed from these stated seconds and nothing else.
  Time billed_from;
  std::optional<Time> billed_until;  // not while it is billed
  std::int64_t billed_seconds = 0;   // of which
  std::int64_t stopped_seconds = 0;  // for its disk alone
  std::optional<Money> cost;
  std::optional<ExactCost> exact_cost;  // before the rounding: what sums are made of
  bool foreign = false;
};

class World {
 public:
  World(const Clock& clock, std::uint64_t seed, WorldSettings settings = {});
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // As of the last settle(), or of the effect being applied.
  Time now() const { return now_; }
  // Applies every effect that is due.
  void settle();
  const WorldSettings& settings() const { return settings_; }
  Random& random() { return random_; }
  Duration pick(Span span);
  // Between one second and `longest`.
  Duration pick_up_to(Duration longest) { return pick({1s, longest}); }

  // ---- Calls
  // Decides what becomes of a call that arrives now.
  CallFate receive(const CallSite& site);
  // Runs `effect` in the world at that moment, whoever is still there to hear of it.
  void at(Time when, Task effect);

  // ---- Faults, capacity, keys
  Faults& faults() { return faults_; }
  void set_faults(FaultPlan plan) { faults_.set(std::move(plan)); }
  // No more faults: machines will not fail by themselves and keys work. What is delayed stays
  // delayed.
  void heal();
  // At most so many living machines there; nullopt lifts it. zone "": the region (DigitalOcean).
  void set_capacity(const std::string& region, const std::string& zone,
                    const std::string& instance_type, std::optional<int> machines);
  bool has_capacity(const std::string& region, const std::string& zone,
                    const std::string& instance_type, int machines) const;
  // Until then this type cannot be had there; has_capacity() knows it.
  void exhaust(const std::string& region, const std::string& zone, const std::string& instance_type,
               Time until);
  // Until then nothing gets through to that cloud, and whoever calls is told so at once.
  void partition(const std::string& cloud, Time until) { partitions_[cloud] = until; }
  void revoke(const std::string& account, Time until = kNever);
  void restore(const std::string& account) { revoked_.erase(account); }
  Throttle& throttle() { return throttle_; }

  // EC2's idempotency tokens: what a token was first used for, per account and region, for ever.
  struct Token {
    std::string parameters;
    std::vector<Machine*> machines;
  };
  const Token* token(const std::string& account, const std::string& region,
                     const std::string& token) const;
  void remember_token(const std::string& account, const std::string& region,
                      const std::string& token, Token used);

  // ---- Machines
  // Who wants to know at the moment it happens. The machine lives as long as the world.
  struct Witness {
    std::function<void(const Machine&)> created;
    std::function<void(const Machine&)> ending;  // it was asked for, by whomever
  };
  void tell(Witness witness) { witness_ = std::move(witness); }
  // Takes what a launch decided and adds what chance decides: boot, visibility, failures.
  Machine& create(Machine machine);
  // Starts the end. Harmless when it has begun already.
  void end(Machine& machine, std::string code, std::string reason);
  // Works out anew when a cluster ends that nobody ended: after something about it has changed.
  void plan_end(Machine& cluster);
  // It stops by itself, as when its owner shuts it down inside.
  void stop(Machine& machine);
  Machine* find(std::string_view cloud, std::string_view id);
  // Whatever existed, oldest first.
  const std::deque<Machine>& machines() const { return machines_; }
  // A moment as the clouds write it, in answers and on invoices.
  Time stated(Time moment) const;
  // What the cloud's API could show of an account in a region ("" for DigitalOcean), oldest first:
  // including machines not visible yet, excluding those ended for too long.
  const std::vector<Machine*>& listed(const std::string& cloud, const std::string& account,
                                      const std::string& region);
  // Hides a machine from answers for a moment when chance says so.
  void draw_phantom(Machine& machine, const CallSite& site);
  // A machine that we did not start; ending it is remembered.
  Machine& add_foreign(const std::string& cloud, const std::string& account,
                       const std::string& region, const std::string& instance_type,
                       std::map<std::string, std::string> tags = {});

  // ---- What invariants ask
  std::vector<LedgerEntry> ledger();
  std::vector<LedgerEntry> living();
  // A tag of ours by its meaning, whichever way the cloud writes it.
  std::vector<LedgerEntry> living_with_tag(std::string_view key, std::string_view value);
  const std::vector<std::string>& foreign_ended() const { return foreign_ended_; }

 private:
  struct Place {
    std::string cloud, account, region;
    auto operator<=>(const Place&) const = default;
  };
  Place place_of(const std::string& cloud, const std::string& account,
                 const std::string& region) const;
  void draw_boot(Machine& machine, const CallSite& site);
  void draw_cluster(Machine& machine, const CallSite& site);
  std::string new_machine_id(const std::string& cloud);
  Duration draw_shutdown(const Machine& machine);
  void draw_drift(Machine& machine, const CallSite& site);
  std::optional<CloudError> draw_refusal(const CallSite& site);
  void draw_zonal_token(const CallSite& site, CallFate& fate);
  LedgerEntry entry_of(const Machine& machine) const;
  void bill(const Machine& machine, LedgerEntry& entry) const;
  bool still_shown(const Machine& machine) const;

  const Clock& clock_;
  SeededRandom random_;
  WorldSettings settings_;
  Faults faults_{random_};
  Throttle throttle_;
  Time now_;
  std::multimap<Time, Task> agenda_;
  std::deque<Machine> machines_;  // never moves, never shrinks: it is the ledger
  std::map<std::string, Machine*, std::less<>> by_id_;
  std::map<Place, std::vector<Machine*>> listed_;
  std::map<std::string, Token> tokens_;
  std::map<std::string, Time> revoked_;
  std::map<std::string, int> capacity_;
  std::map<std::string, Time> exhausted_;
  std::map<std::string, Time> partitions_;
  Witness witness_;
  std::vector<std::string> foreign_ended_;
  std::int64_t next_droplet_ = 412'000'000;
  std::uint32_t next_address_ = 0;
};

// EC2's and DigitalOcean's ways to write a tag of ours.
std::string droplet_tag(std::string_view key, std::string_view value);
bool has_tag(const Machine& machine, std::string_view key, std::string_view value);
// Those of ours among its tags, by their keys.
Tags tags_of_ours(const Machine& machine);

}  // namespace mayfly::sim
