#include "pricing/search.h"

#include <algorithm>
#include <map>

namespace mayfly::pricing {
namespace {

// Where the merge stands in one part: at a row that satisfies, or at one that is not yet judged.
// The latter's cost bounds the cost of all that follow, so parts whose turn never comes are never
// searched.
struct Cursor {
  Candidate head;
  bool satisfies = false;
};

// For std heaps, which keep the greatest on top.
bool comes_later(const Cursor& a, const Cursor& b) {
  return b.head < a.head;
}

const Row* end_of(const Part& part) {
  return part.bucket->rows.data() + part.bucket->rows.size();
}

// From `row` on, the first that satisfies; end_of(part) when none does.
const Row* first_satisfying(const Query& query, const Part& part, const Row* row) {
  for (; row != end_of(part); ++row) {
    const Verdict verdict = query.judge(part, *row);
    if (verdict.satisfied()) return row;
    if (verdict.constraint == Constraint::max_price) break;
  }
  return end_of(part);
}

struct Nearest {
  Closeness closeness;
  Candidate candidate;

  bool operator<(const Nearest& other) const {
    if (closeness != other.closeness) return closeness < other.closeness;
    return candidate < other.candidate;
  }
};

std::optional<Nearest> nearest_of(const Query& query, const Part& part) {
  std::optional<Closeness> best;
  const Row* best_row = nullptr;
  for (const Row& row : part.bucket->rows) {
    // First by size, which rules out most rows, unlike the order of reasons in judge().
    const std::optional<Closeness> closeness = query.shape().closeness(row);
    if (!closeness || (best && *closeness >= *best)) continue;
    const Verdict verdict = query.judge(part, row);
    if (verdict.constraint == Constraint::max_price) break;
    if (!verdict.satisfied()) continue;
    best = closeness;
    best_row = &row;
    if (best == Closeness{}) break;  // equal: what follows is dearer
  }
  if (!best) return std::nullopt;
  return Nearest{*best, query.candidate(part, *best_row)};
}

// Of at_least and exact: a merge of the parts, each of which is in order (index.h).
std::vector<Candidate> find_cheapest(const Query& query, std::size_t limit) {
  std::vector<Cursor> heap;
  for (const Part& part : query.parts()) {
    if (!Query::may_satisfy(part)) continue;
    heap.push_back({query.candidate(part, part.bucket->rows.front())});
  }
  std::ranges::make_heap(heap, comes_later);
  std::vector<Candidate> found;
  while (!heap.empty() && found.size() < limit) {
    std::ranges::pop_heap(heap, comes_later);
    Cursor& cursor = heap.back();
    const Part& part = *cursor.head.part;
    const Row* row = cursor.head.row;
    const bool was_judged = cursor.satisfies;
    if (was_judged) {
      found.push_back(cursor.head);
      ++row;
    } else {
      row = first_satisfying(query, part, row);
    }
    if (row == end_of(part)) {
      heap.pop_back();
      continue;
    }
    cursor = {query.candidate(part, *row), !was_judged};
    std::ranges::push_heap(heap, comes_later);
  }
  return found;
}

std::vector<Candidate> find_closest(const Query& query) {
  std::map<std::uint32_t, Nearest> of_cloud;
  for (const Part& part : query.parts()) {
    if (!Query::may_satisfy(part)) continue;
    const std::optional<Nearest> nearest = nearest_of(query, part);
    if (!nearest) continue;
    const auto [known, is_new] = of_cloud.emplace(part.bucket->cloud, *nearest);
    if (!is_new) known->second = std::min(known->second, *nearest);
  }
  std::vector<Candidate> found;
  for (const auto& [cloud, nearest] : of_cloud) found.push_back(nearest.candidate);
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace

std::vector<Candidate> search(const Query& query, std::size_t limit) {
  if (!query.shape().closest()) return find_cheapest(query, limit);
  std::vector<Candidate> found = find_closest(query);
  if (found.size() > limit) found.resize(limit);
  return found;
}

}  // namespace mayfly::pricing
