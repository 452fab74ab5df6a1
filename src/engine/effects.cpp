#include "engine/effects.h"

#include <fmt/format.h>

#include <algorithm>

#include "clouds/user_data.h"
#include "core/assert.h"
#include "pricing/ranking.h"

namespace mayfly::engine {
namespace {

// How many offers are tried before the catalog is asked again with what was learnt.
constexpr std::size_t kCandidates = 8;

const Attempt& attempt_of(const Reservation& state, int number) {
  const auto found = std::ranges::find(state.attempts, number, &Attempt::number);
  ASSERT(found != state.attempts.end());
  return *found;
}

std::map<std::string, std::string> tags_of(const Reservation& state, const Attempt& attempt,
                                           const std::string& installation) {
  return {{tag::kInstallation, installation},
          {tag::kReservation, state.id},
          {tag::kAttempt, fmt::format("{}", attempt.number)}};
}

std::vector<std::string> names_of(const Reservation& state, const Attempt& attempt) {
  std::vector<std::string> names;
  for (const int slot : attempt.asked) names.push_back(machine_name(state, attempt, slot));
  return names;
}

CloudFailure not_made() {
  return {.reaction = Reaction::again,
          .code = "NotMade",
          .message = "the launch was not made: teardown came first"};
}

}  // namespace

CloudFailure key_failure(const Error& error) {
  const bool lost = error.code == ErrorCode::not_found;
  return {.reaction = lost ? Reaction::skip_cloud : Reaction::again,
          .code = lost ? "KeyGone" : "KeyUnusable",
          .message = error.message};
}

clouds::LaunchSpec launch_spec(const Reservation& state, const Attempt& attempt,
                               const std::string& installation) {
  return {.region = attempt.offer.region,
          .instance_type = attempt.offer.instance_type,
          .target = attempt.target,
          .disk_gib = attempt.offer.price.disk_gib > 0 ? attempt.offer.price.disk_gib
                                                       : attempt.offer.disk_gib,
          .names = names_of(state, attempt),
          .token = attempt.token,
          .user_data = clouds::render_user_data(state.request.ssh_public_key.value_or(""),
                                                state.request.user_data.value_or("")),
          .tags = tags_of(state, attempt, installation)};
}

Effects::Effects(Ports& ports, Lanes& lanes, std::string installation, Current current,
                 Answer answer)
    : ports_(ports),
      lanes_(lanes),
      installation_(std::move(installation)),
      current_(std::move(current)),
      answer_(std::move(answer)) {}

std::string_view Effects::kind(const lifecycles::Effect& effect) {
  constexpr std::string_view names[] = {"rank", "prepare", "launch", "look_up", "terminate", "settle"};
  return names[effect.index()];
}

void Effects::run(std::shared_ptr<const Reservation> state, const lifecycles::Effect& effect) {
  if (std::holds_alternative<lifecycles::Rank>(effect)) {
    rank(*state);
  } else if (std::holds_alternative<lifecycles::Prepare>(effect)) {
    prepare(std::move(state));
  } else if (const auto* to_launch = std::get_if<lifecycles::Launch>(&effect)) {
    launch(std::move(state), to_launch->attempt);
  } else if (const auto* to_look_up = std::get_if<lifecycles::LookUp>(&effect)) {
    look_up(std::move(state), to_look_up->attempt);
  } else if (const auto* to_end = std::get_if<lifecycles::Terminate>(&effect)) {
    terminate(std::move(state), *to_end);
  } else {
    settle(std::move(state), std::get<lifecycles::Settle>(effect));
  }
}

void Effects::rank(const Reservation& state) {
  pricing::Reach reach{.default_regions = state.default_regions, .exclusions = state.exclusions};
  for (const KeyChoice& choice : state.keys) {
    reach.clouds.push_back(choice.cloud);
    if (!choice.regions.empty()) reach.enabled_regions[choice.cloud] = choice.regions;
  }
  lifecycles::Ranked ranked;
  for (const auto& best : pricing::cheapest(*ports_.catalog(), state.request, reach, kCandidates)) {
    ranked.offers.push_back(best.offer);
  }
  ports_.loop.post([this, id = state.id, ranked = std::move(ranked),
                    alive = std::weak_ptr<int>(alive_)]() mutable {
    if (!alive.expired()) answer_(id, std::move(ranked));
  });
}

void Effects::with_key(const std::string& key, const std::string& lane, Use use) {
  lanes_.run(key + "/" + lane, [this, key, use = std::move(use),
                                alive = std::weak_ptr<int>(alive_)](Task finish) mutable {
    if (alive.expired()) return;
    ports_.keyring.open(key, ports_.loop,
                        [use = std::move(use), finish = std::move(finish),
                         alive](Result<clouds::Credentials> credentials) mutable {
                          if (alive.expired()) return;
                          if (credentials) {
                            use(*std::move(credentials), std::move(finish));
                          } else {
                            use(std::unexpected(key_failure(credentials.error())),
                                std::move(finish));
                          }
                        });
  });
}

void Effects::prepare(std::shared_ptr<const Reservation> state) {
  ASSERT(state->preparing);
  const Offer& offer = *state->preparing;
  const auto choice = std::ranges::find(state->keys, offer.cloud, &KeyChoice::cloud);
  ASSERT(choice != state->keys.end());
  with_key(choice->key, offer.region,
           [this, state, alive = std::weak_ptr<int>(alive_)](
               CloudResult<clouds::Credentials> credentials, Task finish) mutable {
             const Offer& wanted = *state->preparing;
             auto done = [this, id = state->id, alive, finish = std::move(finish)](
                             CloudResult<std::vector<LaunchTarget>> targets) mutable {
               if (alive.expired()) return;
               finish();
               answer_(id, lifecycles::Prepared{std::move(targets)});
             };
             if (!credentials) return done(std::unexpected(credentials.error()));
             ports_.clouds.at(wanted.cloud)
                 ->prepare(*credentials,
                           {.region = wanted.region,
                            .instance_type = wanted.instance_type,
                            .arch = wanted.arch,
                            .image = state->request.image},
                           ports_.loop, std::move(done));
           });
}

void Effects::launch(std::shared_ptr<const Reservation> state, int number) {
  const Attempt& attempt = attempt_of(*state, number);
  with_key(attempt.key, attempt.offer.region,
           [this, state, number, alive = std::weak_ptr<int>(alive_)](
               CloudResult<clouds::Credentials> credentials, Task finish) mutable {
             const Attempt& wanted = attempt_of(*state, number);
             auto done = [this, id = state->id, number, alive, finish = std::move(finish)](
                             CloudResult<std::vector<Instance>> instances) mutable {
               if (alive.expired()) return;
               finish();
               answer_(id, lifecycles::Launched{number, std::move(instances)});
             };
             if (!credentials) return done(std::unexpected(credentials.error()));
             // Teardown may have come while this waited for its place: a machine not started costs
             // nothing.
             const auto current = current_(state->id);
             if (!current || current->goal == Goal::absent)
               return done(std::unexpected(not_made()));
             ports_.clouds.at(wanted.offer.cloud)
                 ->launch(*credentials, launch_spec(*state, wanted, installation_), ports_.loop,
                          std::move(done));
           });
}

void Effects::look_up(std::shared_ptr<const Reservation> state, int number) {
  const Attempt& attempt = attempt_of(*state, number);
  with_key(attempt.key, attempt.offer.region,
           [this, state, number, alive = std::weak_ptr<int>(alive_)](
               CloudResult<clouds::Credentials> credentials, Task finish) mutable {
             const Attempt& wanted = attempt_of(*state, number);
             auto done = [this, id = state->id, number, asked_at = ports_.loop.now(), alive,
                          finish = std::move(finish)](
                             CloudResult<std::vector<Instance>> instances) mutable {
               if (alive.expired()) return;
               finish();
               answer_(id, lifecycles::LookedUp{number, asked_at, std::move(instances)});
             };
             if (!credentials) return done(std::unexpected(credentials.error()));
             ports_.clouds.at(wanted.offer.cloud)
                 ->look_up(*credentials,
                           {.region = wanted.offer.region,
                            .tags = tags_of(*state, wanted, installation_),
                            .names = names_of(*state, wanted)},
                           ports_.loop, std::move(done));
           });
}

void Effects::terminate(std::shared_ptr<const Reservation> state,
                        const lifecycles::Terminate& effect) {
  const Attempt& attempt = attempt_of(*state, effect.attempt);
  with_key(attempt.key, attempt.offer.region,
           [this, state, effect, alive = std::weak_ptr<int>(alive_)](
               CloudResult<clouds::Credentials> credentials, Task finish) mutable {
             const Attempt& wanted = attempt_of(*state, effect.attempt);
             auto done = [this, id = state->id, effect, alive, finish = std::move(finish)](
                             CloudResult<clouds::Cloud::Terminated> answer) mutable {
               if (alive.expired()) return;
               finish();
               lifecycles::TerminateAnswered answered{.attempt = effect.attempt, .ids = effect.ids};
               if (answer) {
                 answered.not_found = std::move(answer->not_found);
               } else {
                 answered.not_found = std::unexpected(answer.error());
               }
               answer_(id, std::move(answered));
             };
             if (!credentials) return done(std::unexpected(credentials.error()));
             ports_.clouds.at(wanted.offer.cloud)
                 ->terminate(*credentials, wanted.offer.region, effect.ids, ports_.loop,
                             std::move(done));
           });
}

void Effects::settle(std::shared_ptr<const Reservation> state, const lifecycles::Settle& effect) {
  const Attempt& attempt = attempt_of(*state, effect.attempt);
  with_key(attempt.key, attempt.offer.region,
           [this, state, effect, alive = std::weak_ptr<int>(alive_)](
               CloudResult<clouds::Credentials> credentials, Task finish) mutable {
             const Attempt& wanted = attempt_of(*state, effect.attempt);
             auto done = [this, id = state->id, number = effect.attempt, alive,
                          finish = std::move(finish)](
                             CloudResult<std::map<std::string, Time>> ends) mutable {
               if (alive.expired()) return;
               finish();
               answer_(id, lifecycles::Settled{number, std::move(ends)});
             };
             if (!credentials) return done(std::unexpected(credentials.error()));
             ports_.clouds.at(wanted.offer.cloud)
                 ->ended(*credentials, wanted.offer.region, effect.ids, ports_.loop,
                         std::move(done));
           });
}

}  // namespace mayfly::engine
