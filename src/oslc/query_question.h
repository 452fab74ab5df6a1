// What a client asked of a collection: its parameters, understood (400) and answerable (501).
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "oslc/query.h"
#include "oslc/query_order.h"
#include "oslc/selection.h"
#include "oslc/visit.h"

namespace mayfly::oslc {

inline constexpr std::size_t kPageDefault = 100;
inline constexpr std::size_t kPageMost = 1000;

// Where a page begins: after which member, how many came before, and what that member was sorted
// by, so that what arrives meanwhile moves nothing.
struct PageStart {
  std::size_t before = 0;
  std::string id;
  std::vector<SortKey> keys;  // with search terms the score first
  // With search terms: what is made later is on none of the pages.
  std::optional<Time> until = {};
  bool operator==(const PageStart&) const = default;
};
std::string print_start(const PageStart& start);
std::optional<PageStart> parse_start(std::string_view text);

struct Question {
  std::vector<QueryTerm> where;
  std::optional<Selection> select;
  std::vector<SortTerm> order;
  std::vector<std::string> search;
  // Properties that where, order or select look behind.
  std::set<std::string, std::less<>> opened;
  // All that they look at, as properties from the member on; empty: any.
  std::set<std::vector<std::string>> paths;
  bool paged = false;
  std::size_t page = kPageMost;
  std::optional<PageStart> start;

  bool asks_about_members() const { return !where.empty() || !search.empty(); }
  // By when it was made, or by its identifier: in these orders indexes give them, so no sorting is
  // needed.
  bool in_order_of_list() const;
  bool by_identifier() const;
  // What decides between those that are equal otherwise; by identifier: those that come last.
  bool newest_first() const;
  // Of all that members are sorted by: the score goes before what was asked for.
  std::vector<SortTerm> whole_order() const;
};

Outcome<Question> read_question(const Visit& visit);

}  // namespace mayfly::oslc
