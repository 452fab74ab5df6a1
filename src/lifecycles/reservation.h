// The life of a reservation: place, launch, boot, run, end; prove that it is gone.
//
// What must hold after every decision, whatever the clouds answer and wherever we crash:
//  1. A machine can exist only under an attempt that is in `next` (the intent is written first).
//  2. A launch call whose fate is unknown is never repeated under another token or name, and where
//     the cloud has no tokens it is repeated only after it was looked for several times.
//  3. `ended` is reached only when every machine was seen gone twice and every unknown launch was
//     looked for past the cloud's consistency window.
//  4. `released` and `failed` are reached only when every attempt has ended.
//  5. What shows up later is ended too, for a day (the tombstone).
//  6. Where credentials are refused, nothing is taken for done: it waits and says so.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lifecycles/decision.h"
#include "model/cloud_failure.h"
#include "model/reservation.h"

namespace mayfly::lifecycles {

// How patient and how sure to be. Times are the product's defaults.
struct Policy {
  std::map<std::string, CloudTraits> traits;  // by cloud
  Duration boot_deadline = 15min;             // from the launch call to all machines running
  int unreachable_tries = 6;                  // then a cloud that cannot be reached is skipped
  Duration ambiguity_patience = 10min;        // then an attempt that stays unclear is ended
  Duration provision_deadline = 1h;           // from creation to ready
  Duration look_up_window =
      60s;               // after a launch call, how long its machines may hide from look-ups
  int look_ups_min = 4;  // before a launch without token is repeated
  Duration absence_window = 10s;      // after an accepted terminate, before absence counts
  Duration invisible_window = 15min;  // a machine never seen in a listing may hide this long
  Duration vanish_window = 5min;  // a running machine is missing this long before it counts as gone
  Duration boot_vanish_window = 1min;  // the same while it boots: the next offer is waiting
  Duration observation_gap = 1s;       // between the two observations that something is gone
  Duration terminate_again = 1min;  // a machine that ignores an accepted terminate is asked again
  Duration tombstone = 24h;
  Duration backoff_min = 1s;
  Duration backoff_max = 60s;
  // Before a lease ends; each only for leases at least twice as long.
  std::vector<Duration> lease_warnings{24h, 1h, 10min};
};

// ---- Events -----------------------------------------------------------------------------------

struct Due {};      // the wake time has come
struct Resumed {};  // the engine restarted: nothing is under way any more
struct Ranked {
  std::vector<Offer> offers;
};  // answer to Rank, cheapest first
struct Prepared {
  CloudResult<std::vector<LaunchTarget>> targets;
};
struct Launched {
  int attempt = 0;
  CloudResult<std::vector<Instance>> instances;
  std::optional<Time> sent_at = {};  // calls wait for their turn; none: it was never sent
};
struct LookedUp {
  int attempt = 0;
  Time asked_at;
  CloudResult<std::vector<Instance>> instances;
};
struct TerminateAnswered {
  int attempt = 0;
  std::vector<std::string> ids;
  CloudResult<std::vector<std::string>> not_found;  // success: accepted, but for these unknown ids
  std::optional<Time> asked_at = {};                // the answer is about then; none: about now
};
// A complete listing of a scope: all of its machines that carry this reservation's tag.
struct Observed {
  std::string key;
  std::string cloud;
  std::string region;  // "" when the cloud lists all regions at once
  Time asked_at;       // the listing shows the cloud as of then or later
  std::vector<Instance> instances;
};
struct ReleaseRequested {
  std::string reason;
};
struct LeaseSet {
  std::optional<Time> expires_at;
};
// When the cloud stopped billing machines that are gone; answer to Settle.
struct Settled {
  int attempt = 0;
  CloudResult<std::map<std::string, Time>>
      ends;  // by id; those the cloud does not state are absent
};
// The key was given new credentials: what waits for that goes on at once.
struct KeyReplaced {
  std::string key;
};

struct Event {
  Time now;
  std::variant<Due, Resumed, Ranked, Prepared, Launched, LookedUp, TerminateAnswered, Observed,
               ReleaseRequested, LeaseSet, Settled, KeyReplaced>
      what;
};

// ---- Effects: calls to make once `next` is written
// ------------------------------------------------

struct Rank {};     // offers left, given next.exclusions -> Ranked
struct Prepare {};  // next.preparing -> Prepared
struct Launch {
  int attempt = 0;
};  // its `asked` slots -> Launched
struct LookUp {
  int attempt = 0;
};  // -> LookedUp
struct Terminate {
  int attempt = 0;
  std::vector<std::string> ids;
};  // -> TerminateAnswered

struct Settle {
  int attempt = 0;
  std::vector<std::string> ids;
};  // -> Settled

using Effect = std::variant<Rank, Prepare, Launch, LookUp, Terminate, Settle>;
using ReservationDecision = Decision<Reservation, Effect>;

ReservationDecision decide(const Reservation& state, const Event& event, const Policy& policy);

// ---- What the engine may ask about a state
// ----------------------------------------------------------

// How closely a scope must be watched for this reservation.
enum class Watch {
  dormant,     // a tombstone: something might still show up
  steady,      // it runs: a change in a slow listing is enough
  transition,  // every listing counts, and soon
};
struct Interest {
  std::string key;
  std::string cloud;
  std::string region;  // "" when the cloud lists all regions at once
  Watch watch = Watch::dormant;
  bool operator==(const Interest&) const = default;
};
std::vector<Interest> interests(const Reservation& state, const Policy& policy);

// When nothing can come any more: ended and the tombstone has passed.
bool is_over(const Reservation& state, const Policy& policy, Time now);
// When Due is wanted next.
Time wake_of(const Reservation& state, const Policy& policy);

}  // namespace mayfly::lifecycles
