#include "engine/sweeper.h"

#include <algorithm>

#include "core/log.h"
#include "engine/sweeper_parts.h"
#include "json/parse.h"

namespace mayfly::engine {
namespace {

constexpr std::size_t kStraysPage = 1000;
constexpr Duration kStrayRetry = 5s;

}  // namespace

store::Document to_document(const Stray& stray) {
  store::Document document{
      .id = stray.id, .body = json::to_text(stray), .indexes = {{"user", stray.user}}};
  if (stray.state != StrayState::ended) document.indexes["open"] = "1";
  return document;
}

Result<Stray> stray_from_document(const store::Document& document) {
  TRY(const json::value tree, json::parse(document.body));
  return json::decode<Stray>(tree, json::Unknown::ignore);
}

Standing standing_of(StrayReason suspicion, const Result<std::optional<store::Document>>& record) {
  using Kind = Standing::Kind;
  if (!record) return {.kind = Kind::unclear};
  // The state in the table is durable: what it does not answer for, nothing does.
  if (suspicion != StrayReason::unknown_reservation) return {Kind::nobodys, suspicion};
  if (!*record) return {Kind::nobodys, StrayReason::unknown_reservation};
  // It lives, and not here: another server drives it, or it could not be read at the start.
  if ((*record)->indexes.contains("live")) return {.kind = Kind::answered_for};
  const auto tree = json::parse((*record)->body);
  if (!tree || !tree->is_object()) return {.kind = Kind::unclear};
  return {Kind::nobodys, StrayReason::reservation_over};
}

Sweeper::Sweeper(Ports& ports, Pacer& pacer, std::string installation, SweepSettings settings,
                 LivingTable living)
    : ports_(ports),
      pacer_(pacer),
      installation_(std::move(installation)),
      settings_(settings),
      living_(std::move(living)) {}

Sweeper::~Sweeper() = default;

std::size_t Sweeper::open() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      entries_, [](const auto& entry) { return entry.second->suspect.has_value(); }));
}

// ---- start
// --------------------------------------------------------------------------------------------

void Sweeper::start() {
  started_ = true;
  load_page("");
  // Installations that share an account, or an hour of starting, do not all come at once.
  const auto spread = std::hash<std::string>{}(installation_) % 1024;
  const Duration first =
      settings_.first_after + settings_.first_after * 4 * static_cast<int>(spread) / 1024;
  walk_later(ports_.loop.now() + std::min(first, settings_.interval));
}

void Sweeper::load_page(std::string after) {
  store::Query query{.collection = kStrays,
                     .index = "open",
                     .value = "1",
                     .after_id = after,
                     .limit = kStraysPage};
  ports_.store.query(std::move(query), ports_.loop,
                     [this, after, alive = std::weak_ptr<int>(alive_)](Result<store::Page> page) {
                       if (alive.expired()) return;
                       if (!page) {
                         ports_.loop.post_at(ports_.loop.now() + kStrayRetry,
                                             [this, after, alive = std::weak_ptr<int>(alive_)] {
                                               if (!alive.expired()) load_page(after);
                                             });
                         return;
                       }
                       for (const store::Document& document : *page) take_up(document, 1s);
                       if (page->size() == kStraysPage) load_page(page->back().id);
                     });
}

void Sweeper::take_up(const store::Document& document, Duration wait) {
  auto stray = stray_from_document(document);
  if (!stray) {
    log::error("the record of a stray machine cannot be read",
               {{"id", document.id}, {"why", stray.error().message}});
    return;
  }
  auto& entry = entries_[document.id];
  if (entry) return;  // a listing was quicker
  entry = std::make_unique<Entry>();
  entry->suspect = taken_up(*std::move(stray));
  entry->version = document.version;
  arm(place_of(entry->suspect->stray),
      std::max(look_at(*entry->suspect, settings_.rules), ports_.loop.now() + wait));
}

// ---- listings
// -----------------------------------------------------------------------------------------

void Sweeper::heard(const Listing& listing) {
  if (started_) examine(listing, false, {});
}

