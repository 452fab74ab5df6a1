#include "clouds/limits.h"

#include <algorithm>
#include <array>

namespace mayfly::clouds {
namespace {

// Launches leave half to the account's owner. Terminates may take more: every second that one
// waits is money spent on a machine that nobody wants. Reading is only ever a guest.
constexpr int kChangingShare = 50;
constexpr int kEndingShare = 80;
constexpr int kReadingShare = 20;
constexpr int kListingShare = 5;  // of EC2's describe budget; its fifth is what look-ups may use

constexpr int kEmrListShare = 40;  // half of it for look-ups, which find what may have been started

// ---- EC2: "Request throttling for the Amazon EC2 API", token buckets per account, region and API.
enum AwsLimit : std::size_t {
  run_instances,
  run_machines,
  terminate_instances,
  terminate_machines,
  describe_instances,
  describe_by_listing,
  describe_others,
};
constexpr std::array kAwsLimits{
    RateLimit{.name = "RunInstances", .burst = 5, .refill = 2, .share_percent = kChangingShare},
    RateLimit{.name = "RunInstances machines",
              .burst = 1000,
              .refill = 2,
              .share_percent = kChangingShare},
    RateLimit{
        .name = "TerminateInstances", .burst = 50, .refill = 5, .share_percent = kEndingShare},
    RateLimit{.name = "TerminateInstances machines",
              .burst = 1000,
              .refill = 20,
              .share_percent = kEndingShare},
    RateLimit{
        .name = "DescribeInstances", .burst = 100, .refill = 20, .share_percent = kReadingShare},
    RateLimit{.name = "DescribeInstances by listings",
              .burst = 100,
              .refill = 20,
              .share_percent = kListingShare},
    // DescribeImages, DescribeInstanceTypeOfferings, DescribeSubnets and DescribeSecurityGroups
    // have a bucket each, all alike; a prepare asks each of them once at most.
    RateLimit{
        .name = "Describe* by prepare", .burst = 100, .refill = 20, .share_percent = kReadingShare},
};
constexpr int kDescribePage = 1000;
constexpr int kTerminatePage = 1000;
constexpr std::array kAwsCharges{
    Charge{.operation = Operation::launch, .limit = run_instances, .fixed = 1},
    Charge{.operation = Operation::launch, .limit = run_machines, .per_machine = 1},
    Charge{.operation = Operation::terminate,
           .limit = terminate_instances,
           .machines_per_page = kTerminatePage},
    Charge{.operation = Operation::terminate, .limit = terminate_machines, .per_machine = 1},
    // By the tag of one attempt: never more than a page.
    Charge{.operation = Operation::look_up, .limit = describe_instances, .fixed = 1},
    Charge{.operation = Operation::ended,
           .limit = describe_instances,
           .machines_per_page = 200},  // filters take so many values
    Charge{.operation = Operation::list,
           .limit = describe_instances,
           .machines_per_page = kDescribePage},
    Charge{.operation = Operation::list,
           .limit = describe_by_listing,
           .machines_per_page = kDescribePage},
    Charge{.operation = Operation::prepare, .limit = describe_others, .fixed = 1},
};

// ---- EMR: its default quotas, token buckets per account and region, for each API and for all of
// them together. They are a hundred times smaller than EC2's, so a listing is made every twenty
// seconds and no more; its describes are for what is new in it (clouds/emr/known_clusters.h).
enum EmrLimit : std::size_t {
  emr_all,
  run_job_flow,
  terminate_job_flows,
  describe_cluster,
  list_clusters,
  list_clusters_by_listing,
  emr_describe_others,
};
constexpr std::array kEmrLimits{
    RateLimit{.name = "EMR calls", .burst = 25, .refill = 5, .share_percent = kEndingShare},
    RateLimit{.name = "RunJobFlow",
              .burst = 10,
              .refill = 1,
              .every = 2s,
              .share_percent = kChangingShare},
    RateLimit{.name = "TerminateJobFlows",
              .burst = 10,
              .refill = 1,
              .every = 2s,
              .share_percent = kEndingShare},
    RateLimit{.name = "DescribeCluster", .burst = 10, .refill = 1, .share_percent = kChangingShare},
    RateLimit{.name = "ListClusters",
              .burst = 20,
              .refill = 1,
              .every = 2s,
              .share_percent = kEmrListShare},
    RateLimit{.name = "ListClusters by listings",
              .burst = 20,
              .refill = 1,
              .every = 2s,
              .share_percent = kReadingShare},
    // EC2's, and apart from what the machines' driver takes of them.
    RateLimit{
        .name = "Describe* of EC2", .burst = 100, .refill = 20, .share_percent = kReadingShare},
};
// Of living clusters, and of those that ended lately.
constexpr int kClusterListings = 2;
// What a listing asks of single clusters: mostly nothing, and more after a restart.
constexpr int kDescribesOfListing = 2;
constexpr std::array kEmrCharges{
    Charge{.operation = Operation::terminate, .limit = emr_all, .fixed = 1},
    Charge{.operation = Operation::terminate, .limit = terminate_job_flows, .fixed = 1},
    Charge{.operation = Operation::look_up, .limit = emr_all, .fixed = kClusterListings + 1},
    Charge{.operation = Operation::look_up, .limit = list_clusters, .fixed = kClusterListings},
    Charge{.operation = Operation::look_up, .limit = describe_cluster, .fixed = 1},
    Charge{.operation = Operation::list,
           .limit = emr_all,
           .fixed = kClusterListings + kDescribesOfListing},
    Charge{.operation = Operation::list, .limit = list_clusters, .fixed = kClusterListings},
    Charge{
        .operation = Operation::list, .limit = list_clusters_by_listing, .fixed = kClusterListings},
    Charge{.operation = Operation::list, .limit = describe_cluster, .fixed = kDescribesOfListing},
    Charge{.operation = Operation::list, .limit = emr_describe_others, .fixed = 1},
    Charge{.operation = Operation::ended, .limit = emr_all, .per_machine = 1},
    Charge{.operation = Operation::ended, .limit = describe_cluster, .per_machine = 1},
    Charge{.operation = Operation::launch, .limit = emr_all, .fixed = 1},
    Charge{.operation = Operation::launch, .limit = run_job_flow, .fixed = 1},
    // Offerings, subnets and the security group, each a bucket of its own.
    Charge{.operation = Operation::prepare, .limit = emr_describe_others, .fixed = 1},
    Charge{.operation = Operation::check, .limit = emr_all, .fixed = 1},
    Charge{.operation = Operation::check, .limit = list_clusters, .fixed = 1},
};

// ---- DigitalOcean: 5,000 calls in any hour and 250 in any minute for each token, of any kind.
// Ending has a part of its own that nothing else may use.
enum DigitalOceanLimit : std::size_t {
  in_a_minute,
  in_an_hour,
  others_in_a_minute,
  others_in_an_hour,
  listings_in_an_hour,
};
constexpr int kPerMinute = 250;
constexpr int kPerHour = 5000;
constexpr int kDropletListingShare = 30;
constexpr std::array kDigitalOceanLimits{
    RateLimit{
        .name = "calls in a minute", .refill = kPerMinute, .every = 1min, .share_percent = 80},
    RateLimit{.name = "calls in an hour",
              .refill = kPerHour,
              .every = 1h,
              .share_percent = 80,
              .told = true},
    RateLimit{.name = "calls in a minute but deletes",
              .refill = kPerMinute,
              .every = 1min,
              .share_percent = kChangingShare},
    RateLimit{.name = "calls in an hour but deletes",
              .refill = kPerHour,
              .every = 1h,
              .share_percent = kChangingShare},
    RateLimit{.name = "calls in an hour by listings",
              .refill = kPerHour,
              .every = 1h,
              .share_percent = kDropletListingShare},
};
constexpr int kDropletsPage = 200;

// What each operation is in HTTP calls, whichever limit counts them.
constexpr Charge kDelete{.operation = Operation::terminate, .per_machine = 1};
// By tag, by each name, and the GPU listing.
constexpr Charge kLookUp{.operation = Operation::look_up, .fixed = 2, .per_machine = 1};
// The listing of GPU droplets, now and then, is left to the margin and to what the answers tell.
constexpr Charge kList{.operation = Operation::list, .machines_per_page = kDropletsPage};
// Pages of the account's actions, newest first: mostly the first of them is enough.
constexpr Charge kActions{.operation = Operation::ended, .fixed = 2};
constexpr Charge kCreate{.operation = Operation::launch, .fixed = 1};
constexpr Charge kSizesAndImage{.operation = Operation::prepare, .fixed = 2};
constexpr Charge kAccountAndRegions{.operation = Operation::check, .fixed = 2};

constexpr Charge of(Charge charge, DigitalOceanLimit limit) {
  charge.limit = limit;
  return charge;
}

constexpr auto kDigitalOceanCharges = [] {
  constexpr std::array kOthers{kLookUp, kList,          kActions,
                               kCreate, kSizesAndImage, kAccountAndRegions};
  std::array<Charge, 3 + 4 * kOthers.size()> all{};
  std::size_t at = 0;
  for (const DigitalOceanLimit limit : {in_a_minute, in_an_hour}) {
    all[at++] = of(kDelete, limit);
    for (const Charge& other : kOthers) all[at++] = of(other, limit);
  }
  for (const DigitalOceanLimit limit : {others_in_a_minute, others_in_an_hour}) {
    for (const Charge& other : kOthers) all[at++] = of(other, limit);
  }
  all[at++] = of(kList, listings_in_an_hour);
  return all;
}();

constexpr RateLimits kAws{
    .limits = kAwsLimits, .charges = kAwsCharges, .machines_per_terminate = 100};
constexpr RateLimits kDigitalOcean{.limits = kDigitalOceanLimits,
                                   .charges = kDigitalOceanCharges,
                                   .per_region = false,
                                   .machines_per_terminate = 10};
constexpr RateLimits kEmrLimitsAndCharges{
    .limits = kEmrLimits, .charges = kEmrCharges, .machines_per_terminate = 10};
constexpr RateLimits kNone{};

}  // namespace

std::string_view name_of(Operation operation) {
  constexpr std::array<std::string_view, kOperations> kNames{
      "terminate", "look_up", "list", "ended", "launch", "prepare", "check"};
  return kNames[static_cast<std::size_t>(operation)];
}

std::int64_t Charge::tokens(std::int64_t machines) const {
  const std::int64_t pages =
      machines_per_page == 0
          ? 0
          : std::max<std::int64_t>(1, (machines + machines_per_page - 1) / machines_per_page);
  return fixed + per_machine * machines + pages;
}

const RateLimits& aws_limits() {
  return kAws;
}

const RateLimits& emr_limits() {
  return kEmrLimitsAndCharges;
}

const RateLimits& digitalocean_limits() {
  return kDigitalOcean;
}

const RateLimits& no_limits() {
  return kNone;
}

bool is_throttled(const CloudFailure& failure) {
  constexpr std::array<std::string_view, 10> kCodes{"RequestLimitExceeded",
                                                    "EC2ThrottledException",
                                                    "Throttling",
                                                    "ThrottlingException",
                                                    "TooManyRequestsException",
                                                    "RequestThrottled",
                                                    "SlowDown",
                                                    "BandwidthLimitExceeded",
                                                    "too_many_requests",
                                                    "Http429"};
  return failure.reaction == Reaction::again &&
         std::ranges::find(kCodes, failure.code) != kCodes.end();
}

}  // namespace mayfly::clouds
