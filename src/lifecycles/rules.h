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
// The goal becomes absent and the end will be `failed`.
void give_up(Context& context, std::string reason);
void release(Context& context, std::string reason);

// ---- attempt.cpp: one attempt's stages
// -----------------------------------------------------------------
void start_attempt(Context& context, const Offer& offer, const LaunchTarget& target);
void end_attempt(Context& context, Attempt& attempt, std::string reason, std::string code = {});
void advance_attempt(Context& context, Attempt& attempt);
void on_launched(Context& context, const Launched& launched);
void on_looked_up(Context& context, const LookedUp& looked_up);
void on_terminate_answered(Context& context, const TerminateAnswered& answered);
void resume_attempt(Context& context, Attempt& attempt);
// When this attempt wants to act next; kNever while a call is under way or only a listing can help.
Time wake_of(const Attempt& attempt, const Policy& policy);
std::vector<int> missing_slots(const Reservation& state, const Attempt& attempt);

// ---- observation.cpp: what a listing proves
// -----------------------------------------------------------
void on_observed(Context& context, const Observed& observed);
// Enters a machine that an answer or a listing showed: into its slot, or as surplus.
Machine& meet_machine(Context& context, Attempt& attempt, const Instance& instance);

}  // namespace mayfly::lifecycles
