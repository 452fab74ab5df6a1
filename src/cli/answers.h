// The server's answers as far as the command line shows them. Members the server adds later are
// ignored and enumerations are texts, so an older command can talk to a newer server; --json prints
// the document itself.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/millionths.h"
#include "core/time.h"
#include "json/codec.h"

namespace mayfly::cli {

template <class T>
Result<T> read_answer(const json::value& document) {
  auto decoded = json::decode<T>(document, json::Unknown::ignore);
  if (decoded) return decoded;
  Error error = std::move(decoded).error();
  error.code = ErrorCode::internal;
  error.message = "The server's answer is not understood: " + error.message;
  error.remedy = "Compare versions (mayfly --version), or use --json to see the answer as it is.";
  return std::unexpected(std::move(error));
}

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
  std::string status;
  std::optional<Time> tested_at;
};
BOOST_DESCRIBE_STRUCT(KeyView, (), (id, cloud, account, identity, region, status, tested_at))

struct FindingView {
  std::string check;
  std::string needed_for;
  std::string outcome;
  std::string detail;
  std::optional<std::string> remedy;
};
BOOST_DESCRIBE_STRUCT(FindingView, (), (check, needed_for, outcome, detail, remedy))

struct DoctorView {
  std::string key;
  std::string cloud;
  std::optional<std::string> region;
  std::string vm;
  std::optional<std::string> cluster;
  std::vector<FindingView> findings;
};
BOOST_DESCRIBE_STRUCT(DoctorView, (), (key, cloud, region, vm, cluster, findings))

struct OfferView {
  std::string cloud;
  std::string region;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  int disk_gib = 0;
  std::string arch;
  bool burstable = false;
  std::optional<int> nodes;                 // of a cluster: the prices are for all of them
  std::optional<Money> surcharge_usd_hour;  // the part of it that is EMR's
  Money price_usd_hour;
  Money cost_usd;
};
BOOST_DESCRIBE_STRUCT(OfferView, (),
                      (cloud, region, instance_type, vcpus, memory_gib, disk_gib, arch, burstable,
                       nodes, surcharge_usd_hour, price_usd_hour, cost_usd))

struct RejectedView {
  std::string reason;
  std::int64_t offers = 0;
  std::optional<OfferView> example;  // the cheapest of them
};
BOOST_DESCRIBE_STRUCT(RejectedView, (), (reason, offers, example))

struct OverLimitView {
  std::string limit;
  std::optional<std::string> month;
  Gib allowed;  // figures: counts and dollars alike
  Gib used;
  Gib held;
  Gib requested;
};
BOOST_DESCRIBE_STRUCT(OverLimitView, (), (limit, month, allowed, used, held, requested))

struct EstimateView {
  std::string snapshot;
  std::int64_t billed_seconds = 0;
  std::int64_t satisfying = 0;  // how many offers in all; `offers` are the first of them
  std::optional<std::string> note;
  std::optional<std::string> regions_from;  // request, user, server, everywhere
  bool fits = true;
  std::vector<OverLimitView> limits;  // that it does not fit into
  std::vector<OfferView> offers;
  std::vector<RejectedView> rejected;
};
BOOST_DESCRIBE_STRUCT(EstimateView, (),
                      (snapshot, billed_seconds, satisfying, note, regions_from, fits, limits,
                       offers, rejected))

struct CostRowView {
  std::string key;
  std::int64_t reservations = 0;
  Gib machine_hours;
  Money usd;
  Money tail_usd;
  bool final = false;
  std::optional<std::string> name;
  std::optional<Money> estimate_usd;
  std::optional<Money> whole_usd;
  std::optional<Money> whole_tail_usd;
};
BOOST_DESCRIBE_STRUCT(CostRowView, (),
                      (key, reservations, machine_hours, usd, tail_usd, final, name, estimate_usd,
                       whole_usd, whole_tail_usd))

struct CostsView {
  std::string user;
  Time from;
  Time to;
  std::int64_t reservations = 0;
  Gib machine_hours;
  Money usd;
  Money tail_usd;
  bool final = false;
  std::optional<std::string> group;
  std::vector<CostRowView> rows;
};
BOOST_DESCRIBE_STRUCT(CostsView, (),
                      (user, from, to, reservations, machine_hours, usd, tail_usd, final, group,
                       rows))

struct LimitView {
  std::optional<Gib> limit;
  std::string set_by;
  Gib used;
  Gib held;
  std::optional<Gib> left;
};
BOOST_DESCRIBE_STRUCT(LimitView, (), (limit, set_by, used, held, left))

struct LimitsView {
  std::string user;
  std::string month;
  LimitView machines;
  LimitView vcpus;
  LimitView usd_per_hour;
  LimitView usd_per_month;
  std::optional<Duration> lease_default;
  std::optional<Duration> lease_max;
};
BOOST_DESCRIBE_STRUCT(LimitsView, (),
                      (user, month, machines, vcpus, usd_per_hour, usd_per_month, lease_default,
                       lease_max))

struct RequestView {
  std::string kind;  // vm, cluster
  int count = 1;
  std::optional<int> vcpus;
  std::optional<Gib> memory_gib;
  std::optional<int> disk_gib;
  std::optional<std::string> arch;
  std::string image;
  std::optional<std::vector<std::string>> clouds;
  std::optional<std::vector<std::string>> regions;
  std::optional<std::string> instance_type;
  std::optional<std::string> lease;
  std::optional<std::string> ssh_public_key;
  std::optional<std::string> user_data;
  std::optional<int> nodes;
  std::optional<std::string> release;
  std::optional<std::vector<std::string>> applications;
  std::optional<bool> spot_workers;
  std::optional<std::string> open_to;

