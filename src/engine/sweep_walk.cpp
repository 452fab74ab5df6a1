// A sweep of everywhere: key by key, one region after the other, never two at once.
#include <algorithm>

#include "core/log.h"
#include "engine/engine.h"
#include "engine/sweeper_parts.h"
#include "model/clouds.h"
#include "pricing/index.h"

namespace mayfly::engine {
namespace {

constexpr Duration kWalkRetry = 10min;  // when not even the keys could be read
constexpr Duration kTryAgain = 1h;
constexpr int kTriesAgainMax = 3;
constexpr std::size_t kEverUsedPage = 100;  // each is decoded on the engine's loop

std::set<std::string> sold_regions(const pricing::Catalog& catalog, const std::string& cloud) {
  std::set<std::string> regions;
  const pricing::Index& index = catalog.index();
  for (const pricing::Bucket& bucket : index.buckets()) {
    if (index.cloud_name(bucket.cloud) == cloud_of_driver(cloud))
      regions.insert(index.region_name(bucket.region));
  }
  return regions;
}

}  // namespace

void Sweeper::walk_later(Time when) {
  ports_.loop.post_at(when, [this, alive = std::weak_ptr<int>(alive_)] {
    if (!alive.expired()) begin(std::make_shared<Walk>());
  });
}

void Sweeper::sweep(const std::string& user, bool dry_run, Done<Result<SweepReport>> done) {
  if (!started_ || sweeping_.contains(user)) {
    ports_.loop.post([started = started_, done = std::move(done)]() mutable {
      if (!started) return done(fail(ErrorCode::unavailable, "The server is still starting"));
      done(fail(ErrorCode::conflict, "A sweep for this user is under way", "Wait for its end."));
    });
    return;
  }
  sweeping_.insert(user);
  auto walk = std::make_shared<Walk>();
  walk->user = user;
  walk->report.dry_run = dry_run;
  walk->done = std::move(done);
  begin(std::move(walk));
}

void Sweeper::begin(std::shared_ptr<Walk> walk) {
  walk->report.started_at = ports_.loop.now();
  ports_.keyring.reaches(
      ports_.loop, [this, walk = std::move(walk), alive = std::weak_ptr<int>(alive_)](
                       Result<std::vector<KeyReach>> keys) mutable {
        if (alive.expired()) return;
        if (!keys) return finish(std::move(walk), std::unexpected(std::move(keys).error()));
        for (KeyReach& key : *keys) {
          owners_[key.id] = key.user;
          const bool wanted = !walk->done || key.user == walk->user;
          if (wanted && ports_.clouds.contains(key.cloud)) walk->keys.push_back(std::move(key));
        }
        living_.each([&](const Reservation& reservation) {
          for (const Attempt& attempt : reservation.attempts)
            walk->used[attempt.key].insert(attempt.offer.region);
        });
        choose_regions(std::move(walk), 0);
      });
}

// Where the account's regions are known, those; else what is sold, and what was ever used.
void Sweeper::choose_regions(std::shared_ptr<Walk> walk, std::size_t number) {
  for (; number < walk->keys.size(); ++number) {
    const KeyReach& key = walk->keys[number];
    const bool global = ports_.clouds.at(key.cloud)->traits().lists_all_regions;
    if (!global && key.regions.empty()) {
      walk->sold = sold_regions(*ports_.catalog(), key.cloud);
      return find_ever_used(std::move(walk), number, "");
    }
    if (global) {
      walk->stops.push_back({key.id, key.cloud, ""});
    } else {
      add_stops(*walk, key, {key.regions.begin(), key.regions.end()});
    }
  }
  go_on(std::move(walk));
}

void Sweeper::find_ever_used(std::shared_ptr<Walk> walk, std::size_t number, std::string after) {
  store::Query query{.collection = "reservations",
                     .index = "user",
                     .value = walk->keys[number].user,
                     .after_id = std::move(after),
                     .limit = kEverUsedPage};
  ports_.store.query(std::move(query), ports_.loop,
                     [this, walk = std::move(walk), number,
                      alive = std::weak_ptr<int>(alive_)](Result<store::Page> page) mutable {
                       if (alive.expired()) return;
                       if (!page)
                         return finish(std::move(walk), std::unexpected(std::move(page).error()));
                       const KeyReach& key = walk->keys[number];
                       for (const store::Document& document : *page) {
                         const auto reservation = from_document(document);
                         if (!reservation) continue;  // said so at the start
                         for (const Attempt& attempt : reservation->attempts) {
                           if (attempt.offer.cloud == key.cloud)
                             walk->sold.insert(attempt.offer.region);
                         }
                       }
                       if (page->size() == kEverUsedPage) {
                         std::string last = page->back().id;
                         return find_ever_used(std::move(walk), number, std::move(last));
                       }
                       add_stops(*walk, key, walk->sold);
                       choose_regions(std::move(walk), number + 1);
                     });
}

void Sweeper::add_stops(Walk& walk, const KeyReach& key, std::set<std::string> regions) const {
  if (const auto used = walk.used.find(key.id); used != walk.used.end())
    regions.insert(used->second.begin(), used->second.end());
  for (const std::string& region : regions) walk.stops.push_back({key.id, key.cloud, region});
}

void Sweeper::go_on(std::shared_ptr<Walk> walk) {
  if (walk->next == walk->stops.size()) return finish(std::move(walk), {});
  const Walk::Stop& stop = walk->stops[walk->next];
  list(stop.key, stop.cloud, stop.region, [this, walk](CloudResult<Listing> listing) mutable {
    arrive(std::move(walk), std::move(listing));
  });
}

void Sweeper::arrive(std::shared_ptr<Walk> walk, CloudResult<Listing> listing) {
  if (listing) {
    if (!walk->done) {
      return examine(*listing, false, [this, walk](SweptRegion report) mutable {
        leave(std::move(walk), std::move(report));
      });
    }
    return examine(*listing, walk->report.dry_run,
                   [this, walk, missing = vanished(*listing)](SweptRegion report) mutable {
                     report.vanished = std::move(missing);
                     leave(std::move(walk), std::move(report));
                   });
  }
  const Walk::Stop& stop = walk->stops[walk->next];
  SweptRegion report{.key = stop.key, .cloud = stop.cloud};
  if (!stop.region.empty()) report.region = stop.region;
  report.error = listing.error().message;
  if (!walk->done) {
    log::warning(
        "a region could not be swept",
        {{"cloud", stop.cloud}, {"region", stop.region}, {"why", listing.error().message}});
  }
  leave(std::move(walk), std::move(report));
}

void Sweeper::leave(std::shared_ptr<Walk> walk, SweptRegion report) {
  const bool unclear =
      report.error || std::ranges::any_of(report.strays, [](const StrayFinding& stray) {
        return stray.verdict == StrayVerdict::unclear;
      });
  if (unclear) walk->again.push_back(walk->stops[walk->next]);
  ++walk->next;
  if (walk->done) walk->report.regions.push_back(std::move(report));
  const Duration pause = walk->done ? settings_.pause_on_demand : settings_.pause;
  ports_.loop.post_at(ports_.loop.now() + pause,
                      [this, walk = std::move(walk), alive = std::weak_ptr<int>(alive_)]() mutable {
                        if (!alive.expired()) go_on(std::move(walk));
                      });
}

void Sweeper::finish(std::shared_ptr<Walk> walk, Result<void> how) {
  const Time now = ports_.loop.now();
  if (walk->done) {
    sweeping_.erase(walk->user);
    walk->report.finished_at = now;
    if (how) return walk->done(std::move(walk->report));
    return walk->done(std::unexpected(std::move(how).error()));
  }
  if (!how) log::warning("a sweep could not begin", {{"why", how.error().message}});
  if (how && !walk->stops.empty()) {
    log::info("swept", {{"keys", walk->keys.size()},
                        {"regions", walk->stops.size()},
                        {"unclear", walk->again.size()},
                        {"strays", open()}});
  }
  walk_again(*walk);
  if (walk->tries > 0) return;
  walk_later(now + (how ? settings_.interval : std::min(kWalkRetry, settings_.interval)));
}

// What could not be seen is looked at again before the next day, and a few times only: a region
// that this key may never list must not be asked for all day long.
void Sweeper::walk_again(const Walk& walk) {
  if (walk.again.empty() || walk.tries >= kTriesAgainMax) return;
  auto next = std::make_shared<Walk>();
  next->stops = walk.again;
  next->tries = walk.tries + 1;
  ports_.loop.post_at(ports_.loop.now() + std::min(kTryAgain, settings_.interval),
                      [this, next, alive = std::weak_ptr<int>(alive_)] {
                        if (!alive.expired()) go_on(next);
                      });
}

}  // namespace mayfly::engine
