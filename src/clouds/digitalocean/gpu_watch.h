// DigitalOcean hides GPU droplets from its default listing, so completeness needs a second one.
// Most keys never start a GPU droplet, and the hourly limit is shared with everything else the user
// does: the second listing is read when one of ours may be there, and now and then in case we are
// wrong.
//
// One per driver, on its strand. Knows nothing after a restart, and therefore looks every time at
// first.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "core/time.h"

namespace mayfly::clouds::digitalocean {

// Another process with the same key may have started one: it is seen this much later.
inline constexpr Duration kGpuListingInterval = 2min;
// After a launch, or the last sight of one of ours, every listing looks for this long.
inline constexpr Duration kGpuWatched = 24h;
// After a restart: long enough for what was launched just before it to show its tags.
inline constexpr Duration kGpuWatchedAtFirst = 10min;

inline bool is_gpu_size(std::string_view slug) {
  return slug.starts_with("gpu-");
}

class GpuWatch {
 public:
  bool is_due(const std::string& key_id, Time now) const {
    const auto found = keys_.find(key_id);
    if (key_id.empty() || found == keys_.end()) return true;
    const Key& key = found->second;
    return now < key.watched_until || now < key.listed_at ||
           now - key.listed_at >= kGpuListingInterval;
  }

  // Before the create is sent: its answer may never come.
  void launching(const std::string& key_id, Time now) { watch(key_id, now, kGpuWatched); }

  void listed(const std::string& key_id, Time now, bool saw_ours) {
    if (saw_ours) watch(key_id, now, kGpuWatched);
    if (!keys_.contains(key_id)) watch(key_id, now, kGpuWatchedAtFirst);
    keys_[key_id].listed_at = now;
  }

 private:
  struct Key {
    Time listed_at;
    Time watched_until;
  };

  void watch(const std::string& key_id, Time now, Duration span) {
    Key& key = keys_[key_id];
    key.watched_until = std::max(key.watched_until, now + span);
  }

  std::map<std::string, Key> keys_;
};

}  // namespace mayfly::clouds::digitalocean
