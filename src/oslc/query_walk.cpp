#include "oslc/query_walk.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "core/id.h"

namespace mayfly::oslc {
namespace {

using service::AutomationKind;
using service::Record;
using service::Walk;
using service::Walked;

constexpr std::size_t kChunkMost = 250;
// More reservations that are ending at once are not gathered: then all teardowns are walked along.
constexpr std::size_t kEndingMost = 5000;

std::string_view kind_of_ids(const Walk& walk) {
  if (walk.of != Walk::Of::follow_ups) return "r";
  if (walk.kind == AutomationKind::teardown) return "t";
  return walk.kind == AutomationKind::extension ? "e" : "s";
}

}  // namespace

RecordWalk::RecordWalk(Visit& visit, Narrowing narrowing, Order order, std::string after)
    : visit_(visit), narrowing_(std::move(narrowing)), order_(order), after_(std::move(after)) {}

bool RecordWalk::goes_before(const std::string& id, const std::string& other) const {
  if (order_.by_identifier) return order_.descending ? other < id : id < other;
  return order_.descending ? service::is_older(other, id) : service::is_older(id, other);
}

bool RecordWalk::is_ahead(const std::string& id) const {
  return after_.empty() || goes_before(after_, id);
}

RecordWalk::Lane RecordWalk::lane_of(Walk walk) const {
  const std::string kind(kind_of_ids(walk));
  const auto edge = [&](const std::optional<Time>& moment) {
    return moment ? first_id(kind, *moment) : std::string();
  };
  walk.newest_first = order_.descending;
  walk.after = edge(order_.descending ? narrowing_.until : narrowing_.from);
  Lane lane{.walk = std::move(walk),
            .stop = edge(order_.descending ? narrowing_.from : narrowing_.until)};
  if (!after_.empty()) begin_behind(kind, lane);
  return lane;
}

void RecordWalk::begin_behind(std::string_view kind, Lane& lane) const {
  std::string place = after_;
  if (!order_.by_identifier) {
    // The place of `after_` among ids of this kind, a little early: what is not ahead is dropped.
    place = fmt::format("{}-{}", kind, service::without_kind(after_));
    if (order_.descending) {
      place += '~';
    } else {
      place.pop_back();
    }
  } else if (const std::string_view other = std::string_view(after_).substr(0, after_.find('-'));
             other != kind) {
    // All of one kind come before all of another.
    lane.done = order_.descending ? kind > other : kind < other;
    return;
  }
  std::string& after = lane.walk.after;
  const bool further = order_.descending ? place < after : place > after;
  if (after.empty() || further) after = std::move(place);
}

Later<void> RecordWalk::begin() {
  begun_ = true;
  auto filling = fill_short_lane();
  auto filled = co_await std::move(filling);
  if (!filled) co_return std::unexpected(std::move(filled).error());
  if (narrowing_.ids) co_return Outcome<void>{};
  for (Walk& walk : narrowing_.walks) lanes_.push_back(lane_of(std::move(walk)));
  co_return Outcome<void>{};
}

// What no index gives in the order of the list is little enough to be sorted.
Later<void> RecordWalk::fill_short_lane() {
  std::vector<Record> found;
  if (narrowing_.ids) {
    auto named = co_await visit_.service.find_records(visit_.user(), *narrowing_.ids);
    if (!named) co_return std::unexpected(std::move(named).error());
    found = *std::move(named);
  }
  auto adding = add_follow_ups_of(narrowing_.followed_up, false, found);
  auto added = co_await std::move(adding);
  if (!added) co_return std::unexpected(std::move(added).error());
  if (narrowing_.unfinished_teardowns) {
    auto gathering = add_unfinished_teardowns(found);
    auto gathered = co_await std::move(gathering);
    if (!gathered) co_return std::unexpected(std::move(gathered).error());
    if (!*gathered)
      narrowing_.walks.push_back({.of = Walk::Of::follow_ups, .kind = AutomationKind::teardown});
  }
  if (narrowing_.open_extensions) {
    auto opening = add_open_extensions(found);
    auto opened = co_await std::move(opening);
    if (!opened) co_return std::unexpected(std::move(opened).error());
  }
  std::erase_if(found, [&](const Record& record) { return !is_ahead(record.id); });
  std::ranges::sort(found,
                    [&](const Record& a, const Record& b) { return goes_before(a.id, b.id); });
  if (found.empty()) co_return Outcome<void>{};
  Lane lane{.done = true};
  std::ranges::move(found, std::back_inserter(lane.ahead));
  lanes_.push_back(std::move(lane));
  co_return Outcome<void>{};
}

Later<void> RecordWalk::add_follow_ups_of(std::vector<std::string> reservations,
                                          bool only_teardowns, std::vector<Record>& found) {
  std::vector<Walk> walks;
  for (std::string& id : reservations)
    walks.push_back({.of = Walk::Of::followed_up, .key = std::move(id), .newest_first = false});
  while (!walks.empty()) {
    std::vector<Walk> some(
        std::make_move_iterator(walks.end() -
                                static_cast<std::ptrdiff_t>(std::min(kChunkMost, walks.size()))),
        std::make_move_iterator(walks.end()));
    walks.resize(walks.size() - some.size());
    auto walked = co_await visit_.service.walk_records(visit_.user(), some);
    if (!walked) co_return std::unexpected(std::move(walked).error());
    for (std::size_t at = 0; at < some.size(); ++at) {
      Walked& one = (*walked)[at];
      for (Record& record : one.records) {
        if (!only_teardowns || record.id.starts_with("t-")) found.push_back(std::move(record));
      }
      if (one.at_end) continue;
      some[at].after = one.last;
      walks.push_back(std::move(some[at]));
    }
  }
  co_return Outcome<void>{};
}

// False: there are too many. A teardown is not done as long as its reservation is ending.
Later<bool> RecordWalk::add_unfinished_teardowns(std::vector<Record>& found) {
  std::vector<std::string> ending;
  std::vector<Walk> walks = ending_walks();
  while (!walks.empty()) {
    for (Walk& walk : walks) walk.limit = kChunkMost;
    auto walked = co_await visit_.service.walk_records(visit_.user(), walks);
    if (!walked) co_return std::unexpected(std::move(walked).error());
    std::vector<Walk> further;
    for (std::size_t at = 0; at < walks.size(); ++at) {
      for (const Record& record : (*walked)[at].records) ending.push_back(record.id);
      if ((*walked)[at].at_end) continue;
      walks[at].after = (*walked)[at].last;
      further.push_back(std::move(walks[at]));
    }
    walks = std::move(further);
    if (ending.size() > kEndingMost) co_return false;
  }
  auto adding = add_follow_ups_of(std::move(ending), true, found);
  auto added = co_await std::move(adding);
  if (!added) co_return std::unexpected(std::move(added).error());
  co_return true;
}

Later<void> RecordWalk::add_open_extensions(std::vector<Record>& found) {
  std::vector<Walk> walks = {{.of = Walk::Of::open, .limit = kChunkMost}};
  while (true) {
    auto walked = co_await visit_.service.walk_records(visit_.user(), walks);
    if (!walked) co_return std::unexpected(std::move(walked).error());
    for (Record& record : walked->front().records) {
      if (record.said->kind == AutomationKind::extension) found.push_back(std::move(record));
    }
    if (walked->front().at_end) co_return Outcome<void>{};
    walks.front().after = walked->front().last;
  }
}

void RecordWalk::take_in(Lane& lane, Walked walked) {
  lane.done = walked.at_end;
  lane.walk.after = walked.last;
  for (Record& record : walked.records) {
    if (!is_ahead(record.id)) continue;
    const bool past =
        !lane.stop.empty() && (order_.descending ? record.id < lane.stop : record.id > lane.stop);
    if (past) {
      lane.done = true;
      return;
    }
    lane.ahead.push_back(std::move(record));
  }
}

Later<void> RecordWalk::refill(std::size_t most) {
  while (true) {
    std::vector<std::size_t> dry;
    std::vector<Walk> walks;
    for (std::size_t at = 0; at < lanes_.size(); ++at) {
      if (lanes_[at].done || !lanes_[at].ahead.empty()) continue;
      dry.push_back(at);
      walks.push_back(lanes_[at].walk);
      // One more than is wanted tells whether there are more; the first may be the one to go on
      // after.
      walks.back().limit = std::min(most, kChunkMost) + 2;
    }
    if (dry.empty()) co_return Outcome<void>{};
    auto walked = co_await visit_.service.walk_records(visit_.user(), std::move(walks));
    if (!walked) co_return std::unexpected(std::move(walked).error());
    for (std::size_t at = 0; at < dry.size(); ++at)
      take_in(lanes_[dry[at]], std::move((*walked)[at]));
  }
}

RecordWalk::Lane* RecordWalk::first_lane() {
  Lane* first = nullptr;
  for (Lane& lane : lanes_) {
    if (lane.ahead.empty()) continue;
    if (!first || goes_before(lane.ahead.front().id, first->ahead.front().id)) first = &lane;
  }
  return first;
}

bool RecordWalk::at_end() const {
  return begun_ && std::ranges::all_of(
                       lanes_, [](const Lane& lane) { return lane.done && lane.ahead.empty(); });
}

Later<std::vector<Record>> RecordWalk::next(std::size_t most) {
  if (!begun_) {
    auto beginning = begin();
    auto begun = co_await std::move(beginning);
    if (!begun) co_return std::unexpected(std::move(begun).error());
  }
  most = std::min(most, kChunkMost);
  // Some may have gone meanwhile: then there may be others behind them.
  while (true) {
    std::vector<Record> records;
    while (records.size() < most) {
      auto filling = refill(most);
      auto filled = co_await std::move(filling);
      if (!filled) co_return std::unexpected(std::move(filled).error());
      Lane* lane = first_lane();
      if (!lane) break;
      // Up to where another lane has to be asked for more.
      do {
        records.push_back(std::move(lane->ahead.front()));
        lane->ahead.pop_front();
        if (lane->ahead.empty() && !lane->done) break;
        lane = first_lane();
      } while (lane && records.size() < most);
    }
    if (records.empty()) co_return records;
    auto complete = co_await visit_.service.complete_records(visit_.user(), std::move(records));
    if (!complete) co_return std::unexpected(std::move(complete).error());
    if (!complete->empty()) co_return *std::move(complete);
  }
}

}  // namespace mayfly::oslc
