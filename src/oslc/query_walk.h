// Walks along several indexes of the store at once and gives out their records as one list in its
// order, a chunk at a time: what is not asked for is not read, but for one chunk of each index.
//
// Belongs to one visit, which outlives it. A record that is made during a walk is met when its
// place lies ahead; none is met twice.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "oslc/query_narrowing.h"
#include "oslc/visit.h"

namespace mayfly::oslc {

class RecordWalk {
 public:
  struct Order {
    bool by_identifier = false;  // otherwise by when they were made
    bool descending = true;
  };
  // after: an id, exclusive; empty: from the first.
  RecordWalk(Visit& visit, Narrowing narrowing, Order order, std::string after);

  // At most so many, complete; none: there are no more.
  Later<std::vector<service::Record>> next(std::size_t most);
  // Whether there are surely no more.
  bool at_end() const;

 private:
  struct Lane {
    service::Walk walk;
    std::string stop;  // the first id that is past the end; empty: none
    std::deque<service::Record> ahead = {};
    bool done = false;
  };

  Lane lane_of(service::Walk walk) const;
  void begin_behind(std::string_view kind, Lane& lane) const;
  Later<void> begin();
  Later<void> fill_short_lane();
  Later<void> add_follow_ups_of(std::vector<std::string> reservations, bool only_teardowns,
                                std::vector<service::Record>& found);
  Later<bool> add_unfinished_teardowns(std::vector<service::Record>& found);
  Later<void> add_open_extensions(std::vector<service::Record>& found);
  Later<void> refill(std::size_t most);
  void take_in(Lane& lane, service::Walked walked);
  bool is_ahead(const std::string& id) const;
  bool goes_before(const std::string& id, const std::string& other) const;
  Lane* first_lane();

  Visit& visit_;
  Narrowing narrowing_;
  const Order order_;
  const std::string after_;
  bool begun_ = false;
  std::vector<Lane> lanes_;
};

}  // namespace mayfly::oslc
