// Inside of sweeper: what its files share.
#pragma once

#include "engine/sweeper.h"

namespace mayfly::engine {

inline constexpr char kStrays[] = "strays";

// A machine that a listing showed and that nothing in the table answers for.
struct Sweeper::Inquiry {
  std::string id;  // of the stray that it may be
  std::string key;
  std::string cloud;
  std::string region;  // as it was listed
  Time asked_at;
  Instance instance;
  StrayReason reason = StrayReason::no_reservation;
  bool dry_run = false;
  Answer answer;
};

// What the store said to an inquiry. `failure`: it did not say everything.
struct Sweeper::Evidence {
  std::optional<store::Document> stray;
  std::optional<store::Document> record;  // of the reservation
  std::string owner;
  std::optional<Error> failure;
};

struct Sweeper::Entry {
  std::optional<Suspect> suspect;  // as stored; none while the first sight is looked into
  std::int64_t version = 0;
  bool busy = false;                    // something is being read or written for it
  std::optional<EndAnswered> answered;  // came while it was busy
};

struct Sweeper::Place {
  Time armed = kNever;
  bool looking = false;
  int failures = 0;
};

// One listing's report, until every inquiry has its answer.
struct Sweeper::Gathering {
  SweptRegion report;
  int open = 1;
  std::move_only_function<void(SweptRegion)> done;

  void close() {
    if (--open == 0 && done) done(std::move(report));
  }
};

struct Sweeper::Walk {
  struct Stop {
    std::string key, cloud, region;
  };
  std::string user;  // empty: of everybody
  SweepReport report;
  Done<Result<SweepReport>> done;  // empty: nobody waits
  std::vector<KeyReach> keys;
  std::map<std::string, std::set<std::string>> used;  // regions of what lives, by key
  std::set<std::string> sold;                         // regions found for the key at hand
  std::vector<Stop> stops;
  std::size_t next = 0;
  std::vector<Stop> again;  // could not be listed, or not everything there was clear
  int tries = 0;            // how often that was tried again
};

}  // namespace mayfly::engine
