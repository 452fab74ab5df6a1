// A reservation: a request, the goal for it, and everything known about what was tried and what
// exists. This is the stored document (schema_version says which shape); the record is written
// before each cloud call, so at any crash it says what may exist.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/instance.h"
#include "model/launch.h"
#include "model/offer.h"
#include "model/request.h"
#include "model/shared_list.h"

namespace mayfly {

enum class Goal { present, absent };
BOOST_DESCRIBE_ENUM(Goal, present, absent)

enum class Phase { pending, provisioning, ready, releasing, released, failed };
BOOST_DESCRIBE_ENUM(Phase, pending, provisioning, ready, releasing, released, failed)

constexpr bool is_final(Phase phase) {
  return phase == Phase::released || phase == Phase::failed;
}

// One machine of an attempt, from the moment its id is known.
struct Machine {
  int slot = -1;  // which of the request's `count`; -1: surplus, to be ended
  Instance instance;
  bool seen = false;           // in a listing, at least once
  bool begin_guessed = false;  // the cloud has not told launched_at: it is when we asked
  std::optional<Time> terminate_asked_at;  // the last time the cloud took our wish to end it
  std::optional<Time>
      terminate_accepted_at;  // the first such time, or when it was last seen alive after it
  std::optional<Time> gone_first_at;  // first of the two observations that it is gone
  std::optional<Time> gone_at;        // the second: now it is gone
  std::optional<Time> billed_until;   // where the cloud's clock stopped, by its own word
  std::optional<Time> stopped_at;     // while it stands stopped
  std::int64_t stopped_seconds = 0;   // that it stood stopped before

  bool operator==(const Machine&) const = default;
};
BOOST_DESCRIBE_STRUCT(Machine, (),
                      (slot, instance, seen, begin_guessed, terminate_asked_at,
                       terminate_accepted_at, gone_first_at, gone_at, billed_until, stopped_at,
                       stopped_seconds))

// Where an attempt stands. `calling` beside it says whether a cloud call is under way.
enum class Stage {
  launching,  // the intent is written; the launch call is about to be made, under way, or to be
              // repeated
  unsure,     // a launch may have had an effect: looking before anything is repeated
  booting,    // every slot has a machine; waiting until all run and have addresses
  running,
  ending,  // what exists, or may exist, is being ended
  ended,   // nothing of it exists: observed
};
BOOST_DESCRIBE_ENUM(Stage, launching, unsure, booting, running, ending, ended)

// One numbered try to launch a placement.
struct Attempt {
  int number = 0;
  std::string key;  // id of the key used
  Offer offer;
  LaunchTarget target;
  std::string token;  // idempotency token
  Stage stage = Stage::launching;
  std::vector<int> slots;  // those of the request's that it is to fill; empty: all
  std::vector<int> asked;  // those of the last launch call
  bool uncertain = false;  // a launch call had an unclear end: its machines may exist
  bool calling = false;
  int failures = 0;  // of the same call in a row; sets the back-off
  int look_ups = 0;  // since the last launch call
  Time started_at;
  Time asked_at;  // when the last launch call began
  Time next_at;   // when this stage acts next, if nothing else happens
  std::optional<Time> end_requested_at;
  std::optional<Time> ended_at;
  std::vector<Machine> machines;
  std::string reason;  // why it did not become, or did not stay, the reservation
  std::string cloud_code;
  bool settling = false;  // a question when the cloud stopped billing is under way
  int settle_tries = 0;   // how often the cloud was asked when it stopped billing
  Time settle_at;         // when it is asked next

  bool operator==(const Attempt&) const = default;
};
BOOST_DESCRIBE_STRUCT(Attempt, (),
                      (number, key, offer, target, token, stage, slots, asked, uncertain, calling,
                       failures, look_ups, started_at, asked_at, next_at, end_requested_at,
                       ended_at, machines, reason, cloud_code, settling, settle_tries, settle_at))

// An offer that was considered and why it was not taken.
struct Considered {
  std::string cloud;
  std::string region;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  Money price_usd_hour;
  Money cost_usd;
  std::string lost_because;

  bool operator==(const Considered&) const = default;
};
BOOST_DESCRIBE_STRUCT(Considered, (),
                      (cloud, region, instance_type, vcpus, memory_gib, price_usd_hour, cost_usd,
                       lost_because))

// The estimate frozen at placement.
struct Estimate {
  Money cost_usd;
  std::int64_t billed_seconds = 0;
  std::string snapshot;  // date of the price catalog

