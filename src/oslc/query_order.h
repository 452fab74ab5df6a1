// oslc.orderBy: by which properties members are sorted, what a member has of them, and which of two
// comes first. Numbers are compared as numbers, moments as moments, all else by its bytes, of which
// the first 200 count, so that a key fits into the address of the next page. Of several values the
// first in the order counts. Who does not have the property comes last, whichever the direction.
//
// Pure functions, any thread.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oslc/cursor.h"
#include "rdf/graph.h"

namespace mayfly::oslc {

struct SortTerm {
  std::vector<std::string> path;  // IRIs; more than one: of property{...}
  bool descending = false;
  bool operator==(const SortTerm&) const = default;
};

struct SortKey {
  enum class Kind { number, moment, text, none };
  Kind kind = Kind::none;
  std::int64_t number = 0;  // millionths, microseconds
  std::string text;
  bool operator==(const SortKey&) const = default;
};

// A sign that is missing is a plus: in an address that was not encoded a plus means a space.
Outcome<std::vector<SortTerm>> read_order(std::string_view text, const rdf::Prefixes& prefixes);

std::vector<SortKey> keys_of(const rdf::Graph& graph, std::string_view resource,
                             const std::vector<SortTerm>& order);
// Precondition: both have a key for each term.
std::strong_ordering compare_keys(const std::vector<SortKey>& one,
                                  const std::vector<SortKey>& other,
                                  const std::vector<SortTerm>& order);

// For addresses.
std::string print_key(const SortKey& key);
std::optional<SortKey> parse_key(std::string_view text);

// What an rdf:XMLLiteral of plain text says; other texts stay as they are.
std::string plain_text(const rdf::Term& literal);

}  // namespace mayfly::oslc