  bool is_cluster() const { return kind == "cluster"; }
};
BOOST_DESCRIBE_STRUCT(RequestView, (),
                      (kind, count, vcpus, memory_gib, disk_gib, arch, image, clouds, regions,
                       instance_type, lease, ssh_public_key, user_data, nodes, release,
                       applications, spot_workers, open_to))

struct FrozenEstimateView {
  Money cost_usd;
  std::int64_t billed_seconds = 0;
  std::string snapshot;
};
BOOST_DESCRIBE_STRUCT(FrozenEstimateView, (), (cost_usd, billed_seconds, snapshot))

struct ConsideredView {
  std::string cloud;
  std::string region;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  Money price_usd_hour;
  Money cost_usd;
  std::string lost_because;
};
BOOST_DESCRIBE_STRUCT(ConsideredView, (),
                      (cloud, region, instance_type, vcpus, memory_gib, price_usd_hour, cost_usd,
                       lost_because))

struct PlacementView {
  std::string cloud;
  std::string region;
  std::optional<std::string> zone;
  std::string instance_type;
  int vcpus = 0;
  Gib memory_gib;
  int disk_gib = 0;
  std::string arch;
  bool burstable = false;
  std::optional<int> nodes;  // of a cluster: the price is for all of them
  Money price_usd_hour;
  std::optional<FrozenEstimateView> estimate;
  std::vector<ConsideredView> considered;
};
BOOST_DESCRIBE_STRUCT(PlacementView, (),
                      (cloud, region, zone, instance_type, vcpus, memory_gib, disk_gib, arch,
                       burstable, nodes, price_usd_hour, estimate, considered))

struct ClusterView {
  std::optional<std::string> id;
  int nodes = 0;
  std::string release;
  std::vector<std::string> applications;
  std::optional<std::string> master_dns;
  std::optional<std::string> zeppelin_url;
  std::optional<std::string> ganglia_url;
  std::optional<std::string> spark_history_url;
  std::optional<std::string> ssh_tunnel;
  std::optional<std::string> note;
};
BOOST_DESCRIBE_STRUCT(ClusterView, (),
                      (id, nodes, release, applications, master_dns, zeppelin_url, ganglia_url,
                       spark_history_url, ssh_tunnel, note))

struct InstanceView {
  std::string id;
  std::string name;
  std::string state;
  std::optional<std::string> public_ip;
  std::optional<std::string> private_ip;
  std::optional<std::string> zone;
};
BOOST_DESCRIBE_STRUCT(InstanceView, (), (id, name, state, public_ip, private_ip, zone))

struct AttemptView {
  int number = 0;
  std::string cloud;
  std::string region;
  std::optional<std::string> zone;
  std::string instance_type;
  std::string stage;
  std::optional<std::string> reason;
  std::optional<std::string> cloud_code;
  std::optional<Time> started_at;
  std::optional<Time> ended_at;
};
BOOST_DESCRIBE_STRUCT(AttemptView, (),
                      (number, cloud, region, zone, instance_type, stage, reason, cloud_code,
                       started_at, ended_at))

struct CostView {
  Money usd;
  Money tail_usd;
  bool final = false;
};
BOOST_DESCRIBE_STRUCT(CostView, (), (usd, tail_usd, final))

struct ReservationView {
  std::string id;
  std::optional<std::string> name;
  std::string phase;
  std::string goal;
  RequestView request;
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
                      (id, name, phase, goal, request, placement, cluster, instances, attempts,
                       created_at, ready_at, expires_at, release_requested_at, ended_at, end_reason,
                       waiting, cost))

struct EventView {
  std::int64_t seq = 0;
  Time at;
  std::string type;
  std::string phase;
  int attempt = 0;
  std::string message;
  std::string cloud_code;
};
BOOST_DESCRIBE_STRUCT(EventView, (), (seq, at, type, phase, attempt, message, cloud_code))

struct TemplateView {
  std::string name;
  RequestView request;
  std::optional<Time> updated_at;
};
BOOST_DESCRIBE_STRUCT(TemplateView, (), (name, request, updated_at))

struct WebhookView {
  std::string id;
  std::string url;
  std::vector<std::string> events;
  std::string status;
  std::optional<std::string> reason;
  std::optional<Time> failing_since;
  std::optional<Time> old_secret_until;
  std::optional<std::string> secret;
};
BOOST_DESCRIBE_STRUCT(WebhookView, (),
                      (id, url, events, status, reason, failing_since, old_secret_until, secret))

struct DeliveryView {
  std::string id;
  std::string type;
  std::optional<std::string> reservation;
  std::string status;
  int attempts = 0;
  std::optional<int> last_status;
  std::optional<std::string> last_error;
  Time created_at;
  std::optional<Time> next_try_at;
};
BOOST_DESCRIBE_STRUCT(DeliveryView, (),
                      (id, type, reservation, status, attempts, last_status, last_error, created_at,
                       next_try_at))

struct DeliveryListView {
  std::vector<DeliveryView> deliveries;
};
BOOST_DESCRIBE_STRUCT(DeliveryListView, (), (deliveries))

struct ReplayView {
  std::int64_t deliveries = 0;
  std::optional<Time> next_since;
};
BOOST_DESCRIBE_STRUCT(ReplayView, (), (deliveries, next_since))

// Nothing of it runs any more, and nothing will.
inline bool is_final(std::string_view phase) {
  return phase == "released" || phase == "failed";
}

}  // namespace mayfly::cli
