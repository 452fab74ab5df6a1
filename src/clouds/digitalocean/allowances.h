// What DigitalOcean last said is left of each token's hourly limit: every answer tells, also to
// calls that somebody else makes with the same token.
//
// Keeps tokens as digests, and only of the last hour: after that nothing counts any more. Any
// thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "clouds/limits.h"

namespace mayfly::clouds::digitalocean {

class Allowances {
 public:
  // Whose token it is; said before each operation.
  void belongs(const std::string& key_id, std::string_view token);
  void told(std::string_view token, Allowance left, Time now);
  std::optional<Allowance> of(const std::string& key_id) const;

 private:
  struct Told {
    Allowance left;
    Time at;
  };
  void forget_old(Time now);

  mutable std::mutex mutex_;
  std::map<std::string, std::string> tokens_;  // digests, by key
  std::map<std::string, Told> told_;           // by digest
  Time forgot_at_{};
};

}  // namespace mayfly::clouds::digitalocean
