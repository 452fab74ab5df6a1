// The auditor: sits between the engine and its clouds and sees every call, every answer, every
// machine that really begins or ends, and every durable record. It knows nothing of how the
// lifecycle decides; it holds each record against the evidence that the clouds gave for it, and
// each call against what was on the disk when it was made. So a broken rule is caught when it is
// broken, not only when chance makes it hurt.
//
// Times of evidence are on the process's clock, as its windows are. Single-threaded.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "auditor_books.h"
#include "clouds/cloud.h"
#include "lifecycles/reservation.h"
#include "store/memory/memory_disk.h"

namespace mayfly::simulation {

class Auditor {
 public:
  Auditor(const Clock& world_clock, const Clock& process_clock, const store::MemoryDisk& disk);

  // ---- Calls, as they leave and as their answers reach a living process
  std::shared_ptr<books::Launch> launching(bool idempotent, const clouds::LaunchSpec& spec);
  void launched(books::Launch& launch, const CloudResult<std::vector<Instance>>& answer);
  // The number of a call that is about to leave: what was asked after what.
  std::int64_t next_call() { return ++calls_; }
  void looked_up(const std::map<std::string, std::string>& tags, std::int64_t call, Time asked_at,
                 const std::vector<Instance>& shown);
  void listed(const std::string& cloud, const std::string& region, Time asked_at,
              const std::vector<Instance>& shown);
  void terminating(const std::vector<std::string>& ids);
  void terminated(const std::vector<std::string>& ids, const std::vector<std::string>& not_found);

  // ---- The world
  void created(const sim::Machine& machine);
  void ending(const sim::Machine& machine);
  // Evidence from before and after cannot be put in order any more.
  void clock_jumped();
  void crashed();
  // Whether the process was told more about a reservation than its record can know yet.
  void attend(std::function<bool(const std::string& id)> behind) { behind_ = std::move(behind); }

  // ---- Records, as engine::Settings::changed tells of them
  void changed(const Reservation* before, const Reservation* now);

  // ---- What is known
  // Ours that exist now, of one reservation or in all.
  std::vector<const sim::Machine*> living(const std::string& reservation) const;
  std::vector<const sim::Machine*> living() const;
  // The machine of that id as it really is; nullptr when there never was one.
  const sim::Machine* truth(const std::string& id) const;
  std::size_t machines() const { return machines_.size(); }
  std::size_t machines(std::string_view cloud) const;
  // Promises that were broken since the last time, each "name: what happened".
  std::vector<std::string> take_broken() { return std::exchange(broken_, {}); }

 private:
  // How old evidence must be before a record has to know it.
  static constexpr Duration kSlack = 15s;

  void check_bytes(const clouds::LaunchSpec& spec);
  void check_intent(const clouds::LaunchSpec& spec, const std::string& reservation, int number);
  void check_repeat(const books::Attempt& attempt, const clouds::LaunchSpec& spec, bool idempotent);
  void check_attempt(books::Reservation& book, const Reservation& state, const Attempt& attempt);
  void check_gone(books::Machine& book, const Machine& machine);
  void check_ended(const books::Attempt& attempt, const Attempt& record);
  bool was_looked_for(const books::Launch& launch) const;
  bool is_cleared_up(const books::Attempt& book, const books::Launch& launch,
                     const Attempt& record) const;
  void show(books::Machine& book, Time asked_at, InstanceState state, bool in_listing);
  void count_gone(books::Machine& book, std::optional<Time>& first, Time asked_at, Duration gap);
  void miss(books::Machine& book, Time asked_at, bool in_listing);
  books::Machine* find(const std::string& id);
  void reopen(books::Machine& book);
  void judge_what_is_told();
  void judge(books::Attempt& known, const Attempt& attempt);
  bool jumped_lately() const;
  void broken(std::string what);

  const Clock& world_;
  const Clock& clock_;  // the process's
  const store::MemoryDisk& disk_;
  lifecycles::Policy policy_;
  std::deque<books::Machine> machines_;
  std::unordered_map<std::string, books::Machine*> by_id_;
  std::unordered_map<std::string, std::vector<books::Machine*>> open_;  // by what a listing covers
  std::unordered_map<std::string, books::Reservation> reservations_;
  std::unordered_map<std::string, std::string> bytes_of_;  // token -> what was sent with it
  std::optional<Time> jumped_at_;
  std::function<bool(const std::string& id)> behind_;
  std::map<std::string, const Reservation*> unjudged_;  // records newer than the last judgement
  std::int64_t calls_ = 0;
  std::int64_t listings_ = 0;
  std::vector<std::string> broken_;
};

}  // namespace mayfly::simulation
