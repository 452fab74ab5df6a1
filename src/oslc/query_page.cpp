#include "oslc/query_page.h"

#include <fmt/format.h>

#include <algorithm>

#include "oslc/query_search.h"
#include "oslc/vocabulary.h"

namespace mayfly::oslc {
namespace {

// Others wait while a chunk is looked at.
constexpr std::size_t kChunk = 100;

// A member of which only that is kept which sorts it.
struct Sorted {
  std::string id;
  std::vector<SortKey> keys;
  int score = 0;
};

struct Gathered {
  std::vector<Sorted> found;
  bool all = true;  // nothing was left out
  std::optional<Time> until = {};
};

// What decides about one candidate.
struct Judged {
  bool is_member = true;
  int score = 0;
  std::vector<SortKey> keys;
};

Judged judge(const Question& question, const Candidates& candidates, const Candidate& candidate) {
  Judged judged;
  if (!question.asks_about_members() && question.order.empty()) return judged;
  rdf::Graph graph;
  candidates.describe(candidate, graph);
  const std::string iri = candidates.iri_of(candidate);
  judged.is_member = fits(graph, iri, question.where);
  if (judged.is_member && !question.search.empty()) {
    judged.score = score_of(candidates.search_texts(candidate), question.search);
    judged.is_member = judged.score > 0;
  }
  if (!judged.is_member) return judged;
  judged.keys = keys_of(graph, iri, question.order);
  if (!question.search.empty())
    judged.keys.insert(judged.keys.begin(), {SortKey::Kind::number, judged.score, {}});
  return judged;
}

// ---- in the order of the list
// -----------------------------------------------------------------------------

Later<void> walk_to_page(const Question& question, Candidates& candidates, Page& page) {
  std::size_t looked_at = 0;
  std::string last;
  bool cut = false;
  while (page.members.size() < question.page && looked_at < kLookedAtMost && !candidates.at_end()) {
    const std::size_t wanted = question.page - page.members.size();
    // Where many are passed over, few at a time would make many questions of one.
    auto chunk = co_await candidates.next(
        question.asks_about_members() ? std::clamp(wanted, kPageDefault, kChunk) : wanted);
    if (!chunk) co_return std::unexpected(std::move(chunk).error());
    if (chunk->empty()) break;
    if (question.asks_about_members()) {
      auto prepared = co_await candidates.prepare(*chunk);
      if (!prepared) co_return std::unexpected(std::move(prepared).error());
    }
    for (Candidate& candidate : *chunk) {
      cut = page.members.size() == question.page;
      if (cut) break;
      ++looked_at;
      last = candidate.id;
      const bool fits_in =
          !question.asks_about_members() || judge(question, candidates, candidate).is_member;
      if (fits_in) page.members.push_back(std::move(candidate));
    }
  }
  if (cut || !candidates.at_end())
    page.next = PageStart{.before = page.before + page.members.size(), .id = std::move(last)};
  co_return Outcome<void>{};
}

Later<Page> find_in_order(const Question& question, Candidates& candidates) {
  Page page{.before = question.start ? question.start->before : 0};
  auto walking = walk_to_page(question, candidates, page);
  auto walked = co_await std::move(walking);
  if (!walked) co_return std::unexpected(std::move(walked).error());
  if (question.start) co_return page;
  if (!page.next) {
    page.total = page.members.size();
  } else if (!question.asks_about_members()) {
    auto counted = co_await candidates.count();
    if (!counted) co_return std::unexpected(std::move(counted).error());
    page.total = *counted;
  }
  co_return page;
}

// ---- sorted
// -----------------------------------------------------------------------------------------------

std::unexpected<Failure> too_many() {
  return refuse(
      501,
      fmt::format("More than {} resources would have to be looked at to sort them", kLookedAtMost),
      "Say in oslc.where which ones are meant, such as "
      "dcterms:created>=\"2026-01-01T00:00:00Z\", a state or a plan. Sorted by dcterms:created or "
      "dcterms:identifier alone any number can be had.");
}

Later<void> judge_all(const Question& question, Candidates& candidates,
                      std::vector<Candidate> chunk, std::vector<Sorted>& found) {
  auto preparing = candidates.prepare(chunk);
  auto prepared = co_await std::move(preparing);
  if (!prepared) co_return std::unexpected(std::move(prepared).error());
  for (Candidate& candidate : chunk) {
    Judged judged = judge(question, candidates, candidate);
    if (judged.is_member)
      found.push_back({std::move(candidate.id), std::move(judged.keys), judged.score});
  }
  co_return Outcome<void>{};
}

// Nothing: there are too many.
Later<std::optional<std::vector<Sorted>>> gather_along(const Question& question,
                                                       Candidates& candidates) {
  std::vector<Sorted> found;
  std::size_t looked_at = 0;
  while (!candidates.at_end()) {
    auto chunk = co_await candidates.next(kChunk);
    if (!chunk) co_return std::unexpected(std::move(chunk).error());
    if (chunk->empty()) break;
    looked_at += chunk->size();
    if (looked_at > kLookedAtMost) co_return std::nullopt;
    auto judging = judge_all(question, candidates, *std::move(chunk), found);
    auto judged = co_await std::move(judging);
    if (!judged) co_return std::unexpected(std::move(judged).error());
  }
  co_return found;
}

Later<std::vector<Sorted>> look_at(const Question& question, Candidates& candidates,
                                   std::vector<Sorted> scored) {
  std::vector<Sorted> found;
  for (std::size_t from = 0; from < scored.size(); from += kChunk) {
    std::vector<std::string> ids;
    for (std::size_t at = from; at < std::min(from + kChunk, scored.size()); ++at)
      ids.push_back(std::move(scored[at].id));
    auto chunk = co_await candidates.find(std::move(ids));
    if (!chunk) co_return std::unexpected(std::move(chunk).error());
    auto judging = judge_all(question, candidates, *std::move(chunk), found);
    auto judged = co_await std::move(judging);
    if (!judged) co_return std::unexpected(std::move(judged).error());
  }
  co_return found;
}

Later<Gathered> gather_all(const Question& question, Candidates& candidates) {
  auto gathering = gather_along(question, candidates);
  auto gathered = co_await std::move(gathering);
  if (!gathered) co_return std::unexpected(std::move(gathered).error());
  if (!*gathered) co_return too_many();
  co_return Gathered{.found = **std::move(gathered)};
}

// Past so many that an index of words finds only the newest of them are ranked. When something else
// was asked, too, that may be what leads to few.
Later<Gathered> gather_by_words(const Question& question, Candidates& candidates) {
  const std::optional<Time> until = question.start ? question.start->until : std::nullopt;
  auto finding = candidates.find_by_words(question.search, until.value_or(kNever), kLookedAtMost);
  auto words = co_await std::move(finding);
  if (!words) co_return std::unexpected(std::move(words).error());
  if (!*words || (!(*words)->all && !question.where.empty())) {
    auto gathering = gather_along(question, candidates);
    auto gathered = co_await std::move(gathering);
    if (!gathered) co_return std::unexpected(std::move(gathered).error());
    if (*gathered) co_return Gathered{.found = **std::move(gathered), .until = until};
    if (!*words) co_return too_many();
  }
  const std::vector<service::FoundByWords>& records = (*words)->records;
  Gathered gathered{.all = (*words)->all, .until = until};
  if (!until && !records.empty()) gathered.until = records.front().moment;
  for (const service::FoundByWords& record : records) {
    const int score = score_of(record.texts, question.search);
    if (score > 0)
      gathered.found.push_back({record.id, {{SortKey::Kind::number, score, {}}}, score});
  }
  if (question.where.empty() && question.order.empty()) co_return gathered;
  auto looking = look_at(question, candidates, std::move(gathered.found));
  auto looked = co_await std::move(looking);
  if (!looked) co_return std::unexpected(std::move(looked).error());
  gathered.found = *std::move(looked);
  co_return gathered;
}

class Before {
 public:
  Before(const std::vector<SortTerm>& order, const Candidates& candidates)
      : order_(order), candidates_(candidates) {}

