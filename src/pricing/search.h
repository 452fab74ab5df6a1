// Finding what satisfies a query, in rank order, without looking at more rows than needed.
#pragma once

#include <vector>

#include "pricing/query.h"

namespace mayfly::pricing {

// The first `limit` of what satisfies; of `closest` one for each cloud, the cheaper cloud first.
std::vector<Candidate> search(const Query& query, std::size_t limit);

}  // namespace mayfly::pricing
