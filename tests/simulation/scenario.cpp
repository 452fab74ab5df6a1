#include "scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "clouds/sim/sim_cloud.h"
#include "clouds/sim/world.h"
#include "core/id.h"
#include "engine/engine.h"
#include "json/parse.h"
#include "json/print.h"
#include "pricing/ranking.h"
#include "sim_loop.h"
#include "store/memory/memory_store.h"

namespace mayfly::simulation {
namespace {

constexpr char kInstallation[] = "sim";

class SimKeyring final : public engine::Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override {
    clouds::Credentials credentials{
        .key_id = key, .id = "id-" + key, .secret = Secret("secret-" + key)};
    loop.post([credentials = std::move(credentials), done = std::move(done)]() mutable {
      done(std::move(credentials));
    });
  }
};

// A disk that sometimes answers late, refuses, or writes and says it did not.
class DiskFaults final : public store::Faults {
 public:
  DiskFaults(Random& random, bool active) : random_(random), active_(active) {}
  void heal() { active_ = false; }

  store::CommitFate fate() override {
    if (!active_ || random_.below(100) != 0) return store::CommitFate::ok;
    return random_.below(2) ? store::CommitFate::refused
                            : store::CommitFate::written_but_reported_failed;
  }
  Duration commit_delay() override {
    return std::chrono::microseconds(100 + random_.below(active_ ? 20'000 : 3'000));
  }
  Duration answer_delay() override { return std::chrono::microseconds(random_.below(500)); }
  bool read_fails() override { return active_ && random_.below(100) == 0; }
  bool survives_crash() override { return random_.below(2) == 0; }

 private:
  Random& random_;
  bool active_;
};

class Play {
 public:
  Play(std::uint64_t seed, const Story& story)
      : story_(story),
        random_(seed),
        loop_(seed + 1),
        world_(loop_, seed + 2, world_settings()),
        disk_faults_(random_, story.faults),
        aws_(sim::make_sim_aws(world_)),
        digitalocean_(sim::make_sim_digitalocean(world_)) {}

  Outcome run() {
    world_.add_foreign("aws", account("aws"), "us-east-1", "t3.micro");
    world_.add_foreign("digitalocean", account("digitalocean"), "nyc1", "s-1vcpu-1gb");
    if (story_.faults) set_faults();
    boot();
    misbehave(2h);
    heal();
    // Longer than the latest a machine can arrive late (3 h) and the longest outage.
    loop_.run_until(loop_.now() + 5h);
    check_live();
    const std::string fresh = ask(false);
    loop_.run_until(loop_.now() + 1h);
    check_ready(fresh);
    for (const std::string& id : asked_) release(id);
    loop_.run_until(loop_.now() + 2h);
    check_final();
    loop_.run_until(loop_.now() + 30h);
    check_over();
    return outcome();
  }

 private:
  static sim::WorldSettings world_settings() {
    sim::WorldSettings settings;
    settings.sold = [](const std::string& cloud, const std::string& region,
                       const std::string& type) -> std::optional<Arch> {
      const auto* row = pricing::Catalog::embedded()->find(cloud, region, type);
      return row ? std::optional(row->arch) : std::nullopt;
    };
    return settings;
  }

  std::string account(const std::string& cloud) {
    return sim::account_of(
        cloud,
        {.key_id = "k-" + cloud, .id = "id-k-" + cloud, .secret = Secret("secret-k-" + cloud)});
  }

  // ---- the process
  // --------------------------------------------------------------------------------

  void boot() {
    store_ = std::make_unique<store::MemoryStore>(disk_, &disk_faults_);
    engine_ = std::make_unique<engine::Engine>(
        engine::Ports{.loop = loop_,
                      .store = *store_,
                      .keyring = keyring_,
                      .clouds = {{"aws", aws_.get()}, {"digitalocean", digitalocean_.get()}},
                      .catalog = &pricing::Catalog::embedded},
        // Days in which nothing happens are listed seldom: they are most of a seed's steps.
        engine::Settings{.observer = {.installation = kInstallation, .poll_steady = 60s}});
    started_ = false;
    start();
  }

  void start() {
    engine_->start([this, life = crashes_](Result<void> result) {
      if (life != crashes_) return;
      // A disk that cannot be read at start ends the process; it is started again.
      if (result)
        started_ = true;
      else
        crash();
    });
  }

