// What accounts are made of, for the files of Accounts only.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "service/accounts.h"

namespace mayfly::service {

struct Accounts::Entry {
  std::string user;
  const Reservation* state = nullptr;          // the engine's; or `pending`
  std::unique_ptr<const Reservation> pending;  // until it is durable
  Offer offer;                                 // what has no machine yet has room on this one
  std::optional<Time> end;                     // a later end that is being asked for
  Amounts amounts;
  bool present = true;  // amounts are held; otherwise used
};

struct Accounts::Load {
  Month month;
  std::vector<Done<Result<void>>> waiting;
  std::map<std::string, Money> ended;  // by reservation
};

struct Accounts::Account {
  bool loaded = false;
  LimitOverrides overrides;
  std::int64_t overrides_version = 0;
  Allowance allowance;
  Amounts held;
  std::map<Month, Money> used;
  std::unique_ptr<Load> load;
};

}  // namespace mayfly::service
