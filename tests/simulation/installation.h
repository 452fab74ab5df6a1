// One installation of Mayfly over simulated clouds: the process with its engine, which can die at
// any instruction and starts again; the disk, which survives it; the world, which does not care.
// Everything between them passes the auditor.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audited_cloud.h"
#include "auditor.h"
#include "clouds/sim/sim_cloud.h"
#include "clouds/sim/world.h"
#include "disk_faults.h"
#include "engine/engine.h"
#include "sim_loop.h"
#include "troubles.h"

namespace mayfly::simulation {

inline constexpr char kInstallation[] = "sim";

// Thrown where the process dies.
struct Killed {};

// Every key opens; its secret is its name.
class SimKeyring final : public engine::Keyring {
 public:
  void open(const std::string& key, Loop& loop, Done<Result<clouds::Credentials>> done) override;
};

class Installation {
 public:
  explicit Installation(std::uint64_t seed, sim::WorldSettings settings = world_settings());
  Installation(const Installation&) = delete;
  Installation& operator=(const Installation&) = delete;

  // What is sold where is the catalog's to say.
  static sim::WorldSettings world_settings();
  static std::string account(const std::string& cloud);

  // ---- The process
  void boot();
  // Destroys it where it stands; it starts again by itself `rest` later.
  void crash(Duration rest);
  bool is_up() const { return engine_ != nullptr && started_; }
  // Precondition: is_up(). Calls may throw Killed: make them inside a task, or inside act().
  engine::Engine& engine() { return *engine_; }
  // Runs something of the outside against the process, which may die of it.
  void act(const std::function<void()>& what);
  // It dies at the so-and-so-many-th milestone or edge of a call from here on; 0: at none.
  void die_after(std::int64_t milestones) { milestones_left_ = milestones; }
  // Called at each of them with its name; may throw Killed.
  void at_milestones(std::function<void(const std::string& name)> hook) { hook_ = std::move(hook); }
  std::int64_t crashes() const { return life_.number - 1; }
  const Life& life() const { return life_; }

  // ---- Time
  // Runs one task; false when there is none left.
  bool step();
  void run_until(Time end);
  // Until that holds or the time is up; says whether it does.
  bool run_while(Duration patience, const std::function<bool()>& waiting);
  Time now() const { return loop_.now(); }

  std::optional<Reservation> stored(const std::string& id) const;
  // Ends every fault that is under way, and waits until the process is up.
  void heal();
  void change_prices();
  std::shared_ptr<const pricing::Catalog> catalog() const { return catalog_; }

  SimLoop& loop() { return loop_; }
  ProcessLoop& process() { return process_; }
  sim::World& world() { return world_; }
  Auditor& auditor() { return auditor_; }
  DiskFaults& disk_faults() { return disk_faults_; }
  Troubles& troubles() { return troubles_; }
  Random& random() { return random_; }
  const store::MemoryDisk& disk() const { return *disk_; }

 private:
  void start();
  void pass(std::optional<engine::Milestone> milestone, std::string_view what);

  SeededRandom random_;
  SimLoop loop_;
  ProcessLoop process_;
  sim::World world_;
  Troubles troubles_;
  DiskFaults disk_faults_;
  std::shared_ptr<store::MemoryDisk> disk_ = std::make_shared<store::MemoryDisk>();
  Auditor auditor_;
  Life life_;
  SimKeyring keyring_;
  std::unique_ptr<clouds::Cloud> aws_;
  std::unique_ptr<clouds::Cloud> emr_;
  std::unique_ptr<clouds::Cloud> digitalocean_;
  std::shared_ptr<const pricing::Catalog> catalog_ = pricing::Catalog::embedded();
  std::function<void(const std::string& name)> hook_;
  std::int64_t milestones_left_ = 0;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<engine::Engine> engine_;
  bool started_ = false;
};

}  // namespace mayfly::simulation
