// The ranking: every offer that satisfies a request, cheapest first, and why the others lost.
// Exact rules: docs/pricing.md. Pure: the same catalog, request and reach give the same bytes.
// Requests are valid ones (model's validate()); beyond its bounds sums may not be exact.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"
#include "model/request.h"
#include "pricing/catalog.h"

namespace mayfly::pricing {

// What limits this user beyond the request.
struct Reach {
  // Drivers that count (those with a key, or all for an estimate without any key): for VMs the
  // clouds themselves, for clusters `emr`. So are the keys of enabled_regions.
  std::vector<std::string> clouds;
  // Used when the request names no regions: the user's or the server's defaults. Empty = everywhere
  // but us-gov-*.
  std::vector<std::string> default_regions;
  // Regions enabled for the account, per cloud; a cloud that is absent here is not limited.
  std::map<std::string, std::vector<std::string>> enabled_regions;
  std::vector<Exclusion> exclusions;
};

struct RankedOffer {
  Offer offer;
  Money hourly;  // one machine; of a cluster all its nodes
  Money cost;    // all machines over the billed time, rounded once
};

// Offers that do not satisfy, grouped by what rules them out first; the example is the cheapest of
// them (none where the cloud's disk price is unknown). Groups are in the order in which constraints
// are asked.
struct Rejection {
  std::string reason;  // "vcpus: has 1, needs at least 2", without figures when they differ
  std::int64_t offers = 0;
  std::optional<RankedOffer> example;
};

struct Ranking {
  std::string snapshot;             // the catalog's date
  std::int64_t billed_seconds = 0;  // max(lease or 3600, 60)
  std::size_t satisfying = 0;       // how many offers satisfy in all (one per cloud for closest)
  std::vector<RankedOffer> offers;  // the first `limit` in rank order
  std::vector<Rejection> rejected;
};

Ranking rank(const Catalog& catalog, const Request& request, const Reach& reach, std::size_t limit);

// rank() without `rejected`: what placing needs, in microseconds.
std::vector<RankedOffer> cheapest(const Catalog& catalog, const Request& request,
                                  const Reach& reach, std::size_t limit);

// One change of one field that alone makes the request satisfiable, and what it would then cost.
struct Relaxation {
  std::string field;
  json::value value;
  Money cost;
};
// Cheapest first, at most one per field; empty when no single change helps, or none is needed.
std::vector<Relaxation> relax(const Catalog& catalog, const Request& request, const Reach& reach);

// The duration that is priced: the lease, or one hour.
Duration priced_time(const Request& request);

// `eu-*`, `nyc?`, `aws:eu-*` against one region of one cloud.
bool matches_region(std::string_view pattern, std::string_view cloud, std::string_view region);

}  // namespace mayfly::pricing
