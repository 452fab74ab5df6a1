// Who has what, kept as running sums: what each user's live reservations hold of the limits, and
// what those that ended have cost this month. A request is checked against sums that are there
// already; nothing is scanned for it.
//
// Held at request, settled at teardown: while a reservation is wanted, everything it may come to is
// held (holds.h); from the moment teardown is asked for only what it has cost remains, in the month
// in which it did. The sums follow the engine's durable states (changed()), so a crash leaks
// nothing: what a restart adopts is what is held. Between a check and the durable state that it was
// for, the room is held in memory: open(), admit() and extend() check and hold in one step.
//
// A user's overrides and what ended this month before the start are read once, when they are first
// needed: load() before anything else about a user. Threads: everything on the engine's loop.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "service/holds.h"
#include "service/limits.h"

namespace mayfly::service {

// One user's figures, as of a moment.
struct Standing {
  Allowance allowance;
  LimitOverrides overrides;
  Month month;
  Amounts held;  // usd: from this month on
  Money used;    // this month, by what has ended or is being ended
};

class Accounts {
 public:
  Accounts(store::Store& store, Loop& loop, Allowance server);
  ~Accounts();
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  // For engine::Settings::changed: every durable state, in order.
  void changed(const Reservation* before, const Reservation* now);
  // For engine::Ports::admit: room for state->preparing, which it holds when there is.
  void admit(engine::Snapshot state, Done<CloudResult<void>> done);
  engine::Admit as_admit() {
    return [this](engine::Snapshot state, Done<CloudResult<void>> done) {
      admit(std::move(state), std::move(done));
    };
  }

  void load(const std::string& user, Done<Result<void>> done);

  // ---- all below: precondition load(user) has succeeded
  Standing standing(const std::string& user);
  // Replaces what an admin has set, once that is durable, unless a later version is known.
  void set_overrides(const std::string& user, LimitOverrides overrides, std::int64_t version);

  // Which limits leave no room for the first of its candidates that could be; empty when one has
  // room.
  std::vector<OverLimit> check(const Reservation& reservation);
  // The same as if the reservation `id` were released now: what it has cost stays.
  std::vector<OverLimit> check_instead_of(const std::string& id, const Reservation& reservation);
  // Holds room for a reservation that is about to be created, on the first of its candidates for
  // which there is some; those before it are ruled out. Then give changed() its first state, or
  // close() it.
  Result<void> open(Reservation& reservation);
  void close(const std::string& id);
  // Holds room for a later end. Then tell extended(), whether the lease was changed or not.
  Result<void> extend(const std::string& id, Time end);
  void extended(const std::string& id);

 private:
  struct Account;
  struct Entry;
  struct Load;
  using Entries = std::map<std::string, Entry, std::less<>>;

  Account& account_of(const std::string& user);
  void turn_month();
  Time end_of(const Reservation& reservation, const Entry* entry) const;
  Amounts amounts(const Reservation& reservation, const Offer& next, const Entry* entry) const;
  std::vector<OverLimit> broken(const Account& account, const Amounts& now,
                                const Amounts& wanted) const;
  void recount(Entry& entry);
  void book(Account& account, const Entry& entry, std::int64_t sign);
  void forget(const std::string& id);
  void answer_admit(const engine::Snapshot& state, Done<CloudResult<void>> done);
  void read_overrides(const std::string& user);
  void read_ended(const std::string& user, std::string after);
  void finish_load(const std::string& user, Result<void> result);

  store::Store& store_;
  Loop& loop_;
  Allowance server_;
  Month month_;  // the current one; no sum is kept of earlier ones
  std::map<std::string, Account, std::less<>> accounts_;
  Entries entries_;  // all that the engine knows, and what is being created
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);
};

}  // namespace mayfly::service
