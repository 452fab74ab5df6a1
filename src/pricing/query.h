// A request and a user's reach, translated once into numbers of an index, so that judging a row is
// a few integer comparisons. Lives as long as one ranking; refers to everything it is made from.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

#include "pricing/index.h"
#include "pricing/ranking.h"
#include "pricing/shape.h"

namespace mayfly::pricing {

// What can rule an offer out, in the order in which it is asked: the first one is what users are
// told.
enum class Constraint {
  none,
  release,         // of EMR: does not take the type, so it is no node at all
  clouds,          // not among the clouds asked for
  key,             // the user has no key for the cloud
  image,           // the cloud cannot boot it
  regions,         // not among those asked for, or by default
  enabled_region,  // the account cannot use it
  disk_price,      // unknown there: nothing is offered
  instance_type,   // another is asked for
  only_by_name,
  arch,
  burstable,
  vcpus,
  memory_gib,
  disk_gib,
  max_price,
  excluded,     // by what happened to this reservation before
  not_closest,  // satisfies, but another is closer or, as close, cheaper (match: closest)
};

struct Verdict {
  Constraint constraint = Constraint::none;
  std::uint32_t detail = 0;  // key: number of the cloud; excluded: position in Reach::exclusions

  bool satisfied() const { return constraint == Constraint::none; }
  auto operator<=>(const Verdict&) const = default;
};

// A bucket as one request sees it.
struct Part {
  const Bucket* bucket = nullptr;
  Verdict verdict;  // of all its rows alike: cloud, image and region
  bool arch_fits = true;
  PriceTerms terms;  // for the disk asked for, of one node; instance_hour is each row's own

  PriceTerms terms_of(const Row& row) const;
};

// One row in the order of the ranking.
struct Candidate {
  const Part* part = nullptr;
  const Row* row = nullptr;
  ExactCost cost = 0;  // one machine or node over the priced time

  bool operator<(const Candidate& other) const;
};

// Whether a type that is otherwise never offered counts as named.
enum class Naming { as_requested, every_type };

class Query {
 public:
  Query(const Catalog& catalog, const Request& request, const Reach& reach,
        Naming naming = Naming::as_requested);
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  const std::vector<Part>& parts() const { return parts_; }
  const Shape& shape() const { return shape_; }
  const Index& index() const { return index_; }

  // Whether a row of this part can satisfy at all.
  static bool may_satisfy(const Part& part) { return part.verdict.satisfied() && part.arch_fits; }
  // False for what is no node of this release's clusters: whatever else rules it out, that is why.
  bool is_taken(const Row& row) const { return (row.releases & releases_) != 0; }
  // The first constraint that rules a row out that is taken; something for any other. Of `closest`
  // the shape is left to Shape::closeness. Once max_price rules out a row, no later row of the part
  // satisfies.
  Verdict judge(const Part& part, const Row& row) const;

  Candidate candidate(const Part& part, const Row& row) const;
  RankedOffer offer(const Candidate& candidate) const;

 private:
  struct Excluded {
    std::optional<std::uint32_t> cloud, region, type, quota;  // absent: every
    std::uint32_t position = 0;
  };
  Verdict judge(const Bucket& bucket, const std::vector<std::string>& image_clouds) const;
  bool image_fits(const std::string& cloud, const std::vector<std::string>& image_clouds) const;
  bool region_allowed(std::string_view cloud, std::string_view region) const;
  void add_exclusion(std::uint32_t position);

  const Catalog& catalog_;
  const Index& index_;
  const Request& request_;
  const Reach& reach_;
  Naming naming_;
  Releases releases_;  // that the request runs, if it is a cluster
  Shape shape_;
  Duration priced_time_;
  std::optional<std::uint32_t> type_;  // number of the instance type asked for, if known
  std::vector<Excluded> excluded_;
  std::vector<Part> parts_;
};

}  // namespace mayfly::pricing
