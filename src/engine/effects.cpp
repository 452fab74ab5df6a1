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

// What is billed apart is ordered as it was priced; a cluster's price has its nodes' system disks,
// too.
int disk_to_order(const Offer& offer) {
  return offer.nodes == 0 && offer.price.disk_gib > 0 ? offer.price.disk_gib : offer.disk_gib;
}

std::optional<ClusterSpec> cluster_in(const Request& request) {
  if (request.kind != Kind::cluster) return std::nullopt;
  return cluster_of(request);
}

}  // namespace

clouds::LaunchSpec launch_spec(const Reservation& state, const Attempt& attempt,
                               const std::string& installation) {
  return {.region = attempt.offer.region,
          .instance_type = attempt.offer.instance_type,
          .target = attempt.target,
          .disk_gib = disk_to_order(attempt.offer),
          .names = names_of(state, attempt),
          .token = attempt.token,
          .user_data = clouds::render_user_data(state.request.ssh_public_key.value_or(""),
                                                state.request.user_data.value_or("")),
          .tags = tags_of(state, attempt, installation),
          .cluster = cluster_in(state.request)};
}

Effects::Effects(Ports& ports, Pacer& pacer, std::string installation, Current current,
                 Answer answer)
    : ports_(ports),
      pacer_(pacer),
      installation_(std::move(installation)),
      current_(std::move(current)),
      answer_(std::move(answer)) {}

