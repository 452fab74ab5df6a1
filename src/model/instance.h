// A machine at a cloud, as that cloud last described it.
#pragma once

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "core/time.h"
#include "model/cloud_failure.h"
#include "model/tags.h"

namespace mayfly {

// EC2's states; DigitalOcean's new, active and off are pending, running and stopped. An EMR cluster
// is a machine with an EMR id: STARTING and BOOTSTRAPPING are pending, RUNNING and WAITING running.
enum class InstanceState { pending, running, stopping, stopped, shutting_down, terminated };
BOOST_DESCRIBE_ENUM(InstanceState, pending, running, stopping, stopped, shutting_down, terminated)

struct Instance {
  std::string id;
  std::string name;
  std::string region;
  std::string zone;
  std::string instance_type;
  InstanceState state = InstanceState::pending;
  std::string public_ip;
  std::string private_ip;
  std::string dns_name;  // of a cluster: its master's
  Time launched_at;
  std::optional<Time> state_since;  // where the cloud states it, to the second
  std::string state_reason;         // the cloud's words for why it stopped or ended
  // What an end that nobody asked for means, where the cloud says why.
  std::optional<Reaction> ended_means;
  Tags tags;  // ours only, by the keys of tags.h

  bool operator==(const Instance&) const = default;
};
BOOST_DESCRIBE_STRUCT(Instance, (),
                      (id, name, region, zone, instance_type, state, public_ip, private_ip,
                       dns_name, launched_at, state_since, state_reason, ended_means, tags))

// Our tags, on everything we create. DigitalOcean has only values: there a tag is "<key>:<value>"
// with every character outside [a-z0-9_-:] replaced.
namespace tag {
inline constexpr char kInstallation[] = "mayfly:installation";
inline constexpr char kReservation[] = "mayfly:reservation";
inline constexpr char kAttempt[] = "mayfly:attempt";
}  // namespace tag

}  // namespace mayfly
