// Finds the members of one page. In the order of the list a page costs what it shows, and what has
// to be passed over for it; in any other order all that could be a member has to be looked at, so
// there is a bound to that, and past it an error (501) instead of an order that would be wrong.
#pragma once

#include <optional>
#include <vector>

#include "oslc/query_candidates.h"
#include "oslc/query_question.h"

namespace mayfly::oslc {

// Candidates that one question looks at. A page in the order of the list ends early there, and the
// next one goes on.
inline constexpr std::size_t kLookedAtMost = 5000;

struct Page {
  std::vector<Candidate> members;
  std::vector<int> scores;  // one for each, with search terms
  std::size_t before = 0;   // members on the pages before
  std::optional<PageStart> next;
  std::optional<std::size_t> total;  // if that was to be known
};

Later<Page> find_page(Visit& visit, const Question& question, Candidates& candidates);

}  // namespace mayfly::oslc
