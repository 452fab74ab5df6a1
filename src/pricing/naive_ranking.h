// For tests: the rules of docs/pricing.md once more, as plainly as they can be said and sharing
// nothing with the ranking but its inputs: texts split by hand, money in fractions, every row
// looked at.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "pricing/ranking.h"

namespace mayfly::pricing::naive {

// A fraction in lowest terms.
struct Fraction {
  __int128 over = 0;
  __int128 under = 1;

  static Fraction of(__int128 over, __int128 under);
  static Fraction parse(std::string_view decimal);
  Fraction operator+(Fraction other) const;
  Fraction operator*(Fraction other) const;
  bool operator<(Fraction other) const;
  bool operator==(const Fraction&) const = default;
  bool operator<=(Fraction other) const { return *this < other || *this == other; }
  // To the nearest micro, half up.
  std::int64_t rounded_micros() const;
};

struct Line {
  std::string cloud, region, type, arch;
  int vcpus = 0;
  Fraction memory;
  bool gpu = false;
  int included_disk = 0;
  Fraction price;
  std::optional<Fraction> gp3;
  Fraction surcharge;                 // of a node, and in its price
  std::set<std::string> generations;  // of EMR that take it: 5, 6, 7
};
// What is in the first two files.
std::vector<Line> read(std::string_view offers, std::string_view gp3);
// The machines of AWS once more as nodes of clusters.
std::vector<Line> read_nodes(const PriceFiles& files);

struct Found {
  const Line* line;
  Fraction cost;  // one machine or node, not rounded
  std::int64_t hourly_micros;
  std::int64_t cost_micros;  // all machines or nodes
};
// All that satisfies, in rank order.
std::vector<Found> rank(const std::vector<Line>& lines, const Request& request, const Reach& reach);

}  // namespace mayfly::pricing::naive
