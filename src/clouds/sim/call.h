// One call to a simulated cloud: where it goes, what becomes of it, and how a cloud says no. Shared
// by the in-process clouds (sim_cloud.h) and the wire (cloudsim), so both meet the same faults.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "core/time.h"

namespace mayfly::sim {

// A cloud's refusal in its own words. status 0: nothing comes back before the caller's deadline.
struct CloudError {
  int status = 0;
  std::string code;
  std::string message;
  std::optional<Duration> retry_after;

  bool operator==(const CloudError&) const = default;
};

template <class T>
using Outcome = std::expected<T, CloudError>;

inline std::unexpected<CloudError> refuse(int status, std::string code, std::string message) {
  return std::unexpected(CloudError{status, std::move(code), std::move(message), {}});
}

// Operation names are the clouds' own ("RunInstances"); DigitalOcean, which has none, is spoken of
// as its driver does ("create droplets").
struct CallSite {
  std::string cloud;
  std::string account;
  std::string region;  // DigitalOcean: only launches have one
  std::string operation;
  std::string instance_type = {};
  std::string zone = {};
  int machines = 0;         // how many the call starts or ends: EC2 limits those too
  bool unfiltered = false;  // EC2: neither filters nor paging; such calls have a smaller allowance
};

// What happens to a call, decided when it arrives.
struct CallFate {
  Time effect_at;  // when it changes or reads the world; unused when `refused`
  Time answer_at;
  std::optional<CloudError> refused;  // nothing happens, this is answered
  std::optional<CloudError> masked;   // it happens, but this is answered
};

}  // namespace mayfly::sim
