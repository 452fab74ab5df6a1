#include "service/views.h"

#include <algorithm>

#include "model/clouds.h"
#include "model/cluster.h"
#include "service/placing.h"

namespace mayfly::service {
namespace {

std::optional<std::string> unless_empty(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

// People know the cloud, not which of its services is asked.
std::string cloud_name(const std::string& driver) {
  return std::string(cloud_of_driver(driver));
}

std::optional<int> nodes_of(const Offer& offer) {
  return offer.nodes > 0 ? std::optional(offer.nodes) : std::nullopt;
}

bool names(const Considered& loser, const std::string& cloud, const std::string& type) {
  return loser.cloud == cloud && loser.instance_type == type;
}

// An offer that was tried and not to be had, once for each region.
std::vector<Considered> refused_offers(const Reservation& reservation, const Offer& placed) {
  const Duration billed = std::chrono::seconds(reservation.estimate.billed_seconds);
  std::vector<Considered> refused;
  for (const Attempt& attempt : reservation.attempts) {
    const Offer& offer = attempt.offer;
    const bool known = std::ranges::any_of(refused, [&](const Considered& other) {
      return names(other, offer.cloud, offer.instance_type) && other.region == offer.region;
    });
    if (known || attempt.stage != Stage::ended || attempt.reason.empty() || offer == placed)
      continue;
    refused.push_back(
        {.cloud = offer.cloud,
         .region = offer.region,
         .instance_type = offer.instance_type,
         .vcpus = offer.vcpus,
         .memory_gib = offer.memory_gib,
         .price_usd_hour = offer.price.hourly(),
         .cost_usd = round_half_up(offer.price.exact_cost(billed) * reservation.request.count),
         .lost_because = attempt.cloud_code.empty() ? attempt.reason : attempt.cloud_code});
  }
  return refused;
}

// Against what was placed in the end, which need not be what the ranking put first.
std::vector<Considered> losers_of(const Reservation& reservation, const Offer& placed) {
  std::vector<Considered> losers = refused_offers(reservation, placed);
  const std::size_t refused = losers.size();
  for (Considered loser : reservation.considered) {
    const auto last = losers.begin() + static_cast<std::ptrdiff_t>(refused);
    const bool said = std::any_of(losers.begin(), last, [&](const Considered& other) {
      return names(other, loser.cloud, loser.instance_type);
    });
    if (said || names(loser, placed.cloud, placed.instance_type)) continue;
    loser.lost_because =
        why_it_lost(loser.cost_usd - reservation.estimate.cost_usd, reservation.request.match);
    losers.push_back(std::move(loser));
  }
  for (Considered& loser : losers) loser.cloud = cloud_name(loser.cloud);
  return losers;
}

PlacementView placement_of(const Reservation& reservation, const Offer& offer) {
  const Attempt* attempt = current_attempt(reservation);
  return {.cloud = cloud_name(offer.cloud),
          .region = offer.region,
          .zone = attempt ? unless_empty(attempt->target.zone) : std::nullopt,
          .instance_type = offer.instance_type,
          .vcpus = offer.vcpus,
          .memory_gib = offer.memory_gib,
          .disk_gib = offer.disk_gib,
          .arch = offer.arch,
          .burstable = offer.burstable,
          .nodes = nodes_of(offer),
          .price_usd_hour = offer.price.hourly(),
          .estimate = reservation.estimate,
          .considered = losers_of(reservation, offer)};
}

InstanceView instance_of(const Machine& machine) {
  const Instance& instance = machine.instance;
  return {.id = instance.id,
          .name = instance.name,
          .state = machine.gone_at ? InstanceState::terminated : instance.state,
          .public_ip = unless_empty(instance.public_ip),
          .private_ip = unless_empty(instance.private_ip),
          .dns_name = unless_empty(instance.dns_name),
          .zone = unless_empty(instance.zone),
          .launched_at = instance.launched_at};
}

// The attempts that are the reservation, or were it when it was given back.
std::vector<const Attempt*> attempts_that_count(const Reservation& reservation) {
  std::vector<const Attempt*> attempts = live_attempts(reservation);
  if (!attempts.empty() || reservation.attempts.empty()) return attempts;
  for (const Attempt& attempt : reservation.attempts) {
    if (attempt.reason == reservation.end_reason) attempts.push_back(&attempt);
  }
  if (attempts.empty()) attempts.push_back(&reservation.attempts.back());
  return attempts;
}

// The machines a user means by "my reservation".
std::vector<InstanceView> instances_of(const Reservation& reservation) {
  std::vector<InstanceView> instances;
  for (const Attempt* attempt : attempts_that_count(reservation)) {
    for (const Machine& machine : attempt->machines) {
      if (machine.slot < 0) continue;
      instances.push_back(instance_of(machine));
      instances.back().attempt = attempt->number;
    }
  }
  return instances;
}

std::optional<Money> surcharge_of(const Offer& offer) {
  if (offer.nodes == 0) return std::nullopt;
  return Money{offer.surcharge_hour.value * offer.nodes};
}

// The cluster that counts now, if one is known.
const Instance* cluster_instance(const Reservation& reservation) {
  for (const Attempt* attempt : attempts_that_count(reservation)) {
    for (const Machine& machine : attempt->machines) {
      if (machine.slot >= 0) return &machine.instance;
    }
  }
  return nullptr;
}

ClusterView cluster_view(const Reservation& reservation) {
  const ClusterSpec spec = cluster_of(reservation.request);
  ClusterView view{.nodes = spec.nodes,
                   .release = spec.release,
                   .applications = spec.applications,
                   .note = unless_empty(cluster_note(reservation.request))};
  const Instance* cluster = cluster_instance(reservation);
  if (!cluster) return view;
  view.id = cluster->id;
  if (cluster->dns_name.empty()) return view;
  const std::string& master = cluster->dns_name;
  view.master_dns = master;
  view.ssh_tunnel = ssh_tunnel(reservation.request, master);
  for (const ClusterPage& page : cluster_pages(reservation.request)) {
    if (page.name == "zeppelin") view.zeppelin_url = page.url(master);
    if (page.name == "ganglia") view.ganglia_url = page.url(master);
    if (page.name == "spark_history") view.spark_history_url = page.url(master);
  }
  return view;
}

AttemptView attempt_of(const Attempt& attempt) {
  return {.number = attempt.number,
          .cloud = cloud_name(attempt.offer.cloud),
          .region = attempt.offer.region,
          .zone = unless_empty(attempt.target.zone),
          .instance_type = attempt.offer.instance_type,
          .stage = attempt.stage,
          .reason = unless_empty(attempt.reason),
          .cloud_code = unless_empty(attempt.cloud_code),
          .started_at = attempt.started_at,
          .ended_at = attempt.ended_at};
}

}  // namespace

KeyView view_of(const Key& key) {
  return {.id = key.id,
          .cloud = key.cloud,
          .account = key.account,
          .identity = key.identity,
          .region = unless_empty(key.region),
          .status = key.status,
          .created_at = key.created_at,
          .tested_at = key.tested_at};
}

StrayView view_of(const engine::Stray& stray) {
  return {.id = stray.id,
          .cloud = cloud_name(stray.cloud),
          .region = stray.region,
          .machine = stray.machine,
          .name = stray.name,
          .instance_type = stray.instance_type,
          .reservation = unless_empty(stray.reservation),
          .reason = stray.reason,
          .why = std::string(engine::describe(stray.reason)),
          .state = stray.state,
          .launched_at = stray.launched_at,
          .first_seen = stray.first_seen,
          .judged_at = stray.judged_at,
          .ended_at = stray.ended_at};
}

UserView view_of(const User& user) {
  return {.id = user.id, .admin = user.admin, .regions = user.regions};
}

TemplateView view_of(const Template& saved) {
  return {.name = saved.name,
          .title = saved.title,
          .request = saved.request,
          .created_at = saved.created_at,
          .updated_at = saved.updated_at};
}

ReservationView view_of(const Reservation& reservation, Time now) {
  ReservationView view{.id = reservation.id,
                       .user = reservation.user,
                       .name = reservation.request.name,
                       .phase = reservation.phase,
                       .goal = reservation.goal,
                       .request = reservation.request,
                       .instances = instances_of(reservation),
                       .created_at = reservation.created_at,
                       .ready_at = reservation.ready_at,
                       .expires_at = reservation.expires_at,
                       .release_requested_at = reservation.release_requested_at,
                       .ended_at = reservation.ended_at,
                       .end_reason = unless_empty(reservation.end_reason),
                       .waiting = unless_empty(reservation.waiting)};
  if (const Offer* offer = placed_offer(reservation))
    view.placement = placement_of(reservation, *offer);
  if (reservation.request.kind == Kind::cluster) view.cluster = cluster_view(reservation);
  for (const Attempt& attempt : reservation.attempts) view.attempts.push_back(attempt_of(attempt));
  const Cost cost = cost_of(reservation, now);
  view.cost = {.usd = cost.user_usd, .tail_usd = cost.tail_usd, .final = cost.final};
  return view;
}

OfferView view_of(const pricing::RankedOffer& ranked) {
  const Offer& offer = ranked.offer;
  return {.cloud = cloud_name(offer.cloud),
          .region = offer.region,
          .instance_type = offer.instance_type,
          .vcpus = offer.vcpus,
          .memory_gib = offer.memory_gib,
          .disk_gib = offer.disk_gib,
          .arch = offer.arch,
          .burstable = offer.burstable,
          .nodes = nodes_of(offer),
          .surcharge_usd_hour = surcharge_of(offer),
          .price_usd_hour = ranked.hourly,
          .cost_usd = ranked.cost};
}

}  // namespace mayfly::service
