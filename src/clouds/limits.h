// How often a cloud may be asked: its published limits, what each operation of the port costs under
// them, and how much of them we take. Plain data; whoever calls keeps to it (engine/pacer.h).
//
// One operation may be several HTTP calls (pages, one delete per droplet) and is charged for all of
// them. Calls that fail cost as much as those that succeed. What is left of each limit is for
// everything else that the account's owner does. Source of the figures: docs/clouds.md.
//
// Threads: any; nothing here changes.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/time.h"
#include "model/cloud_failure.h"

namespace mayfly::clouds {

// The operations of the Cloud port, the most urgent first.
enum class Operation { terminate, look_up, list, ended, launch, prepare, check };
inline constexpr std::size_t kOperations = 7;
std::string_view name_of(Operation operation);

struct RateLimit {
  std::string_view name;  // of what the cloud limits, in its own words
  // A bucket: so many at once, and `refill` more in each `every`. Where burst is 0 it is a window:
  // never more than `refill` in any `every`.
  std::int64_t burst = 0;
  std::int64_t refill = 0;
  Duration every = 1s;
  int share_percent = 100;  // what we take of it at most
  bool told = false;        // the cloud's answers tell how much of it is left (Allowance)
};

// What one operation takes of one limit.
struct Charge {
  Operation operation;
  std::size_t limit = 0;  // index into RateLimits::limits
  int fixed = 0;
  int per_machine = 0;
  int machines_per_page = 0;  // and one for each page of so many, at least one; 0: no pages

  // machines: those started, ended or named by the call; those that a listing is expected to show.
  std::int64_t tokens(std::int64_t machines) const;
};

struct RateLimits {
  std::span<const RateLimit> limits;
  std::span<const Charge> charges;
  bool per_region = true;          // each region has limits of its own
  int machines_per_terminate = 0;  // more are asked for in several calls; 0: any number
};

const RateLimits& aws_limits();
const RateLimits& emr_limits();
const RateLimits& digitalocean_limits();
const RateLimits& no_limits();

// What a cloud said is left of a credential's limit.
struct Allowance {
  std::int64_t limit = 0;
  std::int64_t remaining = 0;
  Time resets_at;  // when the oldest call that counts is forgotten
};

// Refused only because of too many calls: certainly nothing happened, and fewer calls help.
bool is_throttled(const CloudFailure& failure);

}  // namespace mayfly::clouds