  bool operator==(const Estimate&) const = default;
};
BOOST_DESCRIBE_STRUCT(Estimate, (), (cost_usd, billed_seconds, snapshot))

// After so many questions without an answer the observed end of a machine's bill stands.
inline constexpr int kSettleTriesMax = 6;

// One line of a reservation's history, for its owner.
struct JournalEntry {
  std::int64_t seq = 0;  // from 1, without gaps
  Time at;
  std::string type;  // phase, attempt, instance, lease, lease_warning, waiting, note
  Phase phase = Phase::pending;
  int attempt = 0;  // 0: about none
  std::string message;
  std::string cloud_code;

  bool operator==(const JournalEntry&) const = default;
};
BOOST_DESCRIBE_STRUCT(JournalEntry, (), (seq, at, type, phase, attempt, message, cloud_code))

inline constexpr std::size_t kJournalMax = 400;  // then the oldest entries after the first 50 go

// Which key to use on which cloud, and the regions its account has enabled (empty: the cloud did
// not say); fixed when the reservation is made.
struct KeyChoice {
  std::string cloud;
  std::string key;
  std::vector<std::string> regions;

  bool operator==(const KeyChoice&) const = default;
};
BOOST_DESCRIBE_STRUCT(KeyChoice, (), (cloud, key, regions))

struct Reservation {
  int schema_version = 1;
  std::string id;
  std::string user;
  Request request;
  std::vector<KeyChoice> keys;
  Goal goal = Goal::present;
  Phase phase = Phase::pending;

  // Offers still to try, in rank order; refilled from the catalog when empty, until that is empty
  // too.
  std::vector<Offer> candidates;
  std::vector<Exclusion> exclusions;
  std::optional<Offer> preparing;     // the offer being prepared
  std::vector<LaunchTarget> targets;  // zones of the current offer not yet tried
  int share = 0;         // with request.spread: at most so many slots in the next attempt; 0: all
  bool calling = false;  // prepare or rank under way
  int failures = 0;
  Time next_at;
  std::string waiting;  // why it cannot go on just now, for people; empty: it goes on
  std::vector<std::string> default_regions;  // of the user or the server when the request was made

  std::vector<Attempt> attempts;
  std::vector<Considered> considered;
  Estimate estimate;

  Time created_at;
  std::optional<Time> ready_at;
  std::optional<Time> expires_at;
  std::int64_t warned_seconds = 0;  // before the end: the last lease warning given; 0: none
  std::optional<Time> release_requested_at;
  std::optional<Time> ended_at;  // released or failed
  std::string end_reason;        // why the goal became absent
  bool failing = false;          // the end will be `failed`, not `released`
  std::string idempotency;       // id of its Idempotency-Key document, if any

  std::int64_t journal_seq = 0;
  SharedList<JournalEntry> journal;

  bool operator==(const Reservation&) const = default;
};
BOOST_DESCRIBE_STRUCT(Reservation, (),
                      (schema_version, id, user, request, keys, goal, phase, candidates, exclusions,
                       preparing, targets, share, calling, failures, next_at, waiting,
                       default_regions, attempts, considered, estimate, created_at, ready_at,
                       expires_at, warned_seconds, release_requested_at, ended_at, end_reason,
                       failing, idempotency, journal_seq, journal))

// The attempts that are the reservation: those not given up. One, unless it is spread.
std::vector<const Attempt*> live_attempts(const Reservation& reservation);
// The first of them; nullptr between attempts.
const Attempt* current_attempt(const Reservation& reservation);
// The offer that the reservation is, or will be, placed on; nullptr when it has none.
const Offer* placed_offer(const Reservation& reservation);
// The name of the machine in a slot: unique for ever, valid at every cloud.
std::string machine_name(const Reservation& reservation, const Attempt& attempt, int slot);

// For how long the cloud has billed a machine at `until`: by the cloud's own word where it gave
// one, otherwise until it was first observed gone.
struct BilledTime {
  Duration running{};
  Duration stopped{};
};
BilledTime billed_time(const Machine& machine, Time until);
// Whether the user had it: not when it is surplus, nor when the cloud made it after the teardown
// was asked for. Those are the platform's cost.
bool is_users(const Attempt& attempt, const Machine& machine);

struct Cost {
  Money user_usd;       // until teardown was asked for
  Money tail_usd;       // from there until the cloud's clock stopped
  bool final = false;   // nothing can change it any more
  bool stated = false;  // every end in it is the cloud's own word, so it is the invoice
};
// What the machines have cost until `now`, from the frozen price terms; each sum rounded once.
Cost cost_of(const Reservation& reservation, Time now);

}  // namespace mayfly
