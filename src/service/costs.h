// What a user's reservations cost in a window of time: totals, and rows by day, month, reservation,
// cloud, region or name. Every figure is a sum of shares (model/costs.h), so rows add up to the
// total and windows that follow one another to the whole, to the micro-dollar.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/costs.h"
#include "service/limits.h"

namespace mayfly::service {

enum class CostGroup { day, month, reservation, cloud, region, name };
BOOST_DESCRIBE_ENUM(CostGroup, day, month, reservation, cloud, region, name)

struct CostsQuery {
  Time from;
  Time to;  // exclusive
  std::optional<CostGroup> group;
  std::size_t limit = 100;  // rows
  std::string cursor;       // rows after this key
};

struct CostRow {
  std::string key;  // 2026-11-22, 2026-11, r-…, aws, aws:us-east-1, a name ("-": without one)
  std::int64_t reservations = 0;
  Figure machine_hours;  // that the user had machines for
  Money usd;             // the user's: until teardown was asked for
  Money tail_usd;        // from there until the cloud's clock stopped
  bool final = true;     // nothing can change it any more
  // Of a single reservation: its name, what it was estimated at, and its cost in and out of the
  // window.
  std::optional<std::string> name;
  std::optional<Money> estimate_usd;
  std::optional<Money> whole_usd;
  std::optional<Money> whole_tail_usd;
};
BOOST_DESCRIBE_STRUCT(CostRow, (),
                      (key, reservations, machine_hours, usd, tail_usd, final, name, estimate_usd,
                       whole_usd, whole_tail_usd))

struct CostsView {
  std::string user;
  Time from;
  Time to;
  std::string currency = "USD";
  std::int64_t reservations = 0;
  Figure machine_hours;
  Money usd;
  Money tail_usd;
  bool final = true;
  std::optional<CostGroup> group;
  std::vector<CostRow> rows;
  std::optional<std::string> next_cursor;
};
BOOST_DESCRIBE_STRUCT(CostsView, (),
                      (user, from, to, currency, reservations, machine_hours, usd, tail_usd, final,
                       group, rows, next_cursor))

// Adds up reservations, one after the other.
class CostReport {
 public:
  CostReport(CostsQuery query, Time now) : query_(std::move(query)), now_(now) {}

  void add(const Reservation& reservation);
  CostsView view() const;

 private:
  struct Sum {
    std::int64_t reservations = 0;
    Share share;
    bool final = true;
    std::string last;  // of the reservations counted
    CostRow about;     // what only one reservation has
  };
  static void count(Sum& sum, const Reservation& reservation, const Share& share, bool final);
  static CostRow row_of(const std::string& key, const Sum& sum);
  void add_by_time(const Reservation& reservation, bool final);
  void add_by_place(const Reservation& reservation, const std::vector<Share>& shares, bool final);
  void add_alone(const Reservation& reservation, const Share& share, bool final);

  CostsQuery query_;
  Time now_;
  Sum total_;
  std::map<std::string, Sum> rows_;
};

// The rows as comma-separated values with a line of titles.
std::string to_csv(const CostsView& costs);

// A late arrival is found at most this much after the end of its reservation, so its cost may fall
// into the time after the month of that end.
inline constexpr Duration kLateMax = 48h;

}  // namespace mayfly::service
