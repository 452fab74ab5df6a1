#include "oslc/prefills.h"

#include <algorithm>

namespace mayfly::oslc {

void Prefills::keep(Prefill prefill, Time now) {
  const std::scoped_lock lock(mutex_);
  std::erase_if(kept_, [&](const auto& one) { return one->kept_until <= now; });
  const auto is_theirs = [&](const auto& one) { return one->user == prefill.user; };
  if (static_cast<std::size_t>(std::ranges::count_if(kept_, is_theirs)) >= kPrefillsOfUser)
    kept_.erase(std::ranges::find_if(kept_, is_theirs));
  if (kept_.size() >= kPrefillsOfAll) kept_.pop_front();
  kept_.push_back(std::make_shared<const Prefill>(std::move(prefill)));
}

std::shared_ptr<const Prefill> Prefills::find(std::string_view user, std::string_view id,
                                              Time now) const {
  const std::scoped_lock lock(mutex_);
  const auto found = std::ranges::find_if(
      kept_, [&](const auto& one) { return one->id == id && one->user == user; });
  return found == kept_.end() || (*found)->kept_until <= now ? nullptr : *found;
}

}  // namespace mayfly::oslc
