#include "service/costs.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/clouds.h"

namespace mayfly::service {
namespace {

constexpr char kUnnamed[] = "-";

Figure hours_of(std::int64_t seconds) {
  return {divide_half_up(static_cast<__int128>(seconds) * 1'000'000, 3600)};
}

bool is_nothing(const Share& share) {
  return share == Share{};
}

// Where the day or month of a moment ends.
Time end_of_unit(CostGroup unit, Time moment) {
  if (unit == CostGroup::month) return start_of(next(month_of(moment)));
  return Time{std::chrono::floor<std::chrono::days>(moment)} + std::chrono::days{1};
}

std::string key_of_unit(CostGroup unit, Time moment) {
  return unit == CostGroup::month ? month_text(month_of(moment)) : day_text(moment);
}

// When its first machine may have cost something.
Time begin_of(const Reservation& reservation) {
  Time begin = reservation.created_at;
  for (const Attempt& attempt : reservation.attempts) {
    for (const Machine& machine : attempt.machines)
      begin = std::min(begin, machine.instance.launched_at);
  }
  return begin;
}

std::string field(const std::optional<Money>& money) {
  return money ? to_string(*money) : "";
}

// Names and keys hold neither commas nor quotes nor line ends.
std::string line_of(const CostRow& row) {
  return fmt::format("{},{},{},{},{},{},{},{},{},{}\r\n", row.key, row.reservations,
                     to_string(row.machine_hours), to_string(row.usd), to_string(row.tail_usd),
                     row.final, row.name.value_or(""), field(row.estimate_usd),
                     field(row.whole_usd), field(row.whole_tail_usd));
}

}  // namespace

void CostReport::count(Sum& sum, const Reservation& reservation, const Share& share, bool final) {
  // All parts of one reservation come together, so looking at the last one is enough.
  if (sum.last != reservation.id) ++sum.reservations;
  sum.last = reservation.id;
  sum.share += share;
  sum.final = sum.final && final;
}

void CostReport::add(const Reservation& reservation) {
  const std::vector<Share> shares = shares_between(reservation, query_.from, query_.to, now_);
  Share whole;
  for (const Share& share : shares) whole += share;
  if (is_nothing(whole)) return;
  const bool final = cost_of(reservation, now_).final;
  count(total_, reservation, whole, final);
  if (!query_.group) return;
  switch (*query_.group) {
    case CostGroup::day:
    case CostGroup::month:
      return add_by_time(reservation, final);
    case CostGroup::cloud:
    case CostGroup::region:
      return add_by_place(reservation, shares, final);
    case CostGroup::reservation:
    case CostGroup::name:
      return add_alone(reservation, whole, final);
  }
}

void CostReport::add_by_time(const Reservation& reservation, bool final) {
  const CostGroup unit = *query_.group;
  Time from = std::max(query_.from, begin_of(reservation));
  const Time to = std::min(query_.to, now_ + Duration{1});
  while (from < to) {
    const Time end = std::min(end_of_unit(unit, from), query_.to);
    const Share share = cost_between(reservation, from, end, now_);
    if (!is_nothing(share)) count(rows_[key_of_unit(unit, from)], reservation, share, final);
    from = end;
  }
}

void CostReport::add_by_place(const Reservation& reservation, const std::vector<Share>& shares,
                              bool final) {
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (is_nothing(shares[i])) continue;
    const Offer& offer = reservation.attempts[i].offer;
    const std::string cloud(cloud_of_driver(offer.cloud));
    const std::string key = *query_.group == CostGroup::cloud ? cloud : cloud + ":" + offer.region;
    count(rows_[key], reservation, shares[i], final);
  }
}

void CostReport::add_alone(const Reservation& reservation, const Share& share, bool final) {
  if (*query_.group == CostGroup::name)
    return count(rows_[reservation.request.name.value_or(kUnnamed)], reservation, share, final);
  Sum& sum = rows_[reservation.id];
  count(sum, reservation, share, final);
  const Cost whole = cost_of(reservation, now_);
  sum.about = {.name = reservation.request.name,
               .estimate_usd = reservation.estimate.cost_usd,
               .whole_usd = whole.user_usd,
               .whole_tail_usd = whole.tail_usd};
}

CostRow CostReport::row_of(const std::string& key, const Sum& sum) {
  CostRow row = sum.about;
  row.key = key;
  row.reservations = sum.reservations;
  row.machine_hours = hours_of(sum.share.machine_seconds);
  row.usd = sum.share.user_usd;
  row.tail_usd = sum.share.tail_usd;
  row.final = sum.final;
  return row;
}

CostsView CostReport::view() const {
  CostsView view{.from = query_.from,
                 .to = query_.to,
                 .reservations = total_.reservations,
                 .machine_hours = hours_of(total_.share.machine_seconds),
                 .usd = total_.share.user_usd,
                 .tail_usd = total_.share.tail_usd,
                 .final = total_.final,
                 .group = query_.group};
  for (auto at = rows_.upper_bound(query_.cursor); at != rows_.end(); ++at) {
    if (view.rows.size() == query_.limit) {
      view.next_cursor = view.rows.back().key;
      break;
    }
    view.rows.push_back(row_of(at->first, at->second));
  }
  return view;
}

std::string to_csv(const CostsView& costs) {
  std::string text =
      "key,reservations,machine_hours,usd,tail_usd,final,name,estimate_usd,whole_usd,"
      "whole_tail_usd\r\n";
  for (const CostRow& row : costs.rows) text += line_of(row);
  if (costs.group) return text;
  return text + line_of({.key = "total",
                         .reservations = costs.reservations,
                         .machine_hours = costs.machine_hours,
                         .usd = costs.usd,
                         .tail_usd = costs.tail_usd,
                         .final = costs.final});
}

}  // namespace mayfly::service
