#include "notify/lanes.h"

#include <algorithm>

#include "core/assert.h"

namespace mayfly::notify {
namespace {

Time due_at(const Waiting& waiting) {
  return waiting.delivery.next_try_at.value_or(Time{});
}

}  // namespace

void Lanes::open(const std::string& target, std::string host, bool in_one_queue) {
  Lane& lane = lanes_[target];
  lane.host = std::move(host);
  lane.in_one_queue = in_one_queue;
}

std::vector<Waiting> Lanes::close(const std::string& target) {
  const auto found = lanes_.find(target);
  if (found == lanes_.end()) return {};
  Lane& lane = found->second;
  std::vector<Waiting> dropped;
  for (auto& [name, queue] : lane.queues) {
    for (auto& [event, waiting] : queue) dropped.push_back(std::move(waiting));
  }
  waiting_ -= lane.waiting;
  ready_.erase({lane.indexed, target});
  lanes_.erase(found);
  return dropped;
}

bool Lanes::is_full(const std::string& target) const {
  const auto found = lanes_.find(target);
  return found != lanes_.end() && found->second.waiting >= limits_.waiting_max;
}

void Lanes::add(Waiting waiting) {
  const auto found = lanes_.find(waiting.delivery.target);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  const std::string queue = queue_of(lane, waiting.delivery);
  drop_head(lane, queue);
  const std::string event = waiting.delivery.event;
  if (lane.queues[queue].emplace(event, std::move(waiting)).second) {
    ++lane.waiting;
    ++waiting_;
  }
  set_head(lane, queue);
  index(found->first, lane);
}

void Lanes::hurry(const Delivery& delivery, Time now) {
  const auto found = lanes_.find(delivery.target);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  const std::string name = queue_of(lane, delivery);
  const auto queue = lane.queues.find(name);
  if (queue == lane.queues.end()) return;
  const auto waiting = queue->second.find(delivery.event);
  if (waiting == queue->second.end()) return;
  drop_head(lane, name);
  waiting->second.delivery.next_try_at = now;
  lane.not_before = std::min(lane.not_before, now);
  set_head(lane, name);
  index(found->first, lane);
}

std::optional<Turn> Lanes::next(Time now) {
  if (under_way_ >= limits_.under_way_max) return std::nullopt;
  for (const auto& [when, target] : ready_) {
    if (when > now) break;
    Lane& lane = lanes_.at(target);
    if (!is_blocked(lane)) return take(std::string(target), lane);
  }
  return std::nullopt;
}

Time Lanes::wake(Time now) const {
  const auto later = ready_.upper_bound({now, std::string(1, '\xff')});
  return later == ready_.end() ? kNever : later->first;
}

bool Lanes::is_blocked(const Lane& lane) const {
  if (is_broken(lane.failures) && !lane.busy.empty()) return true;
  const auto host = of_host_.find(lane.host);
  return host != of_host_.end() && host->second >= limits_.per_host_max;
}

Turn Lanes::take(const std::string& target, Lane& lane) {
  Turn turn{.number = ++turns_, .target = target, .queue = lane.heads.begin()->second};
  Queue& queue = lane.queues.at(turn.queue);
  drop_head(lane, turn.queue);
  while (!queue.empty() && turn.waiting.size() < lane.pieces_max) {
    turn.waiting.push_back(std::move(queue.extract(queue.begin()).mapped()));
  }
  lane.busy.emplace(turn.queue, turn.number);
  lane.waiting -= turn.waiting.size();
  waiting_ -= turn.waiting.size();
  ++under_way_;
  ++of_host_[lane.host];
  turn_host_.emplace(turn.number, lane.host);
  index(target, lane);
  return turn;
}

void Lanes::end_turn(const Turn& turn, std::vector<Waiting> again) {
  const auto host = turn_host_.extract(turn.number);
  ASSERT(!host.empty());
  --under_way_;
  const auto count = of_host_.find(host.mapped());
  if (--count->second == 0) of_host_.erase(count);
  const auto found = lanes_.find(turn.target);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  // The target may have been closed and opened again meanwhile, and be busy with something else.
  const auto busy = lane.busy.find(turn.queue);
  if (busy != lane.busy.end() && busy->second == turn.number) lane.busy.erase(busy);
  for (Waiting& waiting : again) add(std::move(waiting));
  drop_head(lane, turn.queue);
  set_head(lane, turn.queue);
  index(found->first, lane);
}

void Lanes::works(const std::string& target, Time now) {
  const auto found = lanes_.find(target);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  const bool was_broken = is_broken(lane.failures);
  lane.failures = 0;
  if (!was_broken) return;
  lane.not_before = now;
  for (auto& [name, queue] : lane.queues) {
    drop_head(lane, name);
    for (auto& [event, waiting] : queue) waiting.delivery.next_try_at = now;
    set_head(lane, name);
  }
  index(target, lane);
}

int Lanes::fails(const std::string& target) {
  const auto found = lanes_.find(target);
  return found == lanes_.end() ? 0 : ++found->second.failures;
}

void Lanes::hold(const std::string& target, Time until) {
  const auto found = lanes_.find(target);
  if (found == lanes_.end()) return;
  found->second.not_before = std::max(found->second.not_before, until);
  index(target, found->second);
}

void Lanes::set_pieces_max(const std::string& target, std::size_t pieces_max) {
  if (const auto found = lanes_.find(target); found != lanes_.end())
    found->second.pieces_max = pieces_max;
}

std::vector<Waiting> Lanes::overdue(Time now) {
  std::vector<Waiting> taken;
  for (auto& [target, lane] : lanes_) {
    for (auto& [name, queue] : lane.queues) {
      drop_head(lane, name);
      std::erase_if(queue, [&](auto& entry) {
        if (entry.second.delivery.give_up_at > now) return false;
        taken.push_back(std::move(entry.second));
        --lane.waiting;
        --waiting_;
        return true;
      });
      if (!queue.empty()) set_head(lane, name);
    }
    std::erase_if(lane.queues, [&](const auto& entry) {
      return entry.second.empty() && !lane.busy.contains(entry.first);
    });
    index(target, lane);
  }
  return taken;
}

// ---- the order in which lanes and queues are due

void Lanes::drop_head(Lane& lane, const std::string& name) {
  const auto queue = lane.queues.find(name);
  if (queue == lane.queues.end() || queue->second.empty()) return;
  lane.heads.erase({due_at(queue->second.begin()->second), name});
}

void Lanes::set_head(Lane& lane, const std::string& name) {
  if (lane.busy.contains(name)) return;
  const auto queue = lane.queues.find(name);
  if (queue == lane.queues.end()) return;
  if (queue->second.empty()) {
    lane.queues.erase(queue);
  } else {
    lane.heads.emplace(due_at(queue->second.begin()->second), name);
  }
}

void Lanes::index(const std::string& target, Lane& lane) {
  ready_.erase({lane.indexed, target});
  lane.indexed = kNever;
  if (lane.heads.empty()) return;
  lane.indexed = std::max(lane.not_before, lane.heads.begin()->first);
  ready_.emplace(lane.indexed, target);
}

std::string Lanes::queue_of(const Lane& lane, const Delivery& delivery) {
  return lane.in_one_queue ? std::string() : delivery.reservation;
}

}  // namespace mayfly::notify
