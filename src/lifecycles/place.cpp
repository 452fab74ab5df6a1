// Which offer to try next, and when to stop trying.
#include <fmt/format.h>

#include <algorithm>

#include "lifecycles/rules.h"
#include "model/clouds.h"

namespace mayfly::lifecycles {
namespace {

// What this very decision wanted to call for an offer that is not to be had any more.
void drop_calls_not_made(Context& context) {
  const auto dropped = std::erase_if(context.effects, [](const Effect& effect) {
    return std::holds_alternative<Prepare>(effect) || std::holds_alternative<Rank>(effect);
  });
  if (dropped > 0) context.state.calling = false;
}

void exclude(Context& context, Exclusion exclusion) {
  Reservation& state = context.state;
  std::erase_if(state.candidates, [&](const Offer& offer) { return exclusion.covers(offer); });
  if (state.preparing && exclusion.covers(*state.preparing)) {
    drop_calls_not_made(context);
    state.preparing.reset();
    state.targets.clear();
  }
  state.exclusions.push_back(std::move(exclusion));
}

// What every try came to, for the person who has to read why it failed.
std::string summary_of(const Reservation& state) {
  if (state.exclusions.empty()) return "no offer satisfies the request";
  std::string text = "no offer is left";
  for (const Exclusion& exclusion : state.exclusions) text += "; " + exclusion.reason;
  if (state.request.max_price_usd_hour) {
    text += fmt::format("; whatever is dearer is ruled out by max_price_usd_hour {}",
                        to_string(*state.request.max_price_usd_hour));
  }
  return text;
}

void retry_later(Context& context, const CloudFailure& failure) {
  Reservation& state = context.state;
  ++state.failures;
  state.next_at = context.now + backoff(context, state.failures, failure.retry_after);
  wait_for(context, state.preparing->cloud, state.failures, failure);
}

// Nothing is left to try, but a cloud was ruled out only for its key: when a new one comes, all may
// be well. The cloud is asked again now and then.
bool wait_for_any_key(Context& context) {
  Reservation& state = context.state;
  const auto passing = std::ranges::find(state.exclusions, true, &Exclusion::passing);
  if (passing == state.exclusions.end()) return false;
  wait_for(context, passing->cloud, 1,
           {.reaction = Reaction::key_refused, .code = "KeyRefused", .message = passing->reason});
  std::erase_if(state.exclusions, [](const Exclusion& one) { return one.passing; });
  state.next_at = context.now + context.policy.backoff_max;
  return true;
}

}  // namespace

bool launch_under_way(const Reservation& state) {
  return std::ranges::any_of(live_attempts(state), [](const Attempt* attempt) {
    return attempt->stage == Stage::launching || attempt->stage == Stage::unsure;
  });
}

std::vector<int> unplaced_slots(const Reservation& state) {
  std::vector<bool> placed(static_cast<std::size_t>(state.request.count));
  for (const Attempt* attempt : live_attempts(state)) {
    for (const int slot : slots_of(state, *attempt)) placed[static_cast<std::size_t>(slot)] = true;
  }
  std::vector<int> slots;
  for (int slot = 0; slot < state.request.count; ++slot) {
    if (!placed[static_cast<std::size_t>(slot)]) slots.push_back(slot);
  }
  return slots;
}

bool another_cloud_left(const Reservation& state, const std::string& cloud) {
  return std::ranges::any_of(state.keys, [&](const KeyChoice& choice) {
    const bool excluded = std::ranges::any_of(state.exclusions, [&](const Exclusion& exclusion) {
      return exclusion.cloud == choice.cloud && exclusion.region.empty() &&
             exclusion.instance_type.empty() && exclusion.quota.empty();
    });
    return choice.cloud != cloud && !excluded;
  });
}

void place(Context& context) {
  Reservation& state = context.state;
  // What was ready is not filled up again: losses are its owner's to decide about.
  if (state.ready_at || state.calling || context.now < state.next_at) return;
  std::vector<int> slots = unplaced_slots(state);
  if (slots.empty() || launch_under_way(state)) return;
  if (state.preparing && !state.targets.empty()) {
    const LaunchTarget target = state.targets.front();
    const auto share = static_cast<std::size_t>(state.share);
    if (share > 0 && share < slots.size()) {
      slots.resize(share);  // the rest follows to the same place
    } else {
      state.targets.erase(state.targets.begin());
    }
    start_attempt(context, *state.preparing, target, std::move(slots));
    return;
  }
  if (!state.preparing && !state.candidates.empty()) {
    state.preparing = state.candidates.front();
    state.candidates.erase(state.candidates.begin());
  }
  state.calling = true;
  if (state.preparing) {
    context.effects.emplace_back(Prepare{});
  } else {
    context.effects.emplace_back(Rank{});
  }
}

void on_ranked(Context& context, const Ranked& ranked) {
  Reservation& state = context.state;
  if (!state.calling) return;
  state.calling = false;
  if (state.goal == Goal::absent) return;
  state.candidates = ranked.offers;
  if (!state.candidates.empty()) return;
  const std::string summary = summary_of(state);
  if (!wait_for_any_key(context)) give_up(context, summary);
}

void on_prepared(Context& context, const Prepared& prepared) {
  Reservation& state = context.state;
  if (!state.calling) return;
  state.calling = false;
  if (!state.preparing || state.goal == Goal::absent) return;
  if (prepared.targets && !prepared.targets->empty()) {
    go_on(context);
    state.failures = 0;
    state.targets = *prepared.targets;
    return;
  }
  if (prepared.targets) {
    rule_out(context, *state.preparing,
             {.reaction = Reaction::next_offer, .code = "NoZone", .message = "no zone offers it"});
    return;
  }
  const CloudFailure& failure = prepared.targets.error();
  const bool waitable = failure.reaction == Reaction::again ||
                        failure.reaction == Reaction::ambiguous ||
                        (failure.reaction == Reaction::key_refused &&
                         !another_cloud_left(state, state.preparing->cloud));
  if (waitable && (failure.reaction == Reaction::ambiguous || failure.code == "Unreachable") &&
      state.failures + 1 >= context.policy.unreachable_tries) {
    CloudFailure given_up = failure;
    given_up.reaction = Reaction::skip_cloud;
    rule_out(context, *state.preparing, given_up);
  } else if (waitable) {
    retry_later(context, failure);
  } else {
    // A zone is not chosen yet, so a zone's failure is the offer's.
    const Offer offer = *state.preparing;
    note(state, context.now, "attempt", describe(offer) + ": " + failure.message, 0, failure.code);
    rule_out(context, offer, failure);
    if (state.preparing && state.targets.empty()) {
      exclude(context, {.cloud = offer.cloud,
                        .region = offer.region,
                        .instance_type = offer.instance_type,
                        .reason = describe(offer) + ": " + failure.message});
    }
  }
}

void rule_out(Context& context, const Offer& offer, const CloudFailure& failure) {
  Reservation& state = context.state;
  state.failures = 0;
  state.share = 0;
  const std::string why = fmt::format("{}: {}", describe(offer), failure.message);
  switch (failure.reaction) {
    case Reaction::again:
    case Reaction::ambiguous:
    case Reaction::gone:
    case Reaction::unprotect:
    case Reaction::next_offer:
      exclude(context, {.cloud = offer.cloud,
                        .region = offer.region,
                        .instance_type = offer.instance_type,
                        .reason = why});
      break;
    case Reaction::next_zone:
      // Zones left are tried first; place() does that while `targets` has any.
      if (state.targets.empty()) {
        exclude(context, {.cloud = offer.cloud,
                          .region = offer.region,
                          .instance_type = offer.instance_type,
                          .reason = why});
      }
      break;
    case Reaction::skip_quota:
      exclude(context, {.cloud = offer.cloud,
                        .region = offer.region,
                        .quota = quota_class(offer.cloud, offer.instance_type),
                        .reason = why});
      break;
    case Reaction::skip_region:
      exclude(context, {.cloud = offer.cloud, .region = offer.region, .reason = why});
      break;
    case Reaction::skip_cloud:
    case Reaction::key_refused:
      exclude(context, {.cloud = offer.cloud,
                        .reason = why,
                        .passing = failure.reaction == Reaction::key_refused});
      break;
    case Reaction::fatal:
      give_up(context, why);
      break;
  }
}

void give_up(Context& context, std::string reason) {
  if (context.state.goal == Goal::absent) return;
  context.state.failing = true;
  release(context, std::move(reason));
}

void release(Context& context, std::string reason) {
  Reservation& state = context.state;
  if (state.goal == Goal::absent) return;
  state.goal = Goal::absent;
  state.end_reason = std::move(reason);
  state.release_requested_at = context.now;
  drop_calls_not_made(context);
  state.preparing.reset();
  state.candidates.clear();
  state.targets.clear();
  state.calling = false;
  for (Attempt& attempt : state.attempts) {
    if (attempt.stage != Stage::ended) end_attempt(context, attempt, state.end_reason);
  }
}

}  // namespace mayfly::lifecycles
