#include "engine/lanes.h"

namespace mayfly::engine {

void Lanes::run(const std::string& lane, Call call) {
  lanes_[lane].queue.push_back(std::move(call));
  advance(lane);
}

std::size_t Lanes::waiting() const {
  std::size_t count = 0;
  for (const auto& [name, lane] : lanes_) count += lane.queue.size();
  return count;
}

void Lanes::advance(const std::string& name) {
  const auto found = lanes_.find(name);
  if (found == lanes_.end()) return;
  Lane& lane = found->second;
  if (lane.queue.empty() && lane.under_way == 0) {
    lanes_.erase(found);
    return;
  }
  if (lane.queue.empty() || lane.under_way >= kCallsUnderWay) return;
  Call call = std::move(lane.queue.front());
  lane.queue.pop_front();
  ++lane.under_way;
  call([this, name, alive = std::weak_ptr<int>(alive_)] {
    if (alive.expired()) return;
    --lanes_[name].under_way;
    advance(name);
  });
}

}  // namespace mayfly::engine
