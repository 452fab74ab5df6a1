// What a cloud's error means for the reservation that met it. Clouds' errors are classified by
// their code, not by HTTP status: the status of "no capacity" is 500 on EC2 and would be retried
// for ever.
#pragma once

#include <boost/describe.hpp>
#include <expected>
#include <optional>
#include <string>

#include "core/time.h"

namespace mayfly {

// The one thing to do next. Whether the call may have had an effect is part of the meaning.
enum class Reaction {
  again,       // throttled or briefly refused: certainly nothing happened; the same call, later
  ambiguous,   // timeout, reset, 5xx: anything may have happened; find out before repeating
  next_zone,   // no capacity in this zone for this type
  next_offer,  // this type cannot be had in this region
  skip_quota,  // the whole quota class in this region is full
  skip_region,
  skip_cloud,   // permissions, account: this cloud does not work for this user now
  key_refused,  // the credentials are wrong, expired or revoked: nothing happened; a new key mends
                // it
  gone,         // the thing named does not exist (or is not visible yet)
  unprotect,    // refused because termination protection is on
  fatal,        // the request itself is wrong; no other offer would change that
};
BOOST_DESCRIBE_ENUM(Reaction, again, ambiguous, next_zone, next_offer, skip_quota, skip_region,
                    skip_cloud, key_refused, gone, unprotect, fatal)

struct CloudFailure {
  Reaction reaction = Reaction::ambiguous;
  std::string code;     // the cloud's own word, or "Timeout", "ConnectionRefused", ...
  std::string message;  // for people: what was attempted and what the cloud said
  std::optional<Duration> retry_after;

  bool operator==(const CloudFailure&) const = default;
};

template <class T>
using CloudResult = std::expected<T, CloudFailure>;

}  // namespace mayfly