void Sweeper::examine(const Listing& listing, bool dry_run, Report done) {
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  SweptRegion& report = gathering->report;
  report.key = listing.key;
  report.cloud = listing.cloud;
  if (!listing.region.empty()) report.region = listing.region;
  for (const Instance& instance : listing.instances) {
    if (!carries_tag(instance, installation_)) continue;
    ++report.listed;
    const auto owner = instance.tags.find(tag::kReservation);
    const auto living = owner == instance.tags.end() ? nullptr : living_.find(owner->second);
    const auto reason = suspicion(instance, listing.cloud, living.get());
    if (!reason) {
      ++report.known;
      // Almost always there are no strays at all, and ten thousand machines to look through.
      if (!dry_run && !entries_.empty())
        answered_for(stray_id(listing.cloud, instance.id), listing.asked_at, instance);
      continue;
    }
    const std::string id = stray_id(listing.cloud, instance.id);
    // Whatever it was, it is over.
    if (instance.state == InstanceState::terminated && !entries_.contains(id)) continue;
    ++gathering->open;
    inquire({.id = id,
             .key = listing.key,
             .cloud = listing.cloud,
             .region = listing.region,
             .asked_at = listing.asked_at,
             .instance = instance,
             .reason = *reason,
             .dry_run = dry_run,
             .answer = [gathering](std::optional<StrayFinding> finding) {
               if (finding) gathering->report.strays.push_back(*std::move(finding));
               gathering->close();
             }});
  }
  if (!dry_run) missed(listing);
  gathering->close();
}

std::vector<VanishedFinding> Sweeper::vanished(const Listing& listing) const {
  std::vector<VanishedFinding> vanished;
  std::set<std::string_view> shown;
  for (const Instance& instance : listing.instances) shown.insert(instance.id);
  living_.each([&](const Reservation& reservation) {
    for (const Attempt& attempt : reservation.attempts) {
      // Machines and clusters of one key are listed apart.
      if (attempt.key != listing.key || attempt.offer.cloud != listing.cloud) continue;
      if (listing.asked_at < attempt.asked_at) continue;
      if (!listing.region.empty() && attempt.offer.region != listing.region) continue;
      for (const Machine& machine : attempt.machines) {
        const bool expected = machine.seen && !machine.gone_at && !machine.terminate_accepted_at;
        if (!expected || shown.contains(machine.instance.id)) continue;
        vanished.push_back({.reservation = reservation.id,
                            .machine = machine.instance.id,
                            .name = machine.instance.name,
                            .missing_since = machine.gone_first_at});
      }
    }
  });
  return vanished;
}

void Sweeper::missed(const Listing& listing) {
  std::vector<std::string> missing;
  std::set<std::string> shown;
  for (const auto& [id, entry] : entries_) {
    if (!entry->suspect || entry->busy) continue;
    const Stray& stray = entry->suspect->stray;
    if (place_of(stray) != PlaceKey{listing.key, listing.cloud, listing.region}) continue;
    if (shown.empty()) {
      for (const Instance& instance : listing.instances) shown.insert(instance.id);
    }
    if (!shown.contains(stray.machine)) missing.push_back(id);
  }
  for (const std::string& id : missing) {
    step(id, {.now = ports_.loop.now(), .what = Missed{listing.asked_at}}, {});
  }
}

void Sweeper::answered_for(const std::string& id, Time asked_at, const Instance& instance) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || found->second->busy) return;
  const Standing standing{.kind = Standing::Kind::answered_for};
  step(id, {.now = ports_.loop.now(), .what = Shown{asked_at, instance, standing}}, {});
}

Sweeper::PlaceKey Sweeper::place_of(const Stray& stray) const {
  const auto cloud = ports_.clouds.find(stray.cloud);
  const bool global = cloud != ports_.clouds.end() && cloud->second->traits().lists_all_regions;
  return {stray.key, stray.cloud, global ? "" : stray.region};
}

}  // namespace mayfly::engine
