// What must hold at rest, long after the faults stopped. What must hold at every step is the
// auditor's business.
#pragma once

#include <string>
#include <vector>

#include "installation.h"
#include "people.h"

namespace mayfly::simulation {

class Promises {
 public:
  // tell: print the record of each reservation that broke one.
  Promises(Installation& installation, const People& people, bool tell)
      : installation_(installation), people_(people), tell_(tell) {}

  // Nobody has given anything back yet: what is ready has exactly its machines, one for each slot;
  // everything else that was accepted is over, with a reason; nothing else lives.
  void check_live();
  void check_ready(const std::string& id);
  // Everything was given back.
  void check_given_back();
  // The day of the tombstones has passed too.
  void check_forgotten();
  void take_from_auditor();

  std::int64_t became_ready() const { return became_ready_; }
  std::int64_t clusters_ready() const { return clusters_ready_; }  // those of them
  // Reservations of clusters whose cost was held against the invoice.
  std::int64_t cluster_bills() const { return cluster_bills_; }
  std::vector<std::string> take_broken() { return std::exchange(broken_, {}); }

 private:
  void broken(std::string what);
  void tell(const std::string& id);
  void check_at_rest(const std::string& id);
  void check_books(const Reservation& reservation);
  void check_slots(const Reservation& reservation);

  Installation& installation_;
  const People& people_;
  bool tell_;
  std::int64_t became_ready_ = 0;
  std::int64_t clusters_ready_ = 0;
  std::int64_t cluster_bills_ = 0;
  std::vector<std::string> broken_;
};

}  // namespace mayfly::simulation
