#include "pricing/query.h"

#include <algorithm>
#include <tuple>

#include "model/clouds.h"

namespace mayfly::pricing {
namespace {

bool contains(const std::vector<std::string>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

// The number of a name that an exclusion mentions: no value when it mentions none. False when the
// catalog does not know the name, so that nothing is excluded.
bool translate(const std::string& name, std::optional<std::uint32_t> found,
               std::optional<std::uint32_t>& number) {
  number = found;
  return name.empty() || found.has_value();
}

}  // namespace

PriceTerms Part::terms_of(const Row& row) const {
  PriceTerms own = terms;
  own.instance_hour = {row.instance_hour};
  return own;
}

bool Candidate::operator<(const Candidate& other) const {
  const auto key = [](const Candidate& c) {
    return std::tie(c.cost, c.row->instance_hour, c.part->bucket->cloud, c.part->bucket->region,
                    c.row->type);
  };
  return key(*this) < key(other);
}

Query::Query(const Catalog& catalog, const Request& request, const Reach& reach, Naming naming)
    : catalog_(catalog),
      index_(catalog.index(request.kind)),
      request_(request),
      reach_(reach),
      naming_(naming),
      releases_(releases_asked(request)),
      shape_(request),
      priced_time_(priced_time(request)) {
  if (request.instance_type) type_ = index_.find_type(*request.instance_type);
  for (std::uint32_t i = 0; i < reach.exclusions.size(); ++i) add_exclusion(i);
  const std::vector<std::string> image_clouds = clouds_of_image(request.image);
  parts_.reserve(index_.buckets().size());
  for (const Bucket& bucket : index_.buckets()) {
    Part& part = parts_.emplace_back(
        Part{.bucket = &bucket,
             .verdict = judge(bucket, image_clouds),
             .arch_fits = request.arch == Arch::any || request.arch == bucket.arch,
             .terms = bucket.terms});
    if (bucket.disk_billed_apart) part.terms.disk_gib = request.disk_gib + bucket.system_disk_gib;
  }
}

void Query::add_exclusion(std::uint32_t position) {
  const Exclusion& given = reach_.exclusions[position];
  Excluded excluded{.position = position};
  if (translate(given.cloud, index_.find_cloud(given.cloud), excluded.cloud) &&
      translate(given.region, index_.find_region(given.region), excluded.region) &&
      translate(given.instance_type, index_.find_type(given.instance_type), excluded.type) &&
      translate(given.quota, index_.find_quota(given.quota), excluded.quota)) {
    excluded_.push_back(excluded);
  }
}

// What clusters boot is EMR's own.
bool Query::image_fits(const std::string& cloud,
                       const std::vector<std::string>& image_clouds) const {
  return request_.kind == Kind::cluster || contains(image_clouds, cloud);
}

bool Query::region_allowed(std::string_view cloud, std::string_view region) const {
  const std::vector<std::string>& patterns =
      request_.regions && !request_.regions->empty() ? *request_.regions : reach_.default_regions;
  if (patterns.empty()) return !region.starts_with("us-gov-");
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return matches_region(pattern, cloud, region); });
}

Verdict Query::judge(const Bucket& bucket, const std::vector<std::string>& image_clouds) const {
  const std::string& cloud = index_.cloud_name(bucket.cloud);
  const std::string& region = index_.region_name(bucket.region);
  // Requests say aws for all of its services; what is reachable is said for each.
  const std::string_view asked_as = cloud_of_driver(cloud);
  if (request_.clouds && !contains(*request_.clouds, asked_as)) return {Constraint::clouds};
  if (!contains(reach_.clouds, cloud)) return {Constraint::key, bucket.cloud};
  if (!image_fits(cloud, image_clouds)) return {Constraint::image};
  if (!region_allowed(asked_as, region)) return {Constraint::regions};
  const auto enabled = reach_.enabled_regions.find(cloud);
  if (enabled != reach_.enabled_regions.end() && !contains(enabled->second, region)) {
    return {Constraint::enabled_region};
  }
  if (!bucket.offered) return {Constraint::disk_price};
  return {};
}

Verdict Query::judge(const Part& part, const Row& row) const {
  if (!part.verdict.satisfied()) return part.verdict;
  if (naming_ == Naming::as_requested) {
    if (request_.instance_type && type_ != row.type) return {Constraint::instance_type};
    if (!request_.instance_type && row.only_by_name) return {Constraint::only_by_name};
  }
  if (!is_taken(row)) return {Constraint::release};  // so late only for speed: see rank()
  if (!part.arch_fits) return {Constraint::arch};
  if (row.burstable && !request_.burstable) return {Constraint::burstable};
  if (!shape_.closest()) {
    if (!shape_.accepts_vcpus(row)) return {Constraint::vcpus};
    if (!shape_.accepts_memory(row)) return {Constraint::memory_gib};
  }
  const int disk_max = part.bucket->disk_billed_apart ? kDiskGibMax : row.included_disk_gib;
  if (request_.disk_gib > disk_max) return {Constraint::disk_gib};
  if (request_.max_price_usd_hour && part.terms_of(row).hourly() > *request_.max_price_usd_hour) {
    return {Constraint::max_price};
  }
  for (const Excluded& excluded : excluded_) {
    const auto covers = [](std::optional<std::uint32_t> wanted, std::uint32_t number) {
      return !wanted || *wanted == number;
    };
    if (covers(excluded.cloud, part.bucket->cloud) &&
        covers(excluded.region, part.bucket->region) && covers(excluded.type, row.type) &&
        covers(excluded.quota, index_.quota_of(row))) {
      return {Constraint::excluded, excluded.position};
    }
  }
  return {};
}

Candidate Query::candidate(const Part& part, const Row& row) const {
  return {&part, &row, part.terms_of(row).exact_cost(priced_time_)};
}

RankedOffer Query::offer(const Candidate& candidate) const {
  Offer offer = catalog_.offer_of(index_.listed(*candidate.row), request_.disk_gib);
  if (request_.kind == Kind::cluster)
    offer = cluster_of_nodes(std::move(offer), machine_count(request_));
  const Money hourly = offer.price.hourly();
  return {.offer = std::move(offer),
          .hourly = hourly,
          .cost = round_half_up(candidate.cost * machine_count(request_))};
}

}  // namespace mayfly::pricing
