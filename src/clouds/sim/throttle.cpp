#include "clouds/sim/throttle.h"

#include <algorithm>

#include "clouds/sim/operations.h"

namespace mayfly::sim {
namespace {

constexpr int kHourMax = 5000;
constexpr std::size_t kMinuteMax = 250;

CloudError ec2_refusal() {
  return {503, "RequestLimitExceeded", "Request limit exceeded.", {}};
}

CloudError emr_refusal() {
  return {400, "ThrottlingException", "Rate exceeded", {}};
}

CloudError digitalocean_refusal(std::optional<Duration> retry_after) {
  return {429, "too_many_requests", "API Rate limit exceeded.", retry_after};
}

}  // namespace

std::optional<CloudError> Throttle::take(const CallSite& site, Time now) {
  auto refusal = site.cloud == "aws"   ? take_ec2(site, now)
                 : site.cloud == "emr" ? take_emr(site, now)
                                       : take_digitalocean(site, now);
  Count& count = counts_[site.operation];
  ++count.asked;
  count.refused += refusal.has_value();
  if (!refusal) count.machines += site.machines;
  return refusal;
}

bool Throttle::take_tokens(const std::string& name, int most, int milli_per_second, int wanted,
                           Time now) {
  const std::int64_t full = most * std::int64_t{1000};
  const auto [found, is_new] = buckets_.try_emplace(name, Bucket{full, now});
  Bucket& bucket = found->second;
  // What is cut off of a millitoken stays for the next time. After some days any bucket is full.
  const std::int64_t passed = std::min<Duration>(now - bucket.filled_at, 48h).count();
  const std::int64_t gained = passed * milli_per_second / 1'000'000;
  if (bucket.millitokens + gained >= full) {
    bucket = {full, now};
  } else if (gained > 0) {
    bucket.millitokens += gained;
    bucket.filled_at += Duration{gained * 1'000'000 / milli_per_second};
  }
  if (bucket.millitokens < wanted * std::int64_t{1000}) return false;
  bucket.millitokens -= wanted * std::int64_t{1000};
  return true;
}

bool Throttle::take_bucket(const CallSite& site, Time now) {
  const Allowance allowance = allowance_of(site);
  if (allowance.most == 0) return true;
  const std::string place = site.account + '/' + site.region + '/';
  const std::string api = place + site.operation + (site.unfiltered ? "/unfiltered" : "");
  bool allowed = take_tokens(api, allowance.most, allowance.milli_per_second, 1, now);
  if (allowance.machines_per_second > 0 && site.machines > 0) {
    allowed = take_tokens(place + site.operation + "/machines", 1000,
                          allowance.machines_per_second * 1000, site.machines, now) &&
              allowed;
  }
  return allowed;
}

std::optional<CloudError> Throttle::take_ec2(const CallSite& site, Time now) {
  return take_bucket(site, now) ? std::nullopt : std::optional(ec2_refusal());
}

std::optional<CloudError> Throttle::take_emr(const CallSite& site, Time now) {
  const bool any = take_tokens(site.account + '/' + site.region + "/EMR", kAllEmrCalls.most,
                               kAllEmrCalls.milli_per_second, 1, now);
  return take_bucket(site, now) && any ? std::nullopt : std::optional(emr_refusal());
}

std::optional<CloudError> Throttle::take_digitalocean(const CallSite& site, Time now) {
  std::deque<Time>& times = requests_[site.account];
  while (!times.empty() && times.front() <= now - 1h) times.pop_front();
  if (times.size() >= kHourMax) return digitalocean_refusal({});
  if (times.size() >= kMinuteMax) {
    const Duration wait = times[times.size() - kMinuteMax] + 1min - now;
    if (wait > 0s) return digitalocean_refusal(std::chrono::ceil<std::chrono::seconds>(wait));
  }
  times.push_back(now);
  return std::nullopt;
}

Throttle::Window Throttle::window(const std::string& account, Time now) {
  std::deque<Time>& times = requests_[account];
  while (!times.empty() && times.front() <= now - 1h) times.pop_front();
  return {kHourMax, std::max(0, kHourMax - static_cast<int>(times.size())),
          (times.empty() ? now : times.front()) + 1h};
}

}  // namespace mayfly::sim
