// What to change when nothing satisfies. For each field: the least change that could help,
// sometimes two that are equally small. What they then cost is asked of the ranking itself, so a
// suggestion that would not work is never made.
#include <algorithm>
#include <cstdlib>
#include <ranges>

#include "json/codec.h"
#include "model/clouds.h"
#include "pricing/query.h"
#include "pricing/ranking.h"
#include "pricing/search.h"

namespace mayfly::pricing {
namespace {

struct Change {
  json::value value;
  Request changed;
};
using Changes = std::vector<Change>;

struct Unsatisfied {
  const Catalog& catalog;
  const Request& request;
  const Reach& reach;
};

std::optional<RankedOffer> best_of(const Unsatisfied& given, const Request& changed,
                                   Naming naming = Naming::as_requested) {
  const Query query(given.catalog, changed, given.reach, naming);
  const std::vector<Candidate> found = search(query, 1);
  if (found.empty()) return std::nullopt;
  return query.offer(found.front());
}

// The field set to `value` in an otherwise equal request.
template <class Field, class Value>
Change change(const Request& request, Field Request::* field, Value value) {
  Change made{.value = json::encode(value), .changed = request};
  made.changed.*field = std::move(value);
  return made;
}

// Calls see(part, row) for all that satisfies a changed request; of `closest`, by any way to fit.
template <class See>
void each_satisfying(const Unsatisfied& given, const Request& changed, See see) {
  const Query query(given.catalog, changed, given.reach);
  for (const Part& part : query.parts()) {
    if (!Query::may_satisfy(part)) continue;
    for (const Row& row : part.bucket->rows) {
      if (query.judge(part, row).satisfied() && query.shape().accepts(row)) see(part, row);
    }
  }
}

// The numbers nearest to `asked` for which a machine fits whose other size is right; two when one
// below and one above are equally near. `size` and `other` read a row.
template <class Size, class Other>
std::vector<std::int64_t> nearest_sizes(const Unsatisfied& given, std::int64_t asked, Size size,
                                        std::optional<std::int64_t> other_asked, Other other) {
  Request sizeless = given.request;
  sizeless.vcpus.reset();
  sizeless.memory_gib.reset();
  std::vector<std::int64_t> nearest;
  const auto distance = [asked](std::int64_t number) { return std::abs(number - asked); };
  each_satisfying(given, sizeless, [&](const Part&, const Row& row) {
    for (Fit fit : fits_of(given.request.match)) {
      if (!sizes_fitting(fit, other_asked).contains(other(row))) continue;
      const Range askable = askable_for(fit, size(row));
      if (askable.low > askable.high) continue;  // 0.9 to 1.2 times leaves no whole number
      const std::int64_t number = std::clamp(asked, askable.low, askable.high);
      if (!nearest.empty() && distance(number) < distance(nearest.front())) nearest.clear();
      if (nearest.empty() || (distance(number) == distance(nearest.front()) &&
                              std::ranges::find(nearest, number) == nearest.end())) {
        nearest.push_back(number);
      }
    }
  });
  std::ranges::sort(nearest);
  return nearest;
}

std::int64_t vcpus_of(const Row& row) {
  return row.vcpus;
}
std::int64_t memory_of(const Row& row) {
  return row.memory;
}

Changes change_vcpus(const Unsatisfied& given) {
  if (!given.request.vcpus) return {};
  Changes changes;
  for (std::int64_t vcpus : nearest_sizes(given, *given.request.vcpus, vcpus_of,
                                          memory_asked(given.request), memory_of)) {
    changes.push_back(change(given.request, &Request::vcpus, static_cast<int>(vcpus)));
  }
  return changes;
}

Changes change_memory(const Unsatisfied& given) {
  if (!given.request.memory_gib) return {};
  Changes changes;
  for (std::int64_t memory : nearest_sizes(given, given.request.memory_gib->value, memory_of,
                                           given.request.vcpus, vcpus_of)) {
    changes.push_back(change(given.request, &Request::memory_gib, Gib{memory}));
  }
  return changes;
}

// The largest disk with which something satisfies: by size, or by price where disks are billed
// apart.
Changes change_disk(const Unsatisfied& given) {
  Request diskless = given.request;
  diskless.disk_gib = 1;
  int largest = 0;
  each_satisfying(given, diskless, [&](const Part& part, const Row& row) {
    PriceTerms terms = part.terms_of(row);
    const auto fits = [&](int disk_gib) {
      if (!part.bucket->disk_billed_apart) return disk_gib <= row.included_disk_gib;
      terms.disk_gib = disk_gib + part.bucket->system_disk_gib;
      const std::optional<Money>& limit = given.request.max_price_usd_hour;
      return disk_gib <= kDiskGibMax && (!limit || terms.hourly() <= *limit);
    };
    if (largest > 0 && !fits(largest + 1)) return;
    int low = std::max(largest, 1);
    int high = given.request.disk_gib;  // does not fit, or the request would be satisfied
    while (high - low > 1) {
      const int middle = low + (high - low) / 2;
      (fits(middle) ? low : high) = middle;
    }
    largest = low;
  });
  if (largest == 0) return {};
  return {change(given.request, &Request::disk_gib, largest)};
}

Changes change_arch(const Unsatisfied& given) {
  return {change(given.request, &Request::arch, Arch::any)};
}

// The default boots on every cloud: where it does not help, no other image does.
Changes change_image(const Unsatisfied& given) {
  return {change(given.request, &Request::image, Request{}.image)};
}

// The one cloud that is then cheapest; of those in reach, as no change of a request makes a key.
Changes change_clouds(const Unsatisfied& given) {
  Request anywhere = given.request;
  anywhere.clouds.reset();
  const std::optional<RankedOffer> best = best_of(given, anywhere);
  if (!best) return {};
  return {change(given.request, &Request::clouds,
                 std::vector{std::string(cloud_of_driver(best->offer.cloud))})};
}

// The one region that is then cheapest: those asked for have nothing to add to it.
Changes change_regions(const Unsatisfied& given) {
  if (given.request.subnet) return {};  // it is where it is
  Request anywhere = given.request;
  anywhere.regions = {"*"};
  const std::optional<RankedOffer> best = best_of(given, anywhere);
  if (!best) return {};
  return {change(given.request, &Request::regions, std::vector{best->offer.region})};
}

const ListedType* find_type(const Index& index, std::string_view name) {
  for (const Bucket& bucket : index.buckets()) {
    for (const Row& row : bucket.rows) {
      const ListedType& listed = index.listed(row);
      if (listed.instance_type == name) return &listed;
    }
  }
  return nullptr;
}

// Some type by its name, which also opens GPUs and special families. Where the asked one is known,
// the cheapest that is as large is better advice than the smallest machine there is.
Changes change_type(const Unsatisfied& given) {
  Request like = given.request;
  like.instance_type.reset();
  std::optional<RankedOffer> best;
  const ListedType* asked =
      given.request.instance_type
          ? find_type(given.catalog.index(given.request.kind), *given.request.instance_type)
          : nullptr;
  if (asked) {
    Request as_large = like;
    if (!as_large.vcpus) as_large.vcpus = asked->vcpus;
    if (!as_large.memory_gib) as_large.memory_gib = asked->memory_gib;
    best = best_of(given, as_large, Naming::every_type);
  }
  if (!best) best = best_of(given, like, Naming::every_type);
  if (!best) return {};
  return {change(given.request, &Request::instance_type, best->offer.instance_type)};
}

bool is_valid(const Request& request) {
  json::Issues issues;
  validate(request, issues);
  return issues.empty();
}

// Another generation of EMR may take the type asked for; the newest that does is the best advice.
Changes change_release(const Unsatisfied& given) {
  Changes changes;
  if (given.request.kind != Kind::cluster) return changes;
  for (const std::string_view release : kReleaseColumns | std::views::reverse) {
    Change other = change(given.request, &Request::release, std::string(release));
    // Applications that are asked for by name may not be part of it.
    if (is_valid(other.changed)) changes.push_back(std::move(other));
  }
  return changes;
}

// What is looser than `exact`, or than `at_least`; `closest` accepts all that the others do.
Changes change_match(const Unsatisfied& given) {
  Changes changes{change(given.request, &Request::match, Match::at_least)};
  Change closest = change(given.request, &Request::match, Match::closest);
  // Nodes may have no size to be close to.
  if (given.request.kind == Kind::vm || is_valid(closest.changed))
    changes.push_back(std::move(closest));
  return changes;
}

Changes change_burstable(const Unsatisfied& given) {
  return {change(given.request, &Request::burstable, true)};
}

Changes change_max_price(const Unsatisfied& given) {
  Request unlimited = given.request;
  unlimited.max_price_usd_hour.reset();
  std::optional<Money> lowest;
  each_satisfying(given, unlimited, [&](const Part& part, const Row& row) {
    const Money hourly = part.terms_of(row).hourly();
    lowest = std::min(lowest.value_or(hourly), hourly);
  });
  if (!lowest) return {};
  return {change(given.request, &Request::max_price_usd_hour, *lowest)};
}

// Equal costs are settled by this order.
constexpr std::pair<const char*, Changes (*)(const Unsatisfied&)> kFields[] = {
    {"vcpus", change_vcpus},         {"memory_gib", change_memory},
    {"disk_gib", change_disk},       {"arch", change_arch},
    {"image", change_image},         {"clouds", change_clouds},
    {"regions", change_regions},     {"instance_type", change_type},
    {"release", change_release},     {"match", change_match},
    {"burstable", change_burstable}, {"max_price_usd_hour", change_max_price},
};

// The cheapest of the changes that work.
std::optional<Relaxation> cheapest_change(const Unsatisfied& given, const char* field,
                                          Changes changes) {
  std::optional<Relaxation> cheapest;
  for (Change& change : changes) {
    const std::optional<RankedOffer> best = best_of(given, change.changed);
    if (best && (!cheapest || best->cost < cheapest->cost)) {
      cheapest = Relaxation{field, std::move(change.value), best->cost};
    }
  }
  return cheapest;
}

}  // namespace

std::vector<Relaxation> relax(const Catalog& catalog, const Request& request, const Reach& reach) {
  const Unsatisfied given{catalog, request, reach};
  std::vector<Relaxation> relaxations;
  if (best_of(given, request)) return relaxations;
  for (const auto& [field, changes_of] : kFields) {
    std::optional<Relaxation> found = cheapest_change(given, field, changes_of(given));
    if (!found) continue;
    const auto place = std::ranges::upper_bound(relaxations, found->cost, {}, &Relaxation::cost);
    relaxations.insert(place, *std::move(found));
  }
  return relaxations;
}

}  // namespace mayfly::pricing
