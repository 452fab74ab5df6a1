// Which delivery is next. Each target (a webhook, a mailbox) has a lane, and in it a queue for each
// reservation, in the order of the events: what comes later waits for what came before, so that no
// receiver sees `ready` after `released`. Lanes do not wait for one another.
//
// Limits: so many under way in all and for each host, so many waiting for each target. A target
// whose calls failed several times in a row is broken: one delivery at a time tries it, and when
// that one arrives everything that waits goes at once.
//
// Pure: the time is told, and nothing is sent or stored here.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/time.h"
#include "notify/documents.h"

namespace mayfly::notify {

struct Limits {
  int under_way_max = 16;
  int per_host_max = 2;
  std::size_t waiting_max = 10'000;  // for each target
  int broken_after = 3;              // failures in a row
};

// A delivery with the version that the store has of it.
struct Waiting {
  Delivery delivery;
  std::int64_t version = 0;
};

// What is to be sent now, in one piece: for a mailbox it can be several.
struct Turn {
  std::uint64_t number = 0;
  std::string target;
  std::string queue;
  std::vector<Waiting> waiting;
};

class Lanes {
 public:
  explicit Lanes(Limits limits) : limits_(limits) {}

  // Again with another host: changed. `in_one_queue`: nothing of it overtakes anything else.
  void open(const std::string& target, std::string host, bool in_one_queue = false);
  // Gives back what waited. What is under way stays so until it ends.
  std::vector<Waiting> close(const std::string& target);
  bool has(const std::string& target) const { return lanes_.contains(target); }
  bool is_full(const std::string& target) const;

  // Without a lane, or when it waits already, nothing happens.
  void add(Waiting waiting);
  // Due at once, if it waits.
  void hurry(const Delivery& delivery, Time now);

  // The next turn, which is under way from here on until end_turn().
  std::optional<Turn> next(Time now);
  // When to ask again, if nothing ends before; kNever.
  Time wake(Time now) const;
  // `again`: those of the turn that are to be tried again, at their next_try_at.
  void end_turn(const Turn& turn, std::vector<Waiting> again);

  // How the target's calls go. fails(): how many times in a row so far, this one included.
  void works(const std::string& target, Time now);
  int fails(const std::string& target);
  bool is_broken(int failures) const { return failures >= limits_.broken_after; }
  // Nothing of this target is sent before.
  void hold(const std::string& target, Time until);
  // At most so many deliveries in one turn.
  void set_pieces_max(const std::string& target, std::size_t pieces_max);

  // Takes out what is not under way and whose time to give up has passed.
  std::vector<Waiting> overdue(Time now);

  std::size_t waiting() const { return waiting_; }
  int under_way() const { return under_way_; }

 private:
  using Queue = std::map<std::string, Waiting>;  // by event
  struct Lane {
    std::string host;
    bool in_one_queue = false;
    std::map<std::string, Queue> queues;
    std::map<std::string, std::uint64_t> busy;     // queues of which a turn is under way
    std::set<std::pair<Time, std::string>> heads;  // the others, by when their first is due
    std::size_t waiting = 0;
    std::size_t pieces_max = 1;
    int failures = 0;
    Time not_before;
    Time indexed = kNever;  // under which it is in ready_
  };

  bool is_blocked(const Lane& lane) const;
  Turn take(const std::string& target, Lane& lane);
  void set_head(Lane& lane, const std::string& queue);
  void drop_head(Lane& lane, const std::string& queue);
  void index(const std::string& target, Lane& lane);
  static std::string queue_of(const Lane& lane, const Delivery& delivery);

  const Limits limits_;
  std::map<std::string, Lane> lanes_;
  std::set<std::pair<Time, std::string>> ready_;    // lanes, by when their first may be sent
  std::map<std::string, int> of_host_;              // under way
  std::map<std::uint64_t, std::string> turn_host_;  // of those under way: the host they went to
  std::uint64_t turns_ = 0;
  std::size_t waiting_ = 0;
  int under_way_ = 0;
};

}  // namespace mayfly::notify
