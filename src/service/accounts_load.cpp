// What Accounts reads once for each user: what an admin has set, and what ended this month before
// the start.
#include "core/log.h"
#include "model/costs.h"
#include "service/accounts_parts.h"
#include "service/documents.h"

namespace mayfly::service {
namespace {

constexpr std::size_t kPage = 100;  // small: reading shares the loop with everything that lives

Money cost_in(const Reservation& reservation, Month month, Time now) {
  return cost_between(reservation, start_of(month), start_of(next(month)), now).user_usd;
}

}  // namespace

void Accounts::load(const std::string& user, Done<Result<void>> done) {
  turn_month();
  Account& account = account_of(user);
  if (account.loaded) {
    loop_.post([done = std::move(done)]() mutable { done({}); });
    return;
  }
  const bool under_way = account.load != nullptr;
  if (!under_way) account.load = std::make_unique<Load>();
  account.load->waiting.push_back(std::move(done));
  if (!under_way) read_overrides(user);
}

void Accounts::read_overrides(const std::string& user) {
  account_of(user).load->month = month_;
  store_.get("users", user, loop_,
             [this, user,
              alive = std::weak_ptr<int>(alive_)](Result<std::optional<store::Document>> found) {
               if (alive.expired()) return;
               if (!found) return finish_load(user, std::unexpected(found.error()));
               if (*found) {
                 const auto stored = from_document<User>(**found);
                 if (!stored) return finish_load(user, std::unexpected(stored.error()));
                 set_overrides(user, stored->value.limits, stored->version);
               }
               read_ended(user, "");
             });
}

void Accounts::read_ended(const std::string& user, std::string after) {
  store::Query query{.collection = "reservations",
                     .index = "user_month",
                     .value = engine::ended_in(user, account_of(user).load->month),
                     .after_id = std::move(after),
                     .limit = kPage};
  store_.query(std::move(query), loop_,
               [this, user, alive = std::weak_ptr<int>(alive_)](Result<store::Page> page) {
                 if (alive.expired()) return;
                 if (!page) return finish_load(user, std::unexpected(page.error()));
                 Load& load = *account_of(user).load;
                 for (const store::Document& document : *page) {
                   const auto reservation = engine::from_document(document);
                   if (!reservation) {
                     log::error("a stored reservation cannot be read",
                                {{"id", document.id}, {"why", reservation.error().message}});
                     continue;
                   }
                   load.ended.try_emplace(document.id,
                                          cost_in(*reservation, load.month, loop_.now()));
                 }
                 if (page->size() == kPage) return read_ended(user, page->back().id);
                 finish_load(user, {});
               });
}

// What the engine still knows is in the sums already, and what it forgot meanwhile was left to us.
void Accounts::finish_load(const std::string& user, Result<void> result) {
  turn_month();
  Account& account = account_of(user);
  const std::unique_ptr<Load> load = std::move(account.load);
  if (result) {
    account.loaded = true;
    for (const auto& [id, amount] : load->ended) {
      // Of a month that ended while it was read, nothing counts any more.
      if (entries_.contains(id) || load->month != month_ || amount == Money{}) continue;
      account.used[month_] += amount;
    }
  }
  for (Done<Result<void>>& done : load->waiting) {
    loop_.post([done = std::move(done), result]() mutable { done(result); });
  }
}

}  // namespace mayfly::service
