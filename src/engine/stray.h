// A stray: a machine that carries our installation's tag and that nothing here answers for. This is
// the rule for it, pure: no clock, no store, no cloud. sweeper.h does what it decides.
//
// What must hold, whatever listings and stores answer:
//  1. Nothing without our exact installation tag is ever judged, let alone ended.
//  2. Nothing is ended that was not seen twice, `seen_gap` apart, older than the age guard, and of
//     which the store said just then that no reservation answers for it. A store that cannot say
//     judges nothing.
//  3. The record says `ending` before the first terminate.
//  4. It is asked to end again for as long as it stays. Gone is what two listings say.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <variant>

#include "model/cloud_failure.h"
#include "model/instance.h"
#include "model/reservation.h"

namespace mayfly::engine {

struct SweepRules {
  Duration age_guard = 15min;      // counted from the launch or the first sight, what came later
  Duration seen_gap = 30s;         // at least, between the sights that count
  Duration absence_window = 10s;   // after an accepted terminate, before missing counts
  Duration vanish_window = 5min;   // of one that was not asked to end: missing so long is gone
  Duration observation_gap = 1s;   // between two listings that say it is gone
  Duration terminate_again = 30s;  // doubled with each time that it stays
  Duration terminate_again_max = 1h;
};

// Why nothing here answers for a machine.
enum class StrayReason {
  no_reservation,       // it names none
  unknown_reservation,  // the one it names was never made here
  reservation_over,     // the one it names is over, and so is the time for late arrivals
  unknown_attempt,      // its reservation never made that attempt
  elsewhere,            // that attempt was made in another place
};
BOOST_DESCRIBE_ENUM(StrayReason, no_reservation, unknown_reservation, reservation_over,
                    unknown_attempt, elsewhere)
std::string_view describe(StrayReason reason);

enum class StrayState {
  suspected,  // seen; the guards have not passed
  ending,     // it was judged: it is being ended
  ended,      // observed gone
};
BOOST_DESCRIBE_ENUM(StrayState, suspected, ending, ended)

// One machine's record, as it is stored. Its cost is nobody's who uses Mayfly.
struct Stray {
  int schema_version = 1;
  std::string id;    // stray_id()
  std::string user;  // whose reservation it names, or whose key showed it
  std::string key;   // the key that showed it
  std::string cloud;
  std::string region;
  std::string machine;  // the cloud's id
  std::string name;
  std::string instance_type;
  std::string reservation;  // as its tags say; may be empty
  std::string attempt;
  StrayReason reason = StrayReason::no_reservation;
  StrayState state = StrayState::suspected;
  Time launched_at;
  Time first_seen;
  std::optional<Time> judged_at;     // since when it is being ended
  std::optional<Time> end_asked_at;  // the last time that the cloud took our wish to end it
  std::optional<Time> ended_at;      // observed gone

  bool operator==(const Stray&) const = default;
};
BOOST_DESCRIBE_STRUCT(Stray, (),
                      (schema_version, id, user, key, cloud, region, machine, name, instance_type,
                       reservation, attempt, reason, state, launched_at, first_seen, judged_at,
                       end_asked_at, ended_at))

std::string stray_id(const std::string& cloud, const std::string& machine);

// A stray and what is known of it since the start; losing that in a crash delays, and no more.
struct Suspect {
  Stray stray;
  Time seen_at;                       // the last listing that showed it
  std::optional<Time> accepted_at;    // the first accepted terminate, or when last seen after it
  std::optional<Time> missing_since;  // the first listing of those that said it is gone
  Time ask_at;                        // not before is it asked to end (again)
  int asked = 0;                      // times in a row; sets the back-off
  bool calling = false;               // a terminate is under way

  bool operator==(const Suspect&) const = default;
};

// ---- Who answers for a machine
// ----------------------------------------------------------------------

// Exactly ours: no prefix, no other case, no other key.
bool carries_tag(const Instance& instance, const std::string& installation);

// Why the state of the reservation that it names does not answer for a machine that was listed at
// this cloud; nullopt when it does. `reservation` is nullptr when there is none that lives.
std::optional<StrayReason> suspicion(const Instance& instance, const std::string& cloud,
                                     const Reservation* reservation);

// What the store says about a suspicion.
struct Standing {
  enum class Kind {
    answered_for,  // a reservation answers for it
    unclear,       // the store could not be read, or not understood
    nobodys,
  };
  Kind kind = Kind::unclear;
  StrayReason reason = StrayReason::no_reservation;  // of nobodys
};

// ---- Its life
// ---------------------------------------------------------------------------------------

// A complete listing by the suspect's key shows it.
struct Shown {
  Time asked_at;
  Instance instance;
  Standing standing;
};
// One that was asked for later than it was last seen does not.
struct Missed {
  Time asked_at;
};
// The terminate's answer.
struct EndAnswered {
  std::optional<CloudFailure> failure;
};
struct StrayEvent {
  Time now;
  std::variant<Shown, Missed, EndAnswered> what;
};

struct StrayDecision {
  Suspect next;
  bool end = false;       // once `next.stray` is stored: terminate it
  bool release = false;   // a reservation answers for it after all: forget it
  Time look_at = kNever;  // when its place has to be listed, unless somebody does so earlier
};
StrayDecision decide(const Suspect& suspect, const StrayEvent& event, const SweepRules& rules);

// The suspect that a first sight makes. Precondition: standing.kind == nobodys.
Suspect first_sight(Stray stray, const Instance& instance, Time asked_at);
// After a restart, over the stored record.
Suspect taken_up(Stray stray);

// When it may be judged at the earliest.
Time ripe_at(const Stray& stray, const SweepRules& rules);
// When its place should be listed next.
Time look_at(const Suspect& suspect, const SweepRules& rules);

}  // namespace mayfly::engine
