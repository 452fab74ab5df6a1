// The people of a story: they ask for machines, change their minds and their leases, send things
// twice and out of order, and remember what they were promised.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "installation.h"

namespace mayfly::simulation {

class People {
 public:
  explicit People(Installation& installation) : installation_(installation) {}

  // Everything may happen to this one. "" when nobody answers.
  std::string ask();
  // And this one just wants machines.
  std::string ask_plainly();
  // Sends exactly this, again and again until it is answered.
  void insist(const Reservation& reservation);
  void release(const std::string& id);
  void release_all();

  // Who was told that it exists; and everything that was ever sent.
  const std::vector<std::string>& accepted() const { return accepted_; }
  const std::vector<std::string>& sent() const { return sent_; }

 private:
  Reservation draw_reservation(bool impatient);
  void draw_request(Request& request, bool impatient);
  void draw_cluster(Request& request, bool impatient);
  void create(const Reservation& reservation);
  void change_mind(const std::string& id);
  void set_lease(const std::string& id);
  // The same again, at once or much later.
  void maybe_twice(const std::function<void()>& what);

  Installation& installation_;
  std::vector<std::string> accepted_;
  std::vector<std::string> sent_;
};

}  // namespace mayfly::simulation
