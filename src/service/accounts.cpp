#include "service/accounts.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/assert.h"
#include "service/accounts_parts.h"

namespace mayfly::service {
namespace {

Figure figure(std::int64_t count) {
  return Figure::of(count);
}
Figure figure(Money money) {
  return {money.value};
}

Money of_month(const std::map<Month, Money>& usd, Month month) {
  const auto found = usd.find(month);
  return found == usd.end() ? Money{} : found->second;
}

// What a limit refuses: too much, and more of it than before. Whoever is over a limit that was
// lowered may still do what takes nothing more.
template <class T>
void check_limit(const std::optional<T>& limit, OverLimit figures, T taken, T before, T wanted,
                 std::vector<OverLimit>& broken) {
  if (!limit || wanted <= before || taken - before + wanted <= *limit) return;
  figures.allowed = figure(*limit);
  figures.requested = figure(wanted - before);
  broken.push_back(std::move(figures));
}

const Offer& first_offer(const Reservation& reservation) {
  static const Offer none;
  if (reservation.preparing) return *reservation.preparing;
  if (!reservation.candidates.empty()) return reservation.candidates.front();
  return reservation.attempts.empty() ? none : reservation.attempts.back().offer;
}

}  // namespace

Accounts::Accounts(store::Store& store, Loop& loop, Allowance server)
    : store_(store), loop_(loop), server_(server), month_(month_of(loop.now())) {}

Accounts::~Accounts() = default;

// ---- the sums
// ---------------------------------------------------------------------------------------

Accounts::Account& Accounts::account_of(const std::string& user) {
  const auto [found, is_new] = accounts_.try_emplace(user);
  if (is_new) found->second.allowance = server_;
  return found->second;
}

void Accounts::book(Account& account, const Entry& entry, std::int64_t sign) {
  if (entry.present) {
    account.held.machines += sign * entry.amounts.machines;
    account.held.vcpus += sign * entry.amounts.vcpus;
    account.held.usd_per_hour.value += sign * entry.amounts.usd_per_hour.value;
  }
  auto& usd = entry.present ? account.held.usd : account.used;
  for (const auto& [month, amount] : entry.amounts.usd) {
    if (month < month_) continue;
    Money& sum = usd[month];
    sum.value += sign * amount.value;
    if (sum == Money{}) usd.erase(month);
  }
}

// Nobody is asked about months that are past. What has no lease holds the new month now.
void Accounts::turn_month() {
  const Month now = month_of(loop_.now());
  if (now <= month_) return;
  month_ = now;
  const auto is_past = [&](const auto& sum) { return sum.first < month_; };
  for (auto& [user, account] : accounts_) {
    std::erase_if(account.held.usd, is_past);
    std::erase_if(account.used, is_past);
  }
  for (auto& [id, entry] : entries_) {
    if (entry.present && !entry.state->expires_at) recount(entry);
  }
}

// Without a lease until the end of the month, and of each that follows.
Time Accounts::end_of(const Reservation& reservation, const Entry* entry) const {
  const Time month_end = start_of(next(month_));
  Time end = reservation.expires_at.value_or(month_end);
  if (entry && entry->end) end = std::max(end, *entry->end);
  return end;
}

Amounts Accounts::amounts(const Reservation& reservation, const Offer& next,
                          const Entry* entry) const {
  return amounts_of(reservation, next, end_of(reservation, entry), month_);
}

void Accounts::recount(Entry& entry) {
  Account& account = account_of(entry.user);
  book(account, entry, -1);
  entry.amounts = amounts(*entry.state, entry.offer, &entry);
  entry.present = entry.state->goal == Goal::present;
  book(account, entry, +1);
}

std::vector<OverLimit> Accounts::broken(const Account& account, const Amounts& before,
                                        const Amounts& wanted) const {
  const Limits& limits = account.allowance.limits;
  const Amounts& held = account.held;
  std::vector<OverLimit> all;
  check_limit(limits.machines, {.limit = "machines", .used = figure(held.machines)}, held.machines,
              before.machines, wanted.machines, all);
  check_limit(limits.vcpus, {.limit = "vcpus", .used = figure(held.vcpus)}, held.vcpus,
              before.vcpus, wanted.vcpus, all);
  check_limit(limits.usd_per_hour, {.limit = "usd_per_hour", .used = figure(held.usd_per_hour)},
              held.usd_per_hour, before.usd_per_hour, wanted.usd_per_hour, all);
  for (const auto& [month, amount] : wanted.usd) {
    const Money used = of_month(account.used, month);
    const Money promised = of_month(held.usd, month);
    const std::size_t known = all.size();
    check_limit(limits.usd_per_month,
                {.limit = "usd_per_month",
                 .month = month_text(month),
                 .used = figure(used),
                 .held = figure(promised)},
                used + promised, of_month(before.usd, month), amount, all);
    if (all.size() > known) break;  // the first month that is too full says enough
  }
  return all;
}

// ---- the engine's states
// ----------------------------------------------------------------------------

void Accounts::changed(const Reservation* before, const Reservation* now) {
  turn_month();
  if (!now) return forget(before->id);
  Entry& entry = entries_[now->id];
  if (!entry.state) {
    entry.user = now->user;
    entry.offer = first_offer(*now);
    entry.present = false;
  }
  entry.state = now;
  entry.pending.reset();
  recount(entry);
}

// What it has cost stays in the sum of its month, unless that is still being read.
void Accounts::forget(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  Account& account = account_of(entry.user);
  if (!account.loaded || entry.present) book(account, entry, -1);
  if (account.load) account.load->ended[id] = of_month(entry.amounts.usd, account.load->month);
  entries_.erase(found);
}

void Accounts::admit(engine::Snapshot state, Done<CloudResult<void>> done) {
  load(state->user, [this, state, done = std::move(done),
                     alive = std::weak_ptr<int>(alive_)](Result<void> loaded) mutable {
    if (alive.expired()) return;
    if (loaded) return answer_admit(state, std::move(done));
    done(std::unexpected(CloudFailure{
        .reaction = Reaction::again,
        .code = "LimitsUnknown",
        .message = "the limits of its owner cannot be read: " + loaded.error().message}));
  });
}

void Accounts::answer_admit(const engine::Snapshot& state, Done<CloudResult<void>> done) {
  turn_month();
  const auto found = entries_.find(state->id);
  // Ended meanwhile: nothing is launched for it any more.
  if (found == entries_.end() || !found->second.present || !state->preparing) return done({});
  Entry& entry = found->second;
  const Account& account = account_of(entry.user);
  const auto refusal = [&](const Offer& offer) {
    return broken(account, entry.amounts, amounts(*state, offer, &entry));
  };
  const std::vector<OverLimit> reasons = refusal(*state->preparing);
  if (reasons.empty()) {
    entry.offer = *state->preparing;
    recount(entry);
    return done({});
  }
  // Cheapest first: when no other known candidate has room either, no later one has.
  const bool another = std::ranges::any_of(
      state->candidates, [&](const Offer& offer) { return refusal(offer).empty(); });
  std::string message = "over the limit of ";
  for (const OverLimit& each : reasons)
    message += (&each == &reasons.front() ? "" : "; ") + describe(each);
  done(std::unexpected(CloudFailure{.reaction = another ? Reaction::next_offer : Reaction::fatal,
                                    .code = "OverLimit",
                                    .message = std::move(message)}));
}

// ---- requests
// -----------------------------------------------------------------------------------------

Standing Accounts::standing(const std::string& user) {
  turn_month();
  const Account& account = account_of(user);
  return {.allowance = account.allowance,
          .overrides = account.overrides,
          .month = month_,
          .held = account.held,
          .used = of_month(account.used, month_)};
}

void Accounts::set_overrides(const std::string& user, LimitOverrides overrides,
                             std::int64_t version) {
  Account& account = account_of(user);
  if (version <= account.overrides_version) return;
  account.allowance = resolve(server_, overrides);
  account.overrides = std::move(overrides);
  account.overrides_version = version;
}

std::vector<OverLimit> Accounts::check(const Reservation& reservation) {
  turn_month();
  const Account& account = account_of(reservation.user);
  std::vector<OverLimit> first;
  for (const Offer& offer : reservation.candidates) {
    auto reasons = broken(account, {}, amounts(reservation, offer, nullptr));
    if (reasons.empty()) return {};
    if (first.empty()) first = std::move(reasons);
  }
  return first;
}

std::vector<OverLimit> Accounts::check_instead_of(const std::string& id,
                                                  const Reservation& reservation) {
  turn_month();
  const auto found = entries_.find(id);
  if (found == entries_.end()) return check(reservation);
  Reservation released = *found->second.state;
  released.goal = Goal::absent;
  if (!released.release_requested_at) released.release_requested_at = loop_.now();
  Entry cost;
  cost.amounts = amounts(released, found->second.offer, nullptr);
  cost.present = false;
  Account& account = account_of(reservation.user);
  book(account, found->second, -1);
  book(account, cost, +1);
  auto reasons = check(reservation);
  book(account, cost, -1);
  book(account, found->second, +1);
  return reasons;
}

Result<void> Accounts::open(Reservation& reservation) {
  ASSERT(!reservation.candidates.empty());
  if (entries_.contains(reservation.id))
    return fail(ErrorCode::conflict, "That reservation id is taken", "Try again.");
  if (const auto reasons = check(reservation); !reasons.empty())
    return std::unexpected(over_limit(reasons));
  const Account& account = account_of(reservation.user);
  std::vector<Offer>& candidates = reservation.candidates;
  while (true) {
    const Offer offer = candidates.front();
    const auto reasons = broken(account, {}, amounts(reservation, offer, nullptr));
    if (reasons.empty()) break;
    reservation.exclusions.push_back(
        {.cloud = offer.cloud,
         .region = offer.region,
         .instance_type = offer.instance_type,
         .reason = fmt::format("{} in {}: {}", offer.instance_type, offer.region,
                               describe(reasons.front()))});
    candidates.erase(candidates.begin());
  }
  Entry& entry = entries_[reservation.id];
  entry.user = reservation.user;
  entry.offer = candidates.front();
  entry.present = false;
  entry.pending = std::make_unique<const Reservation>(reservation);
  entry.state = entry.pending.get();
  recount(entry);
  return {};
}

void Accounts::close(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end() || !found->second.pending) return;
  book(account_of(found->second.user), found->second, -1);
  entries_.erase(found);
}

Result<void> Accounts::extend(const std::string& id, Time end) {
  turn_month();
  const auto found = entries_.find(id);
  if (found == entries_.end()) return {};  // not live: the engine will say so
  Entry& entry = found->second;
  const std::optional<Time> asked_before = entry.end;
  entry.end = std::max(end, entry.end.value_or(end));
  const Amounts wanted = amounts(*entry.state, entry.offer, &entry);
  const auto reasons = broken(account_of(entry.user), entry.amounts, wanted);
  if (!reasons.empty()) {
    entry.end = asked_before;
    return std::unexpected(over_limit(reasons));
  }
  recount(entry);
  return {};
}

void Accounts::extended(const std::string& id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  found->second.end.reset();
  recount(found->second);
}

}  // namespace mayfly::service
