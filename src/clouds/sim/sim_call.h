// One call of a simulated driver: the effect at its moment in the world, the answer at its moment
// on the caller's loop.
#pragma once

#include <memory>
#include <utility>

#include "clouds/sim/world.h"
#include "core/assert.h"
#include "core/loop.h"
#include "model/cloud_failure.h"

namespace mayfly::sim {

// effect: Outcome<T>() in the world. classify: CloudFailure(const CloudError&). done: takes
// CloudResult<T>.
template <class T, class Effect, class Classify>
void call(World& world, const CallSite& site, Loop& loop, Effect effect, Classify classify,
          Done<CloudResult<T>> done) {
  const CallFate fate = world.receive(site);
  // The caller's clock may be wrong; how long an answer takes is the same for both.
  const Time answer_at = loop.now() + (fate.answer_at - world.now());
  if (fate.refused) {
    loop.post_at(answer_at,
                 [done = std::move(done), failure = classify(*fate.refused)]() mutable {
                   done(std::unexpected(std::move(failure)));
                 });
    return;
  }
  auto outcome = std::make_shared<std::optional<Outcome<T>>>();
  world.at(fate.effect_at,
           [outcome, effect = std::move(effect)]() mutable { *outcome = effect(); });
  loop.post_at(answer_at, [&world, outcome, masked = fate.masked,
                                classify = std::move(classify), done = std::move(done)]() mutable {
    world.settle();
    if (masked) {
      done(std::unexpected(classify(*masked)));
      return;
    }
    ASSERT(outcome->has_value());
    if (**outcome) {
      done(std::move(***outcome));
    } else {
      done(std::unexpected(classify((*outcome)->error())));
    }
  });
}

// A refusal as its caller is told: what was attempted, then the cloud's words.
CloudFailure no_answer(std::string_view operation, const CloudError& error);

}  // namespace mayfly::sim