  bool operator()(const Sorted& one, const Sorted& other) const {
    const auto compared = compare_keys(one.keys, other.keys, order_);
    return compared != 0 ? compared < 0 : candidates_.goes_before(one.id, other.id);
  }

 private:
  const std::vector<SortTerm>& order_;
  const Candidates& candidates_;
};

Later<Page> find_sorted(const Question& question, Candidates& candidates) {
  auto gathering = question.search.empty() ? gather_all(question, candidates)
                                           : gather_by_words(question, candidates);
  auto gathered = co_await std::move(gathering);
  if (!gathered) co_return std::unexpected(std::move(gathered).error());
  std::vector<Sorted> found = std::move(gathered->found);
  const std::vector<SortTerm> order = question.whole_order();
  const Before goes_before(order, candidates);
  Page page{.before = question.start ? question.start->before : 0};
  if (gathered->all) page.total = found.size();
  if (question.start) {
    const Sorted last{question.start->id, question.start->keys};
    std::erase_if(found, [&](const Sorted& one) { return !goes_before(last, one); });
  }
  const std::size_t shown = std::min(question.page, found.size());
  std::ranges::partial_sort(found, found.begin() + static_cast<std::ptrdiff_t>(shown), goes_before);
  if (shown < found.size()) {
    page.next =
        PageStart{page.before + shown, found[shown - 1].id, found[shown - 1].keys, gathered->until};
  }
  found.resize(shown);
  std::vector<std::string> ids;
  for (const Sorted& one : found) ids.push_back(one.id);
  auto members = co_await candidates.find(std::move(ids));
  if (!members) co_return std::unexpected(std::move(members).error());
  page.members = *std::move(members);
  if (question.search.empty()) co_return page;
  // Some may have gone between the sorting and now.
  auto next = found.begin();
  for (const Candidate& member : page.members) {
    next = std::ranges::find(next, found.end(), member.id, &Sorted::id);
    page.scores.push_back(next == found.end() ? 0 : next->score);
  }
  co_return page;
}

}  // namespace

Later<Page> find_page(Visit& visit, const Question& question, Candidates& candidates) {
  const bool sorted = visit.address.place == Place::plans
                          ? !question.order.empty() || !question.search.empty()
                          : !question.in_order_of_list();
  auto finding = sorted ? find_sorted(question, candidates) : find_in_order(question, candidates);
  co_return co_await std::move(finding);
}

}  // namespace mayfly::oslc
