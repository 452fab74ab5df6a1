// What goes wrong, how often, and where. A plan is a list of rules, drawn per call (or per machine)
// from the world's seeded chance; it is read from and printed as JSON, so that a person can play a
// cloud's bad day against cloudsim with the same words that the simulation uses.
#pragma once

#include <array>
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "clouds/sim/call.h"
#include "core/millionths.h"
#include "core/random.h"
#include "json/codec.h"

namespace mayfly::sim {

enum class FaultKind {
  timeout_before,            // no answer, and nothing happened
  timeout_after_success,     // no answer, but it happened
  server_error_before,       // 5xx, and nothing happened
  server_error_after,        // 5xx, but it happened
  slow_answer,               // an answer that takes almost until the deadline
  throttle,                  // as if the allowance were used up
  unauthorized_for_a_while,  // the key is revoked, and works again later
  late_arrival,              // a launch without answer whose machines appear minutes to hours later
  capacity,                  // none of this type left (EC2 says so with HTTP 500; EMR accepts the
                             // cluster and ends it later, VALIDATION_ERROR)
  quota,                     // the account's limit (EMR: the same)
  unsupported_zone,          // the type does not exist there (EMR: the same)
  partial_batch,             // DigitalOcean: fewer droplets than asked for, then 5xx
  duplicate_droplet,         // DigitalOcean: one POST makes them twice
  slow_visibility,           // a new machine is missing from all listings for a long time
  phantom_not_found,         // a machine that exists is missing from answers for a moment
  slow_boot,                 // stays pending for long
  boot_failure,              // ends while pending (EMR: BOOTSTRAP_FAILURE)
  spontaneous_stop,          // a running machine stops by itself
  spontaneous_termination,   // a running machine ends by itself (EMR: INSTANCE_FAILURE)
  delete_accepted_but_stays,  // the cloud says yes and does nothing
  delete_refused,             // refused for a minute
  zonal_token,          // EC2: a launch without answer, still on its way while its zone has no room
                        // left; its token in another zone gets the old machines or a mismatch
  terminated_token,     // EC2: a launch without answer whose machines ended; its token gives those
  forbidden,            // 403: the key is good and may not do this
  missing_roles,        // EMR: the account has not the default roles, and the launch is refused
  missing_roles_later,  // the same, found out after the launch was accepted
};
BOOST_DESCRIBE_ENUM(FaultKind, timeout_before, timeout_after_success, server_error_before,
                    server_error_after, slow_answer, throttle, unauthorized_for_a_while,
                    late_arrival, capacity, quota, unsupported_zone, partial_batch,
                    duplicate_droplet, slow_visibility, phantom_not_found, slow_boot, boot_failure,
                    spontaneous_stop, spontaneous_termination, delete_accepted_but_stays,
                    delete_refused, zonal_token, terminated_token, forbidden, missing_roles,
                    missing_roles_later)
inline constexpr std::size_t kFaultKinds = 26;

// Probability in millionths: exact, and equal on every machine.
using Chance = Millionths<struct ChanceUnit>;

// Empty texts match everything. `longest` bounds faults that last (default_longest says how long
// they do otherwise); `times` ends the rule after it struck so often (0: never).
struct FaultRule {
  FaultKind fault = FaultKind::capacity;
  Chance probability = Chance::of(1);
  std::string cloud;
  std::string region;
  std::string zone;
  std::string instance_type;
  std::string operation;
  std::optional<Duration> longest;
  int times = 0;

  bool operator==(const FaultRule&) const = default;
};
BOOST_DESCRIBE_STRUCT(FaultRule, (),
                      (fault, probability, cloud, region, zone, instance_type, operation, longest,
                       times))

inline constexpr json::FieldRule kFaultRules[] = {
    {.name = "fault", .doc = "What goes wrong.", .required = true},
    {.name = "probability", .doc = "Chance per call or machine.", .min = 0, .max = 1},
    {.name = "longest", .doc = "How long it lasts at most.", .min = 1},
    {.name = "times", .doc = "Ends after striking so often; 0: never.", .min = 0},
};
constexpr std::span<const json::FieldRule> rules(const FaultRule*) {
  return kFaultRules;
}

struct FaultPlan {
  std::vector<FaultRule> faults;

  // FaultPlan{}.with(FaultKind::capacity, 50): everywhere, five per cent.
  FaultPlan& with(FaultKind fault, int per_mille);
  // A plan for exploring: each kind is in it or not, rare or frequent, by chance.
  static FaultPlan swarm(Random& random);

  bool operator==(const FaultPlan&) const = default;
};
BOOST_DESCRIBE_STRUCT(FaultPlan, (), (faults))

Duration default_longest(FaultKind fault);

// The plan at work.
class Faults {
 public:
  explicit Faults(Random& random) : random_(random) {}

  void set(FaultPlan plan);
  const FaultPlan& plan() const { return plan_; }

  // Whether this fault strikes here now; if so, how long it may last at most.
  std::optional<Duration> draw(FaultKind fault, const CallSite& site);

  // How often each kind has struck, whatever the plan was.
  using Strikes = std::array<std::int64_t, kFaultKinds>;
  const Strikes& strikes() const { return strikes_; }

 private:
  Random& random_;
  FaultPlan plan_;
  std::array<std::vector<std::size_t>, kFaultKinds> by_kind_;  // indices into plan_.faults
  std::vector<int> struck_;
  Strikes strikes_{};
};

}  // namespace mayfly::sim
