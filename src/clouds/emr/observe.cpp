// A listing is two pages of names and states; whose clusters they are, and where their masters are,
// is remembered or asked of a few of them at a time. What could not be asked yet makes the listing
// a failure where a cluster might be missing from it, and only old news where one is known.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "clouds/emr/driver.h"

namespace mayfly::clouds::emr {
namespace {

bool carries(const Tags& tags, const std::map<std::string, std::string>& wanted) {
  return std::ranges::all_of(wanted, [&](const auto& tag) {
    const auto found = tags.find(tag.first);
    return found != tags.end() && found->second == tag.second;
  });
}

bool may_be_ours(const Cluster& cluster) {
  return cluster.name.starts_with(kOurNames);
}

bool ended_long_ago(const Cluster& cluster, Time now) {
  return has_ended(cluster) && cluster.ended && now - *cluster.ended >= kEndedShown;
}

Instance instance_of_known(const KnownCluster& known, const std::string& region) {
  Instance instance = instance_of(known.last.cluster, region);
  instance.zone = known.last.zone;
  instance.instance_type = known.instance_type;
  instance.dns_name = known.last.master_dns;
  instance.tags = known.last.tags;
  return instance;
}

void learn(KnownRegion& region, Described described, Time now) {
  const auto [place, is_new] = region.try_emplace(described.cluster.id);
  KnownCluster& known = place->second;
  if (is_new) known.known_at = now;
  known.described_at = now;
  known.last = std::move(described);
}

// A cluster that was listed and cannot be described is one that does not show everywhere yet.
CloudFailure not_described(CloudFailure failure) {
  if (failure.reaction == Reaction::gone) failure.reaction = Reaction::again;
  return failure;
}

CloudFailure unfinished(int unknown) {
  return {.reaction = Reaction::again,
          .code = "ListingUnfinished",
          .message = fmt::format(
              "{} clusters named {}... have still to be asked whose they are, and EMR may be asked "
              "for {} at a time.",
              unknown, kOurNames, kDescribesAtOnce)};
}

}  // namespace

// One listing under way.
struct Driver::Pass {
  Caller caller;
  std::map<std::string, std::string> tags;  // of what is ours
  Time asked_at;
  std::shared_ptr<KnownRegion> known;
  std::map<std::string, Cluster> shown;
  std::set<std::string> absent;  // known, and EMR says there is no such cluster
  int describes_left = kDescribesAtOnce;

  bool is_ours(const KnownCluster& cluster) const { return carries(cluster.last.tags, tags); }

  // While calls are open others may change what is known, so it is walked by name.
  std::vector<std::string> known_ids() const {
    std::vector<std::string> ids;
    for (const auto& [id, cluster] : *known) ids.push_back(id);
    return ids;
  }

