// The clouds' published rate limits: EC2's and EMR's token buckets per account, region and API, and
// DigitalOcean's rolling windows per token. Calls that fail later cost as much as those that
// succeed. Source: docs/clouds.md, rate limits.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "clouds/sim/call.h"

namespace mayfly::sim {

class Throttle {
 public:
  // Takes the call's tokens, or says why not.
  std::optional<CloudError> take(const CallSite& site, Time now);

  // For DigitalOcean's ratelimit-* headers.
  struct Window {
    int limit = 0;
    int remaining = 0;
    Time resets_at;  // when the oldest request leaves the window
  };
  Window window(const std::string& account, Time now);

  // Calls that asked, by operation, all accounts and regions together.
  struct Count {
    std::int64_t asked = 0;
    std::int64_t refused = 0;
    std::int64_t machines = 0;  // started or ended by the calls that were let through
  };
  const std::map<std::string, Count>& counts() const { return counts_; }

 private:
  struct Bucket {
    std::int64_t millitokens = 0;
    Time filled_at;
  };
  bool take_tokens(const std::string& name, int most, int milli_per_second, int wanted, Time now);
  bool take_bucket(const CallSite& site, Time now);
  std::optional<CloudError> take_ec2(const CallSite& site, Time now);
  std::optional<CloudError> take_emr(const CallSite& site, Time now);
  std::optional<CloudError> take_digitalocean(const CallSite& site, Time now);

  std::map<std::string, Count> counts_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::map<std::string, std::deque<Time>, std::less<>> requests_;  // DigitalOcean: the last hour's
};

}  // namespace mayfly::sim
