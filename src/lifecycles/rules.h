// Inside of lifecycles/reservation: what its files share. Each function changes `state` in place
// and adds effects; decide() hands them a copy of the state.
#pragma once

#include <string>
#include <vector>

#include "lifecycles/journal.h"
#include "lifecycles/reservation.h"

namespace mayfly::lifecycles {

struct Context {
  Reservation& state;
  Time now;
  const Policy& policy;
  std::vector<Effect>& effects;

  const CloudTraits& traits(const std::string& cloud) const;
};

// Exponential from backoff_min to backoff_max, or what the cloud asked for; spread by a hash of the
// reservation instead of by chance, so that a herd of reservations does not come back at once.
Duration backoff(const Context& context, int failures, std::optional<Duration> retry_after);

// How many times longer than a VM the machines of a cloud may take to start.
int boot_patience(const Policy& policy, const std::string& cloud);
// From creation to ready.
Duration provision_deadline(const Reservation& state, const Policy& policy);

Attempt* find_attempt(Reservation& state, int number);
// "AWS t3a.small in us-east-1", with the zone when it is known.
std::string describe(const Offer& offer, const std::string& zone = {});

// ---- place.cpp: which offer to try next
// --------------------------------------------------------------
void place(Context& context);
void on_ranked(Context& context, const Ranked& ranked);
void on_prepared(Context& context, const Prepared& prepared);
// Excludes what this failure rules out, and gives the reservation up when it rules out everything.
void rule_out(Context& context, const Offer& offer, const CloudFailure& failure);
// Whether another cloud than this one could still take the request.
bool another_cloud_left(const Reservation& state, const std::string& cloud);
// Slots that no live attempt is to fill.
std::vector<int> unplaced_slots(const Reservation& state);
// Parts of a spread request are launched one after the other: what the first finds out about the
// place saves the next a call.
bool launch_under_way(const Reservation& state);
// The goal becomes absent and the end will be `failed`.
void give_up(Context& context, std::string reason);
void release(Context& context, std::string reason);

// ---- waiting.cpp: why it cannot go on just now
// ----------------------------------------------------------
// A call has failed `failures` times in a row and will be made again.
void wait_for(Context& context, const std::string& cloud, int failures,
              const CloudFailure& failure);
void go_on(Context& context);
void on_key_replaced(Context& context, const KeyReplaced& replaced);

// ---- lease.cpp
// ------------------------------------------------------------------------------------------
void on_lease_set(Context& context, const LeaseSet& lease);
void warn_of_lease_end(Context& context);
// When the next warning is due; kNever when there is none left.
Time next_lease_warning(const Reservation& state, const Policy& policy);

// ---- settle.cpp: when the cloud stopped billing what is gone
// ------------------------------------------------------------
void settle_from_now(Context& context, Attempt& attempt);
void settle(Context& context, Attempt& attempt);
void on_settled(Context& context, const Settled& settled);
Time settle_due(const Attempt& attempt);

// ---- launch.cpp: from the written intent to machines that are known
// ---------------------------------------------------
void launch(Context& context, Attempt& attempt);
void look_up(Context& context, Attempt& attempt);
void become_unsure(Context& context, Attempt& attempt);
void on_launched(Context& context, const Launched& launched);
void on_looked_up(Context& context, const LookedUp& looked_up);
// What it is worth to say once: repeated failures of one call would fill the journal.
void note_first(Context& context, const Attempt& attempt, const CloudFailure& failure);

// ---- attempt.cpp: one attempt's stages
// -----------------------------------------------------------------
// `slots`: those of the request's that it is to fill.
void start_attempt(Context& context, const Offer& offer, const LaunchTarget& target,
                   std::vector<int> slots);
void end_attempt(Context& context, Attempt& attempt, std::string reason, std::string code = {});
void advance_attempt(Context& context, Attempt& attempt);
void on_terminate_answered(Context& context, const TerminateAnswered& answered);
void resume_attempt(Context& context, Attempt& attempt);
// When this attempt wants to act next; kNever while a call is under way or only a listing can help.
Time wake_of(const Attempt& attempt, const Policy& policy);
// The slots an attempt is to fill, and those of them without a machine.
std::vector<int> slots_of(const Reservation& state, const Attempt& attempt);
std::vector<int> missing_slots(const Reservation& state, const Attempt& attempt);
bool holds(const Attempt& attempt, int slot);
// Machines that should not be: all of an attempt that is ending, else the surplus ones.
bool should_end(const Attempt& attempt, const Machine& machine);
// When this machine has to be asked (again) to go; kNever while it is on its way.
Time terminate_due(const Policy& policy, const Machine& machine);

// ---- observation.cpp: what a listing proves
// -----------------------------------------------------------
void on_observed(Context& context, const Observed& observed);
// Enters a machine that an answer or a listing showed: into its slot, or as surplus.
Machine& meet_machine(Context& context, Attempt& attempt, const Instance& instance);

}  // namespace mayfly::lifecycles
