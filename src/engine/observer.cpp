#include "engine/observer.h"

#include <algorithm>
#include <array>

#include "core/assert.h"
#include "core/log.h"
#include "engine/changes.h"
#include "engine/turn.h"

namespace mayfly::engine {
namespace {

constexpr Duration kTellEverybody = 1h;

using lifecycles::Interest;
using lifecycles::Watch;

struct NameHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view name) const {
    return std::hash<std::string_view>{}(name);
  }
};
using Watchers = std::unordered_map<std::string, Watch, NameHash, std::equal_to<>>;

std::size_t index_of(Watch watch) {
  return static_cast<std::size_t>(watch);
}

// Within a tenth more or less, another each time: listings that fall together drift apart.
Duration jittered(Duration interval, std::size_t seed) {
  constexpr std::size_t kSteps = 201;
  const auto step = static_cast<std::int64_t>(seed * 0x9e3779b97f4a7c15u % kSteps) - 100;
  return interval + interval * step / 1000;
}

}  // namespace

struct Observer::Scope {
  std::string key;
  std::string cloud;
  std::string region;
  Watchers watchers;                   // reservation -> how closely
  std::array<std::size_t, 3> count{};  // of watchers, by how closely
  std::vector<Instance> last;          // the last complete listing
  Time told_all_at = kNever;  // when a listing was last news to everybody; kNever: none yet
  bool polling = false;
  int failures = 0;
  std::size_t jitter = 0;  // another for each scope and poll
  Time next_poll = kNever;

  bool any(Watch watch) const { return count[index_of(watch)] > 0; }
};

Observer::Observer(Ports& ports, Pacer& pacer, ObserverSettings settings, Tell tell)
    : ports_(ports), pacer_(pacer), settings_(std::move(settings)), tell_(std::move(tell)) {}

Observer::~Observer() = default;

std::size_t Observer::scopes() const {
  return scopes_.size();
}

bool Observer::same(const std::vector<Bond>& bonds, const std::vector<Interest>& interests) {
  return std::ranges::equal(bonds, interests, [](const Bond& bond, const Interest& interest) {
    const Scope& scope = *bond.scope;
    return bond.watch == interest.watch && scope.key == interest.key &&
           scope.region == interest.region && scope.cloud == interest.cloud;
  });
}

Observer::Scope& Observer::scope_of(const Interest& interest) {
  std::unique_ptr<Scope>& scope = scopes_[{interest.key, interest.cloud, interest.region}];
  if (!scope) {
    scope = std::make_unique<Scope>();
    scope->key = interest.key;
    scope->cloud = interest.cloud;
    scope->region = interest.region;
    scope->jitter =
        std::hash<std::string>{}(interest.key + '/' + interest.cloud + '/' + interest.region);
  }
  return *scope;
}

void Observer::set_interests(const std::string& reservation,
                             const std::vector<Interest>& interests) {
  const auto known = bonds_.find(reservation);
  if (known == bonds_.end() ? interests.empty() : same(known->second, interests)) return;
  std::vector<Bond>& bonds = known == bonds_.end() ? bonds_[reservation] : known->second;
  for (const Bond& old : bonds) {
    --old.scope->count[index_of(old.watch)];
    old.scope->watchers.erase(reservation);
  }
  bonds.clear();
  for (const Interest& interest : interests) {
    Scope& scope = scope_of(interest);
    scope.watchers[reservation] = interest.watch;
    ++scope.count[index_of(interest.watch)];
    bonds.push_back({.scope = &scope, .watch = interest.watch});
    arm(scope, ports_.loop.now() + interval(scope));
  }
  if (interests.empty()) bonds_.erase(reservation);
}

Order Observer::order_of(const Scope& scope) const {
  return {.key = scope.key,
          .cloud = scope.cloud,
          .region = scope.region,
          .operation = clouds::Operation::list,
          .machines = static_cast<std::int64_t>(scope.last.size())};
}

// In transition the pacer alone slows listings down, when their part of the limit is used up.
Duration Observer::interval(Scope& scope) {
  const auto set = settings_.poll_min.find(scope.cloud);
  const Duration least = set == settings_.poll_min.end()
                             ? ports_.clouds.at(scope.cloud)->traits().poll_min
                             : set->second;
  if (scope.any(Watch::transition)) return std::max(settings_.poll_transition, least);
  const Duration base = scope.any(Watch::steady) ? settings_.poll_steady : settings_.poll_dormant;
  const auto crowd = settings_.poll_share * static_cast<std::int64_t>(scopes_.size());
  return jittered(std::max({base, least, pacer_.pace(order_of(scope)), Duration{crowd}}),
                  ++scope.jitter);
}

