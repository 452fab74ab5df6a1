// What the doors answer. Derived from what is stored, never stored itself; no secret has a member
// here.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/stray.h"
#include "json/value.h"
#include "model/reservation.h"
#include "pricing/ranking.h"
#include "service/documents.h"
#include "service/limits.h"

namespace mayfly::service {

struct UserView {
  std::string id;
  bool admin = false;
  std::vector<std::string> regions;
  std::optional<std::string> email;
  std::optional<std::vector<std::string>> email_events;
};
BOOST_DESCRIBE_STRUCT(UserView, (), (id, admin, regions, email, email_events))

struct KeyView {
  std::string id;
  std::string cloud;
  std::string account;
  std::string identity;
  std::optional<std::string> region;
  KeyStatus status = KeyStatus::active;
  Time created_at;
  Time tested_at;
};
BOOST_DESCRIBE_STRUCT(KeyView, (),
                      (id, cloud, account, identity, region, status, created_at, tested_at))

struct TemplateView {
  std::string name;
  std::optional<std::string> title;
  Request request;
  Time created_at;
  Time updated_at;
};
BOOST_DESCRIBE_STRUCT(TemplateView, (), (name, title, request, created_at, updated_at))

struct PlacementView {
  std::string cloud;
  std::string region;
  std::optional<std::string> zone;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  int disk_gib = 0;
  Arch arch = Arch::x86_64;
  bool burstable = false;
  std::optional<int> nodes;  // of a cluster: the prices are for all of them
  Money price_usd_hour;
  Estimate estimate;
  std::vector<Considered> considered;
};
BOOST_DESCRIBE_STRUCT(PlacementView, (),
                      (cloud, region, zone, instance_type, vcpus, memory_gib, disk_gib, arch,
                       burstable, nodes, price_usd_hour, estimate, considered))

struct InstanceView {
  std::string id;
  std::string name;
  InstanceState state = InstanceState::pending;
  std::optional<std::string> public_ip;
  std::optional<std::string> private_ip;
  std::optional<std::string> dns_name;
  std::optional<std::string> zone;
  Time launched_at;
  int attempt = 0;  // which one it belongs to: where it lies and what it costs is said there
};
BOOST_DESCRIBE_STRUCT(InstanceView, (),
                      (id, name, state, public_ip, private_ip, dns_name, zone, launched_at,
                       attempt))

struct AttemptView {
  int number = 0;
  std::string cloud;
  std::string region;
  std::optional<std::string> zone;
  std::string instance_type;
  Stage stage = Stage::launching;
  std::optional<std::string> reason;
  std::optional<std::string> cloud_code;
  Time started_at;
  std::optional<Time> ended_at;
};
BOOST_DESCRIBE_STRUCT(AttemptView, (),
                      (number, cloud, region, zone, instance_type, stage, reason, cloud_code,
                       started_at, ended_at))

struct CostView {
  Money usd;       // until teardown was asked for, or until now
  Money tail_usd;  // from there until the cloud stopped billing
  bool final = false;
};
BOOST_DESCRIBE_STRUCT(CostView, (), (usd, tail_usd, final))

// What a cluster is to people. Its pages have an address once its master has one, and only if they
// are installed; they are closed to the world unless the request says open_to, so the tunnel is
// always told.
struct ClusterView {
  std::optional<std::string> id;  // j-...
  int nodes = 0;
  std::string release;
  std::vector<std::string> applications;
  std::optional<std::string> master_dns;
  std::optional<std::string> zeppelin_url;
  std::optional<std::string> ganglia_url;
  std::optional<std::string> spark_history_url;
  std::optional<std::string> ssh_tunnel;
  std::optional<std::string> note;  // what is otherwise than asked
};
BOOST_DESCRIBE_STRUCT(ClusterView, (),
                      (id, nodes, release, applications, master_dns, zeppelin_url, ganglia_url,
                       spark_history_url, ssh_tunnel, note))

struct ReservationView {
  std::string id;
  std::string user;
  std::optional<std::string> name;
  Phase phase = Phase::pending;
  Goal goal = Goal::present;
  Request request;
  std::optional<PlacementView> placement;
  std::optional<ClusterView> cluster;
  std::vector<InstanceView> instances;
  std::vector<AttemptView> attempts;
  Time created_at;
  std::optional<Time> ready_at;
  std::optional<Time> expires_at;
  std::optional<Time> release_requested_at;
  std::optional<Time> ended_at;
  std::optional<std::string> end_reason;
  std::optional<std::string> waiting;
  CostView cost;
};
BOOST_DESCRIBE_STRUCT(ReservationView, (),
                      (id, user, name, phase, goal, request, placement, cluster, instances,
                       attempts, created_at, ready_at, expires_at, release_requested_at, ended_at,
                       end_reason, waiting, cost))

struct OfferView {
  std::string cloud;
  std::string region;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  int disk_gib = 0;
  Arch arch = Arch::x86_64;
  bool burstable = false;
  std::optional<int> nodes;                 // of a cluster: the prices are for all of them
  std::optional<Money> surcharge_usd_hour;  // the part of it that is EMR's
  Money price_usd_hour;
  Money cost_usd;
};
BOOST_DESCRIBE_STRUCT(OfferView, (),
                      (cloud, region, instance_type, vcpus, memory_gib, disk_gib, arch, burstable,
                       nodes, surcharge_usd_hour, price_usd_hour, cost_usd))

struct RejectionView {
  std::string reason;
  std::int64_t offers = 0;
  std::optional<OfferView> example;
};
BOOST_DESCRIBE_STRUCT(RejectionView, (), (reason, offers, example))

enum class LimitSetBy { server, admin };
BOOST_DESCRIBE_ENUM(LimitSetBy, server, admin)

// One limit: of dollars per month `used` is what has ended has cost, and `held` what lives may come
// to; of the others `used` is what lives.
struct LimitView {
  std::optional<Figure> limit;  // none: there is no limit
  LimitSetBy set_by = LimitSetBy::server;
  Figure used;
  Figure held;
  std::optional<Figure> left;
};
BOOST_DESCRIBE_STRUCT(LimitView, (), (limit, set_by, used, held, left))

struct LimitsView {
  std::string user;
  std::string month;
  LimitView machines;
  LimitView vcpus;
  LimitView usd_per_hour;
  LimitView usd_per_month;
  std::optional<Duration> lease_default;  // of a request that names none
  std::optional<Duration> lease_max;
};
BOOST_DESCRIBE_STRUCT(LimitsView, (),
                      (user, month, machines, vcpus, usd_per_hour, usd_per_month, lease_default,
                       lease_max))

enum class RegionsFrom { request, user, server, everywhere };
BOOST_DESCRIBE_ENUM(RegionsFrom, request, user, server, everywhere)

struct EstimateView {
  std::string snapshot;
  std::int64_t billed_seconds = 0;
  std::optional<std::string> note;
  std::optional<Duration> lease;  // that it would have; none: until it is torn down
  bool fits = true;               // into the user's limits
  std::vector<OverLimit> limits;  // those it does not fit into
  RegionsFrom regions_from = RegionsFrom::everywhere;
  std::int64_t satisfying = 0;
  std::vector<OfferView> offers;
  std::vector<RejectionView> rejected;
};
BOOST_DESCRIBE_STRUCT(EstimateView, (),
                      (snapshot, billed_seconds, note, lease, fits, limits, regions_from,
                       satisfying, offers, rejected))

// A machine with our tag that no reservation answered for. What it cost is nobody's of ours.
struct StrayView {
  std::string id;
  std::string cloud;
  std::string region;
  std::string machine;  // the cloud's id
  std::string name;
  std::string instance_type;
  std::optional<std::string> reservation;  // that its tags name
  engine::StrayReason reason = engine::StrayReason::no_reservation;
  std::string why;  // the same for people
  engine::StrayState state = engine::StrayState::suspected;
  Time launched_at;
  Time first_seen;
  std::optional<Time> judged_at;  // since when it is being ended
  std::optional<Time> ended_at;   // observed gone
};
BOOST_DESCRIBE_STRUCT(StrayView, (),
                      (id, cloud, region, machine, name, instance_type, reservation, reason, why,
                       state, launched_at, first_seen, judged_at, ended_at))

KeyView view_of(const Key& key);
StrayView view_of(const engine::Stray& stray);
UserView view_of(const User& user);
TemplateView view_of(const Template& saved);
ReservationView view_of(const Reservation& reservation, Time now);
OfferView view_of(const pricing::RankedOffer& ranked);

}  // namespace mayfly::service
