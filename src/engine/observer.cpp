#include "engine/observer.h"

#include <algorithm>

#include "core/assert.h"
#include "core/log.h"
#include "engine/effects.h"

namespace mayfly::engine {

using lifecycles::Interest;
using lifecycles::Watch;

struct Observer::Scope {
  std::string key;
  std::string cloud;
  std::string region;
  std::map<std::string, Watch> watchers;  // reservation -> how closely
  std::map<Watch, int> count;             // of watchers, by how closely
  std::set<std::string> transition;       // those that are told of every listing
  std::map<std::string, Instance> last;   // the last complete listing, by instance id
  bool listed = false;
  bool polling = false;
  int failures = 0;
  Time next_poll = kNever;
};

Observer::Observer(Ports& ports, Lanes& lanes, ObserverSettings settings, Tell tell)
    : ports_(ports), lanes_(lanes), settings_(std::move(settings)), tell_(std::move(tell)) {}

Observer::~Observer() = default;

std::size_t Observer::scopes() const {
  return scopes_.size();
}

void Observer::set_interests(const std::string& reservation, std::vector<Interest> interests) {
  const auto known = interests_.find(reservation);
  if (known != interests_.end() && known->second == interests) return;
  if (known != interests_.end()) {
    for (const Interest& old : known->second) {
      const auto found = scopes_.find({old.key, old.region});
      if (found == scopes_.end()) continue;
      --found->second->count[old.watch];
      found->second->watchers.erase(reservation);
      found->second->transition.erase(reservation);
    }
  }
  for (const Interest& interest : interests) {
    auto& scope = scopes_[{interest.key, interest.region}];
    if (!scope) {
      scope = std::make_unique<Scope>();
      scope->key = interest.key;
      scope->cloud = interest.cloud;
      scope->region = interest.region;
    }
    scope->watchers[reservation] = interest.watch;
    ++scope->count[interest.watch];
    if (interest.watch == Watch::transition) scope->transition.insert(reservation);
    arm(*scope, ports_.loop.now() + interval(*scope));
  }
  if (interests.empty()) {
    interests_.erase(reservation);
  } else {
    interests_[reservation] = std::move(interests);
  }
}

Duration Observer::interval(const Scope& scope) const {
  const auto any = [&](Watch watch) {
    const auto found = scope.count.find(watch);
    return found != scope.count.end() && found->second > 0;
  };
  if (any(Watch::transition)) return settings_.poll_transition;
  return any(Watch::steady) ? settings_.poll_steady : settings_.poll_dormant;
}

void Observer::hurry(const std::string& key) {
  for (auto at = scopes_.lower_bound({key, ""}); at != scopes_.end() && at->first.first == key;
       ++at) {
    at->second->failures = 0;
    arm(*at->second, ports_.loop.now());
  }
}

// Moves the next poll forward when something became urgent; never back.
void Observer::arm(Scope& scope, Time when) {
  if (scope.polling || when >= scope.next_poll) return;
  scope.next_poll = when;
  ports_.loop.post_at(when, [this, key = ScopeKey{scope.key, scope.region}, when,
                             alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    const auto found = scopes_.find(key);
    if (found == scopes_.end() || found->second->polling || found->second->next_poll != when)
      return;
    poll(key);
  });
}

void Observer::poll(const ScopeKey& key) {
  Scope& scope = *scopes_.at(key);
  if (scope.watchers.empty()) {
    scopes_.erase(key);
    return;
  }
  scope.polling = true;
  lanes_.run(scope.key + "/" + scope.region + "/list",
             [this, key, alive = std::weak_ptr<int>(alive_)](Task finish) {
               if (alive.expired()) return;
               ports_.keyring.open(
                   key.first, ports_.loop,
                   [this, key, alive,
                    finish = std::move(finish)](Result<clouds::Credentials> credentials) mutable {
                     if (alive.expired()) return;
                     const Time asked_at = ports_.loop.now();
                     auto answer = [this, key, asked_at, alive, finish = std::move(finish)](
                                       CloudResult<std::vector<Instance>> listing) mutable {
                       if (alive.expired()) return;
                       finish();
                       take(key, asked_at, std::move(listing));
                     };
                     if (!credentials) {
                       answer(std::unexpected(key_failure(credentials.error())));
                       return;
                     }
                     const Scope& scope_now = *scopes_.at(key);
                     ports_.clouds.at(scope_now.cloud)
                         ->list(*credentials, scope_now.region, settings_.installation, ports_.loop,
                                std::move(answer));
                   });
             });
}

void Observer::take(const ScopeKey& key, Time asked_at,
                    CloudResult<std::vector<Instance>> listing) {
  const auto found = scopes_.find(key);
  ASSERT(found != scopes_.end());
  Scope& scope = *found->second;
  scope.polling = false;
  scope.next_poll = kNever;
  if (listing) {
    scope.failures = 0;
    tell_all(scope, asked_at, *listing);
    if (heard_) {
      heard_({.key = scope.key,
              .cloud = scope.cloud,
              .region = scope.region,
              .asked_at = asked_at,
              .instances = *std::move(listing)});
    }
    arm(scope, ports_.loop.now() + interval(scope));
    return;
  }
  constexpr int kBackoffDoublingsMax = 5;
  const Duration wait =
      std::max(interval(scope) * (1 << std::min(++scope.failures, kBackoffDoublingsMax)),
               listing.error().retry_after.value_or(Duration{0}));
  if (scope.failures == 1) {
    log::warning(
        "listing failed",
        {{"cloud", scope.cloud}, {"region", scope.region}, {"why", listing.error().message}});
  }
  arm(scope, ports_.loop.now() + std::min<Duration>(wait, 5min));
}

void Observer::tell_all(Scope& scope, Time asked_at, const std::vector<Instance>& listing) {
  std::map<std::string, Instance> now;
  std::map<std::string, std::vector<Instance>> by_reservation;
  std::set<std::string> concerned;
  for (const Instance& instance : listing) {
    const auto owner = instance.tags.find(tag::kReservation);
    if (owner == instance.tags.end()) continue;
    by_reservation[owner->second].push_back(instance);
    const auto before = scope.last.find(instance.id);
    if (before == scope.last.end() || before->second != instance) concerned.insert(owner->second);
    if (before != scope.last.end()) scope.last.erase(before);
    now.emplace(instance.id, instance);
  }
  // What is left of the last listing has disappeared.
  for (const auto& [id, instance] : scope.last)
    concerned.insert(instance.tags.at(tag::kReservation));
  scope.last = std::move(now);
  concerned.insert(scope.transition.begin(), scope.transition.end());
  if (!scope.listed) {
    // After a restart the first listing is news to everybody.
    for (const auto& [reservation, watch] : scope.watchers) concerned.insert(reservation);
    scope.listed = true;
  }
  for (const std::string& reservation : concerned) {
    // Whose machine it is then, the sweeper finds out.
    if (!scope.watchers.contains(reservation)) continue;
    tell_(reservation, {.key = scope.key,
                        .cloud = scope.cloud,
                        .region = scope.region,
                        .asked_at = asked_at,
                        .instances = by_reservation[reservation]});
  }
}

}  // namespace mayfly::engine
