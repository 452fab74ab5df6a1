// What the sweeper asks of the store and of the clouds.
#include <algorithm>

#include "core/log.h"
#include "engine/sweeper_parts.h"
#include "engine/turn.h"

namespace mayfly::engine {
namespace {

constexpr Duration kReadAgain = 2s;
constexpr Duration kLookMin = 1s;  // between two listings of one place
constexpr Duration kSweepAgainMin = 10s;
constexpr Duration kSweepAgainMax = 1h;

}  // namespace

// ---- the store
// -----------------------------------------------------------------------------------------

void Sweeper::read(Inquiry inquiry) {
  std::string id = inquiry.id;
  ports_.store.get(kStrays, std::move(id), ports_.loop,
                   [this, inquiry = std::move(inquiry), alive = std::weak_ptr<int>(alive_)](
                       Result<std::optional<store::Document>> found) mutable {
                     if (alive.expired()) return;
                     Evidence evidence;
                     if (!found) {
                       evidence.failure = found.error();
                       return conclude(std::move(inquiry), std::move(evidence));
                     }
                     evidence.stray = *std::move(found);
                     read_record(std::move(inquiry), std::move(evidence));
                   });
}

void Sweeper::read_record(Inquiry inquiry, Evidence evidence) {
  const auto named = inquiry.instance.tags.find(tag::kReservation);
  if (named == inquiry.instance.tags.end() || named->second.empty() ||
      named->second.size() > store::kIdBytesMax) {
    return read_owner(std::move(inquiry), std::move(evidence));
  }
  std::string reservation = named->second;
  ports_.store.get(
      "reservations", std::move(reservation), ports_.loop,
      [this, inquiry = std::move(inquiry), evidence = std::move(evidence),
       alive = std::weak_ptr<int>(alive_)](Result<std::optional<store::Document>> found) mutable {
        if (alive.expired()) return;
        if (!found) {
          evidence.failure = found.error();
          return conclude(std::move(inquiry), std::move(evidence));
        }
        evidence.record = *std::move(found);
        read_owner(std::move(inquiry), std::move(evidence));
      });
}

// Whose stray it is: of the user whose reservation it names, else of the user whose key shows it.
void Sweeper::read_owner(Inquiry inquiry, Evidence evidence) {
  if (evidence.record) {
    const auto user = evidence.record->indexes.find("user");
    if (user != evidence.record->indexes.end()) evidence.owner = user->second;
  }
  const auto known = owners_.find(inquiry.key);
  if (evidence.owner.empty() && known != owners_.end()) evidence.owner = known->second;
  if (!evidence.owner.empty() || evidence.stray)
    return conclude(std::move(inquiry), std::move(evidence));
  ports_.keyring.reaches(
      ports_.loop,
      [this, inquiry = std::move(inquiry), evidence = std::move(evidence),
       alive = std::weak_ptr<int>(alive_)](Result<std::vector<KeyReach>> keys) mutable {
        if (alive.expired()) return;
        if (!keys) evidence.failure = keys.error();
        for (const KeyReach& key : keys.value_or(std::vector<KeyReach>{}))
          owners_[key.id] = key.user;
        evidence.owner = owners_[inquiry.key];  // of a key that is gone nobody is the owner
        conclude(std::move(inquiry), std::move(evidence));
      });
}

// A write had no clear end: what is stored decides.
void Sweeper::read_again(const std::string& id) {
  ports_.loop.post_at(
      ports_.loop.now() + kReadAgain, [this, id, alive = std::weak_ptr<int>(alive_)] {
        if (alive.expired()) return;
        ports_.store.get(kStrays, id, ports_.loop,
                         [this, id, alive](Result<std::optional<store::Document>> found) {
                           if (alive.expired()) return;
                           if (!found) return read_again(id);
                           entries_.erase(id);
                           // A store that cannot write must not become a cloud that is listed all
                           // the time.
                           if (*found) take_up(**found, settings_.rules.seen_gap);
                         });
      });
}

// ---- the clouds
// -------------------------------------------------------------------------------------------

void Sweeper::list(const std::string& key, const std::string& cloud, const std::string& region,
                   Done<CloudResult<Listing>> done) {
  auto use = [this, key, cloud, region, done = std::move(done), alive = std::weak_ptr<int>(alive_)](
                 CloudResult<clouds::Credentials> credentials, Pacer::Finish finish) mutable {
    const Time asked_at = ports_.loop.now();
    auto answer = [key, cloud, region, asked_at, alive, done = std::move(done),
                   finish =
                       std::move(finish)](CloudResult<std::vector<Instance>> instances) mutable {
      if (alive.expired()) return;
      finish(outcome_of_listing(instances));
      if (!instances) return done(std::unexpected(std::move(instances).error()));
      done(Listing{key, cloud, region, asked_at, *std::move(instances)});
    };
    if (!credentials) return answer(std::unexpected(credentials.error()));
    ports_.clouds.at(cloud)->list_everything(*credentials, region, installation_, ports_.loop,
                                             std::move(answer));
  };
  in_turn(pacer_, ports_,
          {.key = key, .cloud = cloud, .region = region, .operation = clouds::Operation::list},
          alive_, std::move(use));
}

Time Sweeper::next_look(const PlaceKey& key) const {
  Time next = kNever;
  for (const auto& [id, entry] : entries_) {
    if (!entry->suspect || place_of(entry->suspect->stray) != key) continue;
    next = std::min(next, look_at(*entry->suspect, settings_.rules));
  }
  return next;
}

// Moves the next look forward when something became urgent; never back.
void Sweeper::arm(const PlaceKey& key, Time when) {
  if (when == kNever) return;
  auto& place = places_[key];
  if (!place) place = std::make_unique<Place>();
  when = std::max(when, ports_.loop.now() + kLookMin);
  if (place->looking || when >= place->armed) return;
  place->armed = when;
  ports_.loop.post_at(when, [this, key, when, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    const auto found = places_.find(key);
    if (found == places_.end() || found->second->looking || found->second->armed != when) return;
    look(key);
  });
}

// Somebody else's listing may have done the work meanwhile.
void Sweeper::look(const PlaceKey& key) {
  Place& place = *places_.at(key);
  place.armed = kNever;
  const Time due = next_look(key);
  if (due == kNever) {
    places_.erase(key);
    return;
  }
  if (due > ports_.loop.now()) return arm(key, due);
  if (!ports_.clouds.contains(key.cloud)) return;  // a cloud that this server does not know
  place.looking = true;
  list(key.key, key.cloud, key.region,
       [this, key](CloudResult<Listing> listing) { looked(key, std::move(listing)); });
}

void Sweeper::looked(const PlaceKey& key, CloudResult<Listing> listing) {
  Place& place = *places_.at(key);
  if (listing) {
    place.failures = 0;
    examine(*listing, false, [this, key](SweptRegion) {
      Place& now_seen = *places_.at(key);
      now_seen.looking = false;
      arm(key, next_look(key));
    });
    return;
  }
  place.looking = false;
  if (place.failures++ == 0) {
    log::warning("a region with a stray machine could not be listed",
                 {{"cloud", key.cloud}, {"region", key.region}, {"why", listing.error().message}});
  }
  const Duration wait =
      std::min(kSweepAgainMin * (1 << std::min(place.failures - 1, 12)), kSweepAgainMax);
  arm(key, ports_.loop.now() + std::max(wait, listing.error().retry_after.value_or(Duration{0})));
}

}  // namespace mayfly::engine
