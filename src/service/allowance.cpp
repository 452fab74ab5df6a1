// What a user may: limits and leases, shown, changed and asked about. And what it has cost.
#include <algorithm>
#include <set>

#include "core/id.h"
#include "service/async.h"

namespace mayfly::service {
namespace {

constexpr char kUserCollection[] = "users";
constexpr char kReservationCollection[] = "reservations";
constexpr std::size_t kCostPage = 200;

LimitView view_of_limit(std::optional<Figure> limit, const std::optional<std::string>& override_,
                        Figure used, Figure held) {
  LimitView view{.limit = limit, .used = used, .held = held};
  view.set_by = override_ ? LimitSetBy::admin : LimitSetBy::server;
  if (limit) view.left = std::max(Figure{}, *limit - used - held);
  return view;
}

std::optional<Figure> as_figure(std::optional<std::int64_t> count) {
  return count ? std::optional(Figure::of(*count)) : std::nullopt;
}
std::optional<Figure> as_figure(std::optional<Money> money) {
  return money ? std::optional(Figure{money->value}) : std::nullopt;
}

LimitsView view_of_standing(const std::string& user, const Standing& standing) {
  const Limits& limits = standing.allowance.limits;
  const LimitOverrides& overrides = standing.overrides;
  const Amounts& held = standing.held;
  const auto month = held.usd.find(standing.month);
  const Money promised = month == held.usd.end() ? Money{} : month->second;
  return {
      .user = user,
      .month = month_text(standing.month),
      .machines = view_of_limit(as_figure(limits.machines), overrides.machines,
                                Figure::of(held.machines), {}),
      .vcpus = view_of_limit(as_figure(limits.vcpus), overrides.vcpus, Figure::of(held.vcpus), {}),
      .usd_per_hour = view_of_limit(as_figure(limits.usd_per_hour), overrides.usd_per_hour,
                                    {held.usd_per_hour.value}, {}),
      .usd_per_month = view_of_limit(as_figure(limits.usd_per_month), overrides.usd_per_month,
                                     {standing.used.value}, {promised.value}),
      .lease_default = standing.allowance.lease.of_a_request_without(),
      .lease_max = standing.allowance.lease.longest};
}

// Without authentication any name is a user. What stands for its token is no hash, so that no token
// ever matches it.
Stored<User> new_user(const std::string& user, Time now) {
  return {{.id = user, .token_sha256 = "none:" + user, .created_at = now}};
}

// "default" takes an override away.
void apply_change(const std::optional<std::string>& change, std::optional<std::string>& known) {
  if (!change) return;
  known = *change == "default" ? std::nullopt : change;
}

}  // namespace

// ---- limits
// -------------------------------------------------------------------------------------------

Async<Standing> Service::standing_of(std::string user) {
  auto start = [&](Done<Result<Standing>> done) {
    parts_.engine_loop.post([this, user, done = std::move(done)]() mutable {
      parts_.accounts.load(user, [this, user, done = std::move(done)](Result<void> loaded) mutable {
        if (!loaded) return done(std::unexpected(loaded.error()));
        done(parts_.accounts.standing(user));
      });
    });
  };
  co_return co_await http::await_done<Result<Standing>>(std::ref(start));
}

Async<LimitsView> Service::get_limits(std::string user) {
  auto standing = co_await standing_of(user);
  if (!standing) co_return std::unexpected(std::move(standing).error());
  co_return view_of_standing(user, *standing);
}

Async<LimitsView> Service::set_limits(std::string user, LimitOverrides changes) {
  auto stored = co_await read_document<User>(parts_.store, kUserCollection, user, "user " + user);
  if (!stored && stored.error().code == ErrorCode::not_found && !parts_.settings.authenticate)
    stored = new_user(user, now());
  if (!stored) co_return std::unexpected(std::move(stored).error());
  LimitOverrides& limits = stored->value.limits;
  apply_change(changes.machines, limits.machines);
  apply_change(changes.vcpus, limits.vcpus);
  apply_change(changes.usd_per_hour, limits.usd_per_hour);
  apply_change(changes.usd_per_month, limits.usd_per_month);
  apply_change(changes.lease_default, limits.lease_default);
  apply_change(changes.lease_max, limits.lease_max);
  if (auto good = service::check(limits); !good) co_return std::unexpected(std::move(good).error());
  store::Batch batch;
  batch.push_back({.collection = kUserCollection,
                   .id = user,
                   .expected_version = stored->version,
                   .document = to_document(stored->value)});
  auto written = co_await commit(parts_.store, std::move(batch));
  if (!written) co_return std::unexpected(std::move(written).error());
  parts_.engine_loop.post([this, user, limits, version = stored->version + 1] {
    parts_.accounts.set_overrides(user, limits, version);
  });
  co_return co_await get_limits(user);
}

// ---- costs
// --------------------------------------------------------------------------------------------

// Adds what the query finds and was created before the end of the window, in order of creation.
Async<void> Service::add_costs(store::Query query, Time to, std::set<std::string>& seen,
                               CostReport& report) {
  // Nothing is created later than now, nor before there were ids.
  const std::string end = first_id("r", std::clamp(to, Time{}, now() + 1h));
  query.collection = kReservationCollection;
  query.limit = kCostPage;
  while (true) {
    auto page = co_await query_documents(parts_.store, query);
    if (!page) co_return std::unexpected(std::move(page).error());
    for (const store::Document& document : *page) {
      if (document.id >= end) co_return Result<void>{};
      if (!seen.insert(document.id).second) continue;
      auto reservation = engine::from_document(document);
      if (!reservation) co_return std::unexpected(std::move(reservation).error());
      report.add(*reservation);
    }
    if (page->size() < query.limit) co_return Result<void>{};
    query.after_id = page->back().id;
  }
}

// The month of the user's first reservation: before it there is nothing to look for.
Async<std::optional<Month>> Service::first_month(std::string user) {
  auto page = co_await query_documents(
      parts_.store,
      {.collection = kReservationCollection, .index = "user", .value = user, .limit = 1});
  if (!page) co_return std::unexpected(std::move(page).error());
  if (page->empty()) co_return std::nullopt;
  auto first = engine::from_document(page->front());
  if (!first) co_return std::unexpected(std::move(first).error());
  co_return month_of(first->created_at);
}

// What can overlap the window: all that lives, and what ended in the window's first month or later.
// Older reservations are not even read.
Async<CostsView> Service::costs(std::string user, CostsQuery query) {
  CostReport report(query, now());
  std::set<std::string> seen;
  auto added = co_await add_costs({.index = "user_live", .value = user}, query.to, seen, report);
  if (!added) co_return std::unexpected(std::move(added).error());
  auto first = co_await first_month(user);
  if (!first) co_return std::unexpected(std::move(first).error());
  if (*first) {
    const Month last = month_of(now());
    for (Month month = std::max(**first, month_of(query.from - kLateMax)); month <= last;
         month = next(month)) {
      added = co_await add_costs({.index = "user_month", .value = engine::ended_in(user, month)},
                                 query.to, seen, report);
      if (!added) co_return std::unexpected(std::move(added).error());
    }
  }
  CostsView view = report.view();
  view.user = std::move(user);
  co_return view;
}

}  // namespace mayfly::service