std::string_view Effects::kind(const lifecycles::Effect& effect) {
  constexpr std::string_view names[] = {"rank",    "prepare",   "launch",
                                        "look_up", "terminate", "settle"};
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

// Makes the call in its turn and tells of its answer, unless this object is gone by then.
template <class T>
void Effects::call(Order order, Invoke<T> invoke,
                   std::move_only_function<void(CloudResult<T>)> tell) {
  in_turn(pacer_, ports_, std::move(order), alive_,
          [invoke = std::move(invoke), tell = std::move(tell), alive = std::weak_ptr<int>(alive_)](
              CloudResult<clouds::Credentials> credentials, Pacer::Finish finish) mutable {
            auto done = [tell = std::move(tell), alive = std::move(alive),
                         finish = std::move(finish)](CloudResult<T> answer) mutable {
              if (alive.expired()) return;
              finish(outcome_of(answer));
              tell(std::move(answer));
            };
            if (!credentials) return done(std::unexpected(credentials.error()));
            invoke(*credentials, std::move(done));
          });
}

Order Effects::order(const Reservation& state, const Attempt& attempt, clouds::Operation operation,
                     std::size_t machines) {
  return {.key = attempt.key,
          .cloud = attempt.offer.cloud,
          .region = attempt.offer.region,
          .operation = operation,
          .machines = static_cast<std::int64_t>(machines),
          .reservation = state.id};
}

void Effects::prepare(std::shared_ptr<const Reservation> state) {
  if (!ports_.admit) return find_targets(std::move(state));
  auto done = [this, state, alive = std::weak_ptr<int>(alive_)](CloudResult<void> admitted) {
    if (alive.expired()) return;
    if (admitted) return find_targets(state);
    answer_(state->id, lifecycles::Prepared{std::unexpected(admitted.error())});
  };
  ports_.admit(state, std::move(done));
}

void Effects::find_targets(std::shared_ptr<const Reservation> state) {
  ASSERT(state->preparing);
  const Offer& offer = *state->preparing;
  const auto choice = std::ranges::find(state->keys, offer.cloud, &KeyChoice::cloud);
  ASSERT(choice != state->keys.end());
  call<std::vector<LaunchTarget>>(
      {.key = choice->key,
       .cloud = offer.cloud,
       .region = offer.region,
       .operation = clouds::Operation::prepare,
       .reservation = state->id},
      [this, state](const clouds::Credentials& credentials, auto done) {
        const Offer& wanted = *state->preparing;
        ports_.clouds.at(wanted.cloud)
            ->prepare(credentials,
                      {.region = wanted.region,
                       .instance_type = wanted.instance_type,
                       .arch = wanted.arch,
                       .image = state->request.image,
                       .cluster = cluster_in(state->request),
                       .ssh_public_key = state->request.ssh_public_key.value_or("")},
                      ports_.loop, std::move(done));
      },
      [this, id = state->id](CloudResult<std::vector<LaunchTarget>> targets) {
        answer_(id, lifecycles::Prepared{std::move(targets)});
      });
}

// Teardown may come while this waits for its turn: a machine not started costs nothing.
void Effects::launch(std::shared_ptr<const Reservation> state, int number) {
  const Attempt& attempt = attempt_of(*state, number);
  auto use = [this, state, number, alive = std::weak_ptr<int>(alive_)](
                 CloudResult<clouds::Credentials> credentials, Pacer::Finish finish) mutable {
    if (!credentials)
      return answer_(state->id, lifecycles::Launched{number, std::unexpected(credentials.error())});
    const auto current = current_(state->id);
    if (!current || current->goal == Goal::absent) {
      finish({.sent = false});
      return answer_(state->id, lifecycles::Launched{number, std::unexpected(not_made())});
    }
    const Attempt& wanted = attempt_of(*state, number);
    auto done = [this, id = state->id, number, sent_at = ports_.loop.now(), alive,
                 finish = std::move(finish)](CloudResult<std::vector<Instance>> instances) mutable {
      if (alive.expired()) return;
      finish(outcome_of(instances));
      answer_(id, lifecycles::Launched{number, std::move(instances), sent_at});
    };
    ports_.clouds.at(wanted.offer.cloud)
        ->launch(*credentials, launch_spec(*state, wanted, installation_), ports_.loop,
                 std::move(done));
  };
  in_turn(pacer_, ports_, order(*state, attempt, clouds::Operation::launch, attempt.asked.size()),
          alive_, std::move(use));
}

void Effects::look_up(std::shared_ptr<const Reservation> state, int number) {
  const Attempt& attempt = attempt_of(*state, number);
  auto asked_at = std::make_shared<Time>(ports_.loop.now());
  call<std::vector<Instance>>(
      order(*state, attempt, clouds::Operation::look_up, attempt.asked.size()),
      [this, state, number, asked_at](const clouds::Credentials& credentials, auto done) {
        const Attempt& wanted = attempt_of(*state, number);
        *asked_at = ports_.loop.now();
        ports_.clouds.at(wanted.offer.cloud)
            ->look_up(credentials,
                      {.region = wanted.offer.region,
                       .tags = tags_of(*state, wanted, installation_),
                       .names = names_of(*state, wanted)},
                      ports_.loop, std::move(done));
      },
      [this, id = state->id, number, asked_at](CloudResult<std::vector<Instance>> instances) {
        answer_(id, lifecycles::LookedUp{number, *asked_at, std::move(instances)});
      });
}

// Several calls where one could not name them all, and one answer.
struct Effects::Ending {
  std::size_t open = 0;
  Time asked_at;  // when the first of them was to be made: none was made before
  CloudResult<std::vector<std::string>> not_found;

  void add(CloudResult<clouds::Cloud::Terminated> answer) {
    --open;
    if (!answer) {
      not_found = std::unexpected(std::move(answer.error()));
    } else if (not_found) {
      std::ranges::move(answer->not_found, std::back_inserter(*not_found));
    }
  }
};

void Effects::terminate(std::shared_ptr<const Reservation> state,
                        const lifecycles::Terminate& effect) {
  const Attempt& attempt = attempt_of(*state, effect.attempt);
  clouds::Cloud& cloud = *ports_.clouds.at(attempt.offer.cloud);
  const int most = cloud.limits().machines_per_terminate;
  const std::size_t size = most > 0 ? static_cast<std::size_t>(most) : effect.ids.size();
  ASSERT(!effect.ids.empty());
  auto ending = std::make_shared<Ending>();
  ending->open = (effect.ids.size() + size - 1) / size;
  ending->asked_at = ports_.loop.now();
  for (std::size_t begin = 0; begin < effect.ids.size(); begin += size) {
    const std::size_t end = std::min(begin + size, effect.ids.size());
    call<clouds::Cloud::Terminated>(
        order(*state, attempt, clouds::Operation::terminate, end - begin),
        [this, state, &cloud, effect, begin, end](const clouds::Credentials& credentials,
                                                  auto done) {
          const auto first = effect.ids.begin();
          std::vector<std::string> ids(first + static_cast<std::ptrdiff_t>(begin),
                                       first + static_cast<std::ptrdiff_t>(end));
          cloud.terminate(credentials, attempt_of(*state, effect.attempt).offer.region,
                          std::move(ids), ports_.loop, std::move(done));
        },
        [this, id = state->id, effect, ending](CloudResult<clouds::Cloud::Terminated> answer) {
          ending->add(std::move(answer));
          if (ending->open > 0) return;
          answer_(id, lifecycles::TerminateAnswered{.attempt = effect.attempt,
                                                    .ids = effect.ids,
                                                    .not_found = std::move(ending->not_found),
                                                    .asked_at = ending->asked_at});
        });
  }
}

void Effects::settle(std::shared_ptr<const Reservation> state, const lifecycles::Settle& effect) {
  const Attempt& attempt = attempt_of(*state, effect.attempt);
  call<std::map<std::string, Time>>(
      order(*state, attempt, clouds::Operation::ended, effect.ids.size()),
      [this, state, effect](const clouds::Credentials& credentials, auto done) {
        const Offer& offer = attempt_of(*state, effect.attempt).offer;
        ports_.clouds.at(offer.cloud)
            ->ended(credentials, offer.region, effect.ids, ports_.loop, std::move(done));
      },
      [this, id = state->id,
       number = effect.attempt](CloudResult<std::map<std::string, Time>> ends) {
        answer_(id, lifecycles::Settled{number, std::move(ends)});
      });
}

}  // namespace mayfly::engine
