// The sweeper trusts the clouds' tags and not our own table: it takes every listing that anybody
// makes, and once a day lists everywhere that a stored key reaches, and ends what nothing here
// answers for. The rule is in stray.h; here are the listings, the records and the calls.
//
// One machine's life: a listing shows it -> the store is asked who answers for it -> its record is
// written -> its place is listed again when the guards have passed -> the store is asked again ->
// the record says `ending` -> it is terminated, again and again while it stays -> two listings say
// that it is gone. Records that are not at their end are taken up at the start, so a crash anywhere
// only delays.
//
// Failures: a store that does not answer judges nothing and is asked again at the next listing; a
// place that cannot be listed is tried again later, and named in reports. Single-threaded: the
// engine's Loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/observer.h"
#include "engine/pacer.h"
#include "engine/ports.h"
#include "engine/stray.h"
#include "engine/sweep_report.h"
#include "store/store.h"

namespace mayfly::engine {

struct SweepSettings {
  SweepRules rules;
  Duration interval = 24h;          // between the sweeps of everything
  Duration first_after = 1min;      // from the start, and up to five times as long
  Duration pause = 1s;              // between two regions of such a sweep
  Duration pause_on_demand = 50ms;  // and of one that somebody waits for
  // What is written in the same batch as a stray's end, and that it was written.
  std::function<store::Batch(const Stray& ended)> alongside_end = {};
  std::function<void(const Stray& ended)> end_written = {};
};

// What the engine knows of what lives.
struct LivingTable {
  std::function<std::shared_ptr<const Reservation>(const std::string& id)> find;
  std::function<void(const std::function<void(const Reservation&)>& visit)> each;
};

class Sweeper {
 public:
  Sweeper(Ports& ports, Pacer& pacer, std::string installation, SweepSettings settings,
          LivingTable living);
  ~Sweeper();

  // Takes up the records that are not at their end and begins to sweep. Call it when everything
  // that lives is in the table: before that every machine would look like a stray.
  void start();

  // Every complete listing, whoever made it.
  void heard(const Listing& listing);

  // Lists everywhere that this user's keys reach, one region after the other. A dry run changes
  // nothing, not even what is remembered. conflict while another one of this user is under way.
  void sweep(const std::string& user, bool dry_run, Done<Result<SweepReport>> done);

  // Strays that are not at their end.
  std::size_t open() const;

 private:
  struct Entry;
  struct Place;
  struct Inquiry;
  struct Evidence;
  struct Gathering;
  struct Walk;
  using PlaceKey = ScopeKey;
  using Answer = std::move_only_function<void(std::optional<StrayFinding>)>;

  // ---- sweeper.cpp: the start, and every listing
  void load_page(std::string after);
  void take_up(const store::Document& document, Duration wait);
  using Report = std::move_only_function<void(SweptRegion)>;
  void examine(const Listing& listing, bool dry_run, Report done);
  std::vector<VanishedFinding> vanished(const Listing& listing) const;
  void missed(const Listing& listing);
  void answered_for(const std::string& id, Time asked_at, const Instance& instance);
  PlaceKey place_of(const Stray& stray) const;

  // ---- sweep_machine.cpp: what follows for each machine
  void inquire(Inquiry inquiry);
  void take_key(Suspect& suspect, const std::string& key);
  Result<Suspect> suspect_of(const Inquiry& inquiry, const Evidence& evidence) const;
  bool remembers(const std::string& id) const;
  void conclude(Inquiry inquiry, Evidence evidence);
  std::optional<StrayFinding> foretell(const Inquiry& inquiry, const StrayDecision& decision,
                                       const Standing& standing) const;
  void step(const std::string& id, StrayEvent event, Answer answer);
  void settle(const std::string& id, StrayDecision decision, Answer answer);
  void settled(const std::string& id, const StrayDecision& decision, Answer answer);
  void terminate(const std::string& id);
  void end_answered(const std::string& id, EndAnswered answered);

  // ---- sweep_reading.cpp: what is asked of the store and of the clouds
  void read(Inquiry inquiry);
  void read_record(Inquiry inquiry, Evidence evidence);
  void read_owner(Inquiry inquiry, Evidence evidence);
  void read_again(const std::string& id);
  void list(const std::string& key, const std::string& cloud, const std::string& region,
            Done<CloudResult<Listing>> done);
  void arm(const PlaceKey& key, Time when);
  void look(const PlaceKey& key);
  void looked(const PlaceKey& key, CloudResult<Listing> listing);
  Time next_look(const PlaceKey& key) const;

  // ---- sweep_walk.cpp: everywhere, one region after the other
  void walk_later(Time when);
  void begin(std::shared_ptr<Walk> walk);
  void choose_regions(std::shared_ptr<Walk> walk, std::size_t number);
  void find_ever_used(std::shared_ptr<Walk> walk, std::size_t number, std::string after);
  void add_stops(Walk& walk, const KeyReach& key, std::set<std::string> regions) const;
  void go_on(std::shared_ptr<Walk> walk);
  void arrive(std::shared_ptr<Walk> walk, CloudResult<Listing> listing);
  void leave(std::shared_ptr<Walk> walk, SweptRegion report);
  void finish(std::shared_ptr<Walk> walk, Result<void> how);
  void walk_again(const Walk& walk);

  Ports& ports_;
  Pacer& pacer_;
  const std::string installation_;
  const SweepSettings settings_;
  const LivingTable living_;
  bool started_ = false;
  std::map<std::string, std::unique_ptr<Entry>> entries_;  // by stray id
  std::map<PlaceKey, std::unique_ptr<Place>> places_;
  std::map<std::string, std::string> owners_;  // of keys
  std::set<std::string> sweeping_;             // users that wait for a report
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

store::Document to_document(const Stray& stray);
Result<Stray> stray_from_document(const store::Document& document);

// What the store's record of the reservation that a machine names says about the suspicion.
Standing standing_of(StrayReason suspicion, const Result<std::optional<store::Document>>& record);

}  // namespace mayfly::engine
