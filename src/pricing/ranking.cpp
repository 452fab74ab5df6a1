#include "pricing/ranking.h"

#include <algorithm>

#include "pricing/query.h"
#include "pricing/rejections.h"
#include "pricing/search.h"

namespace mayfly::pricing {
namespace {

std::vector<RankedOffer> to_offers(const Query& query, const std::vector<Candidate>& found) {
  std::vector<RankedOffer> offers;
  offers.reserve(found.size());
  for (const Candidate& candidate : found) offers.push_back(query.offer(candidate));
  return offers;
}

// Of `closest`, where judge() leaves the shape open: too small, or not the closest.
Verdict judge_shape(const Request& request, const Query& query, const Row& row) {
  if (query.shape().accepts(row)) return {Constraint::not_closest};
  if (row.vcpus < sizes_fitting(Fit::similar, request.vcpus).low) return {Constraint::vcpus};
  if (row.memory < sizes_fitting(Fit::similar, memory_asked(request)).low)
    return {Constraint::memory_gib};
  // A little less of one than asked, which only passes when the other is similar too.
  return {row.vcpus < request.vcpus.value_or(0) ? Constraint::vcpus : Constraint::memory_gib};
}

// Both clouds bill at least a minute.
std::int64_t billed_seconds(const Request& request) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(priced_time(request));
  return std::max<std::int64_t>(seconds.count(), 60);
}

}  // namespace

Duration priced_time(const Request& request) {
  return request.lease.value_or(1h);
}

std::vector<RankedOffer> cheapest(const Catalog& catalog, const Request& request,
                                  const Reach& reach, std::size_t limit) {
  const Query query(catalog, request, reach);
  return to_offers(query, search(query, limit));
}

Ranking rank(const Catalog& catalog, const Request& request, const Reach& reach,
             std::size_t limit) {
  const Query query(catalog, request, reach);
  const bool closest = query.shape().closest();
  // Of closest all, to tell them from the offers that lost to them.
  std::vector<Candidate> found = search(query, closest ? query.parts().size() : limit);
  Ranking ranking{.snapshot = catalog.date(),
                  .billed_seconds = billed_seconds(request),
                  .satisfying = closest ? found.size() : 0};
  Rejections rejections(query, request, reach);
  for (const Part& part : query.parts()) {
    for (const Row& row : part.bucket->rows) {
      const Verdict verdict =
          query.is_taken(row) ? query.judge(part, row) : Verdict{Constraint::release};
      if (!verdict.satisfied()) {
        rejections.add(verdict, part, row);
      } else if (!closest) {
        ++ranking.satisfying;
      } else if (std::ranges::find(found, &row, &Candidate::row) == found.end()) {
        rejections.add(judge_shape(request, query, row), part, row);
      }
    }
  }
  found.resize(std::min(found.size(), limit));
  ranking.offers = to_offers(query, found);
  ranking.rejected = rejections.list();
  return ranking;
}

}  // namespace mayfly::pricing