  void crash() {
    engine_.reset();
    store_.reset();
    ++crashes_;
    loop_.post_at(loop_.now() + std::chrono::seconds(1 + random_.below(120)), [this] { boot(); });
    check_recorded();
  }

  void misbehave(Duration span) {
    const Time end = loop_.now() + span;
    Time next_ask = loop_.now();
    Time next_crash = loop_.now() + std::chrono::seconds(random_.below(1800));
    while (loop_.now() < end) {
      loop_.run_until(std::min({end, next_ask, next_crash, loop_.now() + 1min}));
      check_ended_are_gone();
      if (loop_.now() >= next_ask) {
        ask(true);
        next_ask = loop_.now() + std::chrono::seconds(random_.below(1500));
      }
      if (story_.crashes && loop_.now() >= next_crash) {
        if (random_.below(2) == 0) run_to_a_call(end);
        // Between any two steps, not only between quiet moments.
        for (std::uint64_t steps = random_.below(20); steps > 0; --steps) loop_.step();
        if (engine_) crash();
      }
      if (loop_.now() >= next_crash)
        next_crash = loop_.now() + std::chrono::seconds(random_.below(2400));
    }
  }

  // Crashes do most harm while a launch or a terminate is under way, and that is a moment in
  // minutes.
  void run_to_a_call(Time end) {
    if (!engine_) return;
    const std::int64_t before = engine_->calls_begun();
    while (engine_ && engine_->calls_begun() == before && loop_.now() < end && loop_.step()) {
    }
  }

  void set_faults() {
    const auto plan = sim::FaultPlan::swarm(random_);
    for (const sim::FaultRule& rule : plan.faults) {
      clouds_hide_ = clouds_hide_ || rule.fault == sim::FaultKind::late_arrival ||
                     rule.fault == sim::FaultKind::slow_visibility ||
                     rule.fault == sim::FaultKind::phantom_not_found;
      clouds_double_ =
          clouds_double_ || clouds_hide_ || rule.fault == sim::FaultKind::duplicate_droplet;
      machines_end_ = machines_end_ || rule.fault == sim::FaultKind::spontaneous_termination;
    }
    world_.set_faults(plan);
  }

  void heal() {
    world_.heal();
    disk_faults_.heal();
    while (!started_) loop_.step();
  }

  // ---- people
  // ---------------------------------------------------------------------------------------

