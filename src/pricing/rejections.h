// Why offers lost: counts per first constraint, each with its cheapest example.
#pragma once

#include <map>
#include <vector>

#include "pricing/query.h"

namespace mayfly::pricing {

class Rejections {
 public:
  Rejections(const Query& query, const Request& request, const Reach& reach)
      : query_(query), request_(request), reach_(reach) {}

  // Rows of one part must come together and in their order.
  void add(const Verdict& verdict, const Part& part, const Row& row);
  std::vector<Rejection> list() const;

 private:
  struct Group {
    std::int64_t offers = 0;
    std::optional<Candidate> cheapest;
    const Part* last_part = nullptr;  // whose first row of the group has been compared
    Row low, high;                    // least and greatest figures seen
  };
  std::string reason(const Verdict& verdict, const Group& group) const;
  std::string size_reason(const Verdict& verdict, const Group& group) const;

  const Query& query_;
  const Request& request_;
  const Reach& reach_;
  std::map<Verdict, Group> groups_;
};

}  // namespace mayfly::pricing