  // Those of which something may be said: what began after the listing did is not in it.
  std::vector<Instance> instances() const {
    std::vector<Instance> all;
    for (const auto& [id, cluster] : *known) {
      const bool told = shown.contains(id) || cluster.known_at <= asked_at;
      if (told && !absent.contains(id) && is_ours(cluster)) {
        all.push_back(instance_of_known(cluster, caller.region));
      }
    }
    return all;
  }
};

// Whose are those that are shown for the first time? And is what is known of the others still so?
Work<void> Driver::meet_new(Pass& pass) {
  int unknown = 0;
  for (const auto& [id, cluster] : pass.shown) {
    const auto known = pass.known->find(id);
    const bool is_new = known == pass.known->end();
    if (!is_new) known->second.last.cluster = cluster;
    if (!is_new && pass.asked_at - known->second.described_at < kDescriptionAge) continue;
    if (pass.describes_left == 0) {
      if (is_new) ++unknown;
      continue;
    }
    --pass.describes_left;
    auto describing = describe(pass.caller, id);
    CloudResult<Described> described = co_await std::move(describing);
    if (!described) co_return std::unexpected(not_described(std::move(described.error())));
    learn(*pass.known, std::move(*described), pass.asked_at);
  }
  if (unknown > 0) co_return std::unexpected(unfinished(unknown));
  co_return CloudResult<void>();
}

// What was alive when last seen and is not shown has ended longer ago than the listing goes back,
// or does not show yet. Until there is time to ask it is where it was.
Work<void> Driver::follow_vanished(Pass& pass) {
  for (const std::string& id : pass.known_ids()) {
    const auto known = pass.known->find(id);
    if (known == pass.known->end() || pass.shown.contains(id)) continue;
    const KnownCluster& cluster = known->second;
    if (cluster.known_at > pass.asked_at) continue;
    const Time last_news = cluster.last.cluster.ended.value_or(cluster.described_at);
    const bool over = has_ended(cluster.last.cluster) && !cluster.has_nodes &&
                      pass.asked_at - last_news >= kEndedShown;
    if (over || !pass.is_ours(cluster)) {
      pass.known->erase(known);
      continue;
    }
    if (has_ended(cluster.last.cluster) || pass.describes_left == 0) continue;
    const bool young = pass.asked_at - cluster.known_at < kYoung;
    --pass.describes_left;
    auto describing = describe(pass.caller, id);
    CloudResult<Described> described = co_await std::move(describing);
    if (described) {
      learn(*pass.known, std::move(*described), pass.asked_at);
    } else if (described.error().reaction != Reaction::gone) {
      co_return std::unexpected(described.error());
    } else if (young) {
      pass.absent.insert(id);
    } else {
      pass.known->erase(id);
    }
  }
  co_return CloudResult<void>();
}

// Nobody can use a cluster whose master has no name; it is asked for as soon as it runs.
Work<void> Driver::find_masters(Pass& pass) {
  for (const std::string& id : pass.known_ids()) {
    const auto known = pass.known->find(id);
    if (pass.describes_left == 0) break;
    if (known == pass.known->end() || !pass.is_ours(known->second)) continue;
    const Described& last = known->second.last;
    if (!is_running(last.cluster) || !last.master_dns.empty()) continue;
    --pass.describes_left;
    auto describing = describe(pass.caller, id);
    CloudResult<Described> described = co_await std::move(describing);
    if (!described) co_return std::unexpected(not_described(std::move(described.error())));
    learn(*pass.known, std::move(*described), pass.asked_at);
  }
  co_return CloudResult<void>();
}

Work<std::vector<Instance>> Driver::list(Credentials credentials, std::string region,
                                         std::string installation) {
  const Time now = clock_.now();
  const Caller caller{.credentials = std::move(credentials), .region = std::move(region)};
  Pass pass{.caller = caller,
            .tags = {{tag::kInstallation, std::move(installation)}},
            .asked_at = now,
            .known = known_.of(caller, now)};
  auto reading = shown(caller);
  CO_TRY(pass.shown, co_await std::move(reading));
  std::erase_if(pass.shown, [&](const auto& row) {
    const auto known = pass.known->find(row.first);
    const bool has_nodes = known != pass.known->end() && known->second.has_nodes;
    return !may_be_ours(row.second) || (ended_long_ago(row.second, now) && !has_nodes);
  });
  for (const auto step : {&Driver::meet_new, &Driver::follow_vanished, &Driver::find_masters}) {
    auto stepping = (this->*step)(pass);
    const CloudResult<void> done = co_await std::move(stepping);
    if (!done) co_return std::unexpected(done.error());
  }
  std::vector<Instance> instances = pass.instances();
  auto confirming = confirm_ends(caller, instances);
  const CloudResult<void> confirmed = co_await std::move(confirming);
  if (!confirmed) co_return std::unexpected(confirmed.error());
  for (const Instance& instance : instances) {
    const auto known = pass.known->find(instance.id);
    if (known == pass.known->end()) continue;
    known->second.has_nodes =
        has_ended(known->second.last.cluster) && instance.state == InstanceState::shutting_down;
  }
  co_return instances;
}

// Decides whether a cluster is started twice: by name, which every cluster has from its first
// moment, among all that live. Tags tell apart another installation with a copy of our records.
Work<std::vector<Instance>> Driver::look_up(Credentials credentials, Cloud::LookUp what) {
  const Time now = clock_.now();
  const Caller caller{.credentials = std::move(credentials), .region = std::move(what.region)};
  const std::shared_ptr<KnownRegion> region = known_.of(caller, now);
  auto reading = shown(caller);
  CO_TRY(const auto clusters, co_await std::move(reading));
  std::vector<Instance> instances;
  for (const auto& [id, cluster] : clusters) {
    const bool named = what.names.empty()
                           ? may_be_ours(cluster)
                           : std::ranges::find(what.names, cluster.name) != what.names.end();
    if (!named) continue;
    const auto known = region->find(id);
    if (known != region->end()) known->second.last.cluster = cluster;
    if (known == region->end() || (is_running(cluster) && known->second.last.master_dns.empty())) {
      auto describing = describe(caller, id);
      CloudResult<Described> described = co_await std::move(describing);
      if (!described) co_return std::unexpected(not_described(std::move(described.error())));
      learn(*region, std::move(*described), now);
    }
    const KnownCluster& found = region->at(id);
    if (carries(found.last.tags, what.tags)) {
      instances.push_back(instance_of_known(found, caller.region));
    }
  }
  auto confirming = confirm_ends(caller, instances);
  const CloudResult<void> confirmed = co_await std::move(confirming);
  if (!confirmed) co_return std::unexpected(confirmed.error());
  co_return instances;
}

}  // namespace mayfly::clouds::emr