  std::string ask(bool impatient) {
    if (!engine_ || !started_) return {};
    Reservation reservation = random_reservation(impatient);
    const std::string id = reservation.id;
    const bool changes_mind = impatient && random_.below(3) == 0;
    engine_->create(
        std::move(reservation), {}, [this, id, changes_mind](Result<engine::Snapshot> created) {
          if (!created) return;
          asked_.push_back(id);
          if (changes_mind) {
            loop_.post_at(loop_.now() + std::chrono::milliseconds(random_.below(300'000)),
                          [this, id] { release(id); });
          }
        });
    return id;
  }

  Reservation random_reservation(bool impatient) {
    Reservation reservation{.id = new_id("r", loop_.now(), random_), .user = "ann"};
    reservation.created_at = reservation.next_at = loop_.now();
    Request& request = reservation.request;
    request.count = random_.below(6) == 0 ? 12 : 1 + static_cast<int>(random_.below(3));
    request.vcpus = 1 << random_.below(4);
    request.memory_gib = Gib::of(*request.vcpus * 2);
    pricing::Reach reach;
    const std::uint64_t which = random_.below(4);
    if (which != 0) reach.clouds.push_back("aws");
    if (which != 1) reach.clouds.push_back("digitalocean");
    for (const std::string& cloud : reach.clouds)
      reservation.keys.push_back({.cloud = cloud, .key = "k-" + cloud});
    for (const auto& best : pricing::cheapest(*pricing::Catalog::embedded(), request, reach, 8)) {
      reservation.candidates.push_back(best.offer);
    }
    if (impatient && random_.below(2)) {
      reservation.expires_at = loop_.now() + std::chrono::seconds(60 + random_.below(10'000));
    }
    return reservation;
  }

  void release(const std::string& id) {
    if (!engine_ || !started_) {
      loop_.post_at(loop_.now() + 10s, [this, id] { release(id); });
      return;
    }
    engine_->send(id, lifecycles::ReleaseRequested{"the user asked for it"}, {});
  }

  // ---- promises
  // -------------------------------------------------------------------------------------

  void broken(std::string what) {
    outcome_.broken.push_back(fmt::format("{} at {}", what, to_string(loop_.now())));
  }

  void tell(const std::string& id) {
    const auto document = disk_->get("reservations", id);
    if (!story_.tell || !document) return;
    const auto tree = json::parse(document->body);
    if (tree) fmt::print("{}\n", json::print_pretty(*tree));
    for (const auto& machine : world_.living())
      fmt::print("alive: {} {} {} {}\n", machine.cloud, machine.region, machine.id, machine.name);
  }

  std::optional<Reservation> stored(const std::string& id) {
    const auto document = disk_->get("reservations", id);
    if (!document) return std::nullopt;
    auto reservation = engine::from_document(*document);
    return reservation ? std::optional(*std::move(reservation)) : std::nullopt;
  }

  // AWS keeps our tags as they are; a droplet's name carries the reservation:
  // mayfly-<id>-<attempt>-<slot>.
  static std::string reservation_of(const sim::LedgerEntry& machine) {
    const auto tagged = machine.tags.find(tag::kReservation);
    if (tagged != machine.tags.end()) return tagged->second;
    const std::size_t slot = machine.name.rfind('-');
    constexpr std::size_t kPrefix = std::string_view("mayfly-").size();
    return machine.name.substr(kPrefix, machine.name.rfind('-', slot - 1) - kPrefix);
  }

  // Every machine of ours that exists has its attempt on the disk: the intent came first.
  void check_recorded() {
    std::set<std::string> recorded;
    for (const auto& machine : world_.living_with_tag(tag::kInstallation, kInstallation)) {
      if (!recorded.insert(reservation_of(machine)).second) continue;
      const auto reservation = stored(reservation_of(machine));
      if (!reservation || reservation->attempts.empty())
        broken("machine " + machine.id + " (" + machine.name + ") has no record");
    }
    if (!world_.foreign_ended().empty()) broken("a foreign machine was ended");
  }

  // Over means gone: what is released or failed has no machine left. Exempt are clouds that hide
  // machines for longer than anybody can wait; those the tombstone catches.
  void check_ended_are_gone() {
    if (clouds_double_) return;
    std::set<std::string> looked_at;
    for (const auto& machine : world_.living_with_tag(tag::kInstallation, kInstallation)) {
      const std::string id = reservation_of(machine);
      if (!looked_at.insert(id).second) continue;
      const auto document = disk_->get("reservations", id);
      if (!document) continue;
      const std::string& body = document->body;
      if (body.contains("\"phase\":\"released\",\"candidates") ||
          body.contains("\"phase\":\"failed\",\"candidates")) {
        broken(fmt::format("{} is over while {} lives", id, machine.id));
        tell(id);
      }
    }
  }

  // Who was ready stays so until its owner or its lease ends it, unless the machines really ended.
  void check_kept(const Reservation& reservation) {
    if (machines_end_ || !reservation.ready_at || !reservation.failing) return;
    broken(fmt::format("{} was ready and failed: {}", reservation.id, reservation.end_reason));
    tell(reservation.id);
  }

  // At rest, before anybody gives anything back: what is ready has exactly its machines, and
  // nothing else lives.
  void check_live() {
    check_recorded();
    for (const std::string& id : asked_) {
      const auto reservation = stored(id);
      if (!reservation) {
        broken("accepted reservation " + id + " is lost");
        continue;
      }
      std::size_t expected = 0;
      if (reservation->phase == Phase::ready) {
        for (const Machine& machine : current_attempt(*reservation)->machines)
          expected += machine.slot >= 0 && !machine.gone_at;
      } else if (!is_final(reservation->phase)) {
        broken(fmt::format("{} is still {} long after the faults stopped", id,
                           json::enum_name(reservation->phase)));
        tell(id);
      }
      const std::size_t living = world_.living_with_tag(tag::kReservation, id).size();
      if (living != expected) {
        broken(fmt::format("{} has {} machines instead of {}", id, living, expected));
        tell(id);
      }
      if (reservation->ready_at) ++outcome_.became_ready;
    }
  }

  void check_ready(const std::string& id) {
    const auto reservation = stored(id);
    if (!reservation || reservation->phase != Phase::ready)
      broken("a new reservation did not become ready after the faults stopped");
  }

  void check_final() {
    check_recorded();
    for (const std::string& id : asked_) {
      const auto reservation = stored(id);
      if (!reservation || !is_final(reservation->phase))
        broken(id + " was given back and is not over");
    }
    const auto living = world_.living_with_tag(tag::kInstallation, kInstallation);
    if (!living.empty())
      broken(fmt::format("{} machines leaked, such as {}", living.size(), living.front().name));
  }

  void check_over() {
    if (!world_.foreign_ended().empty()) broken("a foreign machine was ended");
    if (engine_->statistics().live != 0) broken("tombstones never pass");
    check_tokens();
    check_doubles();
  }

  // One token never made two sets of machines.
  void check_tokens() {
    std::map<std::string, std::set<Time>> created;
    for (const auto& machine : world_.ledger()) {
      if (!machine.token.empty()) created[machine.token].insert(machine.created);
    }
    for (const auto& [token, times] : created) {
      if (times.size() > 1) broken("token " + token + " made machines twice");
    }
  }

  // Nothing is provisioned twice, not even to be ended again: an attempt never has more machines at
  // a time than slots. Exempt are the clouds' own doings that no look-up can see: droplets that a
  // POST makes twice, or that show up after the look-ups ended.
  void check_doubles() {
    std::map<std::string, std::map<Time, int>> changes;
    for (const auto& machine : world_.ledger()) {
      if (machine.foreign || (machine.cloud == "digitalocean" && clouds_double_)) continue;
      const std::size_t slot = machine.name.rfind('-');
      auto& of_attempt = changes[reservation_of(machine) + " attempt " + attempt_of(machine, slot)];
      ++of_attempt[machine.created];
      if (machine.ended) --of_attempt[*machine.ended];
    }
    for (const std::string& id : asked_) {
      const auto reservation = stored(id);
      for (const Attempt& attempt : reservation->attempts) {
        int living = 0;
        int most = 0;
        for (const auto& [at, change] : changes[fmt::format("{} attempt {}", id, attempt.number)]) {
          living += change;
          most = std::max(most, living);
        }
        if (most <= reservation->request.count) continue;
        broken(fmt::format("{} attempt {} had {} machines at a time for {} slots", id,
                           attempt.number, most, reservation->request.count));
        tell(id);
      }
    }
  }

  static std::string attempt_of(const sim::LedgerEntry& machine, std::size_t slot) {
    const auto tagged = machine.tags.find(tag::kAttempt);
    if (tagged != machine.tags.end()) return tagged->second;
    const std::size_t number = machine.name.rfind('-', slot - 1) + 1;
    return machine.name.substr(number, slot - number);
  }

  Outcome outcome() {
    outcome_.steps = loop_.steps();
    outcome_.crashes = crashes_;
    outcome_.reservations = static_cast<std::int64_t>(asked_.size());
    outcome_.machines = static_cast<std::int64_t>(world_.ledger().size());
    outcome_.virtual_days =
        std::chrono::duration<double>(loop_.now() - SimLoop(0).now()).count() / 86'400;
    return outcome_;
  }

  Story story_;
  SeededRandom random_;
  SimLoop loop_;
  sim::World world_;
  DiskFaults disk_faults_;
  SimKeyring keyring_;
  std::shared_ptr<store::MemoryDisk> disk_ = std::make_shared<store::MemoryDisk>();
  std::unique_ptr<clouds::Cloud> aws_;
  std::unique_ptr<clouds::Cloud> digitalocean_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<engine::Engine> engine_;
  bool started_ = false;
  bool clouds_hide_ = false;
  bool clouds_double_ = false;
  bool machines_end_ = false;
  std::int64_t crashes_ = 0;
  std::vector<std::string> asked_;
  Outcome outcome_;
};

}  // namespace

Outcome play(std::uint64_t seed, const Story& story) {
  return Play(seed, story).run();
}

}  // namespace mayfly::simulation