void Observer::hurry(const std::string& key) {
  for (auto at = scopes_.lower_bound({key, "", ""}); at != scopes_.end() && at->first.key == key;
       ++at) {
    at->second->failures = 0;
    arm(*at->second, ports_.loop.now());
  }
}

// Moves the next poll forward when something became urgent; never back.
void Observer::arm(Scope& scope, Time when) {
  if (scope.polling || when >= scope.next_poll) return;
  scope.next_poll = when;
  ports_.loop.post_at(when, [this, key = ScopeKey{scope.key, scope.cloud, scope.region}, when,
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
  auto use = [this, key, alive = std::weak_ptr<int>(alive_)](
                 CloudResult<clouds::Credentials> credentials, Pacer::Finish finish) mutable {
    const Time asked_at = ports_.loop.now();
    auto answer = [this, key, asked_at, alive,
                   finish = std::move(finish)](CloudResult<std::vector<Instance>> listing) mutable {
      if (alive.expired()) return;
      finish(outcome_of_listing(listing));
      take(key, asked_at, std::move(listing));
    };
    if (!credentials) return answer(std::unexpected(credentials.error()));
    const Scope& scope_now = *scopes_.at(key);
    ports_.clouds.at(scope_now.cloud)
        ->list(*credentials, scope_now.region, settings_.installation, ports_.loop,
               std::move(answer));
  };
  in_turn(pacer_, ports_, order_of(scope), alive_, std::move(use));
}

void Observer::take(const ScopeKey& key, Time asked_at,
                    CloudResult<std::vector<Instance>> listing) {
  const auto found = scopes_.find(key);
  ASSERT(found != scopes_.end());
  Scope& scope = *found->second;
  scope.polling = false;
  scope.next_poll = kNever;
  const Time now = ports_.loop.now();
  if (listing) {
    scope.failures = 0;
    Listing all{.key = scope.key,
                .cloud = scope.cloud,
                .region = scope.region,
                .asked_at = asked_at,
                .instances = *std::move(listing)};
    tell_all(scope, all);
    if (heard_) heard_(all);
    scope.last = std::move(all.instances);
    // From one question to the next, but a cloud that is slow to answer is not asked at once.
    const Duration wait = interval(scope);
    arm(scope, std::max(asked_at + wait, now + wait / 4));
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
  arm(scope, now + std::min<Duration>(wait, 5min));
}

void Observer::tell_all(Scope& scope, const Listing& listing) {
  std::vector<std::string_view> concerned = owners_of_changes(scope.last, listing.instances);
  // After a restart the first listing is news to everybody, and one an hour is: who could make
  // nothing of a change when it came (the clock was wrong) must not wait for another one.
  const bool tell_everybody = scope.told_all_at == kNever || listing.asked_at < scope.told_all_at ||
                              listing.asked_at >= scope.told_all_at + kTellEverybody;
  if (tell_everybody) scope.told_all_at = listing.asked_at;
  if (tell_everybody || scope.any(Watch::transition)) {
    for (const auto& [reservation, watch] : scope.watchers) {
      if (tell_everybody || watch == Watch::transition) concerned.push_back(reservation);
    }
    sort_unique(concerned);
  }
  // Whose machine it is when nobody here watches, the sweeper finds out.
  std::erase_if(concerned, [&](std::string_view name) { return !scope.watchers.contains(name); });
  if (concerned.empty()) return;
  std::vector<lifecycles::Observed> news(concerned.size(), {.key = scope.key,
                                                            .cloud = scope.cloud,
                                                            .region = scope.region,
                                                            .asked_at = listing.asked_at,
                                                            .instances = {}});
  for (const Instance& instance : listing.instances) {
    const auto found = std::ranges::lower_bound(concerned, owner_of(instance));
    if (found == concerned.end() || *found != owner_of(instance)) continue;
    news[static_cast<std::size_t>(found - concerned.begin())].instances.push_back(instance);
  }
  // Whoever is told may lose interest, and its name here with it.
  const std::vector<std::string> names(concerned.begin(), concerned.end());
  for (std::size_t i = 0; i < names.size(); ++i) tell_(names[i], std::move(news[i]));
}

}  // namespace mayfly::engine
